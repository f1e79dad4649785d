"""The handover log (交接日记): what is wanting in it, whose that is, and what a text may hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from ccd.events import handover as facts
from ccd.handover.holding import World
from ccd.handover.seats import Boundary, team_of

__all__ = ["Wanting", "cleaned", "unread_bulletins", "wanting"]

_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CUT = ("Cc", "Cs", "Co", "Cn")


class Wanting(NamedTuple):
    """``missing`` as in ``HandoverJudged``. ``completed``: when all of it was there."""

    missing: tuple[str, ...]
    completed: datetime | None


def cleaned(text: str) -> str:
    """As it was written, without control characters and direction marks, which could hide what it says."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(
        mark
        for mark in lines
        if mark in "\n\t" or (mark not in _BIDI and unicodedata.category(mark) not in _CUT)
    ).strip()


def wanting(world: World, boundary: Boundary, giver: str, taker: str) -> Wanting:
    """``giver`` is whose log it is, ``taker`` who has come to relieve; "" where there is nobody. Who works
    on at the seat writes and signs nothing for themselves.
    """
    settings = world.settings.policies.handover
    asked: dict[str, datetime | None] = {}
    if giver and giver != taker and boundary.out_id is not None:
        for section in settings.required_sections:
            asked[f"section:{section}|{giver}"] = _written(world, boundary, section)
        signed = world.handover.signed.get(boundary.out_id, {})
        for person in (giver, taker) if settings.signatures else ():
            if person:
                asked[f"signature|{person}"] = signed.get(person)
    for bulletin in _bulletins(world, boundary) if taker else ():
        asked[f"bulletin:{bulletin}|{taker}"] = world.handover.read.get((bulletin, taker))
    times = [at for at in asked.values() if at is not None]
    return Wanting(
        tuple(name for name, at in asked.items() if at is None),
        max(times, default=None) if len(times) == len(asked) else None,
    )


def _written(world: World, boundary: Boundary, section: str) -> datetime | None:
    """An unsolved problem that was opened is in the log by that."""
    assert boundary.out_id is not None
    entries = world.handover.entries.get(boundary.out_id, {}).values()
    times = [one.at for one in entries if one.section == section]
    if section == "unsolved" and (opened := world.handover.opened.get(boundary.out_id)) is not None:
        times.append(opened)
    return min(times, default=None)


def _bulletins(world: World, boundary: Boundary) -> Iterator[str]:
    """The latest ones for this team, posted before the boundary."""
    team = team_of(world, boundary.place)
    for bulletin in _latest(world, team, boundary.at):
        yield bulletin.bulletin


def unread_bulletins(world: World, person: str, at: datetime) -> tuple[facts.BulletinPosted, ...]:
    """Of the latest ones those that this person has not read."""
    known = world.roster.by_code(person)
    found = _latest(world, known.team if known else "", at)
    return tuple(one for one in found if (one.bulletin, person) not in world.handover.read)


def _latest(world: World, team: str, at: datetime) -> Iterator[facts.BulletinPosted]:
    since = at - timedelta(days=world.settings.policies.handover.bulletin_days)
    for one in world.handover.bulletins.values():
        if since <= one.at < at and one.audience in ("all", team):
            yield one
