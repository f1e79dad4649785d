"""Who may do what in quality, by the roster (manual.md, "Quality").

Analysts score, but never their own team; leads follow their team; managers see all; agents see what is
theirs. Nobody scores, releases or decides what is about themselves.
"""

from __future__ import annotations

from typing import Protocol

from ccd.config import Settings
from ccd.roster import Role
from ccd.shifts.people import Rostered, team_of

__all__ = [
    "World",
    "analysts",
    "is_analyst",
    "is_manager",
    "is_qa_manager",
    "is_scored",
    "leads",
    "may_follow",
]


class World(Rostered, Protocol):
    @property
    def settings(self) -> Settings: ...


def _role(world: World, code: str) -> str | None:
    """As it stands in the roster: an old journal may have one that no role is called any more."""
    known = world.roster.by_code(code)
    return None if known is None else known.role


def is_scored(world: World, code: str) -> bool:
    return _role(world, code) in world.settings.quality.scored_roles


def is_analyst(world: World, code: str) -> bool:
    return _role(world, code) in world.settings.quality.analyst_roles


def is_qa_manager(world: World, code: str) -> bool:
    return _role(world, code) in world.settings.quality.manager_roles


def is_manager(world: World, code: str) -> bool:
    """Of operations, or the head of the department: whoever decides for every team."""
    return _role(world, code) in world.settings.shifts.manager_roles


def leads(world: World, code: str, team: str) -> bool:
    """By their post, signed in or not: their own team's lead, or any duty lead."""
    role = _role(world, code)
    if role not in world.settings.shifts.lead_roles:
        return False
    return role == Role.DUTY_LEAD or (team != "" and team_of(world, code) == team)


def analysts(world: World) -> tuple[str, ...]:
    """Their codes, in the order of the roster."""
    roles = world.settings.quality.analyst_roles
    return tuple(known.code for known in world.roster.people if known.role in roles)


def may_follow(world: World, actor: str, agent: str) -> bool:
    """Whether ``actor`` may hear the calls of ``agent`` and read what is said of them: analysts of another
    team, their lead, the QA manager and managers. What is one's own follows ``quality.agents_hear``.
    """
    if actor == agent:
        return False
    team = team_of(world, agent)
    if is_qa_manager(world, actor) or is_manager(world, actor) or leads(world, actor, team):
        return True
    return is_analyst(world, actor) and (team == "" or team_of(world, actor) != team)
