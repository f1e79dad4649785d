"""A centre in which leave is asked for and shifts are swapped; time stands unless a test lets it pass."""

from __future__ import annotations

from datetime import date
from typing import Any

from ccd.effects import AnswerAsked, Page
from ccd.leave.request import Request
from tests.handlers.shift_scene import ShiftScene, local, person

__all__ = ["KINDS", "LeaveScene", "local"]

KINDS: dict[str, Any] = {
    "early": {"start": "08:00", "minutes": 480},
    "late": {"start": "16:00", "minutes": 480},
    "eve": {"start": "22:00", "minutes": 600},
    "night": {"start": "00:00", "minutes": 480},
}
OTHERS_OFF: dict[str, Any] = {
    name: {"mode": "off"} for name in ("handover", "breaks", "attendance", "meals", "adherence")
}
PEOPLE = (
    *(person(str(2000 + n), f"A{n + 1}") for n in range(5)),
    person("2101", "B21", team="B"),
    person("2102", "B22", team="B", language="en"),
    person("3001", "L9", "team_lead"),
    person("3002", "D8", "duty_lead", "B"),
    person("3501", "S7", "senior_agent"),
    person("4001", "", "operations_manager", ""),
    person("4002", "", "department_head", ""),
    person("5001", "", "management", ""),
)


class LeaveScene(ShiftScene):
    """Team A: 2000 to 2004, lead 3001, deputy 3501. Team B: 2101 and 2102, duty lead 3002."""

    def __init__(self, at: str, *rows: str, mode: str = "enforce", **more: Any) -> None:
        policies = {**OTHERS_OFF, "leave": more.pop("leave", {})}
        zone = more.get("zone", "Asia/Shanghai")
        super().__init__(
            local(at, zone), mode=mode, kinds=more.pop("kinds", KINDS), people=more.pop("people", PEOPLE),
            **more, **policies,
        )  # fmt: skip
        self.at = local(at, zone)  # to the second: linking the PBX took microseconds
        for row in rows:
            code, day, shift = row.split()
            self.plan((code, day, shift, f"A{int(code) % 10 + 1}"))

    def ask(self, who: str, since: str, to: str = "", *, by: str = "", **values: str) -> AnswerAsked:
        given = {"kind": "personal", "reason": "家事", "from": since, "to": to, **values}
        return self.act("leave", "ask", who, by or who, **given)

    def swap(self, who: str, day: str, shift: str, partner: str, *other: str, **more: str) -> AnswerAsked:
        given = dict(zip(("with_day", "with_shift"), other, strict=False)) or {"cover": "yes"}
        return self.act("leave", "swap", who, who, day=day, shift=shift, partner=partner, **given, **more)

    def do(self, act: str, request: str, by: str, **values: str) -> AnswerAsked:
        return self.act("leave", act, actor=by, request=request, **values)

    def asked(self, *args: Any, **values: str) -> str:
        """The id of a leave that must be taken."""
        answer = self.ask(*args, **values)
        assert answer.accepted, answer
        return answer.result["request"]

    def approved(self, name: str) -> str:
        """By everybody it waits for, the partner first."""
        one = self.request(name)
        if one.phase == "asked":
            assert self.do("accept", name, one.partner).accepted
        for code in ("3001", "3002", "4002"):
            if one.open:
                self.do("approve", name, code)
        assert one.granted, one
        return name

    def request(self, name: str) -> Request:
        return self.world.leave.requests[name]

    def pages(self, rule: str) -> list[Page]:
        return [one for one in self.of_effects(Page) if one.rule == rule]

    def worked(self, code: str, day: str) -> list[tuple[str, str]]:
        people = self.world.plan.day(date.fromisoformat(day)).people
        return [(one.shift, one.seat) for one in people.get(code, ())]
