"""The verdict on one boundary: by the record of who was at the seat, and by its log. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ccd.events import RecordRead, Stay
from ccd.events import handover as facts
from ccd.handover.holding import World, awaited, outgoing_people
from ccd.handover.log import Wanting, wanting
from ccd.handover.seats import Boundary, Place, person_id

__all__ = ["due", "judged", "on_leave", "same", "stays_by_place"]

ON_LEAVE = ("leave", "trip")


class _Seen(NamedTuple):
    """What the record shows of a boundary. ``arrived``: relief, also before it; ``empty_s`` after it."""

    giver: str
    taker: str
    arrived: datetime | None
    empty_s: float
    until: datetime


def due(world: World, boundary: Boundary) -> datetime:
    """When it is judged; the log is to be complete by then."""
    return boundary.at + timedelta(minutes=world.settings.policies.handover.judge_after_minutes)


def judged(
    world: World, boundary: Boundary, record: RecordRead, stays: Sequence[Stay]
) -> facts.HandoverJudged:
    """The verdict as it is now, whatever it was before. ``record`` reaches back to the outgoing shift;
    ``stays`` are those of it at this seat.
    """
    seen = _seen(world, boundary, record, stays)
    late = boundary.incoming is not None and (seen.arrived is None or seen.arrived > boundary.at)
    empty = late and seen.empty_s > world.settings.policies.handover.empty_after_s
    blind = _blind(world, boundary, record, seen)
    want = wanting(world, boundary, seen.giver, seen.taker if seen.arrived else "")
    verdict = _verdict(world, boundary, late, empty, blind, want, record, seen)
    about = boundary.about
    outgoing, incoming = (d.assignment.person if d else "" for d in (boundary.outgoing, boundary.incoming))
    return facts.HandoverJudged(
        at=record.at,
        key="|".join(("handover", "judged", *boundary.id, record.at.isoformat())),
        person=incoming or outgoing,
        day=about.day,
        pbx=boundary.pbx,
        seat=boundary.seat,
        shift=about.shift,
        boundary=boundary.at,
        outgoing=outgoing,
        incoming=incoming,
        verdict=verdict,
        arrived=seen.arrived,
        held_s=_held_s(world, boundary),
        missing=want.missing,
        noted=tuple(_noted(world, boundary, seen, blind)),
        because=_because(boundary, seen, want, late, blind),
    )


def same(one: facts.HandoverJudged, other: facts.HandoverJudged) -> bool:
    """Whether nothing has changed but when it was said."""
    names = ("boundary", "outgoing", "incoming", "verdict", "arrived", "held_s", "missing", "noted")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def on_leave(world: World, boundary: Boundary) -> bool:
    """Whoever is planned to relieve has approved leave at the start, and nobody else was named."""
    duty = boundary.incoming
    if duty is None or boundary.in_id in world.handover.named:
        return False
    away = world.leave.away(duty.assignment.person, duty.starts, duty.starts + timedelta(minutes=1))
    return any(one.kind in ON_LEAVE for one in away)


def _verdict(
    world: World,
    boundary: Boundary,
    late: bool,
    empty: bool,
    blind: bool,
    want: Wanting,
    record: RecordRead,
    seen: _Seen,
) -> str:
    """What counts against somebody is not said where we were blind for it, nor of before ccd began."""
    began = world.handover.began
    before = began is not None and boundary.at < began
    if before or (late and blind):
        return "unknown"
    if empty:
        return "empty_seat"
    if not seen.giver and _blind_before(boundary, record):
        return "unknown"
    if want.missing:
        return "incomplete"
    log_late = want.completed is not None and want.completed > due(world, boundary)
    if late or (log_late and not _blind_between(boundary, record, boundary.at, due(world, boundary))):
        return "late"
    return "complete"


def stays_by_place(record: RecordRead) -> Mapping[Place, Sequence[Stay]]:
    """Everybody's, by their arrivals."""
    found: dict[Place, list[Stay]] = {}
    for stay in sorted((*record.stays, *record.others), key=lambda stay: (stay.arrived, stay.person)):
        found.setdefault((stay.pbx, stay.seat), []).append(stay)
    return found


