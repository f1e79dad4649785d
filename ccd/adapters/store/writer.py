"""Facts into the database, in batches, without ever making the giver wait.

``enqueue`` only appends. A task writes what is there at most every ``batch_ms``, and at once when something
durable is among it, each batch in one transaction; rows that several facts touch are written once.

Overflow. The queue holds ``queue_limit`` facts. While the database does not keep up, ordinary facts beyond
that are dropped, the newest first, and counted in ``dropped``; durable ones (``Event.durable``, and every
entry but the heartbeat) are kept whatever it takes.

Faults. A batch the database does not take is kept and tried again, after a delay that grows to 5 s. A row it
will never take costs itself alone: it is found by trying halves, logged, counted in ``refused``, and the rest
of the batch is written in its one transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Coroutine, Iterable
from typing import Any

import structlog

from ccd.adapters.store.batch import Batch, Rows
from ccd.adapters.store.database import Database
from ccd.adapters.store.entries import Entry
from ccd.adapters.store.errors import RowsRefusedError, StoreError, UnavailableError
from ccd.adapters.store.projection import project
from ccd.adapters.store.sift import RowKey, keys_of, sift
from ccd.events import Event

__all__ = ["Writer"]

log = structlog.get_logger("ccd.store")

BATCH_FACTS = 10_000  # of one transaction: bounds what has to be written again when it fails
STEP_FACTS = 500  # made into rows before the event loop gets its turn
FIRST_RETRY_S = 0.05
LAST_RETRY_S = 5.0

Item = Event | Entry


class Writer:
    """Use from one event loop. The counters are read by the metrics."""

    def __init__(self, database: Database, *, batch_s: float, limit: int) -> None:
        self.healthy = True
        """False while the database does not take what it is given."""
        self.written = 0
        """Facts and entries whose transaction is committed."""
        self.batches = 0
        self.dropped = 0
        self.refused = 0
        """Rows, and facts without a rule, that could never be written."""
        self.failures = 0
        """Transactions that had to be tried again."""
        self.last_commit_s = 0.0
        """How long the latest transaction took, in seconds."""
        self._database = database
        self._batch_s = batch_s
        self._limit = limit
        self._queue: deque[Item] = deque()
        self._in_hand = 0
        self._oldest: float | None = None
        self._oldest_in_hand: float | None = None
        self._given = 0
        self._done = 0
        self._waiting: deque[tuple[int, asyncio.Future[None], tuple[Item, ...]]] = deque()
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def queue_length(self) -> int:
        """Facts and entries not yet committed."""
        return len(self._queue) + self._in_hand

    @property
    def lag_s(self) -> float:
        """How long the oldest uncommitted fact has waited, in seconds."""
        oldest = self._oldest if self._oldest_in_hand is None else self._oldest_in_hand
        return 0.0 if oldest is None else time.monotonic() - oldest

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="store-writer")

    def enqueue(self, facts: Iterable[Item]) -> None:
        """Take facts over for writing; returns at once.

        Raises ValueError for a naive ``at``, StoreError once the store is closed.
        """
        self._take(facts, whatever_it_takes=False)

    def commit(self, facts: Iterable[Item] = ()) -> Coroutine[Any, Any, None]:
        """Take facts over at once; await what it returns until they are committed: they survive a crash.

        So is then all that was given before. It waits as long as the database is away: bound it with
        ``asyncio.timeout`` (the facts stay queued). Awaiting raises StoreError where the database refused a
        row of these facts for good, or the store was closed.
        """
        mine = tuple(facts)
        self._take(mine, whatever_it_takes=True)
        done = asyncio.get_running_loop().create_future()
        if self.queue_length:
            self._waiting.append((self._given, done, mine))
            self._wake.set()
        else:
            done.set_result(None)
        return _finished(done)

    def _take(self, facts: Iterable[Item], *, whatever_it_takes: bool) -> None:
        if self._task is None or self._task.done():
            raise StoreError("the store is closed; nothing can be written any more")
        queue = self._queue
        urgent = False
        for fact in facts:
            if isinstance(fact, Event) and fact.at.tzinfo is None:
                raise ValueError(f"{type(fact).__name__}.at has no time zone; facts carry aware UTC")
            if fact.durable:
                urgent = True
            elif len(queue) + self._in_hand >= self._limit and not whatever_it_takes:
                self._drop()
                continue
            queue.append(fact)
            self._given += 1
        if not queue:
            return
        if self._oldest is None:
            self._oldest = time.monotonic()
        if urgent:
            self._wake.set()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._batch_s, self._wake.set)

    async def stop(self, timeout: float) -> int:
        """Write everything, for at most so many seconds. Returns how many facts had to be left unwritten."""
        self._closing.set()
        self._wake.set()
        if self._task is not None:
            try:
                async with asyncio.timeout(timeout):
                    await asyncio.shield(self._task)
            except TimeoutError:
                self._task.cancel()
                await asyncio.wait([self._task], timeout=1.0)
        for _, done, _ in self._waiting:
            if not done.done():
                done.set_exception(StoreError("the store was closed before this was written"))
        self._waiting.clear()
        if self.queue_length:
            log.error("store_closed_with_facts_unwritten", facts=self.queue_length)
        return self.queue_length

    def _drop(self) -> None:
        if not self.dropped:
            log.error("store_queue_full", limit=self._limit, effect="ordinary facts are dropped and counted")
        self.dropped += 1

    async def _run(self) -> None:
        while not (self._closing.is_set() and not self._queue):
            await self._wake.wait()
            self._wake.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            # What comes while this is written waits for its own time: no string of tiny transactions.
            ready = len(self._queue)
            while ready:
                count = min(ready, BATCH_FACTS)
                ready -= count
                await self._flush(count)

    async def _flush(self, count: int) -> None:
        self._in_hand = count
        self._oldest_in_hand = self._oldest
        if count == len(self._queue):
            self._oldest = None
        facts = [self._queue.popleft() for _ in range(count)]
        batch = Batch()
        unknown = 0
        for start in range(0, count, STEP_FACTS):
            unknown += self._project(facts[start : start + STEP_FACTS], batch)
            await asyncio.sleep(0)
        lost = await self._write_until_taken(batch)
        self._in_hand = 0
        self._oldest_in_hand = None
        self._done += count
        self.written += count
        self.batches += 1
        self._acknowledge(lost, some_unknown=unknown > 0)

    def _project(self, facts: list[Item], batch: Batch) -> int:
        """Returns how many could not be made into rows: a defect of ours holds up nothing else."""
        failed = 0
        for fact in facts:
            try:
                project(fact, batch)
            except Exception:
                failed += 1
                log.exception("fact_refused", fact=type(fact).__name__)
        self.refused += failed
        return failed

    async def _write_until_taken(self, batch: Batch) -> set[RowKey]:
        """Returns the keys of rows that the database refused for good."""
        pieces = list(batch.statements())
        lost: set[RowKey] = set()
        delay = FIRST_RETRY_S
        while True:
            begun = time.monotonic()
            try:
                await self._write(pieces)
                break
            except RowsRefusedError as error:
                try:
                    pieces, bad = await sift(self._database, pieces)
                except Exception as again:
                    delay = await self._retry(again, delay)
                    continue
                why = str(error).partition("\n")[0][:300]  # PostgreSQL goes on with the row itself
                for row in bad:
                    log.error("row_refused", table=row.table, key=keys_of(row), error=why)
                    lost |= keys_of(row)
                self.refused += len(bad)
            except Exception as error:
                delay = await self._retry(error, delay)
        self.last_commit_s = time.monotonic() - begun
        if not self.healthy:
            self.healthy = True
            log.info("store_back", waiting=self.queue_length)
        return lost

    async def _write(self, pieces: list[Rows]) -> None:
        statements = []
        for piece in pieces:
            statements += self._database.statements(piece)
            await asyncio.sleep(0)
        await self._database.write(statements)

    async def _retry(self, error: Exception, delay: float) -> float:
        """Wait for the next try; returns the delay after that."""
        self.failures += 1
        if self.healthy:
            self.healthy = False
            expected = isinstance(error, UnavailableError)
            log.error("store_unavailable", error=str(error), exc_info=None if expected else error)
        if self._closing.is_set():
            await asyncio.sleep(FIRST_RETRY_S)
        else:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._closing.wait()
        return min(delay * 2, LAST_RETRY_S)

    def _acknowledge(self, lost: set[RowKey], *, some_unknown: bool) -> None:
        while self._waiting and self._waiting[0][0] <= self._done:
            _, done, facts = self._waiting.popleft()
            if done.done():
                continue
            if (lost or some_unknown) and _touched(facts, lost):
                done.set_exception(
                    StoreError("the database refused what was to be written; the log says why")
                )
            else:
                done.set_result(None)


async def _finished(done: asyncio.Future[None]) -> None:
    await done


def _touched(facts: tuple[Item, ...], lost: set[RowKey]) -> bool:
    batch = Batch()
    try:
        for fact in facts:
            project(fact, batch)
    except Exception:
        return True
    return any(not lost.isdisjoint(keys_of(rows)) for rows in batch.statements())
