"""What the store has of one person on one day, and who was signed in where at a moment.

Calls and pauses are a seat's; they are a person's while that person was signed in there, and both people's in
the minutes of a handover in which two are. Times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.schema import (
    AGENT_INTERVAL,
    ATTENDANCE_EVENT,
    BLIND_INTERVAL,
    LEG,
    PRESENCE_EVENT,
    SIGN_IN_REFUSAL,
)

__all__ = ["PersonDay", "Stay", "person_day", "presence_at"]

Row = dict[str, Any]


class Stay(NamedTuple):
    """From signing in at a seat until signing out; ``left`` is None for one that went on.

    ``calls``: how many were answered there in that time, by it or by those it called; None where the roster
    has no phone for the seat. ``pauses``: whole, with a moment in that time.
    """

    pbx: str
    seat: str
    arrived: datetime
    left: datetime | None
    calls: int | None = None
    pauses: tuple[Row, ...] = ()


class PersonDay(NamedTuple):
    """``signs``: arrivals and departures; ``stays``: those with a moment between the two times;
    ``refusals``; ``attended``: proofs of being there without sitting down; ``blind``: when a PBX was out of
    sight, so that nothing is known of it.
    """

    signs: list[Row]
    stays: list[Stay]
    refusals: list[Row]
    attended: list[Row]
    blind: list[Row]


async def presence_at(connection: AsyncConnection, at: datetime) -> list[Row]:
    t = PRESENCE_EVENT.c
    order = func.row_number().over(
        partition_by=(t.pbx, t.seat, t.person), order_by=(t.at.desc(), t.id.desc())
    )
    acts = select(t.pbx, t.seat, t.person, t.at, t.event, order.label("nth")).where(t.at <= at).subquery()
    here = (
        select(acts.c.pbx, acts.c.seat, acts.c.person, acts.c.at.label("since"))
        .where(acts.c.nth == 1, acts.c.event == "arrived")
        .order_by(acts.c.at, acts.c.person)
    )
    return [dict(row) for row in (await connection.execute(here)).mappings()]


async def person_day(
    connection: AsyncConnection,
    person: str,
    since: datetime,
    until: datetime,
    interface_of: Callable[[str, str], str | None],
) -> PersonDay:
    """``interface_of``: the phone of a seat, by PBX and seat."""
    p, r, a, b = PRESENCE_EVENT.c, SIGN_IN_REFUSAL.c, ATTENDANCE_EVENT.c, BLIND_INTERVAL.c
    signs = await _rows(
        connection,
        select(p.at, p.event, p.pbx, p.seat, p.how, p.by_whom)
        .where(p.person == person, p.at < until)
        .order_by(p.at, p.id),
    )
    refusals = select(r.at, r.pbx, r.seat, r.how, r.why, r.enforced).where(
        r.code == person, r.at >= since, r.at < until
    )
    attended = select(a.at, a.pbx, a.seat, a.how, a.proven).where(
        a.person == person, a.at >= since, a.at < until
    )
    blind = select(b.pbx, b.began, b.ended, b.why).where(
        b.began < until, or_(b.ended.is_(None), b.ended > since)
    )
    return PersonDay(
        signs=[row for row in signs if row["at"] >= since],
        stays=[
            await _with_work(connection, stay, interface_of(stay.pbx, stay.seat), since, until)
            for stay in _stays(signs, since)
        ],
        refusals=await _rows(connection, refusals.order_by(r.at)),
        attended=await _rows(connection, attended.order_by(a.at)),
        blind=await _rows(connection, blind.order_by(b.began)),
    )


def _stays(signs: list[Row], since: datetime) -> list[Stay]:
    """Those that were not over by ``since``. Who arrives anew without having left goes on staying."""
    open_: dict[tuple[str, str], datetime] = {}
    found: list[Stay] = []
    for row in signs:
        place = row["pbx"], row["seat"]
        if row["event"] == "arrived":
            open_.setdefault(place, row["at"])
        elif (arrived := open_.pop(place, None)) is not None and row["at"] > since:
            found.append(Stay(*place, arrived, row["at"]))
    found += [Stay(*place, arrived, None) for place, arrived in open_.items()]
    return sorted(found, key=lambda stay: stay.arrived)


async def _with_work(
    connection: AsyncConnection, stay: Stay, interface: str | None, since: datetime, until: datetime
) -> Stay:
    if interface is None:
        return stay
    first, last = max(since, stay.arrived), min(until, stay.left or until)
    leg, i = LEG.c, AGENT_INTERVAL.c
    answered = select(func.count(func.distinct(leg.call))).where(
        leg.pbx == stay.pbx, leg.interface == interface, leg.answered >= first, leg.answered < last
    )
    pauses = select(i.begin, i.end, i.reason, i.by_whom).where(
        i.pbx == stay.pbx,
        i.interface == interface,
        i.queue == "",
        i.state == "paused",
        i.begin < last,
        or_(i.end.is_(None), i.end > first),
    )
    return stay._replace(
        calls=int((await connection.execute(answered)).scalar_one()),
        pauses=tuple(await _rows(connection, pauses.order_by(i.begin))),
    )


async def _rows(connection: AsyncConnection, statement: Any) -> list[Row]:
    return [dict(row) for row in (await connection.execute(statement)).mappings()]
