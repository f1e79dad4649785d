"""How things stand now, for whoever looks: plain values, times aware UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ccd.adherence.live import standings
from ccd.adherence.world import World
from ccd.shifts.people import team_of

__all__ = ["board"]


def board(world: World, at: datetime) -> dict[str, Any]:
    """``out``: who is out of adherence now, the longest first. ``unknown``: on duty, and nobody can tell."""
    out, unknown = [], 0
    for one in standings(world, at):
        unknown += one.state == "unknown"
        if one.state == "out":
            assignment, known = one.duty.assignment, world.roster.by_code(one.person)
            out.append(
                {
                    "person": one.person,
                    "name": known.name if known else "",
                    "team": team_of(world, one.person),
                    "shift": assignment.shift,
                    "seat": assignment.seat,
                    "actual": one.actual,
                    "reason": one.reason,
                    "impact": one.impact,
                    "since": one.since,
                    "seconds": max((at - one.since).total_seconds(), 0.0),
                    "severe": one.person in world.adherence.severe,
                }
            )
    out.sort(key=lambda row: (row["since"], row["person"]))
    settings = world.settings.policies.adherence
    return {
        "mode": settings.mode.value,
        "at": at,
        "on_duty": len({duty.assignment.person for duty in world.plan.on_duty(at)}),
        "out": out,
        "unknown": unknown,
        "target": settings.target,
        "floor": settings.floor,
    }
