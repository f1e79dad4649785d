"""The verdict on a shift as a fact, given only where it differs from the last; and what it is asked from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from ccd.adherence.actual import Known
from ccd.adherence.judging import Result, adherence
from ccd.adherence.rules import Rules
from ccd.adherence.state import Judged, seconds_of
from ccd.adherence.world import World, planned_of
from ccd.config_adherence import AdherenceSettings
from ccd.effects import ReadRecord
from ccd.events import PlanChanged, RecordRead
from ccd.events.adherence import AdherenceJudged, Grant
from ccd.shifts.judging import MARGIN, judged_in
from ccd.shifts.plan import Duty, decode_day

__all__ = ["asked_again", "changed", "due", "judge", "reading"]

AT_ONCE = 50
"""People of one reading: the store has others to serve, and the loop must not be held by one answer."""
FOUND_FOR = timedelta(days=2)
"""Shifts that ended longer ago than this are not looked for any more."""


def judge(record: RecordRead, world: World) -> Iterator[AdherenceJudged]:
    """Of the shifts that this record is about, those whose verdict is another than the last."""
    duties = judged_in(world.plan, record)
    if not duties:
        return
    known, rules = Known(record, world.roster.interface_of), Rules(world.settings.policies)
    around: defaultdict[str, list[Duty]] = defaultdict(list)
    for each in world.plan.duties(record.since - 2 * MARGIN, record.until + 2 * MARGIN):
        around[each.assignment.person].append(each)
    for duty in duties:
        others = tuple(one for one in around[duty.assignment.person] if one != duty)
        planned = planned_of(world, duty, others)
        excepted = world.adherence.excepted(duty.assignment.person, duty.starts, duty.ends)
        result = adherence(duty, known, planned, excepted, rules)
        fact = _fact(duty, result, planned.grants, record.at, world.settings.policies.adherence)
        last = world.adherence.judged.get((fact.person, duty.assignment.day, fact.shift))
        if last != Judged(fact.ends, seconds_of(fact), fact.level, fact.grants):
            yield fact


def _fact(
    duty: Duty, result: Result, grants: tuple[Grant, ...], at: datetime, settings: AdherenceSettings
) -> AdherenceJudged:
    one, share = duty.assignment, result.adherence
    told = f"{share:.1%}" if share is not None else "nothing to judge"
    return AdherenceJudged(
        at=at,
        key=f"adherence|judged|{one.person}|{one.day}|{one.shift}|{at.isoformat()}",
        person=one.person,
        day=one.day,
        pbx=one.pbx,
        seat=one.seat,
        because=f"adherence: {told} of {result.scheduled_s} s, out {result.out_s} s, "
        f"deviations under {settings.threshold_s} s forgiven",
        shift=one.shift,
        starts=duty.starts,
        ends=duty.ends,
        scheduled_s=float(result.scheduled_s),
        adherent_s=float(result.adherent_s),
        out_s=float(result.out_s),
        ignored_s=float(result.ignored_s),
        unknown_s=float(result.unknown_s),
        unscheduled_s=float(result.unscheduled_s),
        worked_s=float(result.worked_s),
        adherence=share,
        conformance=result.conformance,
        level=_level(share, settings),
        grants=grants,
    )


def _level(share: float | None, settings: AdherenceSettings) -> str:
    if share is None:
        return ""
    if share < settings.floor:
        return "below_floor"
    return "below_target" if share < settings.target else "good"


def changed(event: PlanChanged, world: World) -> Iterator[AdherenceJudged | ReadRecord]:
    """Shifts that are no longer planned are void; those that are over are judged anew."""
    settings = world.settings.policies.adherence
    oldest = event.at - timedelta(days=settings.back_days)
    for planned in event.days:
        if not oldest.date() <= planned.day <= event.at.date() + timedelta(days=1):
            continue
        judged = list(world.adherence.judged_on(planned.day))
        people = set(decode_day(planned.people))
        if planned.whole:
            people |= {person for person, _, _ in judged} | set(world.plan.day(planned.day).people)
        duties = [duty for person in people for duty in world.plan.of(person, planned.day)]
        still = {(duty.assignment.person, duty.assignment.shift) for duty in duties}
        for person, day, shift in judged:
            if person in people and (person, shift) not in still:
                yield _void(person, day, shift, event, world)
        yield from reading((duty for duty in duties if oldest <= duty.ends <= event.at), event.at, world)


def _void(person: str, day: date, shift: str, event: PlanChanged, world: World) -> AdherenceJudged:
    ends = world.adherence.judged[person, day, shift].ends
    return AdherenceJudged(
        at=event.at,
        key=f"adherence|void|{person}|{day}|{shift}|{event.at.isoformat()}",
        person=person,
        day=day,
        by=event.by,
        because=f"adherence: no longer planned, by version {event.version} of the plan",
        shift=shift,
        starts=ends,
        ends=ends,
        scheduled_s=0.0,
        adherent_s=0.0,
        out_s=0.0,
        ignored_s=0.0,
        unknown_s=0.0,
        unscheduled_s=0.0,
        worked_s=0.0,
        adherence=None,
        conformance=None,
        void=True,
    )


def asked_again(
    person: str, since: datetime, until: datetime, at: datetime, world: World
) -> Iterator[ReadRecord]:
    """The shifts of somebody that touch this time, are over and not too old to be judged anew."""
    oldest = at - timedelta(days=world.settings.policies.adherence.back_days)
    since, until = max(since, oldest), min(until, at)
    if since < until:
        duties = world.plan.duties(since, until)
        yield from reading(
            (one for one in duties if one.assignment.person == person and one.ends <= at), at, world
        )


def due(at: datetime, world: World) -> Iterator[ReadRecord]:
    """Shifts that have been over for a while and that nobody has judged: for when attendance does not ask."""
    state = world.adherence
    settled = at - timedelta(minutes=world.settings.policies.adherence.settle_minutes)
    found = []
    for duty in world.plan.duties(at - FOUND_FOR, settled):
        one = duty.assignment
        key = (one.person, one.day, one.shift)
        if duty.ends <= settled and key not in state.judged and key not in state.asked:
            state.asked[key] = duty.ends
            found.append(duty)
    yield from reading(found, at, world)


def reading(duties: Iterable[Duty], at: datetime, world: World) -> Iterator[ReadRecord]:
    by_day: defaultdict[tuple[date, str], list[Duty]] = defaultdict(list)
    for duty in sorted(duties):
        by_day[duty.assignment.day, duty.assignment.shift].append(duty)
    for (day, shift), mine in by_day.items():
        for start in range(0, len(mine), AT_ONCE):
            some = mine[start : start + AT_ONCE]
            yield ReadRecord(
                key=f"adherence|{day}|{shift}|{some[0].assignment.person}|{at.isoformat()}",
                because=f"adherence: {len(some)} shifts of {day} are to be judged",
                people=tuple(dict.fromkeys(duty.assignment.person for duty in some)),
                since=min(duty.starts for duty in some) - MARGIN,
                until=max(duty.ends for duty in some) + MARGIN,
                places=tuple(dict.fromkeys(place for duty in some for place in _places(duty, world))),
            )


def _places(duty: Duty, world: World) -> Iterator[tuple[str, str]]:
    one = duty.assignment
    if one.seat:
        yield from ((pbx, one.seat) for pbx in ((one.pbx,) if one.pbx else world.settings.pbx))
