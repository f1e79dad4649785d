"""The store of a running daemon: everything durable goes through it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Table, case, literal, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.clock import Armed, utc_now
from ccd.adapters.store import recall, shift_queries
from ccd.adapters.store.audit import HEAD_FILE
from ccd.adapters.store.chain import Chain
from ccd.adapters.store.database import Database, answering, writing
from ccd.adapters.store.entries import Beat, PinSet
from ccd.adapters.store.errors import UnavailableError
from ccd.adapters.store.instant import Instant
from ccd.adapters.store.lock import StateLock
from ccd.adapters.store.migrate import upgrade
from ccd.adapters.store.place import place_of, shown
from ccd.adapters.store.prune import prune
from ccd.adapters.store.schema import AGENT_INTERVAL, BLIND_INTERVAL, QUEUE_VISIT
from ccd.adapters.store.writer import Writer
from ccd.config import StoreSettings
from ccd.effects import ReadRecord
from ccd.events import (
    PictureRestored,
    PlanRestored,
    QueueOutcome,
    RecordRead,
    RosterReplaced,
    ShiftsRestored,
)
from ccd.roster import Roster

__all__ = ["Store"]

T = TypeVar("T")

LEAVE_S = 0.5
RECORD_S = 10.0


class Store(Writer):
    """Made by ``open``. What writes in bulk or never waits is in ``Writer``.

    Questions raise StoreError where the database does not answer.
    """

    def __init__(
        self,
        database: Database,
        chain: Chain,
        url: URL,
        lock: StateLock,
        *,
        batch_s: float,
        limit: int,
    ) -> None:
        super().__init__(database, chain, batch_s=batch_s, limit=limit)
        self._url = url
        self._lock = lock
        self.name = shown(url)
        """Where it is, without the password."""

    @classmethod
    async def open(cls, settings: StoreSettings, state_dir: Path) -> Store:
        """Lock the state directory, bring the schema up to date, start writing.

        Raises StoreError: another daemon runs, the database cannot be reached, or a newer ccd wrote it.
        """
        url = place_of(settings, state_dir)
        lock = StateLock(state_dir, url)
        try:
            database = writing(url)
            try:
                with answering(url):
                    await database.check()
                    await upgrade(database.patient)
                    chain = await Chain.open(database, state_dir / HEAD_FILE)
            except BaseException:
                await database.close()
                raise
        except BaseException:
            lock.release()
            raise
        store = cls(
            database,
            chain,
            url,
            lock,
            batch_s=settings.batch_ms / 1000.0,
            limit=settings.queue_limit,
        )
        store.start()
        return store

    async def close(self, timeout: float = 2.5) -> int:
        """Write everything, for at most so many seconds, and let go of the state directory.

        Returns how many facts had to be left unwritten: 0 unless the database was away. Letting go of one
        that does not answer takes up to a second more.
        """
        left = await self.stop(timeout)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await self._chain.close(complete=not left)
                await self._database.close(gone=left > 0)
        self._lock.release()
        return left

    # --- deadlines ----------------------------------------------------------------------------------------

    async def open_deadlines(self) -> list[Armed]:
        return await self._ask(recall.open_deadlines)

    # --- incidents ----------------------------------------------------------------------------------------

    async def open_incidents(self) -> list[str]:
        """The facts of incidents that are not closed, as JSON with their tags, by incident and number."""
        return await self._ask(recall.open_incidents)

    async def incident_facts(self, incident: str) -> list[str]:
        """As ``open_incidents``, of one incident, whether closed or not."""

        async def of_one(connection: AsyncConnection) -> list[str]:
            return await recall.incident_facts(connection, incident)

        return await self._ask(of_one)

    async def remembered_incidents(self, count: int) -> list[str]:
        """As ``open_incidents``, of the latest that are closed and of the latest drills, so many of each."""

        async def latest(connection: AsyncConnection) -> list[str]:
            return await recall.remembered_incidents(connection, count)

        return await self._ask(latest)

    async def facts_known(self, facts: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
        """Which of these facts of incidents, (incident, n), are stored."""

        async def of_these(connection: AsyncConnection) -> set[tuple[str, int]]:
            return await recall.facts_known(connection, facts)

        return await self._ask(of_these)

    # --- people -------------------------------------------------------------------------------------------

    async def set_pin_hash(self, code: str, hash_: str) -> None:
        """Returns when it is committed."""
        await self.commit([PinSet(code, hash_, utc_now())])

    async def pin_hash(self, code: str) -> str | None:
        """None for a code without a PIN."""

        async def of_code(connection: AsyncConnection) -> str | None:
            return await recall.pin_hash(connection, code)

        return await self._ask(of_code)

    async def replace_roster(self, roster: RosterReplaced) -> None:
        """Make a version the current one; returns when it is committed. Older versions are kept."""
        await self.commit([roster])

    async def current_roster(self) -> RosterReplaced | None:
        return await self._ask(recall.roster)

    async def plan(self, first: date, last: date) -> PlanRestored:
        """Who works what on these days, both included."""

        async def of_days(connection: AsyncConnection) -> PlanRestored:
            return await recall.plan(connection, first, last)

        return await self._ask(of_days)

    async def plan_made(self) -> tuple[str, datetime | None]:
        """The version of the plan in force, and when it was made; "" and None where there never was one."""
        return await self._ask(recall.plan_made)

    async def presence(self) -> tuple[tuple[str, str, str, datetime], ...]:
        """(pbx, seat, person, since) of everybody signed in."""
        return await self._ask(recall.presence)

    # --- shifts -------------------------------------------------------------------------------------------

    async def shifts_restored(self) -> ShiftsRestored:
        """The facts of the policies about shifts that are wanted in memory."""

        async def wanted(connection: AsyncConnection) -> ShiftsRestored:
            at = utc_now()
            return ShiftsRestored(at=at, facts=await shift_queries.remembered(connection, at))

        return await self._ask(wanted)

    async def read_record(self, asked: ReadRecord, roster: Roster, at: datetime) -> RecordRead:
        """With everything that was given to be written before."""
        try:
            async with asyncio.timeout(RECORD_S):
                await self.commit()
        except TimeoutError:
            raise UnavailableError(f"nothing was written for {RECORD_S:.0f} s") from None

        async def of_these(connection: AsyncConnection) -> RecordRead:
            stays, others, doings, blind = await shift_queries.record(
                connection, asked.people, asked.since, asked.until, asked.places, roster.interface_of
            )
            return RecordRead(
                at=at,
                key=asked.key,
                people=asked.people,
                since=asked.since,
                until=asked.until,
                stays=stays,
                others=others,
                doings=doings,
                blind=blind,
            )

        return await self._ask(of_these)

    # --- start and stop -----------------------------------------------------------------------------------

    def beat(self, at: datetime) -> None:
        """We are alive at ``at``. Every few seconds; returns at once."""
        self.enqueue([Beat(at)])

    async def last_alive(self) -> datetime | None:
        return await self._ask(recall.last_alive)

    async def restore_picture(self) -> PictureRestored:
        """What was open when the last daemon stopped or was killed."""

        async def now(connection: AsyncConnection) -> PictureRestored:
            return await recall.picture(connection, utc_now())

        return await self._ask(now)

    async def close_open_intervals(self, at: datetime) -> int:
        """End what a stopped daemon left open at ``at``, when it was last known alive; returns how many.

        Agents' intervals end with the cause ``daemon_stopped``, queue visits with the outcome ``unknown``:
        what became of them is not invented. Calls stay open until the PBX has been asked (restore_picture).
        """
        ends: tuple[tuple[Table, str, str, dict[str, str]], ...] = (
            (AGENT_INTERVAL, "begin", "end", {"end_cause": "daemon_stopped"}),
            (QUEUE_VISIT, "joined", "left", {"outcome": QueueOutcome.UNKNOWN.value}),
            (BLIND_INTERVAL, "began", "ended", {}),
        )
        count = 0
        with answering(self._url):
            async with self._database.writer.begin() as connection:
                for table, begin, end, columns in ends:
                    began = table.c[begin]
                    then = literal(at, Instant)
                    ended = case((began > then, began), else_=then)
                    closing = update(table).where(table.c[end].is_(None)).values({end: ended, **columns})
                    count += (await connection.execute(closing)).rowcount
        return count

    async def prune(self, before: datetime) -> dict[str, int]:
        """Delete what was over before that time, a slice at a time; returns how many rows of which table.

        Never the audit chain and the timelines of incidents.
        """
        with answering(self._url):
            return await prune(self._database.writer, before)

    async def read(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """The answer to a question of one of the modules of queries. Raises StoreError."""
        return await self._ask(question)

    async def _ask(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        with answering(self._url):
            async with self._database.reader.connect() as connection:
                return await question(connection)
