"""Asterisk's queue_log, told again from our rows: for tools that read it, and to compare the two.

A line is ``time|callid|queue|agent|event|data1|…`` (Asterisk's documentation, "Queue Logs"); ``time`` is in
whole seconds since 1970. What we do not know stays empty: the URL of ENTERQUEUE, the key of EXITWITHKEY, the
context of a blind transfer, the bridge of an attended one, the channel that added a member (callid NONE),
the reason given when a pause ends (AMI repeats that of its beginning). RINGCANCELED, PENALTY and PAUSEALL
have no line, and neither has what a snapshot found or what happened while we were blind: when that was is
not known.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ccd.adapters.store.schema import CALL_EVENT, QUEUE_EVENT
from ccd.events import QueueOutcome

__all__ = ["QUEUE_LOG_COLUMNS", "queue_log"]

QUEUE_LOG_COLUMNS = (
    "time", "callid", "queue", "agent", "event", "data1", "data2", "data3", "data4", "data5",
)  # fmt: skip

PAGE = 500
NEAR = timedelta(seconds=10)
"""AgentComplete follows its transfer at once; a late one is closed by us after 2 s."""

Event = Row[Any]
Line = tuple[str, ...]  # event, data1, …


class Page:
    """What the lines of some rows need of others: the position at entry, the transfer at the end."""

    def __init__(
        self, joined: Iterable[Any] = (), transfers: Iterable[Any] = (), members: Iterable[Any] = ()
    ) -> None:
        self._joined = list(joined)
        self._transfers = list(transfers)
        self._members = {(row.event, *_membership(row)) for row in members}

    def position(self, row: Event) -> str:
        """At which place the caller entered this queue, the last time before ``row``."""
        for entry in reversed(self._joined):
            if _visit(entry) == _visit(row) and entry.at <= row.at:
                return str(entry.position or "")
        return ""

    def transfer(self, row: Event) -> Event | None:
        """The transfer that ended this connection: of the same queue, by its agent or of its call."""
        near = [
            transfer
            for transfer in self._transfers
            if transfer.pbx == row.pbx
            # without a queue where the call was answered while we were blind
            and (transfer.queue or row.queue) == row.queue
            and (transfer.interface == row.interface or transfer.call == row.call)
            and abs(transfer.at - row.at) <= NEAR
        ]
        return min(near, key=lambda transfer: abs(transfer.at - row.at), default=None)

    def added_paused(self, row: Event) -> bool:
        """Was a member added and paused by one action? Asterisk writes one line of it."""
        key = _membership(row)
        return ("member_added", *key) in self._members and ("member_paused", *key) in self._members


async def queue_log(
    engine: AsyncEngine, *, since: datetime | None, until: datetime | None, pbx: str | None
) -> AsyncIterator[dict[str, Any]]:
    """One dictionary a line, in order of time; ``time`` is an aware datetime, which formats make seconds."""
    q = QUEUE_EVENT.c
    last: tuple[datetime, int] | None = None
    while True:
        page = select(QUEUE_EVENT).order_by(q.at, q.id).limit(PAGE)
        if since is not None:
            page = page.where(q.at >= since)
        if until is not None:
            page = page.where(q.at < until)
        if pbx is not None:
            page = page.where(q.pbx == pbx)
        if last is not None:
            page = page.where((q.at > last[0]) | ((q.at == last[0]) & (q.id > last[1])))
        async with engine.connect() as connection:
            rows = (await connection.execute(page)).all()
            around = await _around(connection, rows)
        for row in rows:
            line = _line(row, around)
            if line is not None:
                yield line
        if len(rows) < PAGE:
            return
        last = (rows[-1].at, rows[-1].id)


async def _around(connection: AsyncConnection, rows: Sequence[Event]) -> Page:
    if not rows:
        return Page()
    q, c = QUEUE_EVENT.c, CALL_EVENT.c
    callers = {row.uniqueid for row in rows if row.uniqueid}
    joined = await connection.execute(
        select(q.pbx, q.uniqueid, q.queue, q.at, q.position)
        .where(q.event == "caller_joined", q.uniqueid.in_(callers))
        .order_by(q.at)
    )
    transfers = await connection.execute(
        select(c.pbx, c.queue, c.call, c.interface, c.at, c.target, c.status).where(
            c.event == "transferred", c.at >= rows[0].at - NEAR, c.at <= rows[-1].at + NEAR
        )
    )
    members = await connection.execute(
        select(q.event, q.pbx, q.queue, q.interface, q.at).where(
            q.event.in_(("member_added", "member_paused")), q.at >= rows[0].at, q.at <= rows[-1].at
        )
    )
    return Page(joined, transfers, members)


def _membership(row: Event) -> tuple[Any, ...]:
    return row.pbx, row.queue, row.interface, row.at


def _visit(row: Event) -> tuple[str, str, str]:
    return row.pbx, row.uniqueid, row.queue


def _line(row: Event, page: Page) -> dict[str, Any] | None:
    rule = _LINES.get(row.event)
    told = rule(row, page) if rule is not None and row.seen is not False else None
    if told is None:
        return None
    # As Asterisk does, unless its log_membername_as_agent is set: who comes and goes is called by interface.
    named = row.interface if row.event in ("member_added", "member_removed") else row.member
    agent = named or row.interface or "NONE"
    values = (row.at, row.uniqueid or "NONE", row.queue or "NONE", agent, *told)
    return dict(zip(QUEUE_LOG_COLUMNS, values + ("",) * (len(QUEUE_LOG_COLUMNS) - len(values)), strict=True))


# --- what each of our events is called there --------------------------------------------------------------


def _entered(row: Event, page: Page) -> Line:
    return "ENTERQUEUE", "", row.caller_number or "", str(row.position or "")


def _connected(row: Event, page: Page) -> Line:
    return "CONNECT", _whole(row.wait_s), row.agent_uniqueid or "", _whole(row.ring_s)


def _completed(row: Event, page: Page) -> Line | None:
    wait, talk = _whole(row.wait_s), _whole(row.talk_s)
    if row.reason == "transfer":
        transfer = page.transfer(row)
        if transfer is None:
            return None
        if transfer.status == "blind":
            return "BLINDTRANSFER", transfer.target or "", "", wait, talk, page.position(row)
        return "ATTENDEDTRANSFER", "", transfer.target or "", wait, talk, page.position(row)
    event = {"agent": "COMPLETEAGENT", "caller": "COMPLETECALLER"}.get(row.reason)
    return (event, wait, talk, page.position(row)) if event else None


def _left(row: Event, page: Page) -> Line | None:
    stay = (str(row.position or ""), page.position(row), _whole(row.wait_s))
    if row.reason == QueueOutcome.KEY:
        return "EXITWITHKEY", "", *stay
    event = {
        QueueOutcome.ABANDONED: "ABANDON",
        QueueOutcome.TIMEOUT: "EXITWITHTIMEOUT",
        QueueOutcome.EMPTY: "EXITEMPTY",
    }.get(row.reason)
    return (event, *stay) if event else None


def _rang_out(row: Event, page: Page) -> Line:
    return "RINGNOANSWER", str(round((row.ring_s or 0.0) * 1000))


def _added(row: Event, page: Page) -> Line:
    return "ADDMEMBER", "PAUSED" if page.added_paused(row) else ""


def _paused(row: Event, page: Page) -> Line | None:
    return None if page.added_paused(row) else ("PAUSE", row.reason or "")


def _plain(event: str) -> Callable[[Event, Page], Line]:
    return lambda row, page: (event, "")


_LINES: dict[str, Callable[[Event, Page], Line | None]] = {
    "caller_joined": _entered,
    "agent_connected": _connected,
    "agent_completed": _completed,
    "caller_left": _left,
    "ring_no_answer": _rang_out,
    "member_paused": _paused,
    "member_unpaused": _plain("UNPAUSE"),
    "member_added": _added,
    "member_removed": _plain("REMOVEMEMBER"),
}


def _whole(seconds: float | None) -> str:
    return str(int(seconds or 0))
