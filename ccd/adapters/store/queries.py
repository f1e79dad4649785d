"""Reading without writing, beside a running daemon or with none: for `ccd export` and `ccd status`."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, ScalarSelect, Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ccd.adapters.store import recall
from ccd.adapters.store.audit import HEAD_FILE, AuditReport, verify
from ccd.adapters.store.database import answering, reading
from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.incident_queries import IncidentRow, incidents, timeline
from ccd.adapters.store.migrate import head, known, revision
from ccd.adapters.store.person_queries import PersonDay, person_day, presence_at
from ccd.adapters.store.place import place_of, shown, sqlite_file
from ccd.adapters.store.queue_log import QUEUE_LOG_COLUMNS, queue_log
from ccd.adapters.store.schema import AGENT_INTERVAL, BLIND_INTERVAL, CALL, QUEUE_VISIT, TABLES
from ccd.adapters.store.shift_queries import record, shift_facts
from ccd.adapters.store.traffic_queries import traffic
from ccd.config import StoreSettings
from ccd.events import Blind, Doing, PlanRestored, RosterReplaced, Stay
from ccd.staffing.history import Traffic

__all__ = ["EXPORTS", "Archive", "Row", "columns_of", "opened"]

Row = dict[str, Any]
T = TypeVar("T")

QUEUE_LOG = "queue_log"
PAGE = 1000

EXPORTS = (QUEUE_LOG, *sorted(name for name, table in TABLES.items() if "time" in table.info))
"""What can be exported: tables that have a time to go by, and Asterisk's queue_log made of them."""


