"""What the store holds for the policies about shifts: their facts, and the record that verdicts rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.evaluation_queries import unfinished_facts
from ccd.adapters.store.schema import AGENT_INTERVAL, BLIND_INTERVAL, PRESENCE_EVENT, SHIFT_EVENT
from ccd.events import Blind, Doing, Stay
from ccd.events.shift_facts import SHIFT_FACTS

__all__ = ["record", "remembered", "shift_facts", "stays_of"]

NOT_WORKING = ("paused", "unavailable", "logged_off", "unknown")
ASKED_AT_ONCE = 500
LONGEST_STAY = timedelta(days=3)
"""Who signed in longer ago than this, and has not left, has forgotten to; nobody works so long."""

InterfaceOf = Callable[[str, str], str | None]


async def remembered(connection: AsyncConnection, now: datetime) -> tuple[str, ...]:
    """The facts that are wanted in memory at the start (``ShiftFact.kept_days``), as JSON, in order; and all
    of evaluations that are not finished.
    """
    s = SHIFT_EVENT.c
    by_age: dict[int, list[str]] = {}
    for kind in SHIFT_FACTS:
        if kind.kept_days < 0:
            continue
        by_age.setdefault(kind.kept_days, []).append(kind.__name__)
    wanted = [
        s.event.in_(names) if not days else s.event.in_(names) & (s.at >= now - timedelta(days=days))
        for days, names in by_age.items()
    ]
    found = await connection.execute(select(s.at, s.id, s.data).where(or_(*wanted)))
    in_order = {(row.at, row.id, row.data) for row in found} | set(await unfinished_facts(connection))
    return tuple(data for _, _, data in sorted(in_order))


async def shift_facts(
    connection: AsyncConnection,
    *,
    events: Sequence[str] = (),
    policy: str = "",
    first: date | None = None,
    last: date | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    person: str = "",
) -> list[str]:
    """Facts as JSON with their tags, in the order in which they came; ``first`` and ``last`` are days of
    shifts, ``since`` and ``until`` when it was found or done.
    """
    s = SHIFT_EVENT.c
    asked = select(s.data).order_by(s.at, s.id)
    if events:
        asked = asked.where(s.event.in_(events))
    if policy:
        asked = asked.where(s.policy == policy)
    if first is not None and first == last:
        asked = asked.where(s.day == first.isoformat())  # which SQLite finds by its index, unlike a span
    else:
        if first is not None:
            asked = asked.where(s.day >= first.isoformat())
        if last is not None:
            asked = asked.where(s.day <= last.isoformat(), s.day != "")
    if since is not None:
        asked = asked.where(s.at >= since)
    if until is not None:
        asked = asked.where(s.at < until)
    if person:
        asked = asked.where(s.person == person)
    return [row.data for row in await connection.execute(asked)]


async def record(
    connection: AsyncConnection,
    people: Iterable[str],
    since: datetime,
    until: datetime,
    places: Iterable[tuple[str, str]],
    interface_of: InterfaceOf,
) -> tuple[tuple[Stay, ...], tuple[Stay, ...], tuple[Doing, ...], tuple[Blind, ...]]:
    """(stays of these people, of others at their seats, doings of these phones, blind intervals)."""
    asked = set(people)
    everybody = await stays_of(connection, since, until)
    mine = tuple(stay for stay in everybody if stay.person in asked)
    seats = {(stay.pbx, stay.seat) for stay in mine} | set(places)
    others = tuple(stay for stay in everybody if stay.person not in asked and (stay.pbx, stay.seat) in seats)
    phones = {(pbx, interface) for pbx, seat in seats if (interface := interface_of(pbx, seat)) is not None}
    return (
        mine,
        others,
        await _doings(connection, phones, since, until),
        await _blind(connection, since, until),
    )


async def stays_of(
    connection: AsyncConnection, since: datetime, until: datetime, seats: Sequence[str] | None = None
) -> tuple[Stay, ...]:
    """Everybody's (or at these seats), as far as they touch this time. Who arrives anew without having left
    goes on staying.
    """
    p = PRESENCE_EVENT.c
    asked = (
        select(p.pbx, p.seat, p.person, p.at, p.event)
        .where(p.at >= since - LONGEST_STAY, p.at < until)
        .order_by(p.at, p.id)
    )
    signs = await connection.execute(asked if seats is None else asked.where(p.seat.in_(seats)))
    open_: dict[tuple[str, str, str], datetime] = {}
    found: list[Stay] = []
    for row in signs:
        place = (row.person, row.pbx, row.seat)
        if row.event == "arrived":
            open_.setdefault(place, row.at)
        elif (arrived := open_.pop(place, None)) is not None and row.at > since:
            found.append(Stay(*place, arrived, row.at))
    found += [Stay(*place, arrived, None) for place, arrived in open_.items()]
    return tuple(sorted(found, key=lambda stay: (stay.arrived, stay.person)))


async def _doings(
    connection: AsyncConnection, phones: set[tuple[str, str]], since: datetime, until: datetime
) -> tuple[Doing, ...]:
    i = AGENT_INTERVAL.c
    names = sorted({interface for _, interface in phones})
    found: list[Doing] = []
    for start in range(0, len(names), ASKED_AT_ONCE):
        rows = await connection.execute(
            select(i.pbx, i.interface, i.state, i.begin, i.end, i.reason).where(
                i.interface.in_(names[start : start + ASKED_AT_ONCE]),
                i.queue == "",
                i.state.in_(NOT_WORKING),
                i.begin < until,
                or_(i.end.is_(None), i.end > since),
            )
        )
        found += [
            Doing(row.pbx, row.interface, row.state, row.begin, row.end, row.reason or "")
            for row in rows
            if (row.pbx, row.interface) in phones
        ]
    return tuple(sorted(found, key=lambda doing: (doing.began, doing.pbx, doing.interface)))


async def _blind(connection: AsyncConnection, since: datetime, until: datetime) -> tuple[Blind, ...]:
    b = BLIND_INTERVAL.c
    rows = await connection.execute(
        select(b.pbx, b.began, b.ended)
        .where(b.began < until, or_(b.ended.is_(None), b.ended > since))
        .order_by(b.began)
    )
    return tuple(Blind(row.pbx, row.began, row.ended) for row in rows)
