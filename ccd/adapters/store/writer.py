"""Facts into the database, in batches, without ever making the giver wait.

``enqueue`` only appends. A task writes what is there at most every ``batch_ms``, and at once when something
durable is among it, each batch in one transaction; rows that several facts touch are written once. What was
given in one call with something durable is never parted: of a step that is told half, the rest would be lost
with whoever is killed in between.

Two lanes. Facts of incidents, and whatever is given in one call with them, go first: at once, in a
transaction of their own, and never behind more than one batch of others. Where older facts still wait for a
row that they have written, these give way to it: the later one wins, as if all had been written in order.

Overflow. The queue holds ``queue_limit`` facts. While the database does not keep up, ordinary facts beyond
that are dropped, the newest first, and counted in ``dropped``; durable ones (``Event.durable``, and every
entry but the heartbeat) are kept whatever it takes. Faults: ``transactions``.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Coroutine, Iterable
from typing import Any, NamedTuple

import structlog

from ccd.adapters.store.batch import Batch
from ccd.adapters.store.chain import Chain
from ccd.adapters.store.database import Database
from ccd.adapters.store.entries import Entry
from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.lanes import Lane, Waiters
from ccd.adapters.store.projection import project
from ccd.adapters.store.sift import RowKey, keys_of
from ccd.adapters.store.transactions import Transactions
from ccd.events import Event, IncidentFact

__all__ = ["Item", "Writer"]

log = structlog.get_logger("ccd.store")

BATCH_FACTS = 1_000  # of one transaction: an incident waits for one to end, and it is what a failure repeats
STEP_FACTS = 500  # made into rows before the event loop gets its turn

Item = Event | Entry


class _Group(NamedTuple):
    """What was given in one call with a fact of an incident; ``after`` so many of the ordinary lane."""

    after: int
    items: tuple[Item, ...]


class Writer(Transactions):
    """Use from one event loop."""

    def __init__(self, database: Database, chain: Chain, *, batch_s: float, limit: int) -> None:
        super().__init__(database, chain)
        self.written = 0
        """Facts and entries whose transaction is committed."""
        self.batches = 0
        self.dropped = 0
        self._batch_s = batch_s
        self._limit = limit
        self._urgent: Lane[_Group] = Lane()
        self._ordinary: Lane[Item] = Lane()
        self._overtaking: list[tuple[int, Batch]] = []
        """Written ahead of ordinary ones that were given before: after how many of them, and what."""
        self._whole: deque[tuple[int, int]] = deque()
        """Of the ordinary lane: from and up to which of its facts go into one transaction."""
        self._waiting = Waiters()
        self._waiting_urgent = Waiters()
        self._wake = asyncio.Event()
        self._due = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def queue_length(self) -> int:
        """Facts and entries not yet committed."""
        return self._ordinary.length + self._urgent.length

    @property
    def lag_s(self) -> float:
        """How long the oldest uncommitted fact has waited, in seconds."""
        waiting = [at for at in (self._ordinary.since, self._urgent.since) if at is not None]
        return time.monotonic() - min(waiting) if waiting else 0.0

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="store-writer")

    def enqueue(self, facts: Iterable[Item]) -> None:
        """Take facts over for writing; returns at once.

        Raises ValueError for a naive ``at``, StoreError once the store is closed.
        """
        self._take(tuple(facts), whatever_it_takes=False)

    def commit(self, facts: Iterable[Item] = ()) -> Coroutine[Any, Any, None]:
        """Take facts over at once; await what it returns until they are committed: they survive a crash.

        So is then all that was given before, unless a fact of an incident is among these: those wait for
        nothing else. It waits as long as the database is away: bound it with ``asyncio.timeout`` (the facts
        stay queued). Awaiting raises StoreError where the database refused a row of these facts for good, or
        the store was closed.
        """
        mine = tuple(facts)
        urgent = self._take(mine, whatever_it_takes=True)
        waiting = self._waiting_urgent if urgent else self._waiting
        ordinary = 0 if urgent else self._ordinary.given
        done = waiting.add(self._urgent.given, ordinary, mine)
        if not self.queue_length:
            waiting.release(self._urgent.done, self._ordinary.done, _never_lost)
        elif not urgent:
            self._hasten()
        return _finished(done)

    def _take(self, facts: tuple[Item, ...], *, whatever_it_takes: bool) -> bool:
        """Returns whether they are urgent."""
        if self._task is None or self._task.done():
            raise StoreError("the store is closed; nothing can be written any more")
        durable = False
        for fact in facts:
            if isinstance(fact, Event) and fact.at.tzinfo is None:
                raise ValueError(f"{type(fact).__name__}.at has no time zone; facts carry aware UTC")
            durable = durable or fact.durable
        if durable and any(isinstance(fact, IncidentFact) for fact in facts):
            self._urgent.add(_Group(self._ordinary.given, facts), len(facts))
            self._wake.set()
            self._hurry.set()
            return True
        lane = self._ordinary
        before = lane.given
        for fact in facts:
            if not fact.durable and lane.length >= self._limit and not whatever_it_takes:
                self._drop()
            else:
                lane.add(fact, 1)
        if durable:
            self._hasten()
            self._whole.append((before, lane.given))
        elif self._timer is None and lane.length:
            self._timer = asyncio.get_running_loop().call_later(self._batch_s, self._hasten)
        return False

    def _hasten(self) -> None:
        """Write the ordinary lane, too, without waiting for its time."""
        self._due = True
        self._wake.set()

    async def stop(self, timeout: float) -> int:
        """Write everything, for at most so many seconds. Returns how many facts had to be left unwritten."""
        self._closing.set()
        self._hurry.set()
        self._hasten()
        if self._task is not None:
            try:
                async with asyncio.timeout(timeout):
                    await asyncio.shield(self._task)
            except TimeoutError:
                self._task.cancel()
                await asyncio.wait([self._task], timeout=1.0)
        for waiting in (self._waiting, self._waiting_urgent):
            waiting.give_up(StoreError("the store was closed before this was written"))
        if self.queue_length:
            log.error("store_closed_with_facts_unwritten", facts=self.queue_length)
        return self.queue_length

    def _drop(self) -> None:
        if not self.dropped:
            log.error("store_queue_full", limit=self._limit, effect="ordinary facts are dropped and counted")
        self.dropped += 1

    # --- the task -----------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while not (self._closing.is_set() and not self.queue_length):
            await self._wake.wait()
            self._wake.clear()
            await self._write_urgent()
            if not self._due and not self._closing.is_set():
                continue
            self._due = False
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            # What comes while this is written waits for its own time: no string of tiny transactions.
            ready = len(self._ordinary)
            while ready:
                count = self._unparted(min(ready, BATCH_FACTS))
                ready -= count
                await self._write_ordinary(count)
                await self._write_urgent()

    def _unparted(self, count: int) -> int:
        """So many of the ordinary lane, or more, that nothing is parted that was given as one."""
        end = self._ordinary.done + count
        while self._whole and self._whole[0][0] < end:
            end = max(end, self._whole.popleft()[1])
        return end - self._ordinary.done

    async def _write_urgent(self) -> None:
        """All that waits in that lane, in one transaction."""
        if not len(self._urgent):
            return
        lane = self._urgent
        batches = []
        unknown = 0
        for group in lane.take(len(lane)):
            batch = Batch()
            unknown += self._project(group.items, batch)
            batches.append(batch)
            if group.after > self._ordinary.done:
                self._overtaking.append((group.after, batch))
        lost = await self._write_until_taken(lambda: [rows for each in batches for rows in each.statements()])
        self._committed(lane, lost, some_unknown=unknown > 0)

    async def _write_ordinary(self, count: int) -> None:
        lane = self._ordinary
        begin, end = lane.done, lane.done + count
        # Those given in the midst of these come first; whatever is given from here on belongs behind them.
        await self._write_urgent()
        items = lane.take(count)
        batch = Batch()
        unknown = 0
        for upto, overtaking in self._overtaking:
            if upto >= end:
                break
            unknown += await self._project_in_steps(items[begin - lane.done : upto - lane.done], batch)
            batch.give_way(overtaking)
            begin = upto
        unknown += await self._project_in_steps(items[begin - lane.done :], batch)

        async def urgent_first() -> None:
            await self._write_urgent()
            for upto, overtaking in self._overtaking:
                if upto >= end:
                    batch.give_way(overtaking)

        await urgent_first()
        lost = await self._write_until_taken(lambda: list(batch.statements()), urgent_first)
        self._committed(lane, lost, some_unknown=unknown > 0)
        self._overtaking = [each for each in self._overtaking if each[0] > lane.done]

    async def _project_in_steps(self, facts: list[Item], batch: Batch) -> int:
        unknown = 0
        for start in range(0, len(facts), STEP_FACTS):
            unknown += self._project(facts[start : start + STEP_FACTS], batch)
            await asyncio.sleep(0)
        return unknown

    def _project(self, facts: Iterable[Item], batch: Batch) -> int:
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

    def _committed(self, lane: Lane[Any], lost: set[RowKey], *, some_unknown: bool) -> None:
        self.written += lane.finished()
        self.batches += 1
        for waiting in (self._waiting_urgent, self._waiting):
            waiting.release(
                self._urgent.done,
                self._ordinary.done,
                lambda facts: (bool(lost) or some_unknown) and _touched(facts, lost),
            )


def _never_lost(_facts: tuple[Item, ...]) -> bool:
    return False


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
