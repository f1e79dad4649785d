"""What the rules of attendance look at, and the little that several of them ask of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from ccd.attendance.state import AttendanceState
from ccd.config import Settings
from ccd.config_attendance import AttendanceSettings
from ccd.effects import Effect
from ccd.events import Event
from ccd.roster import Roster
from ccd.shifts.away import Away
from ccd.shifts.plan import Assignment, Duty, Plan

__all__ = ["Items", "Leave", "World", "away", "day_here", "pbxs_of", "rules_of", "running", "zone_of"]

Items = Iterator[Event | Effect]


class Leave(Protocol):
    def away(self, person: str, since: datetime, until: datetime) -> tuple[Away, ...]: ...


class World(Protocol):
    """What this policy looks at."""

    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def presence(self) -> Mapping[tuple[str, str], Mapping[str, datetime]]: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def pbxs(self) -> Mapping[str, Any]: ...
    @property
    def leave(self) -> Leave: ...
    @property
    def attendance(self) -> AttendanceState: ...


def rules_of(world: World) -> AttendanceSettings:
    return world.settings.policies.attendance


def zone_of(world: World) -> tzinfo:
    return ZoneInfo(world.settings.daemon.timezone)


def day_here(world: World, at: datetime) -> date:
    """The date on the wall."""
    return at.astimezone(zone_of(world)).date()


def pbxs_of(world: World, one: Assignment) -> tuple[str, ...]:
    """Those that this seat may be on."""
    return (one.pbx,) if one.pbx else tuple(world.settings.pbx) or tuple(world.pbxs)


def away(world: World, duty: Duty, since: datetime, until: datetime) -> tuple[Away, ...]:
    """Approved leave and excused outages that touch this part of somebody's shift."""
    one = duty.assignment
    return (
        *world.leave.away(one.person, since, until),
        *world.attendance.excused(one.person, one.pbx, since, until),
    )


def running(world: World, person: str, at: datetime) -> tuple[Duty, ...]:
    """Their shifts that run at this moment."""
    days = {(at + timedelta(days=n)).date() for n in (-2, -1, 0, 1)}
    return tuple(
        duty for day in sorted(days) for duty in world.plan.of(person, day) if duty.starts <= at < duty.ends
    )
