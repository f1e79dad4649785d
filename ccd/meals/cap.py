"""How many of a team may be at a meal at a time (manual.md: "in rotation, not all at once").

Reckoned anew at each decision, of those who take calls (``counted_roles``) and are there: signed in, on duty
by the plan, and not paused for anything else; whoever is at a meal is one of them.

=============  ===================================================================================
``share``      this share of them, rounded down, and one at least
``floor``      all but ``floor`` (``floors`` for single teams): none where too few are there
``forecast``   all but those whom the forecast needs; where none is known of the team, as ``share``
=============  ===================================================================================
"""

from __future__ import annotations

from datetime import datetime
from math import floor
from typing import NamedTuple

from ccd.config_meals import MealsSettings
from ccd.meals.floor import World, agent_at
from ccd.shifts.people import team_of
from ccd.staffing.forecast import required

__all__ = ["Cap", "cap_of", "is_counted", "places_taken"]

ROUNDING = 1e-9
"""0.3 of 10 are 3, though 0.3 * 10 may come out a little less."""


class Cap(NamedTuple):
    """``taken``: whoever is at a meal, or has a place kept. ``because``: the figures."""

    team: str
    present: int
    limit: int
    taken: tuple[str, ...]
    because: str

    @property
    def free(self) -> int:
        return self.limit - len(self.taken)

    @property
    def values(self) -> dict[str, str]:
        return {"present": str(self.present), "limit": str(self.limit), "away": str(len(self.taken))}


def is_counted(world: World, settings: MealsSettings, person: str) -> bool:
    known = world.roster.by_code(person)
    return known is not None and known.role in settings.counted_roles


def places_taken(world: World, settings: MealsSettings, team: str) -> tuple[str, ...]:
    """Whoever of the team is at a meal, on the way to one, or has a place kept. What a lead has granted
    counts from its beginning only: it comes on top.
    """
    state = world.meals
    grants = [person for person, grant in state.grants.items() if grant.by_rule != "lead"]
    people = dict.fromkeys((*state.meals, *state.held, *state.turns, *grants))
    return tuple(one for one in people if team_of(world, one) == team and is_counted(world, settings, one))


def cap_of(world: World, settings: MealsSettings, team: str, at: datetime, asking: str = "") -> Cap:
    """``asking`` is counted among those who are there, whatever their phone is paused for now."""
    taken = places_taken(world, settings, team)
    present = {*_working(world, settings, team, at), *taken}
    if asking:
        present.add(asking)
    limit, because = _limit(world, settings, team, at, len(present))
    return Cap(team, len(present), limit, taken, f"{because}; {len(taken)} taken")


def _working(world: World, settings: MealsSettings, team: str, at: datetime) -> set[str]:
    planned = None
    if settings.unplanned == "refuse":
        planned = {duty.assignment.person for duty in world.plan.on_duty(at)}
    found = set()
    for (pbx, seat), people in world.presence.items():
        agent = agent_at(world, pbx, world.roster.interface_of(pbx, seat) or "")
        pause = agent.pause if agent else None
        if pause is not None and pause.reason != settings.reason:
            continue
        found |= {
            one
            for one in people
            if team_of(world, one) == team
            and is_counted(world, settings, one)
            and (planned is None or one in planned)
        }
    return found


def _limit(world: World, settings: MealsSettings, team: str, at: datetime, present: int) -> tuple[int, str]:
    who = f"team {team or '-'}: {present} there"
    if settings.cap == "floor":
        least = settings.floors.get(team, settings.floor)
        limit = max(present - least, 0)
        return limit, f"{who}, {least} must stay: at most {limit}"
    if settings.cap == "forecast" and (needed := required(world, team, at)) is not None:
        limit = max(present - needed.agents, 0)
        return limit, f"{who}; {needed.because}: at most {limit}"
    limit = max(floor(settings.share * present + ROUNDING), 1)
    none = " (nothing is forecast)" if settings.cap == "forecast" else ""
    return limit, f"{who}, a share of {settings.share:g}{none}: at most {limit}"
