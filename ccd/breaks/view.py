"""How things stand now, for whoever looks: plain values, times aware UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ccd.breaks.overstay import over_s
from ccd.breaks.record import Break
from ccd.breaks.world import World
from ccd.shifts.people import team_of

__all__ = ["board"]


def board(world: World, at: datetime) -> dict[str, Any]:
    """``on``: who is paused for what since when, the longest first; ``grants``: those not taken up.

    ``left_s`` is None without a limit, negative once it is over; ``times_allowed`` and
    ``minutes_a_shift`` 0: no limit. ``sure``: the PBX is in sight, and was all the while.
    """
    on = sorted(world.breaks.on.values(), key=lambda one: one.began)
    return {
        "at": at,
        "mode": str(world.settings.policies.breaks.mode),
        "on": [_row(world, one, at) for one in on],
        "grants": [
            {"person": one.person, **_who(world, one.person), "reason": one.reason, "since": one.at}
            for one in world.breaks.grants.values()
            if not one.used
        ],
    }


def _row(world: World, one: Break, at: datetime) -> dict[str, Any]:
    rule = world.settings.policies.breaks.reason(one.reason)
    same = world.breaks.of_turn(one.turn(), one.reason)
    limit, run = one.limit_s, (at - one.seen_since).total_seconds()
    pbx = world.pbxs.get(one.pbx)
    return {
        "person": one.person,
        **_who(world, one.person),
        "pbx": one.pbx,
        "seat": one.seat,
        "reason": one.reason,
        "since": one.began,
        "seconds": one.seconds(at),
        "allowed_s": limit,
        "left_s": None if limit is None else limit - run,
        "over_s": over_s(one, at),
        "productive": one.productive,
        "asked": one.asked,
        "rule": one.rule,
        "times": len(same),
        "times_allowed": rule.times if rule else 0,
        "used_s": sum(each.seconds(at) for each in same),
        "minutes_a_shift": rule.minutes_a_shift if rule else 0,
        "sure": not one.blind and pbx is not None and pbx.blind_since is None,
        "stages": sorted({stage for stage, _ in one.stages}),
    }


def _who(world: World, person: str) -> dict[str, str]:
    known = world.roster.by_code(person)
    return {"name": known.name if known else "", "team": team_of(world, person)}
