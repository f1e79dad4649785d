"""What the store knows of the present: open calls, who sits where, timers, the roster in force.

Each function reads on a connection that its caller gives it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.clock import Armed, utc_now
from ccd.adapters.store.schema import (
    AGENT_INTERVAL,
    CALL,
    DEADLINE,
    HEARTBEAT,
    INCIDENT_EVENT,
    LEG,
    PERSON,
    PIN,
    PLAN_CHANGE,
    PLAN_VERSION,
    PRESENCE_EVENT,
    RECORDING,
    RECORDING_PAUSE,
    ROSTER_VERSION,
)
from ccd.events import (
    OpenCall,
    OpenRecording,
    Person,
    PictureRestored,
    PlanDay,
    PlanRestored,
    RosterReplaced,
)

__all__ = [
    "facts_known",
    "incident_facts",
    "last_alive",
    "open_calls",
    "open_deadlines",
    "open_incidents",
    "open_recordings",
    "picture",
    "pin_hash",
    "plan",
    "plan_made",
    "presence",
    "remembered_incidents",
    "roster",
]

CallId = tuple[str, str]
OPEN_RECORDINGS = 10_000
ASKED_AT_ONCE = 1000


async def picture(connection: AsyncConnection, at: datetime) -> PictureRestored:
    return PictureRestored(
        at=at,
        last_alive=await last_alive(connection),
        presence=await presence(connection),
        open_calls=await open_calls(connection),
        open_recordings=await open_recordings(connection),
    )


async def last_alive(connection: AsyncConnection) -> datetime | None:
    """When a daemon last said that it was alive, or stored what an agent did: it says so only now and then.

    None later than now: a clock that was set back since would have us alive in the future.
    """
    said = (await connection.execute(select(func.max(HEARTBEAT.c.at)))).scalar()
    stored = (await connection.execute(select(func.max(AGENT_INTERVAL.c.begin)))).scalar()
    known: list[datetime] = [at for at in (said, stored) if at is not None]
    return min(max(known), utc_now()) if known else None


async def presence(connection: AsyncConnection) -> tuple[tuple[str, str, str, datetime], ...]:
    """(pbx, seat, person, since) of everybody whose latest act at a seat was to arrive there."""
    t = PRESENCE_EVENT.c
    order = func.row_number().over(
        partition_by=(t.pbx, t.seat, t.person), order_by=(t.at.desc(), t.id.desc())
    )
    acts = select(t.pbx, t.seat, t.person, t.at, t.event, order.label("nth")).subquery()
    here = (
        select(acts.c.pbx, acts.c.seat, acts.c.person, acts.c.at)
        .where(acts.c.nth == 1, acts.c.event == "arrived")
        .order_by(acts.c.at)
    )
    return tuple((row.pbx, row.seat, row.person, row.at) for row in await connection.execute(here))


async def open_calls(connection: AsyncConnection) -> tuple[OpenCall, ...]:
    """Calls not ended, each with its living channels and those of the calls that were merged into it."""
    c = CALL.c
    found = await connection.execute(
        select(c.pbx, c.call, c.started).where(c.ended.is_(None), c.started.is_not(None)).order_by(c.started)
    )
    calls: dict[CallId, datetime] = {(row.pbx, row.call): row.started for row in found}
    if not calls:
        return ()
    merged = await connection.execute(select(c.pbx, c.call, c.merged_into).where(c.merged_into.is_not(None)))
    into: dict[CallId, CallId] = {(row.pbx, row.call): (row.pbx, row.merged_into) for row in merged}
    living: dict[CallId, list[str]] = defaultdict(list)
    for row in await connection.execute(
        select(LEG.c.pbx, LEG.c.call, LEG.c.uniqueid).where(LEG.c.ended.is_(None)).order_by(LEG.c.started)
    ):
        living[_last_of(into, (row.pbx, row.call))].append(row.uniqueid)
    return tuple(
        OpenCall(pbx=pbx, call=call, started=started, uniqueids=tuple(living[pbx, call]))
        for (pbx, call), started in calls.items()
    )


async def open_recordings(connection: AsyncConnection) -> tuple[OpenRecording, ...]:
    """The newest recordings that nobody has measured: still running, or stopped when a daemon was killed."""
    c = RECORDING.c
    found = await connection.execute(
        select(c.pbx, c.call, c.uniqueid, c.recording, c.path)
        .where(c.state.is_(None), c.path.is_not(None))
        .order_by(c.started.desc())
        .limit(OPEN_RECORDINGS)
    )
    paused = await _paused(connection)
    return tuple(OpenRecording(*row, paused.get((row.pbx, row.recording), ())) for row in found)


async def _paused(connection: AsyncConnection) -> dict[tuple[str, str], tuple[tuple[str, datetime], ...]]:
    """What pauses of recordings nobody has ended."""
    p = RECORDING_PAUSE.c
    rows = await connection.execute(
        select(p.pbx, p.recording, p.how, p.began).where(p.ended.is_(None)).limit(OPEN_RECORDINGS)
    )
    found: dict[tuple[str, str], tuple[tuple[str, datetime], ...]] = {}
    for row in rows:
        place = (row.pbx, row.recording)
        found[place] = (*found.get(place, ()), (row.how, row.began))
    return found


def _last_of(into: dict[CallId, CallId], call: CallId) -> CallId:
    """The call that lives on, through any chain of merges."""
    seen = {call}
    while (following := into.get(call)) is not None and following not in seen:
        seen.add(following)
        call = following
    return call


async def open_deadlines(connection: AsyncConnection) -> list[Armed]:
    d = DEADLINE.c
    rows = await connection.execute(
        select(d.key, d.armed_at, d.due_at, d.boot_id, d.armed_boottime, d.after_s).order_by(d.due_at)
    )
    return [Armed(*row) for row in rows]


async def open_incidents(connection: AsyncConnection) -> list[str]:
    """The facts of incidents that are not closed, as JSON with their tags, by incident and number."""
    i = INCIDENT_EVENT.c
    closed = select(i.incident).where(i.event == "IncidentClosed")
    found = await connection.execute(
        select(i.data).where(i.incident.not_in(closed)).order_by(i.incident, i.n)
    )
    return [row.data for row in found]


async def incident_facts(connection: AsyncConnection, incident: str) -> list[str]:
    """The facts of one incident, as ``open_incidents`` gives them."""
    i = INCIDENT_EVENT.c
    found = await connection.execute(select(i.data).where(i.incident == incident).order_by(i.n))
    return [row.data for row in found]


async def remembered_incidents(connection: AsyncConnection, count: int) -> list[str]:
    """The facts of the latest incidents that are closed, and of the latest drills judged, so many of each."""
    i = INCIDENT_EVENT.c

    def latest(event: str) -> Select[tuple[str]]:
        return select(i.incident).where(i.event == event).order_by(i.at.desc()).limit(count)

    closed = select(i.incident).where(i.event == "IncidentClosed")
    found = await connection.execute(
        select(i.data)
        .where(i.incident.in_(closed))
        .where(or_(i.incident.in_(latest("IncidentClosed")), i.incident.in_(latest("DrillJudged"))))
        .order_by(i.at, i.incident, i.n)
    )
    return [row.data for row in found]


async def facts_known(connection: AsyncConnection, facts: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """Which of these (incident, n) are stored."""
    i = INCIDENT_EVENT.c
    asked = list(facts)
    known: set[tuple[str, int]] = set()
    for start in range(0, len(asked), ASKED_AT_ONCE):
        some = tuple_(i.incident, i.n).in_(asked[start : start + ASKED_AT_ONCE])
        found = await connection.execute(select(i.incident, i.n).where(some))
        known.update((row.incident, row.n) for row in found)
    return known


async def pin_hash(connection: AsyncConnection, code: str) -> str | None:
    found: str | None = (await connection.execute(select(PIN.c.hash).where(PIN.c.code == code))).scalar()
    return found


async def roster(connection: AsyncConnection) -> RosterReplaced | None:
    """The version in force, as the fact that brought it; None where none was ever imported."""
    v, p = ROSTER_VERSION.c, PERSON.c
    version = (
        await connection.execute(select(v.version, v.at, v.by_whom).order_by(v.at.desc()).limit(1))
    ).first()
    if version is None:
        return None
    fields = (p.code, p.name, p.role, p.team, p.seat, p.interface, p.pbx, p.agency, p.language)
    later = (func.coalesce(p.phone, ""), func.coalesce(p.email, ""))  # not known to rosters of before 0002
    found = select(*fields, *later).where(p.version == version.version).order_by(p.row)
    rows = await connection.execute(found)
    people = tuple(Person(*row) for row in rows)
    return RosterReplaced(at=version.at, version=version.version, people=people, by=version.by_whom)


async def plan(connection: AsyncConnection, first: date, last: date) -> PlanRestored:
    """Every change of these days, both included, in order; without what a later one replaced as a whole."""
    v, c = PLAN_VERSION.c, PLAN_CHANGE.c
    found = await connection.execute(
        select(v.version, c.day, c.whole, c.people)
        .join(PLAN_CHANGE, c.version == v.version)
        .where(c.day >= first.isoformat(), c.day <= last.isoformat())
        .order_by(v.at, v.version)
    )
    days: dict[str, list[PlanDay]] = {}
    for row in found:
        changes = days.setdefault(row.day, [])
        if row.whole:
            changes.clear()
        changes.append(PlanDay(day=date.fromisoformat(row.day), people=row.people, whole=row.whole))
    version, _ = await plan_made(connection)
    return PlanRestored(
        at=utc_now(),
        version=version,
        days=tuple(change for day in sorted(days) for change in days[day]),
    )


async def plan_made(connection: AsyncConnection) -> tuple[str, datetime | None]:
    """The version in force, and when it was made; "" and None where nothing was ever planned."""
    v = PLAN_VERSION.c
    latest = select(v.version, v.at).order_by(v.at.desc(), v.version.desc()).limit(1)
    row = (await connection.execute(latest)).first()
    return (row.version, row.at) if row else ("", None)
