"""How things stand now, for whoever looks: plain values, times aware UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ccd.handover.holding import World, awaited, hold_at, relief_since
from ccd.handover.judging import on_leave
from ccd.handover.log import unread_bulletins, wanting
from ccd.handover.seats import Boundary, planned, team_of

__all__ = ["board"]

Row = dict[str, Any]


def board(world: World, at: datetime) -> Row:
    """``seats``: those that hand over now, with who is held since when, who is awaited, and what the log
    lacks; ``items``: problems that are open; ``unread``: bulletins that those signed in have not read.
    """
    settings = world.settings.policies.handover
    before = timedelta(minutes=settings.hold_from_minutes)
    after = timedelta(minutes=max(settings.max_hold_minutes, settings.judge_after_minutes))
    near = planned(world, at).between(at - after, at + before)
    return {
        "at": at,
        "mode": settings.mode.value,
        "seats": [_seat(world, one, at) for one in near if one.outgoing is not None],
        "items": [
            {
                "item": one.item,
                "opened": one.at,
                "person": one.person,
                "pbx": one.pbx,
                "seat": one.seat,
                "team": team_of(world, (one.pbx, one.seat)),
                "text": one.text,
            }
            for one in world.handover.items.values()
        ],
        "bulletins": [
            {"id": one.bulletin, "posted": one.at, "title": one.title, "audience": one.audience}
            for one in world.handover.bulletins.values()
        ],
        "unread": dict(_unread(world, at)),
    }


def _seat(world: World, boundary: Boundary, at: datetime) -> Row:
    verdict = world.handover.verdicts.get(boundary.id)
    outgoing = boundary.outgoing.assignment.person if boundary.outgoing else ""
    since = relief_since(world, boundary)
    here = world.presence.get(boundary.place, {})
    taker = next((one for one in awaited(world, boundary) if one in here), "")
    want = wanting(world, boundary, outgoing, taker)
    return {
        "pbx": boundary.pbx,
        "seat": boundary.seat,
        "team": team_of(world, boundary.place),
        "boundary": boundary.at,
        "outgoing": outgoing,
        "incoming": boundary.incoming.assignment.person if boundary.incoming else "",
        "here": [{"person": person, "since": arrived} for person, arrived in here.items()],
        "awaited": [] if since is not None else list(awaited(world, boundary)),
        "on_leave": on_leave(world, boundary),
        "held": list(_held(world, boundary, at)),
        "missing": list(want.missing),
        "unsigned": [one.partition("|")[2] for one in want.missing if one.startswith("signature|")],
        "verdict": verdict.verdict if verdict is not None else "",
    }


def _held(world: World, boundary: Boundary, at: datetime) -> Iterator[Row]:
    """Those at the seat who may not leave it; ``began`` is None before the end of their shift."""
    for person in world.presence.get(boundary.place, {}):
        found = hold_at(world, person, boundary.place, at)
        if found is None or found[0] != boundary or boundary.outgoing is None:
            continue
        began = boundary.outgoing.ends if at >= boundary.outgoing.ends else None
        yield {
            "person": person,
            "began": began,
            "until": found[1],
            "held_s": (at - began).total_seconds() if began else 0.0,
            "rule": "handover_held",
        }


def _unread(world: World, at: datetime) -> Iterator[tuple[str, list[str]]]:
    here = dict.fromkeys(person for people in world.presence.values() for person in people)
    for person in here:
        if unread := [one.bulletin for one in unread_bulletins(world, person, at)]:
            yield person, unread
