"""What a look over the plan finds, once a minute: holds, relief that is missing, boundaries to be judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ccd.effects import Effect, ReadRecord
from ccd.events import Event, RecordRead
from ccd.events import handover as facts
from ccd.handover import ledger
from ccd.handover.holding import World, awaited, freed, outgoing_people, relief_since
from ccd.handover.judging import due, judged, on_leave, same, stays_by_place
from ccd.handover.seats import LOOK_BACK, Boundary, BoundaryId, planned, team_of
from ccd.handover.telling import leads, managers, page
from ccd.shifts.people import name_of

__all__ = ["look", "stale", "verdicts", "wants_full_look"]

RECORDS = "handover|judge|"
FULL_LOOK = timedelta(hours=1)
"""Every so often all of ``LOOK_BACK`` is looked at; in between what has come due since."""
RECENT = timedelta(minutes=75)
GIVEN_UP = timedelta(minutes=10)
"""A record that has not come by then is asked for again."""
FIRST_MINUTE = timedelta(minutes=1)

Found = Iterator[Event | Effect]


def look(world: World, at: datetime) -> Found:
    world.handover.forget(at)
    yield from ledger.begun(world, at)
    for ended in ledger.over(world, at):
        yield ended
        if ended.why == "maximum":
            yield from _maximum(world, ended)
    yield from _missing(world, at)
    yield from _on_leave(world, at)
    yield from _withdrawn(world, at)
    yield from _asked(world, at)


def stale(world: World, boundary: Boundary) -> None:
    """Something has become known about it: what was judged is judged anew at the next look."""
    if boundary.id in world.handover.verdicts:
        world.handover.looking.stale.add(boundary.id)


def wants_full_look(world: World, *, again: bool = False) -> None:
    """``again``: also at what has its verdict, for late news may have come to nobody's ears."""
    world.handover.looking.looked = None
    world.handover.looking.again |= again


def verdicts(world: World, record: RecordRead) -> Iterator[facts.HandoverJudged]:
    """Those that are new or have changed, of the boundaries that this record was asked for."""
    _, wanted = world.handover.looking.asked.pop(record.key, (None, frozenset[BoundaryId]()))
    stays = stays_by_place(record)
    for boundary in planned(world, record.at).between(record.until - LOOK_BACK, record.until):
        if boundary.id not in wanted:
            continue
        found = judged(world, boundary, record, stays.get(boundary.place, ()))
        known = world.handover.verdicts.get(boundary.id)
        if known is None or not same(known, found):
            yield found
        if found.verdict == "late" and found.arrived is None and not world.presence.get(boundary.place):
            stale(world, boundary)  # nobody has sat there for a moment: soon it is an empty seat


def _maximum(world: World, ended: facts.HoldEnded) -> Found:
    place = (ended.pbx, ended.seat)
    yield from page(
        world,
        f"{ended.key}|page",
        leads(world, place, ended.person),
        "handover_maximum",
        place,
        ended.because,
        person=name_of(world, ended.person),
        minutes=f"{ended.held_s / 60:.0f}",
    )


def _missing(world: World, at: datetime) -> Found:
    """From the first minute on, every few minutes, until a lead has decided or the maximum hold is over."""
    settings = world.settings.policies.handover
    longest = timedelta(minutes=settings.max_hold_minutes)
    again = timedelta(minutes=settings.page_again_minutes)
    above, of_team = managers(world), dict[str, tuple[str, ...]]()
    for boundary in planned(world, at).between(at - longest, at - FIRST_MINUTE):
        people = awaited(world, boundary)
        if not people or not _still_missing(world, boundary, at) or freed(world, people[0], boundary.place):
            continue
        number = (at - boundary.at - FIRST_MINUTE) // again + 1
        assert boundary.in_id is not None
        last = world.handover.missed.get(boundary.in_id)
        if last is not None and last.boundary == boundary.at and last.number >= number:
            continue
        team = team_of(world, boundary.place)
        if team not in of_team:
            of_team[team] = leads(world, boundary.place)
        told = tuple(one for one in of_team[team] if one not in people) or above
        if at - boundary.at >= timedelta(minutes=settings.page_managers_minutes):
            told = tuple(dict.fromkeys((*told, *above)))
        yield from _tell_missing(world, boundary, people[0], number, told, at)


def _still_missing(world: World, boundary: Boundary, at: datetime) -> bool:
    if boundary.outgoing is None or boundary.incoming is None or at >= boundary.incoming.ends:
        return False
    state = world.handover
    return (
        relief_since(world, boundary) is None
        and boundary.in_id not in state.came
        and boundary.out_id not in state.released
    )


