"""What meals look at, and what they ask of it: who sits where, on which shift, on a call, out of sight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from ccd.config import Settings
from ccd.events import AgentState
from ccd.following.picture import Agent, Pbx
from ccd.meals.state import MealsState
from ccd.roster import Roster
from ccd.shifts.emergencies import Incident, live_incident_of
from ccd.shifts.people import is_here, leads_to_tell, places_of, team_of
from ccd.shifts.plan import Duty, Plan
from ccd.staffing.forecast import Forecast

__all__ = [
    "LIVE",
    "Diner",
    "World",
    "agent_at",
    "blind_since",
    "clock",
    "diner_of",
    "groups_of",
    "has_gone",
    "leads_of",
    "on_call",
    "place_of",
    "spared_by",
]

LIVE = (AgentState.TALKING, AgentState.HOLD)
"""Nobody is taken from a call; one that only rings is none yet."""


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
    def pbxs(self) -> Mapping[str, Pbx]: ...
    @property
    def incidents(self) -> Mapping[str, Incident]: ...
    @property
    def forecast(self) -> Forecast: ...
    @property
    def meals(self) -> MealsState: ...


class Diner(NamedTuple):
    """Somebody and their shift of the moment. ``day``: the local one on which it begins; of who is not
    planned that of now. ``zone``: whose clock their windows go by.
    """

    person: str
    name: str
    role: str
    team: str
    planned: bool
    zone: str
    day: date
    group: str


def diner_of(world: World, person: str, at: datetime) -> Diner:
    known = world.roster.by_code(person)
    name, role, team = (known.name, known.role, known.team) if known else ("", "", "")
    zone = world.settings.daemon.timezone
    duty = next((one for one in _shifts_near(world, person, at) if one.starts <= at < one.ends), None)
    if duty is None:
        return Diner(person, name, role, team, False, zone, at.astimezone(ZoneInfo(zone)).date(), "")
    one = duty.assignment
    zone = world.plan.shifts.by_name[one.shift].zone
    return Diner(person, name, role, team, True, zone, one.day, one.meal_group)


def _shifts_near(world: World, person: str, at: datetime) -> Iterator[Duty]:
    """One that runs now began within two days in UTC."""
    today = at.date()
    for number in range(-2, 3):
        yield from world.plan.of(person, today + timedelta(days=number))


def has_gone(world: World, person: str, day: date | None, at: datetime) -> bool:
    """Whether somebody is signed in nowhere and their shifts of that day are over."""
    duties = world.plan.of(person, day) if day is not None else ()
    return bool(duties) and all(duty.ends <= at for duty in duties) and not is_here(world, person)


def groups_of(world: World, team: str, since: datetime, until: datetime) -> tuple[str, ...]:
    """The meal groups of a team's people who are planned between these moments, by name."""
    found = {
        duty.assignment.meal_group
        for duty in world.plan.duties(since, until)
        if team_of(world, duty.assignment.person) == team
    }
    return tuple(sorted(found - {""}))


def clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def place_of(world: World, person: str) -> tuple[str, str]:
    """(pbx, seat) of somebody who is signed in; both empty for whoever is not."""
    places = places_of(world, person)
    return places[0][:2] if places else ("", "")


def agent_at(world: World, pbx: str, interface: str) -> Agent | None:
    known = world.pbxs.get(pbx)
    return known.agents.get(interface) if known else None


def blind_since(world: World, pbx: str) -> datetime | None:
    known = world.pbxs.get(pbx)
    return known.blind_since if known else None


def on_call(world: World, pbx: str, interface: str) -> bool:
    agent = agent_at(world, pbx, interface)
    return agent is not None and agent.state in LIVE


def spared_by(world: World, person: str, pbx: str, seat: str) -> str:
    """The live incident of this person or seat, whom nothing is refused meanwhile; "" where there is none."""
    incident = live_incident_of(world.incidents.values(), person, ((pbx, seat),))
    return incident.id if incident else ""


def leads_of(world: World, person: str, team: str = "") -> tuple[str, ...]:
    """Who is told of somebody: their leads without themselves; else the managers. ``team``: of nobody."""
    leads = leads_to_tell(world, team_of(world, person) or team)
    if others := tuple(one for one in leads if one != person):
        return others
    roles = world.settings.shifts.manager_roles
    return tuple(one.code for one in world.roster.people if one.role in roles and one.code != person)
