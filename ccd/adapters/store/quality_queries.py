"""Which conversations there were, of whom, and what was recorded of them: what a day's sample is drawn from.

A conversation is a visit to a queue that was answered, from the answer to its completion; and outside queues
what a phone of the roster had of an outbound or direct call, from when the two heard each other until that
phone was gone. What a queue's agent hands on to a phone without a queue belongs to the visit's call, and is
no conversation of its own. Days that were drawn from are read by ``population_queries``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.quality_calls import Found, Known, known_of
from ccd.adapters.store.schema import CALL, CONVERSATION, LEG, QUEUE_VISIT
from ccd.effects import ReadConversations
from ccd.events.quality import Conversation, ConversationsRead
from ccd.quality.units import unit_of
from ccd.roster import Roster

__all__ = ["LATE", "PAGE", "conversations"]

LATE = timedelta(seconds=10)
"""What has ended is told within so long: a completion is waited for after a hangup (``following``)."""
LONGEST = timedelta(days=1)
"""No conversation lasts longer."""
PAGE = 500
"""Of each kind at most so many at once: one input shall not hold the loop."""

_DIALLED: ColumnElement[bool] = literal_column("call.kind IN ('outbound', 'direct')")
"""As the index has it (``ix_call_dialled``): SQLite would not know a bound value to be in it."""


class _Page(NamedTuple):
    """``cut``: from here on there is more."""

    found: list[Found]
    cut: datetime | None


async def conversations(
    connection: AsyncConnection, asked: ReadConversations, roster: Roster, at: datetime, page: int = PAGE
) -> ConversationsRead:
    """Of what ended from ``since`` up to ``until`` what is not in the population yet, by when it ended.

    Where there is more than fits, ``until`` of the answer is earlier than asked: asking again from there on
    finds the rest. ``at`` is now; the last seconds before it are left for the next time.
    """
    until = max(min(asked.until, at - LATE), asked.since)
    pages = [
        await _visits(connection, asked.since, until, page),
        await _broken_off(connection, asked.since, until, page),
        await _dialled(connection, asked.since, until, page, roster),
    ]
    until = min([until, *(each.cut for each in pages if each.cut is not None)])
    found = [one for each in pages for one in each.found if one.ended < until]
    known = await known_of(connection, found, roster, asked.called_back_s)
    ready: dict[str, Conversation] = {}
    left: list[datetime] = []
    for one in found:
        told = _told(one, known)
        if told.settled or told.ended < asked.waited:
            ready[told.unit] = told
        else:
            left.append(told.ended)
    return ConversationsRead(
        at=at,
        key=asked.key,
        until=until,
        found=tuple(sorted(ready.values(), key=lambda one: (one.ended, one.unit))),
        unsettled=len(left),
        oldest=min(left, default=None),
    )


def _told(one: Found, known: Known) -> Conversation:
    root = known.root(one.pbx, one.call)
    passed_on = known.transferred(one.pbx, root, one.interface, one.connected, one.ended)
    return Conversation(
        unit=unit_of(one.pbx, one.uniqueid, one.queue, one.interface, one.connected),
        pbx=one.pbx,
        call=root,
        uniqueid=one.uniqueid,
        queue=one.queue,
        interface=one.interface,
        people=known.people(one.pbx, one.interface, one.connected),
        kind=one.kind,
        caller_number=one.number,
        connected=one.connected,
        ended=one.ended,
        talk_s=one.talk_s,
        completed_by=one.completed_by,
        transferred=one.completed_by == "transfer" or passed_on,
        called_back=known.called_back(one.number, one.connected),
        seen=one.seen and not known.was_blind(one.pbx, one.connected, one.ended),
        settled=known.settled(one.pbx, root),
        taken=known.taken(one.pbx, root, one.connected, one.ended),
    )


def _new(
    pbx: ColumnElement[Any],
    uniqueid: ColumnElement[Any],
    queue: ColumnElement[Any],
    interface: ColumnElement[Any],
    connected: ColumnElement[Any],
) -> ColumnElement[bool]:
    """Not in the population yet, by what its unit is made of."""
    c = CONVERSATION.c
    place = (c.uniqueid == uniqueid, c.pbx == pbx, c.queue == queue, c.interface == interface)
    return ~exists().where(*place, c.connected == connected)


async def _visits(connection: AsyncConnection, since: datetime, until: datetime, page: int) -> _Page:
    v = QUEUE_VISIT.c
    rows = await connection.execute(
        select(v.pbx, v.call, v.uniqueid, v.queue, v.interface, v.caller_number, v.connected)
        .add_columns(v.completed.label("over"), v.talk_s, v.completed_by)
        .where(v.completed >= since, v.completed < until, v.connected.is_not(None), v.interface != "")
        .where(_new(v.pbx, v.uniqueid, v.queue, v.interface, v.connected))
        .order_by(v.completed)
        .limit(page + 1)
    )
    return _page_of([_visit(row, row.talk_s, row.completed_by or "") for row in rows], page)


async def _broken_off(connection: AsyncConnection, since: datetime, until: datetime, page: int) -> _Page:
    """Visits whose end was not seen, ccd not having run; their calls are over."""
    v, c = QUEUE_VISIT.c, CALL.c
    rows = await connection.execute(
        select(v.pbx, v.call, v.uniqueid, v.queue, v.interface, v.caller_number, v.connected)
        .add_columns(c.ended.label("over"))
        .join_from(QUEUE_VISIT, CALL, and_(c.pbx == v.pbx, c.call == v.call))
        .where(v.completed.is_(None), v.connected.is_not(None), v.interface != "")
        .where(v.connected >= since - LONGEST, v.connected < until)
        .where(c.ended >= since, c.ended < until, c.merged_into.is_(None))
        .where(_new(v.pbx, v.uniqueid, v.queue, v.interface, v.connected))
        .order_by(c.ended)
        .limit(page + 1)
    )
    return _page_of([_visit(row, None, "")._replace(seen=False) for row in rows], page)


def _visit(row: Any, talk_s: float | None, completed_by: str) -> Found:
    return Found(
        pbx=row.pbx,
        call=row.call or row.uniqueid,
        uniqueid=row.uniqueid,
        queue=row.queue,
        interface=row.interface,
        kind="queue",
        number=row.caller_number or "",
        connected=row.connected,
        ended=row.over,
        talk_s=_seconds(row) if talk_s is None else talk_s,
        completed_by=completed_by,
    )


def _seconds(row: Any) -> float:
    seconds: float = (row.over - row.connected).total_seconds()
    return max(seconds, 0.0)


def _page_of(found: list[Found], page: int) -> _Page:
    return _Page(found[:page], found[page].ended if len(found) > page else None)


async def _dialled(
    connection: AsyncConnection, since: datetime, until: datetime, page: int, roster: Roster
) -> _Page:
    """Legs of calls outside queues: of several that a phone had at once (to consult) the first."""
    c, leg, other = CALL.c, LEG.c, LEG.alias("other").c
    connected = case((leg.answered > c.answered, leg.answered), else_=c.answered)
    over = func.coalesce(leg.ended, c.ended)
    before = or_(
        other.answered < leg.answered, and_(other.answered == leg.answered, other.uniqueid < leg.uniqueid)
    )
    at_once = exists().where(
        *(other.pbx == leg.pbx, other.call == leg.call, other.interface == leg.interface),
        *(before, func.coalesce(other.ended, c.ended) > leg.answered),
    )
    rows = await connection.execute(
        select(c.pbx, c.call, c.kind, c.caller_number, c.called_number, leg.interface)
        .add_columns(connected.label("connected"), over.label("over"))
        .join_from(CALL, LEG, and_(leg.pbx == c.pbx, leg.call == c.call))
        .where(_DIALLED, c.ended >= since, c.merged_into.is_(None), c.answered.is_not(None))
        .where(leg.answered.is_not(None), over >= since, over < until, over > connected)
        .where(_rostered(c.pbx, leg.interface, roster))
        .where(~at_once, _new(c.pbx, c.call, literal(""), leg.interface, connected))
        .order_by(over)
        .limit(page + 1)
    )
    return _page_of([_leg(row) for row in rows], page)


def _rostered(pbx: ColumnElement[Any], interface: ColumnElement[Any], roster: Roster) -> ColumnElement[bool]:
    """A phone of a seat, on every PBX or on its own. The trunk's leg is in each of these calls, too: asked
    for, and dropped here, they would fill every page.
    """
    phones: dict[str, set[str]] = {"": set()}
    for person in roster.people:
        if person.seat:
            phones.setdefault(person.pbx, set()).add(person.interface)
    everywhere = phones.pop("")
    own = (and_(pbx == name, interface.in_(sorted(found))) for name, found in sorted(phones.items()))
    return or_(interface.in_(sorted(everywhere)), *own)


def _leg(row: Any) -> Found:
    """The number is the other side's."""
    return Found(
        pbx=row.pbx,
        call=row.call,
        uniqueid=row.call,
        queue="",
        interface=row.interface,
        kind=row.kind,
        number=(row.called_number if row.kind == "outbound" else row.caller_number) or "",
        connected=row.connected,
        ended=row.over,
        talk_s=_seconds(row),
        completed_by="",
    )