def _tell_missing(
    world: World, boundary: Boundary, person: str, number: int, told: tuple[str, ...], at: datetime
) -> Found:
    minutes = f"{(at - boundary.at).total_seconds() // 60:.0f}"
    key = "|".join(("handover", "missing", *boundary.id, boundary.at.isoformat(), str(number)))
    because = f"relief due {boundary.at.isoformat()} has not come for {minutes} min"
    yield facts.ReliefMissing(
        at=at,
        key=key,
        person=person,
        day=boundary.about.day,
        pbx=boundary.pbx,
        seat=boundary.seat,
        shift=boundary.about.shift,
        boundary=boundary.at,
        number=number,
        told=told,
        because=because,
    )
    yield from page(
        world,
        key,
        told,
        "handover_missing",
        boundary.place,
        because,
        person=name_of(world, person),
        minutes=minutes,
    )


def _on_leave(world: World, at: datetime) -> Found:
    """Told before the boundary, so that somebody can be named in time."""
    before = timedelta(minutes=world.settings.policies.handover.page_leave_minutes)
    for boundary in planned(world, at).between(at, at + before):
        if boundary.outgoing is None or boundary.incoming is None or not on_leave(world, boundary):
            continue
        person = boundary.incoming.assignment.person
        assert boundary.in_id is not None
        last = world.handover.on_leave.get(boundary.in_id)
        if last is not None and last.person == person:
            continue
        key = "|".join(("handover", "on_leave", *boundary.id, person))
        because = f"{person} is on leave at {boundary.at.isoformat()}"
        yield facts.ReliefOnLeave(
            at=at,
            key=key,
            person=person,
            day=boundary.about.day,
            pbx=boundary.pbx,
            seat=boundary.seat,
            shift=boundary.about.shift,
            boundary=boundary.at,
            because=because,
        )
        yield from page(
            world,
            key,
            leads(world, boundary.place, person),
            "handover_on_leave",
            boundary.place,
            because,
            person=name_of(world, person),
            minutes=f"{(boundary.at - at).total_seconds() // 60:.0f}",
        )


def _withdrawn(world: World, at: datetime) -> Iterator[facts.VerdictWithdrawn]:
    """Verdicts on what is planned no more. Of a shift that the settings lost, or a day that is not in memory,
    nothing is known, so its verdicts stand.
    """
    if not _full(world, at):
        return
    there = {one.id for one in planned(world, at).between(at - LOOK_BACK, at + timedelta(days=1))}
    for known, fact in list(world.handover.verdicts.items()):
        if known in there or fact.boundary < at - LOOK_BACK or fact.day not in world.plan.days:
            continue
        if fact.shift not in world.plan.shifts.by_name:
            continue
        yield facts.VerdictWithdrawn(
            at=at,
            key="|".join(("handover", "withdrawn", *known, at.isoformat())),
            person=fact.person,
            day=fact.day,
            pbx=fact.pbx,
            seat=fact.seat,
            shift=fact.shift,
            side=known[-1],
            boundary=fact.boundary,
            because="the plan has changed: there is no such boundary any more",
        )


def _full(world: World, at: datetime) -> bool:
    looked = world.handover.looking.looked
    return looked is None or not timedelta(0) <= at - looked < FULL_LOOK


def _asked(world: World, at: datetime) -> Found:
    """One record for everything that is to be judged now."""
    looking, state = world.handover.looking, world.handover
    looking.asked = {key: one for key, one in looking.asked.items() if at - one[0] < GIVEN_UP}
    under_way = frozenset[BoundaryId]().union(*(ids for _, ids in looking.asked.values()))
    full = _full(world, at)
    judge_after = timedelta(minutes=world.settings.policies.handover.judge_after_minutes)
    since = at - LOOK_BACK if full or looking.stale else at - judge_after - RECENT
    wanted = [
        one
        for one in planned(world, at).between(since, at)
        if due(world, one) <= at and one.id not in under_way and (looking.again or _is_open(world, one))
    ]
    if full:
        looking.looked, looking.again = at, False
    if not wanted:
        return
    looking.stale -= {one.id for one in wanted}
    key = f"{RECORDS}{at.isoformat()}"
    looking.asked[key] = (at, frozenset(one.id for one in wanted))
    people = {code for one in wanted for code in (*outgoing_people(world, one), *_expected(world, one))}
    state.looking.stale &= set(state.verdicts)
    yield ReadRecord(
        key=key,
        because=f"handover: {len(wanted)} verdict(s) are due",
        people=tuple(sorted(people)),
        since=min(one.outgoing.starts if one.outgoing else one.at for one in wanted) - timedelta(hours=2),
        until=at,
        places=tuple(sorted({one.place for one in wanted})),
    )


def _expected(world: World, boundary: Boundary) -> tuple[str, ...]:
    incoming = (boundary.incoming.assignment.person,) if boundary.incoming else ()
    return (*awaited(world, boundary), *incoming)


def _is_open(world: World, boundary: Boundary) -> bool:
    """Not judged, or not as it is now."""
    known = world.handover.verdicts.get(boundary.id)
    people = tuple(d.assignment.person if d else "" for d in (boundary.outgoing, boundary.incoming))
    return (
        known is None
        or boundary.id in world.handover.looking.stale
        or (known.outgoing, known.incoming, known.boundary) != (*people, boundary.at)
    )
