"""What this room looks at of the picture in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from ccd.adherence.judging import Planned
from ccd.adherence.state import AdherenceState
from ccd.config import Settings
from ccd.following.picture import Pbx
from ccd.roster import Roster
from ccd.shifts.away import Away
from ccd.shifts.people import team_of
from ccd.shifts.plan import Duty, Plan

__all__ = ["World", "planned_of", "zone_of"]


class Leave(Protocol):
    def away(self, person: str, since: datetime, until: datetime) -> tuple[Away, ...]: ...


class Attendance(Protocol):
    def excused(self, person: str, pbx: str, since: datetime, until: datetime) -> tuple[Away, ...]: ...


class World(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def presence(self) -> Mapping[tuple[str, str], Mapping[str, datetime]]: ...
    @property
    def pbxs(self) -> Mapping[str, Pbx]: ...
    @property
    def incidents(self) -> Mapping[str, Any]: ...
    @property
    def adherence(self) -> AdherenceState: ...
    @property
    def leave(self) -> Leave: ...
    @property
    def attendance(self) -> Attendance: ...


def zone_of(world: World, duty: Duty) -> str:
    shift = world.plan.shifts.by_name.get(duty.assignment.shift)
    return shift.zone if shift else world.settings.daemon.timezone


def planned_of(world: World, duty: Duty, duties: tuple[Duty, ...]) -> Planned:
    """``duties``: the person's others around it. What was granted long ago is taken from the last verdict."""
    one, state = duty.assignment, world.adherence
    span = (duty.starts, duty.ends)
    away = (
        *world.leave.away(one.person, *span),
        *world.attendance.excused(one.person, one.pbx, *span),
    )
    last = state.judged.get((one.person, one.day, one.shift))
    grants = {grant.began: grant for grant in last.grants} if last else {}
    grants |= {grant.began: grant for grant in state.grants(one.person, *span)}
    return Planned(team_of(world, one.person), zone_of(world, duty), duties, away, tuple(grants.values()))
