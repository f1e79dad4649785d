"""Which shift a break counts towards: the plan's, or, where nothing was planned, the local day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccd.breaks.world import World
from ccd.shifts.plan import Duty

__all__ = ["Turn", "coming_turn_of", "duty_now", "turn_of"]

HELD_OVER = timedelta(hours=4)
"""Who is still there so long after their shift is counted with it."""
AHEAD = timedelta(hours=24)
DAYS = (-2, -1, 0, 1, 2)


class Turn(NamedTuple):
    """``shift`` is empty, and ``starts`` and ``ends`` None, where nothing is planned."""

    person: str
    day: date
    shift: str
    starts: datetime | None = None
    ends: datetime | None = None

    @property
    def key(self) -> tuple[str, date | None, str]:
        return self.person, self.day, self.shift


def turn_of(world: World, person: str, at: datetime) -> Turn:
    """The shift that runs; else one that begins soon, or was over not long ago; else the day."""
    lead = timedelta(minutes=world.settings.shifts.lead_minutes)
    return _turn(world, person, at, lead)


def coming_turn_of(world: World, person: str, at: datetime) -> Turn:
    """The same, for what is settled ahead: the next shift counts from a day before."""
    return _turn(world, person, at, AHEAD)


def duty_now(world: World, person: str, at: datetime) -> Duty | None:
    """What they are to work at that moment."""
    return next((duty for duty in _duties(world, person, at) if duty.starts <= at < duty.ends), None)


def _turn(world: World, person: str, at: datetime, lead: timedelta) -> Turn:
    duties = _duties(world, person, at)
    running = [duty for duty in duties if duty.starts <= at < duty.ends]
    soon = [duty for duty in duties if at < duty.starts <= at + lead]
    over = [duty for duty in duties if at - HELD_OVER <= duty.ends <= at]
    for found in (running[:1], soon[:1], over[-1:]):
        for starts, ends, one in found:
            return Turn(person, one.day, one.shift, starts, ends)
    return Turn(person, at.astimezone(ZoneInfo(world.settings.daemon.timezone)).date(), "")


def _duties(world: World, person: str, at: datetime) -> list[Duty]:
    today = at.date()
    return sorted(duty for n in DAYS for duty in world.plan.of(person, today + timedelta(days=n)))
