"""The ledger of holds: when one begins and ends, and what late news of sign-ins changes in it.

A hold is what lies past the end of the shift. It begins when that ends without relief, at the next look or
sign-in, and is reckoned from the end whenever it was found; it ends once, and never begins again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ccd.events import PersonArrived, PersonLeft
from ccd.events import handover as facts
from ccd.handover.holding import World, awaited, hold_at, outgoing_people, relief_since, unread
from ccd.handover.seats import Boundary, Place, person_id, planned, shift_id
from ccd.handover.state import HandoverState, hold_of, shift_of

__all__ = ["arrived", "begun", "ill", "left", "over", "over_now"]

Entry = facts.HoldBegan | facts.HoldEnded
NEAR = timedelta(hours=4)
"""Between the end of a shift and the start of the one that follows, or overlaps, it lie at most so many."""


def begun(world: World, at: datetime) -> Iterator[facts.HoldBegan]:
    """Holds that begin: the shift is over, and relief is not there."""
    longest = _longest(world)
    near = planned(world, at).between(at - longest - NEAR, at + NEAR)
    for boundary in near:
        here = world.presence.get(boundary.place, {})
        if boundary.outgoing is None or not here or not _past(world, boundary, at):
            continue
        for person in outgoing_people(world, boundary):
            if person in here and _awaits(world, boundary, person, at):
                yield from _begin(world, boundary, person, here[person], at)


def over(world: World, at: datetime) -> Iterator[facts.HoldEnded]:
    """Holds that are over without a sign-in: the maximum, or nobody is awaited any more."""
    for hold in list(world.handover.holds.values()):
        boundary = _boundary(world, hold, at)
        since = relief_since(world, boundary) if boundary is not None else None
        if since is not None:
            yield _end(hold, since, at, "relief", "relief is signed in at the seat")
        elif hold.until <= at:
            yield _end(hold, hold.until, at, "maximum", f"relief had not come by {hold.until.isoformat()}")
        elif unread(world, hold.pbx):
            continue
        elif hold.person not in world.presence.get((hold.pbx, hold.seat), {}):
            yield _end(hold, at, at, "left", "not signed in at the seat any more")
        elif boundary is None or not awaited(world, boundary):
            yield _end(hold, at, at, "released", "by the plan nobody follows any more")


def over_now(
    world: World, person: str, place: Place, at: datetime, why: str, because: str
) -> Iterator[Entry]:
    """Their hold at this seat ends, if there is one; one that no look has found yet is found by this."""
    since = world.presence.get(place, {}).get(person)
    found = hold_at(world, person, place, at)
    if found is not None and since is not None:
        yield from _begin(world, found[0], person, since, at)
    for hold in world.handover.holds_at(place):
        if hold.person == person:
            yield _end(hold, at, at, why, because)


def ill(world: World, person: str, place: Place, at: datetime) -> Iterator[Entry]:
    """They go, relief or not; what they were held until then stands in the ledger."""
    since = world.presence.get(place, {}).get(person, at)
    for boundary in planned(world, at).of_seat(place):
        waits = awaited(world, boundary) and relief_since(world, boundary) is None
        if waits and person in outgoing_people(world, boundary):
            yield from _begin(world, boundary, person, since, at)
    for hold in world.handover.holds_at(place):
        if hold.person == person:
            yield _end(hold, at, at, "illness", "nobody who is ill is held")


def arrived(world: World, event: PersonArrived) -> Iterator[Entry]:
    """Relief has come, and whom it relieves may go. Told late it is as if it had been told in time."""
    place, at = (event.pbx, event.seat), event.at
    here = world.presence.get(place, {})
    for boundary in planned(world, at).of_seat(place):
        duty = boundary.outgoing
        if duty is None or boundary.at < at - timedelta(days=1):
            continue
        if event.person in awaited(world, boundary):
            for person in outgoing_people(world, boundary):
                if person in here and _awaits(world, boundary, person, at, but=event.person):
                    yield from _begin(world, boundary, person, here[person], at)
                yield from _over_by(world, boundary, person, at, f"{event.person} signed in at the seat")
        elif event.person in outgoing_people(world, boundary) and _awaits(world, boundary, event.person, at):
            yield from _begin(world, boundary, event.person, at, at)


def left(world: World, event: PersonLeft) -> Iterator[Entry]:
    """Whoever is held has gone all the same."""
    place, at = (event.pbx, event.seat), event.at
    because = f"signed out: {event.how}"
    found = hold_at(world, event.person, place, at)
    if found is not None:
        yield from _begin(world, found[0], event.person, at - _longest(world), at)
    for hold in world.handover.holds_at(place):
        if hold.person == event.person:
            yield _end(hold, at, at, "left", because)
            return
    for hold_id, known in list(world.handover.ended.items()):
        if (known.fact.pbx, known.fact.seat, known.fact.person) == (*place, event.person):
            yield from _correct(world.handover, hold_id, at, because)


def _over_by(
    world: World, boundary: Boundary, person: str, at: datetime, because: str
) -> Iterator[facts.HoldEnded]:
    assert boundary.out_id is not None
    hold_id = person_id(boundary.out_id, person)
    hold = world.handover.holds.get(hold_id)
    if hold is not None:
        yield _end(hold, at, at, "relief", because)
    elif hold_id in world.handover.ended:
        yield from _correct(world.handover, hold_id, at, because)


def _past(world: World, boundary: Boundary, at: datetime) -> bool:
    """Past the end of the outgoing shift, and not past the maximum."""
    assert boundary.outgoing is not None
    return boundary.outgoing.ends < at < boundary.outgoing.ends + _longest(world)


def _awaits(world: World, boundary: Boundary, person: str, at: datetime, but: str = "") -> bool:
    found = hold_at(world, person, boundary.place, at, (but,))
    return found is not None and found[0] == boundary


def _begin(
    world: World, boundary: Boundary, person: str, since: datetime, at: datetime
) -> Iterator[facts.HoldBegan]:
    """``since``: when they came, if that was after the end. Once for each shift and person."""
    duty = boundary.outgoing
    if duty is None or not _past(world, boundary, at):
        return
    shift = shift_id(boundary.place, duty.assignment)
    hold_id = person_id(shift, person)
    if hold_id in world.handover.holds or hold_id in world.handover.ended:
        return
    yield facts.HoldBegan(
        at=at,
        key=f"handover|hold_began|{hold_id}",
        person=person,
        day=duty.assignment.day,
        pbx=boundary.pbx,
        seat=boundary.seat,
        shift=duty.assignment.shift,
        began=max(duty.ends, since),
        until=duty.ends + _longest(world),
        because=f"the shift ended at {duty.ends.isoformat()}, and relief is not there",
    )


def _end(hold: facts.HoldBegan, ended: datetime, found: datetime, why: str, because: str) -> facts.HoldEnded:
    """Never more than the maximum, nor less than nothing."""
    held = (min(ended, hold.until) - hold.began).total_seconds()
    return _entry(hold, found, f"handover|hold_ended|{hold_of(hold)}", max(held, 0.0), why, because)


def _correct(state: HandoverState, hold_id: str, ended: datetime, because: str) -> Iterator[facts.HoldEnded]:
    """It was over before what stands in the ledger: news of that has come late."""
    known = state.ended[hold_id]
    if ended < known.ended:
        right = max((ended - known.fact.began).total_seconds(), 0.0)
        key = f"{known.fact.key}|{ended.isoformat()}"
        more = right - known.held_s
        if more:
            yield _entry(known.fact, ended, key, more, "corrected", because, corrects=known.fact.key)


def _entry(
    hold: Entry, at: datetime, key: str, held_s: float, why: str, because: str, corrects: str = ""
) -> facts.HoldEnded:
    _, _, _, shift = shift_of(hold)
    return facts.HoldEnded(
        at=at,
        key=key,
        person=hold.person,
        day=hold.day,
        pbx=hold.pbx,
        seat=hold.seat,
        shift=shift,
        began=hold.began,
        held_s=held_s,
        why=why,
        corrects=corrects,
        because=f"{why}: {because}",
    )


def _boundary(world: World, hold: facts.HoldBegan, at: datetime) -> Boundary | None:
    """The one that they are held at, by the plan as it is now."""
    for boundary in planned(world, at).of_seat((hold.pbx, hold.seat)):
        if boundary.out_id == shift_of(hold) and hold.person in outgoing_people(world, boundary):
            return boundary if boundary.incoming is not None else None
    return None


def _longest(world: World) -> timedelta:
    return timedelta(minutes=world.settings.policies.handover.max_hold_minutes)
