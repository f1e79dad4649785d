"""How answers and pages of this room are made, and what it needs of the world."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from ccd.calibration.state import CalibrationState
from ccd.config import Settings
from ccd.config_section import Mode
from ccd.effects import AnswerAsked, Page
from ccd.events import ShiftAct
from ccd.events.calibration import CalibrationOpened
from ccd.roster import Role, Roster
from ccd.shifts.acts import Refused

__all__ = ["World", "accepted", "clock", "managers", "page", "refused"]


class World(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def calibration(self) -> CalibrationState: ...


def accepted(act: ShiftAct, rule: str, /, **values: str) -> AnswerAsked:
    """Machines find the session in the result."""
    result = {"session": values["session"]}
    because = f"calibration: {rule}"
    return AnswerAsked(act.request, because, accepted=True, rule=rule, values=values, result=result)


def refused(act: ShiftAct, error: Refused) -> AnswerAsked:
    told = ", ".join(f"{name}={value}" for name, value in error.values.items())
    because = f"calibration: {error.rule} ({told})"
    return AnswerAsked(act.request, because, accepted=False, rule=error.rule, values=error.values)


def page(
    world: World, opened: CalibrationOpened, what: str, who: tuple[str, ...], rule: str, /, **values: str
) -> Iterator[Page]:
    """Nobody is told in ``observe``. ``what`` makes the key, with whom it is for."""
    if world.settings.policies.calibration.mode not in (Mode.NOTIFY, Mode.ENFORCE) or not who:
        return
    key = f"calibration|{what}|{opened.session}|{','.join(who)}"
    because = f"calibration: {rule}, session {opened.session}"
    yield Page(key, because, people=who, rule=rule, values=values)


def managers(world: World) -> tuple[str, ...]:
    """Codes of the QA managers, in the order of the roster."""
    roles = world.settings.quality.manager_roles
    return tuple(one.code for one in world.roster.people if Role(one.role) in roles)


def clock(world: World, at: datetime) -> str:
    """By the clock on the wall there."""
    return f"{at.astimezone(ZoneInfo(world.settings.daemon.timezone)):%Y-%m-%d %H:%M}"