class Archive:
    """The store, to be read. Made by ``opened``; its questions raise StoreError where it does not answer."""

    def __init__(self, url: URL, head_file: Path) -> None:
        self._url = url
        self._head_file = head_file
        self._engine = reading(url)

    async def export(
        self,
        what: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        pbx: str | None = None,
    ) -> AsyncGenerator[Row]:
        """Rows in order of time, from ``since`` up to but not including ``until`` (aware), of one PBX or all.

        ``what`` is one of ``EXPORTS``. Raises StoreError for another, and for a naive time.
        """
        for name, moment in (("since", since), ("until", until)):
            if moment is not None and moment.tzinfo is None:
                raise StoreError(f"{name}: {moment} has no time zone; write it as 2026-01-31T08:00:00+08:00")
        with answering(self._url):
            if what == QUEUE_LOG:
                async for row in queue_log(self._engine, since=since, until=until, pbx=pbx):
                    yield row
                return
            async with self._engine.connect() as connection:
                rows = await connection.stream(
                    _selection(_table(what), since, until, pbx), execution_options={"yield_per": PAGE}
                )
                async for found in rows.mappings():
                    yield dict(found)

    async def as_left(self) -> Row:
        """What the daemon knew when it last wrote: for `ccd status` while none is running.

        ``agents``: intervals still open (``queue`` empty: the agent as a whole), with ``was_*`` of the one
        before: a daemon that stops is blind from then on, and what it saw last is that. ``waiting``: callers
        in queues; ``calls``: how many went on; ``presence``; ``blind``: PBXs not followed. Aware UTC.
        """
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await _as_left(connection)

    async def roster(self) -> RosterReplaced | None:
        """The version in force; None where none was ever imported."""
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await recall.roster(connection)

    async def plan(self, first: date, last: date) -> PlanRestored:
        """Who works what on these days, both included."""
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await recall.plan(connection, first, last)

    async def plan_made(self) -> tuple[str, datetime | None]:
        """The version of the plan in force, and when it was made; "" and None where there never was one."""
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await recall.plan_made(connection)

    async def presence_at(self, at: datetime) -> list[Row]:
        """Who was signed in where at a moment: ``pbx``, ``seat``, ``person``, ``since`` (aware UTC)."""
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await presence_at(connection, at)

    async def person_day(
        self,
        person: str,
        since: datetime,
        until: datetime,
        interface_of: Callable[[str, str], str | None],
    ) -> PersonDay:
        """What is stored of a person between two moments; ``interface_of`` is the phone of (pbx, seat)."""
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await person_day(connection, person, since, until, interface_of)

    async def incidents(self, *, since: datetime | None = None, limit: int = 100) -> list[IncidentRow]:
        """The latest reports first; those that are not closed whatever their age, besides the limit."""
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await incidents(connection, since, limit)

    async def timeline(self, incident: str) -> list[str]:
        """Its facts as JSON with their tags, in order; empty where there is no such incident."""
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await timeline(connection, incident)

    async def shift_facts(self, **asked: Any) -> list[str]:
        """Facts of the policies about shifts as JSON with their tags: ``shift_queries.shift_facts``."""
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await shift_facts(connection, **asked)

    async def record(
        self,
        people: Iterable[str],
        since: datetime,
        until: datetime,
        places: Iterable[tuple[str, str]],
        interface_of: Callable[[str, str], str | None],
    ) -> tuple[tuple[Stay, ...], tuple[Stay, ...], tuple[Doing, ...], tuple[Blind, ...]]:
        """What verdicts about shifts rest on: ``shift_queries.record``."""
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await record(connection, people, since, until, places, interface_of)

    async def traffic(self, since: datetime, until: datetime) -> Traffic:
        """Calls in queues and the work after them, for a forecast: ``traffic_queries.traffic``."""
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await traffic(connection, since, until)

    async def read(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """The answer to a question of one of the modules of queries."""
        with answering(self._url):
            async with self._engine.connect() as connection:
                return await question(connection)

    async def verify_audit(self) -> AuditReport:
        """Look at every entry of the audit chain."""
        with answering(self._url):
            return await verify(self._engine, self._head_file)

    async def check(self) -> None:
        with answering(self._url):
            await _check_revision(self._engine, shown(self._url))

    async def close(self) -> None:
        await self._engine.dispose()


@contextlib.asynccontextmanager
async def opened(settings: StoreSettings, state_dir: Path) -> AsyncIterator[Archive]:
    """Raises StoreError where there is no store yet, or its schema is not this version's."""
    url = place_of(settings, state_dir)
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise StoreError(
            f"{file}: no such file: nothing has been stored yet; start the daemon once (ccd run)"
        )
    archive = Archive(url, state_dir / HEAD_FILE)
    try:
        await archive.check()
        yield archive
    finally:
        await archive.close()


async def _check_revision(engine: AsyncEngine, name: str) -> None:
    at = await revision(engine)
    if at == head():
        return
    if not at:
        raise StoreError(f"{name}: holds no tables of ccd yet; start the daemon once (ccd run)")
    mend = "start the daemon once, which brings it up to date" if known(at) else "use the ccd that wrote it"
    raise StoreError(f"{name}: schema revision {at}, this ccd reads {head()}; {mend}")


def columns_of(what: str) -> tuple[str, ...]:
    """The columns of an export, in order. Raises StoreError for a name that is not in ``EXPORTS``."""
    if what == QUEUE_LOG:
        return QUEUE_LOG_COLUMNS
    return tuple(column.name for column in _table(what).columns)


def _table(what: str) -> Table:
    if what not in EXPORTS:
        raise StoreError(f"there is no {what!r} to export; there are: {', '.join(EXPORTS)}")
    return TABLES[what]


def _selection(table: Table, since: datetime | None, until: datetime | None, pbx: str | None) -> Select[Any]:
    time = table.c[table.info["time"]]
    rows = select(table).order_by(time, *table.primary_key.columns.values())
    if since is not None:
        rows = rows.where(time >= since)
    if until is not None:
        rows = rows.where(time < until)
    if pbx is not None and "pbx" in table.c:
        rows = rows.where(table.c.pbx == pbx)
    return rows


async def _as_left(connection: AsyncConnection) -> Row:
    a, v, b = AGENT_INTERVAL.c, QUEUE_VISIT.c, BLIND_INTERVAL.c
    was = [_before(name).label(f"was_{name}") for name in ("state", "reason", "begin")]
    agents = select(a.pbx, a.interface, a.queue, a.state, a.reason, a.begin, a.call, *was).where(
        a.end.is_(None)
    )
    waiting = select(v.pbx, v.queue, v.joined, v.caller_number, v.caller_name).where(
        v.left.is_(None), v.connected.is_(None), v.completed.is_(None)
    )
    blind = select(b.pbx, b.began, b.why).where(b.ended.is_(None))
    calls = select(func.count()).select_from(CALL).where(CALL.c.ended.is_(None))
    names = ("pbx", "seat", "person", "since")
    return {
        "last_alive": await recall.last_alive(connection),
        "agents": await _rows(connection, agents.order_by(a.pbx, a.interface, a.queue)),
        "waiting": await _rows(connection, waiting.order_by(v.joined)),
        "calls": (await connection.execute(calls)).scalar_one(),
        "presence": [dict(zip(names, row, strict=True)) for row in await recall.presence(connection)],
        "blind": await _rows(connection, blind.order_by(b.began)),
    }


def _before(name: str) -> ScalarSelect[Any]:
    """A column of the interval before an agent's open one."""
    now, earlier = AGENT_INTERVAL.c, AGENT_INTERVAL.alias("earlier").c
    same = (earlier.pbx == now.pbx, earlier.interface == now.interface, earlier.queue == now.queue)
    found = select(earlier[name]).where(*same, earlier.begin < now.begin)
    return found.order_by(earlier.begin.desc()).limit(1).scalar_subquery().correlate(AGENT_INTERVAL)


async def _rows(connection: AsyncConnection, statement: Select[Any]) -> list[Row]:
    return [dict(row) for row in (await connection.execute(statement)).mappings()]
