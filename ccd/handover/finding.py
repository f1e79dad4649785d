"""Which boundary somebody means who says little: by where they sit and what is nearest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from ccd.handover.holding import World, awaited, outgoing_people, relief_since
from ccd.handover.seats import LOOK_BACK, Boundary, BoundaryId, planned

__all__ = ["own_end", "to_relieve", "to_sign"]

EARLY = timedelta(hours=2)
"""So long before a shift its people may do what belongs to it."""
AHEAD = timedelta(hours=24)

Values = Mapping[str, str]


def own_end(world: World, person: str, values: Values, at: datetime) -> Boundary | None:
    """The end of the shift that they work, or worked last: the log of it is theirs to write."""
    found = [
        one
        for one in _of_person(world, person, values, at)
        if one.outgoing is not None
        and person in outgoing_people(world, one)
        and one.outgoing.starts - EARLY <= at
    ]
    return max(found, key=lambda one: one.at, default=None)


def to_sign(world: World, person: str, values: Values, at: datetime) -> tuple[Boundary, str] | None:
    """The handover nearest in time that they are a side of, and which: outgoing | incoming."""
    asked = values.get("as", "")
    found: list[tuple[timedelta, Boundary, str]] = []
    for one in _of_person(world, person, values, at):
        if one.outgoing is None or at < one.outgoing.starts - EARLY:
            continue
        for side, people in (
            ("outgoing", outgoing_people(world, one)),
            ("incoming", awaited(world, one)),
        ):
            if person in people and asked in ("", side):
                found.append((abs(at - one.at), one, side))
    nearest = min(found, key=lambda each: each[0], default=None)
    return nearest[1:] if nearest is not None else None


def to_relieve(world: World, values: Values, at: datetime) -> Boundary | None:
    """The shift at a seat that somebody is to work: the one that runs without relief, or the next."""
    seats = planned(world, at)
    found = [
        one
        for place in seats.duties
        if _fits_place(place, values)
        for one in seats.of_seat(place)
        if one.incoming is not None
        and one.incoming.ends > at
        and one.at <= at + AHEAD
        and _fits_shift(one.id, values)
    ]
    found.sort(key=lambda one: one.at)
    waiting = [one for one in found if one.at <= at and relief_since(world, one) is None]
    coming = [one for one in found if one.at > at]
    return next(iter(waiting or coming or found), None)


def _of_person(world: World, person: str, values: Values, at: datetime) -> Iterator[Boundary]:
    """Theirs by the plan, and where a lead named them."""
    seats = planned(world, at)
    known = {one.id: one for one in seats.of_person(person)}
    for (pbx, seat, *_), fact in world.handover.named.items():
        if fact.person == person:
            known |= {one.id: one for one in seats.of_seat((pbx, seat))}
    for one in known.values():
        mine = [shift for shift in (one.out_id, one.in_id) if shift is not None]
        if one.at < at - LOOK_BACK or not _fits_place(one.place, values):
            continue
        if any(_fits_shift(shift, values) for shift in mine):
            yield one


def _fits_place(place: tuple[str, str], values: Values) -> bool:
    pbx, seat = place
    return values.get("seat") in (None, "", seat) and values.get("pbx") in (None, "", pbx)


def _fits_shift(shift: BoundaryId | tuple[str, str, str, str], values: Values) -> bool:
    return values.get("day") in (None, "", shift[2]) and values.get("shift") in (None, "", shift[3])
