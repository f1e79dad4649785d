"""Adherence as the store has it: verdicts, exceptions, and a person's day judged anew from the record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ccd.cli.plans import read_plan
from ccd.cli.session import Session

if TYPE_CHECKING:
    from ccd.adapters.store.queries import Archive
    from ccd.adherence.judging import Result
    from ccd.events import RecordRead, ShiftFact
    from ccd.events.adherence import AdherenceJudged, ExceptionAdded, ExceptionRemoved
    from ccd.roster import Roster
    from ccd.shifts.plan import Duty
    from ccd.world import World

__all__ = ["Day", "PersonDay", "decoded", "judged_between", "person_day"]

AROUND = timedelta(days=1)


class Day(NamedTuple):
    """The last verdicts on the shifts of some days, by person and day; those still planned."""

    verdicts: tuple[AdherenceJudged, ...]
    roster: Roster


class PersonDay(NamedTuple):
    """``judged``: each shift with what the record says of it by the settings in force, once it has begun.

    ``exceptions``: those of that day, each with what took it back.
    """

    roster: Roster
    judged: tuple[tuple[Duty, Result], ...]
    exceptions: tuple[tuple[ExceptionAdded, ExceptionRemoved | None], ...]


def decoded(texts: Iterable[str]) -> list[ShiftFact]:
    """Without those that cannot be read: of a newer ccd."""
    import msgspec

    from ccd.events.shift_facts import shift_fact

    found: list[ShiftFact] = []
    for text in texts:
        try:
            found.append(shift_fact(text))
        except msgspec.MsgspecError:
            continue
    return found


async def judged_between(archive: Archive, first: date, last: date, team: str) -> Day:
    from ccd.events.adherence import AdherenceJudged
    from ccd.roster import Roster

    texts = await archive.shift_facts(events=("AdherenceJudged",), first=first, last=last)
    stored = await archive.roster()
    roster = Roster(stored.people if stored else ())
    latest: dict[tuple[str, date | None, str], AdherenceJudged] = {}
    for fact in decoded(texts):
        if isinstance(fact, AdherenceJudged):
            latest[fact.person, fact.day, fact.shift] = fact

    def of_team(person: str) -> bool:
        known = roster.by_code(person)
        return not team or (known is not None and known.team == team)

    kept = [fact for fact in latest.values() if not fact.void and of_team(fact.person)]
    kept.sort(key=lambda fact: (fact.starts, fact.person))
    return Day(tuple(kept), roster)


async def person_day(session: Session, archive: Archive, person: str, day: date) -> PersonDay:
    """As the daemon would judge it now. Reads the store only."""
    from ccd.adherence.actual import Known
    from ccd.adherence.judging import adherence
    from ccd.adherence.rules import Rules
    from ccd.adherence.world import planned_of

    world = await _world(session, archive, person, day)
    duties = world.plan.of(person, day)
    rules, now, found = Rules(world.settings.policies), world.now, []
    for duty in duties:
        if duty.starts >= now:
            continue
        ongoing = duty._replace(ends=min(duty.ends, now))
        record = await _record(archive, world, ongoing)
        others = tuple(one for one in _near(world, person, day) if one != duty)
        excepted = world.adherence.excepted(person, duty.starts, duty.ends)
        known = Known(record, world.roster.interface_of)
        found.append((duty, adherence(ongoing, known, planned_of(world, duty, others), excepted, rules)))
    exceptions = await _exceptions(archive, person, day)
    return PersonDay(world.roster, tuple(found), exceptions)


async def _world(session: Session, archive: Archive, person: str, day: date) -> World:
    """What the daemon has in memory, as far as it bears on this person's day."""
    from ccd.world import World

    read = await read_plan(session, archive, day - AROUND, day + AROUND)
    world = World(session.settings, datetime.now(UTC))
    world.plan, world.roster = read.plan, read.roster
    near = {"first": day - AROUND, "last": day + AROUND}
    texts = await archive.shift_facts(policy="leave", person=person)
    texts += await archive.shift_facts(policy="adherence", person=person)
    texts += await archive.shift_facts(policy="attendance", **near)
    for policy in ("meals", "breaks"):
        texts += await archive.shift_facts(policy=policy, person=person, **near)
    for fact in decoded(texts):
        world.apply(fact)
    return world


def _near(world: World, person: str, day: date) -> tuple[Duty, ...]:
    return tuple(duty for n in (-1, 0, 1) for duty in world.plan.of(person, day + n * AROUND))


async def _record(archive: Archive, world: World, duty: Duty) -> RecordRead:
    from ccd.adherence.verdicts import reading
    from ccd.events import RecordRead

    (asked,) = reading((duty,), world.now, world)
    stays, others, doings, blind = await archive.record(
        asked.people, asked.since, asked.until, asked.places, world.roster.interface_of
    )
    return RecordRead(
        at=world.now,
        key=asked.key,
        people=asked.people,
        since=asked.since,
        until=asked.until,
        stays=stays,
        others=others,
        doings=doings,
        blind=blind,
    )


async def _exceptions(
    archive: Archive, person: str, day: date
) -> tuple[tuple[ExceptionAdded, ExceptionRemoved | None], ...]:
    from ccd.events.adherence import ExceptionAdded, ExceptionRemoved

    events = ("ExceptionAdded", "ExceptionRemoved")
    texts = await archive.shift_facts(events=events, person=person, first=day, last=day)
    facts = decoded(texts)
    removed = {one.exception: one for one in facts if isinstance(one, ExceptionRemoved)}
    added = [one for one in facts if isinstance(one, ExceptionAdded)]
    return tuple((one, removed.get(one.exception)) for one in added)
