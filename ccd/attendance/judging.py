"""Which shifts are to be judged, and what comes of it.

A verdict is a fact only where it says something new. Records are read in pieces, so that no read holds the
store for long; a piece has people of one day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from ccd.attendance.floor import Items, World, away, pbxs_of, rules_of, zone_of
from ccd.attendance.judge import Basis, Judgement, judge
from ccd.attendance.proposing import proposals
from ccd.attendance.record import Record
from ccd.attendance.state import REMEMBERED, Verdict, digest
from ccd.effects import ReadRecord
from ccd.events import RecordRead
from ccd.events.attendance import AttendanceJudged
from ccd.shifts.judging import MARGIN, judged_in
from ccd.shifts.plan import Assignment, Duty

__all__ = ["READS", "again", "ask", "due", "judged", "late_news", "of_late_news", "over_between", "voided"]

READS = "attendance|judge|"
"""How the keys of our reads begin."""
AT_ONCE = 100
"""So many people a read."""
PATIENCE = timedelta(minutes=30)
"""A read that was not answered for so long is asked for again."""


def due(world: World, at: datetime) -> list[Duty]:
    """Shifts that ended ``settle_minutes`` ago or more, of the last days, and are not judged."""
    rules, state = rules_of(world), world.attendance
    latest = at - timedelta(minutes=rules.settle_minutes)
    first = (at - timedelta(days=rules.look_back_days)).date()
    reading = state.being_read(at, PATIENCE)
    version = "|".join((world.plan.version, *world.plan.shifts.by_name))
    found: list[Duty] = []
    for day in world.plan.days:
        if not first <= day <= at.date() + timedelta(days=1) or state.complete.get(day) == version:
            continue
        times = {name: world.plan.shifts.occurrence(name, day) for name in world.plan.shifts.by_name}
        over = {name for name, time in times.items() if time is not None and time.ends <= latest}
        known = state.verdicts.get(day, {})
        waiting = [one for one in world.plan.day(day) if one.shift in times and _unjudged(known, one)]
        if not waiting:
            state.complete[day] = version
        for one in waiting:
            time = times[one.shift]
            if one.shift in over and (one.person, day) not in reading and time is not None:
                found.append(Duty(*time, one))
    return found


def _unjudged(known: Mapping[tuple[str, str], Verdict], one: Assignment) -> bool:
    before = known.get((one.person, one.shift))
    return before is None or before.state == "void"


def over_between(world: World, since: datetime, until: datetime, at: datetime) -> list[Duty]:
    """Shifts with a minute between these two, that are over and were judged or ought to be."""
    since = max(since, at - REMEMBERED)
    latest = at - timedelta(minutes=rules_of(world).settle_minutes)
    if since >= min(until, at):
        return []
    return [duty for duty in world.plan.duties(since, min(until, at)) if duty.ends <= latest]


def ask(world: World, at: datetime, duties: Iterable[Duty], why: str) -> Items:
    """Have the record of these shifts read, in pieces of people of one day."""
    days: dict[date, dict[str, list[Duty]]] = {}
    for duty in duties:
        days.setdefault(duty.assignment.day, {}).setdefault(duty.assignment.person, []).append(duty)
    for day, people in sorted(days.items()):
        codes = sorted(people)
        for n in range(0, len(codes), AT_ONCE):
            part = codes[n : n + AT_ONCE]
            yield _read(world, at, day, n, [duty for code in part for duty in people[code]], why)


def _read(world: World, at: datetime, day: date, n: int, duties: list[Duty], why: str) -> ReadRecord:
    people = tuple(dict.fromkeys(duty.assignment.person for duty in duties))
    seated = [duty.assignment for duty in duties if duty.assignment.seat]
    places = {(pbx, one.seat) for one in seated for pbx in pbxs_of(world, one)}
    # the first of them is in the key: what is asked anew for others must not take the place of these
    key = f"{READS}{day}|{at.isoformat()}|{n}|{people[0]}"
    world.attendance.reading[key] = (at, day, people)
    return ReadRecord(
        key=key,
        because=f"attendance: {why}: {len(duties)} shifts of {day}",
        people=people,
        since=min(duty.starts for duty in duties) - MARGIN,
        until=min(max(duty.ends for duty in duties) + MARGIN, at),
        places=tuple(sorted(places)),
    )


def judged(world: World, event: RecordRead) -> Items:
    """The verdicts that say anything new, then what the months of these people give grounds to propose."""
    world.attendance.reading.pop(event.key, None)
    rules, zone = rules_of(world), zone_of(world)
    settled = event.at - timedelta(minutes=rules.settle_minutes)
    record = Record(event, world.roster.interface_of)
    touched: dict[tuple[str, str], None] = {}
    for duty in judged_in(world.plan, event):
        one = duty.assignment
        known = world.attendance.verdicts.get(one.day, {}).get((one.person, one.shift))
        if known is None and duty.ends > settled:
            continue  # its own time comes
        basis = Basis(world.attendance.permitted(one.person), world.plan.version, zone)
        verdict = judge(duty, record, away(world, duty, duty.starts, duty.ends), rules, basis)
        fact = _fact(event.at, duty, verdict, known.nth + 1 if known else 1)
        if known is None or known.digest != digest(fact):
            touched[one.person, f"{one.day:%Y-%m}"] = None
            yield fact
    for person, month in touched:
        yield from proposals(world, event.at, person, month)


def _fact(at: datetime, duty: Duty, verdict: Judgement, nth: int) -> AttendanceJudged:
    one = duty.assignment
    return AttendanceJudged(
        at=at,
        key=f"attendance|judged|{one.person}|{one.day}|{one.shift}|{nth}",
        person=one.person,
        day=one.day,
        pbx=one.pbx,
        seat=one.seat,
        because=_because(verdict),
        shift=one.shift,
        starts=duty.starts,
        ends=duty.ends,
        count=nth,
        **verdict._asdict(),
    )


def _because(verdict: Judgement) -> str:
    parts = ("present", "missed", "away", "unknown")
    told = ", ".join(f"{name} {getattr(verdict, f'{name}_s'):.0f} s" for name in parts)
    found = ", ".join(f"{one.kind} {one.seconds:.0f} s = {one.weight}" for one in verdict.findings)
    return f"attendance: {verdict.state}: {told} of {verdict.scheduled_s:.0f} s; {found or 'nothing found'}"


def voided(world: World, at: datetime, day: date, people: Iterable[str]) -> Items:
    """What was judged of shifts that these people were, after all, not to work."""
    touched: dict[str, None] = {}
    for person in people:
        planned = {one.shift for one in world.plan.day(day).people.get(person, ())}
        for (who, shift), known in list(world.attendance.verdicts.get(day, {}).items()):
            if who == person and shift not in planned and known.state != "void":
                touched[person] = None
                yield _void(at, day, person, shift, known.nth + 1)
    for person in touched:
        yield from proposals(world, at, person, f"{day:%Y-%m}")


def _void(at: datetime, day: date, person: str, shift: str, nth: int) -> AttendanceJudged:
    return AttendanceJudged(
        at=at,
        key=f"attendance|judged|{person}|{day}|{shift}|{nth}",
        person=person,
        day=day,
        because="attendance: no longer planned",
        shift=shift,
        starts=at,
        ends=at,
        state="void",
        scheduled_s=0.0,
        present_s=0.0,
        missed_s=0.0,
        away_s=0.0,
        unknown_s=0.0,
        late_s=0.0,
        early_s=0.0,
        off_post_s=0.0,
        count=nth,
    )


def again(world: World, at: datetime, person: str, since: datetime, until: datetime, why: str) -> Items:
    """Judge this person's shifts of that time again, as far as they are over."""
    mine = [each for each in over_between(world, since, until, at) if each.assignment.person == person]
    yield from ask(world, at, mine, why)


def late_news(world: World, person: str, since: datetime) -> None:
    """What is known of somebody has changed from this moment on; their shifts are judged again."""
    known = world.attendance.late_news.get(person)
    world.attendance.late_news[person] = min(since, known) if known else since


def of_late_news(world: World, at: datetime) -> Items:
    for person, since in world.attendance.late_news.items():
        yield from again(world, at, person, since, at, f"late news of {since.isoformat()}")
    world.attendance.late_news.clear()
