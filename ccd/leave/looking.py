"""What this room looks at."""

from __future__ import annotations

from typing import Protocol

from ccd.config import Settings
from ccd.leave.state import LeaveState
from ccd.roster import Roster
from ccd.shifts.calendar import Calendar
from ccd.shifts.people import Presence
from ccd.shifts.plan import Plan

__all__ = ["World"]


class World(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def presence(self) -> Presence: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def leave(self) -> LeaveState: ...
