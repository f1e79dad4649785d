"""How things stand with listening now, as plain data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ccd.listening.state import Listening
from ccd.listening.world import World
from ccd.shifts.people import name_of, team_of

__all__ = ["board"]

RECENT = 20


def board(world: World, at: datetime) -> dict[str, Any]:
    """``live``: under way or ringing, the oldest first; ``recent``: the latest that ended, latest first.

    ``began`` is None while the phone rings. ``sure``: the PBX is in sight.
    """
    state = world.listening
    ended = list(state.ended.values())[-RECENT:]
    return {
        "at": at,
        "mode": str(world.settings.policies.listening.mode),
        "live": [_row(world, one, at) for one in state.live.values()],
        "recent": [_row(world, one, at) for one in reversed(ended)],
    }


def _row(world: World, one: Listening, at: datetime) -> dict[str, Any]:
    pbx = world.pbxs.get(one.pbx)
    lasts = (at - one.began).total_seconds() if one.began is not None else 0.0
    return {
        "listening": one.id,
        "actor": one.actor,
        "actor_name": name_of(world, one.actor),
        "person": one.person,
        "name": name_of(world, one.person),
        "team": team_of(world, one.person),
        "pbx": one.pbx,
        "seat": one.seat,
        "phone": one.listener,
        "how": one.how,
        "modes": list(one.modes),
        "asked": one.asked,
        "began": one.began,
        "ended": one.ended,
        "why": one.why,
        "seconds": one.seconds if one.ended is not None else max(lasts, 0.0),
        "noted": one.noted,
        "incident": one.incident,
        "sure": one.why != "unknown" and one.seen and pbx is not None and pbx.blind_since is None,
    }
