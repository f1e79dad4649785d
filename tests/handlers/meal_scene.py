"""A floor at meal time: team A with three agents or more, their lead, and a second team."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from ccd import events as e
from ccd.effects import AnswerAsked, Page, SendAction
from ccd.events import meals as facts
from ccd.meals.view import board
from tests.handlers.shift_scene import ShiftScene, local, person

__all__ = ["DAY", "MealScene", "ends", "full", "local", "noon", "waiting"]

DAY = "2026-03-02"
KINDS: dict[str, Any] = {
    "day": {"start": "08:00", "minutes": 720},
    "night": {"start": "20:00", "minutes": 720},
}
OTHERS_OFF: dict[str, Any] = {
    name: {"mode": "off"} for name in ("handover", "breaks", "attendance", "leave", "adherence")
}


def noon(clock: str) -> datetime:
    """A time of the day of the scenes, by the clock in Shanghai."""
    return local(f"{DAY} {clock}")


class MealScene(ShiftScene):
    """``agents`` of team A, 2001 and on, each at their own seat (A1 …), signed in and planned for the day.

    3001 leads them (seat L90), 3002 is the duty lead of team B (D91); 2101 is an agent of team B (B51).
    """

    def __init__(
        self,
        at: datetime | str = "11:30",
        *,
        agents: int = 3,
        mode: str = "enforce",
        groups: Iterable[str] = (),
        shift: str = "day",
        day: str = DAY,
        planned: bool = True,
        zone: str = "Asia/Shanghai",
        kinds: Any = None,
        shifts: Any = None,
        **meals: Any,
    ) -> None:
        self.codes = tuple(str(2001 + number) for number in range(agents))
        people = (
            *(person(code, f"A{number}") for number, code in enumerate(self.codes, start=1)),
            person("2101", "B51", team="B"),
            person("2999", "A1"),
            person("3001", "L90", "team_lead"),
            person("3002", "D91", "duty_lead", "B"),
            person("4001", "", "operations_manager", ""),
        )
        when = noon(at) if isinstance(at, str) else at
        super().__init__(
            when,
            mode="off",
            kinds=kinds or KINDS,
            people=people,
            zone=zone,
            shifts=shifts,
            meals={"mode": mode, **meals},
        )
        if planned:
            given = dict(zip(self.codes, groups, strict=False))
            for code in (*self.codes, "3001"):
                seat = self.seat(code)
                self.plan((code, day, shift, seat), group=given.get(code, ""))
        for code in (*self.codes, "3001", "3002", "2101"):
            self.sign("arrive", code, self.seat(code))

    def seat(self, code: str) -> str:
        known = self.world.roster.by_code(code)
        assert known is not None
        return known.seat

    # --- what happens ---

    def ask(self, code: str, how: str = "phone") -> AnswerAsked:
        """By the code at the person's own phone."""
        return self.ask_pause(self.seat(code), "meal", code if how == "console" else "", how=how)

    def go(self, code: str) -> AnswerAsked:
        """Ask, and pause where let, as the dialplan does."""
        answer = self.ask(code)
        if answer.accepted:
            self.pause(self.seat(code), "meal")
        return answer

    def come_back(self, code: str) -> facts.MealEnded:
        self.unpause(self.seat(code))
        return self.latest(facts.MealEnded, person=code)

    def eat(self, code: str, seconds: float) -> facts.MealEnded:
        """Go, and be back after exactly so long."""
        assert self.go(code).accepted
        began = self.world.meals.meals[code].began
        self.run(to=began + timedelta(seconds=seconds, microseconds=-1))
        return self.come_back(code)

    def talk(self, code: str, *, talking: bool = True) -> None:
        interface = self.world.roster.interface_of("main", self.seat(code)) or ""
        paused = self.world.pbxs["main"].agents[interface].pause
        self.ami(
            "QueueMemberStatus",
            Queue="support",
            Interface=interface,
            MemberName=interface,
            Status="2" if talking else "1",
            Paused="1" if paused else "0",
            PausedReason=paused.reason if paused else "",
        )

    def hang_up(self, code: str) -> None:
        self.talk(code, talking=False)

    def meal(self, act: str, code: str, by: str = "", **values: str) -> AnswerAsked:
        return self.act("meals", act, code, by, **values)

    def emergency(self, seat: str) -> None:
        fields = {"request": "r1", "ladder": "threat", "how": "console", "pbx": "main", "seat": seat}
        self.take(e.ReportAsked(at=self.at, **fields))

    # --- what is asked of it ---

    @property
    def eating(self) -> set[str]:
        return set(self.world.meals.meals)

    def pages(self, rule: str) -> list[Page]:
        return [one for one in self.of_effects(Page) if one.rule == rule]

    def paused(self) -> list[SendAction]:
        return [one for one in self.of_effects(SendAction) if ("Action", "QueuePause") in one.fields]

    def team(self, name: str = "A") -> dict[str, Any]:
        told: dict[str, Any] = next(one for one in board(self.world, self.at)["teams"] if one["team"] == name)
        return told


def waiting(scene: MealScene) -> list[str]:
    """Who of team A waits, in order."""
    return [one["person"] for one in scene.team()["waiting"]]


def ends(scene: MealScene) -> list[tuple[str, str, str]]:
    """(person, what, why) of every place that ended without its owner going to a meal."""
    return [(one.person, one.what, one.why) for one in scene.of(facts.MealPlaceEnded) if one.why != "let"]


def full(agents: int = 4, **settings: object) -> MealScene:
    """2001 is at their meal, and the cap is one."""
    scene = MealScene("11:30", agents=agents, share=0.1, **settings)
    assert scene.go("2001").accepted
    return scene
