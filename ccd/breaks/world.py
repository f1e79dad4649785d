"""What the policy about breaks looks at, and what it tells people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from ccd.breaks.state import BreaksState
from ccd.config import Mode, Settings
from ccd.config_breaks import BreaksSettings
from ccd.effects import Effect, Page
from ccd.events import Event
from ccd.following.picture import Pbx
from ccd.roster import Role, Roster
from ccd.shifts.away import Away
from ccd.shifts.emergencies import Incident, live_incident_of
from ccd.shifts.people import leads_to_tell, team_of
from ccd.shifts.plan import Plan

__all__ = [
    "AGENTS",
    "Items",
    "World",
    "clock",
    "freed",
    "minutes_of",
    "page",
    "to_leads",
]

Items = Iterator[Event | Effect]
AGENTS = (Role.AGENT, Role.SENIOR_AGENT, Role.TELESALES)
"""Who takes calls: the cap is reckoned of these, and holds for them."""


class Leave(Protocol):
    def away(self, person: str, since: datetime, until: datetime) -> tuple[Away, ...]: ...


class World(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def presence(self) -> Mapping[tuple[str, str], Mapping[str, datetime]]: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def pbxs(self) -> Mapping[str, Pbx]: ...
    @property
    def incidents(self) -> Mapping[str, Incident]: ...
    @property
    def leave(self) -> Leave: ...
    @property
    def breaks(self) -> BreaksState: ...


def freed(world: World, person: str, pbx: str, seat: str) -> bool:
    """Whether a live incident is theirs, or of their seat: then nothing is enforced."""
    return live_incident_of(world.incidents.values(), person, ((pbx, seat),)) is not None


def clock(world: World, at: datetime) -> str:
    """Hours and minutes by the site's clock."""
    return f"{at.astimezone(ZoneInfo(world.settings.daemon.timezone)):%H:%M}"


def minutes_of(seconds: float) -> str:
    """Whole ones that have passed."""
    return f"{int(seconds // 60)}"


def page(settings: BreaksSettings, effect: Page) -> Items:
    """Nobody is told while we only observe."""
    if settings.mode in (Mode.NOTIFY, Mode.ENFORCE) and effect.people:
        yield effect


def to_leads(world: World, person: str) -> tuple[str, ...]:
    """Whom to tell about somebody: who leads their team, but themselves."""
    return tuple(code for code in leads_to_tell(world, team_of(world, person)) if code != person)
