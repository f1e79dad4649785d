"""Who leads whom now, and who may decide: by the roster and by who is signed in.

A team's leads are its team leads and every duty lead. While none of them is signed in, the team's deputies
(senior agents) act for them; managers may always (manual.md, "People and seats").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from ccd.config import Settings
from ccd.roster import Role, Roster

__all__ = [
    "Rostered",
    "World",
    "is_here",
    "leads_here",
    "leads_to_tell",
    "may_decide",
    "name_of",
    "places_of",
    "team_of",
]

Presence = Mapping[tuple[str, str], Mapping[str, datetime]]


class Rostered(Protocol):
    @property
    def roster(self) -> Roster: ...


class World(Rostered, Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def presence(self) -> Presence: ...


def team_of(world: Rostered, person: str) -> str:
    """ "" for somebody of no team, or whom the roster does not know."""
    known = world.roster.by_code(person)
    return known.team if known else ""


def name_of(world: Rostered, person: str) -> str:
    """Name and code, as people are told of somebody."""
    known = world.roster.by_code(person)
    return f"{known.name} ({person})" if known and known.name else person


def places_of(world: World, person: str) -> tuple[tuple[str, str, datetime], ...]:
    """(pbx, seat, since) of every seat somebody is signed in at."""
    return tuple(
        (pbx, seat, people[person]) for (pbx, seat), people in world.presence.items() if person in people
    )


def is_here(world: World, person: str) -> bool:
    return any(person in people for people in world.presence.values())


def leads_here(world: World, team: str) -> tuple[str, ...]:
    """Codes of those signed in who lead this team now: its own leads, then duty leads, else deputies."""
    shifts = world.settings.shifts
    here = [
        known
        for people in world.presence.values()
        for code in people
        if (known := world.roster.by_code(code)) is not None
    ]
    leads = [
        one
        for one in here
        if one.role in shifts.lead_roles and (one.team == team or one.role == Role.DUTY_LEAD)
    ]
    if not leads:
        leads = [one for one in here if one.role in shifts.deputy_roles and one.team == team]
    leads.sort(key=lambda one: one.team != team)
    return tuple(dict.fromkeys(one.code for one in leads))


def leads_to_tell(world: World, team: str) -> tuple[str, ...]:
    """As ``leads_here``; while nobody leads, whoever would, wherever they are (e-mail reaches them)."""
    if here := leads_here(world, team):
        return here
    shifts = world.settings.shifts
    listed = [one for one in world.roster.people if one.role in shifts.lead_roles and one.team == team]
    listed += [one for one in world.roster.people if one.role == Role.DUTY_LEAD and one.team != team]
    return tuple(one.code for one in listed)


def may_decide(world: World, actor: str, team: str) -> bool:
    """Whether this person may decide for the team now. Nobody does so about themselves: see to it."""
    known = world.roster.by_code(actor)
    if known is None:
        return False
    shifts = world.settings.shifts
    if known.role in shifts.manager_roles:
        return True
    if known.role in shifts.lead_roles:
        return known.role == Role.DUTY_LEAD or known.team == team
    return known.role in shifts.deputy_roles and known.team == team and actor in leads_here(world, team)
