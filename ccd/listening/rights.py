"""Who may listen to whom, whisper to them, barge in: by the roster and by what is going on.

Leads with their own team, duty leads with any; analysts with every team but their own; the QA manager and
managers with all (``ccd.quality.people.may_follow``). Agents never, and nobody with themselves. What is more
than listening goes by post (``[policies.listening]``). Into the call of a live emergency nobody speaks but a
duty lead or a manager, with a reason; a team's lead may whisper there, an analyst may only listen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ccd.config_listening import HOWS, ListeningSettings
from ccd.listening.world import World
from ccd.quality.people import is_analyst, is_manager, may_follow
from ccd.roster import Role
from ccd.shifts.emergencies import Incident, live_incident_of
from ccd.shifts.people import name_of

__all__ = ["Refusal", "incident_on", "modes_of", "refusal"]


class Refusal(NamedTuple):
    rule: str
    values: Mapping[str, str]


def incident_on(world: World, person: str, pbx: str, seat: str) -> Incident | None:
    """The live emergency of this agent, or of their seat."""
    return live_incident_of(world.incidents.values(), person, ((pbx, seat),))


def refusal(
    world: World,
    settings: ListeningSettings,
    actor: str,
    person: str,
    how: str,
    *,
    incident: bool = False,
    why: str = "",
) -> Refusal | None:
    """Why ``actor`` may not; None: they may."""
    values = {"actor": name_of(world, actor), "name": name_of(world, person)}
    if actor == person:
        return Refusal("listening_oneself", values)
    if not may_follow(world, actor, person):
        return Refusal("listening_may_not", values)
    if not settings.speaks(_role(world, actor), how):
        return Refusal(f"listening_no_{how}", values)
    if incident and how == "whisper" and _only_hears(world, actor):
        return Refusal("listening_emergency_whisper", values)
    if incident and how == "barge":
        if not _commands(world, actor):
            return Refusal("listening_emergency_barge", values)
        if not why:
            return Refusal("listening_emergency_why", values)
    return None


def modes_of(
    world: World, settings: ListeningSettings, actor: str, person: str, *, incident: bool, why: str
) -> tuple[str, ...]:
    """What they may turn to by a key of their phone."""
    return tuple(
        how
        for how in HOWS
        if refusal(world, settings, actor, person, how, incident=incident, why=why) is None
    )


def _role(world: World, code: str) -> str:
    known = world.roster.by_code(code)
    return known.role if known is not None else ""


def _only_hears(world: World, actor: str) -> bool:
    """Analysts: the people of the quality department have no part in an emergency."""
    return is_analyst(world, actor) or _role(world, actor) == Role.QA_MANAGER


def _commands(world: World, actor: str) -> bool:
    return _role(world, actor) == Role.DUTY_LEAD or is_manager(world, actor)
