"""Who is to be told, and where they can be reached: from the roster, and from who is signed in where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from ccd.config import Settings
from ccd.config_incidents import LadderSettings
from ccd.events import CallFacts, Person
from ccd.following.picture import Pbx
from ccd.incidents.state import Incident
from ccd.roster import Role, Roster

__all__ = [
    "Candidates",
    "Place",
    "World",
    "candidates",
    "ladder_of",
    "leads_on_duty",
    "pbx_for_police",
    "places",
    "voices",
]

LEADS = (Role.DUTY_LEAD, Role.TEAM_LEAD, Role.SENIOR_AGENT)


class World(Protocol):
    """What incidents look at."""

    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def presence(self) -> Mapping[tuple[str, str], Mapping[str, datetime]]:
        """(pbx, seat) -> the people at it, each with since when."""

    @property
    def pbxs(self) -> Mapping[str, Pbx]: ...
    @property
    def incidents(self) -> Mapping[str, Incident]: ...
    @property
    def unreadable_facts(self) -> int: ...


class Candidates(NamedTuple):
    """``people``: codes, in the order of telling. ``on_duty``: whether any of them is signed in."""

    people: tuple[str, ...]
    on_duty: bool


class Place(NamedTuple):
    """A phone: ``where`` as in ``ccd.effects.Ring``."""

    pbx: str
    where: str


def candidates(world: World, role: Role, facts: CallFacts) -> Candidates:
    """Everybody of this role who can be reached; those signed in first, and of them the reporting team's.

    While no duty lead is signed in, whoever stands in goes before (``stand_in_roles``; manual.md, 督导). Who
    reports has the caller on the line, and counts as nobody to be told.
    """
    team = _team(world, facts)
    others = [person for person in world.roster.people if person.code != facts.agent]
    holders = [person for person in others if person.role == role]
    present = _in_order([person for person in holders if _signed_in(world, person)], team)
    absent = _in_order([person for person in holders if person not in present], team)
    if role is Role.DUTY_LEAD and not present:
        for stand_in in world.settings.policies.incidents.stand_in_roles:
            present += _in_order([p for p in others if p.role == stand_in and _signed_in(world, p)], team)
    reachable = [p for p in absent if p.phone] + [p for p in absent if p.email and not p.phone]
    return Candidates(tuple(dict.fromkeys(p.code for p in (*present, *reachable))), bool(present))


def leads_on_duty(world: World) -> list[Person]:
    """Whoever leads now, the highest first."""
    return [
        person
        for role in LEADS
        for person in world.roster.people
        if person.role == role and _signed_in(world, person)
    ]


def places(world: World, person: str, fallback_pbx: str) -> list[Place]:
    """The phones of a person: the seat they sit at, then their number outside, unless it is the police's."""
    found = []
    for (pbx, seat), people in world.presence.items():
        if person in people and (interface := world.roster.interface_of(pbx, seat)):
            found.append(Place(pbx, interface))
    known = world.roster.by_code(person)
    police = world.settings.policies.incidents.police.number
    if known is not None and known.phone and _digits(known.phone) != _digits(police):
        found.append(Place(known.pbx or fallback_pbx, f"outside:{known.phone}"))
    return found


def _digits(number: str) -> str:
    return "".join(mark for mark in number if mark in "0123456789")


def pbx_for_police(world: World, incident: Incident) -> str:
    """Whose dialplan reaches the police, and numbers outside: as set, else the PBX of the call; of a report
    without a call the first that is followed.
    """
    named = world.settings.policies.incidents.police.pbx or incident.facts.pbx
    return named or next((name for name, pbx in world.pbxs.items() if pbx.synced), next(iter(world.pbxs), ""))


def voices(world: World, incident: Incident) -> list[tuple[str, Place]]:
    """Who is rung to hear the facts before the police: the leads on duty, every other lead, those awaited,
    then whoever sits at a seat; not the reporting one, who has the caller on the line.

    On one PBX only: the mark that keeps the police from being called twice stands in its AstDB.
    """
    only = pbx_for_police(world, incident)
    awaited = ladder_of(world, incident).arrive_role
    people: list[str] = [person.code for person in leads_on_duty(world)]
    for role in (*LEADS, awaited):
        people += [person.code for person in world.roster.people if person.role == role]
    found = [(code, place) for code in dict.fromkeys(people) for place in places(world, code, only)]
    known = {place for _, place in found}
    for (pbx, seat), at_seat in world.presence.items():
        interface = world.roster.interface_of(pbx, seat)
        if interface and Place(pbx, interface) not in known:
            found.append((next(iter(at_seat), ""), Place(pbx, interface)))
    reporting = Place(incident.facts.pbx, incident.facts.interface)
    return [(code, place) for code, place in found if place.pbx == only and place != reporting]


def ladder_of(world: World, incident: Incident) -> LadderSettings:
    """The settings of its ladder; the plain ones where a reload has taken it away meanwhile."""
    return world.settings.policies.incidents.ladders.get(incident.ladder) or LadderSettings()


def _team(world: World, facts: CallFacts) -> str:
    agent = world.roster.by_code(facts.agent)
    return agent.team if agent else world.roster.team_of_interface(facts.pbx, facts.interface)


def _signed_in(world: World, person: Person) -> bool:
    return any(person.code in people for people in world.presence.values())


def _in_order(people: Iterable[Person], team: str) -> list[Person]:
    return sorted(people, key=lambda person: not (team and person.team == team))
