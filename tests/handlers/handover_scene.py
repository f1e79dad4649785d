"""A handover at 16:00 local time: 2000 sits at A1 from 08:00 on, 2005 is to relieve. 3001 leads the team."""

from __future__ import annotations

from typing import Any

from ccd.events.handover import HandoverJudged
from tests.handlers.shift_scene import ShiftScene, local

__all__ = ["DAY", "Handover", "at"]

DAY = "2026-03-02"
KINDS = {"early": {"start": "08:00", "minutes": 480}, "late": {"start": "16:00", "minutes": 480}}


def at(clock: str, day: str = DAY) -> Any:
    return local(f"{day} {clock}")


class Handover(ShiftScene):
    """``mode`` and the settings are those of handover; the other policies are off."""

    def __init__(
        self, begins: str = "07:30", mode: str = "enforce", sweep_s: int = 60, **settings: Any
    ) -> None:
        settings = {"floor": 0, **settings}
        super().__init__(
            at(begins),
            mode="off",
            kinds=KINDS,
            shifts={"sweep_s": sweep_s},
            handover={"mode": mode, **settings},
        )
        self.plan(("2000", DAY, "early", "A1"), ("2005", DAY, "late", "A1"))
        self.sign("arrive", "3001", "L9")

    def go(self, clock: str, day: str = DAY) -> None:
        self.run(to=at(clock, day))

    def come(self, code: str, seat: str = "A1", **more: Any) -> Any:
        return self.sign("arrive", code, seat, **more)

    def leave(self, code: str, seat: str = "A1", **more: Any) -> Any:
        return self.sign("leave", code, seat, **more)

    def staff(self, clock: str = "15:50") -> None:
        """2000 has come in time, and it is now later."""
        self.go("07:50")
        self.come("2000")
        self.go(clock)

    def do(self, act: str, person: str = "", actor: str = "", **values: str) -> Any:
        return self.act("handover", act, person, actor, **values)

    def write_log(self, person: str = "2000") -> None:
        for section in ("equipment", "unsolved", "staffing"):
            assert self.do("log_write", person, person, section=section, none="yes").accepted
        assert self.do("sign", person, person).accepted

    def verdict(self, shift: str = "late", seat: str = "A1", **more: Any) -> HandoverJudged:
        return self.latest(HandoverJudged, shift=shift, seat=seat, **more)