def _seen(world: World, boundary: Boundary, record: RecordRead, stays: Sequence[Stay]) -> _Seen:
    at = boundary.at
    takers = _takers(world, boundary)
    coming = [stay for stay in stays if stay.person in takers and (stay.left is None or stay.left > at)]
    first = min(coming, key=lambda stay: stay.arrived, default=None)
    ends = boundary.incoming.ends if boundary.incoming else at
    until = min(first.arrived if first else record.until, record.until, ends)
    return _Seen(
        giver=_giver(world, boundary, stays),
        taker=first.person if first else "",
        arrived=first.arrived if first else None,
        empty_s=_empty_s(stays, at, until),
        until=max(until, at),
    )


def _takers(world: World, boundary: Boundary) -> tuple[str, ...]:
    """Who works both shifts takes over from themselves."""
    found = awaited(world, boundary)
    return found or ((boundary.incoming.assignment.person,) if boundary.incoming else ())


def _giver(world: World, boundary: Boundary, stays: Sequence[Stay]) -> str:
    """Whose log it is: the planned person's if they were there, else that of who worked there last."""
    duty = boundary.outgoing
    if duty is None:
        return ""
    there = [
        stay
        for stay in stays
        if stay.arrived < boundary.at and (stay.left is None or stay.left > duty.starts)
    ]
    for person in outgoing_people(world, boundary)[::-1]:
        if any(stay.person == person for stay in there):
            return person
    takers = _takers(world, boundary)
    others = sorted(
        (stay for stay in there if stay.person not in takers),
        key=lambda stay: (stay.left is None, stay.left or stay.arrived),
    )
    return others[-1].person if others else ""


def _empty_s(stays: Sequence[Stay], since: datetime, until: datetime) -> float:
    """Seconds in which nobody was signed in at the seat. ``stays`` by their arrivals."""
    empty, free = 0.0, since
    for stay in stays:
        empty += max((min(stay.arrived, until) - free).total_seconds(), 0.0)
        free = max(free, min(stay.left or until, until))
    return empty + max((until - free).total_seconds(), 0.0)


def _blind(world: World, boundary: Boundary, record: RecordRead, seen: _Seen) -> bool:
    lead = timedelta(minutes=world.settings.shifts.lead_minutes)
    return _blind_between(boundary, record, boundary.at - lead, seen.until)


def _blind_before(boundary: Boundary, record: RecordRead) -> bool:
    """Whether somebody worked the outgoing shift unseen."""
    duty = boundary.outgoing
    return duty is not None and _blind_between(boundary, record, duty.starts, boundary.at)


def _blind_between(boundary: Boundary, record: RecordRead, since: datetime, until: datetime) -> bool:
    return any(
        one.pbx == boundary.pbx and one.began < until and (one.ended is None or one.ended > since)
        for one in record.blind
    )


def _held_s(world: World, boundary: Boundary) -> float:
    if boundary.out_id is None:
        return 0.0
    holds = (person_id(boundary.out_id, person) for person in outgoing_people(world, boundary))
    return sum(known.held_s for hold in holds if (known := world.handover.ended.get(hold)) is not None)


def _noted(world: World, boundary: Boundary, seen: _Seen, blind: bool) -> Iterator[str]:
    lead = timedelta(minutes=world.settings.shifts.lead_minutes)
    if seen.arrived is not None and boundary.at - lead < seen.arrived <= boundary.at:
        yield "not_early"
    if on_leave(world, boundary):
        yield "on_leave"
    if boundary.outgoing is not None and not seen.giver:
        yield "nobody_outgoing"
    if blind:
        yield "blind"
    if boundary.incoming and seen.taker and seen.taker != boundary.incoming.assignment.person:
        yield f"relieved_by:{seen.taker}"


def _because(boundary: Boundary, seen: _Seen, want: Wanting, late: bool, blind: bool) -> str:
    came = seen.arrived.isoformat() if seen.arrived else "nobody"
    parts = [f"relief due {boundary.at.isoformat()}, came {came}"] if boundary.incoming else []
    if late:
        parts.append(f"nobody at the seat for {seen.empty_s:.0f} s")
    if blind:
        parts.append("the PBX was out of sight")
    parts.append(f"{len(want.missing)} missing in the log")
    return "; ".join(parts)
