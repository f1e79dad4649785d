"""Facts of incidents are safe somewhere, at once: in the store, else in the spool, else everybody is told.

They go to the store first and stay in its queue whatever happens. Where it has not taken them after a little
patience they go to the spool as well; what is in the spool is forgotten as soon as the store has all of it.

At the start, records of the spool are given to the store, in order, where it has not got them: a record was
one transaction, so one fact of it that is stored tells that all of it is. Its timers and effects must not be
brought back to life when they may have ended since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import structlog

from ccd.adapters.spool import Item, Spool, SpoolError
from ccd.adapters.store.errors import NeverTakenError, StoreError
from ccd.adapters.store.texts import json_of
from ccd.events import IncidentFact

__all__ = ["Safekeeping", "Where"]

log = structlog.get_logger("ccd.safekeeping")

Where = Literal["store", "spool", "memory"]

SPOOL_S = 0.5  # a disk that hangs must not hold up telling people
RESTORE_S = 5.0


class KeepingStore(Protocol):
    healthy: bool

    def commit(self, facts: Iterable[Item]) -> Coroutine[Any, Any, None]: ...
    async def facts_known(self, facts: Iterable[tuple[str, int]]) -> set[tuple[str, int]]: ...


@dataclass(eq=False)
class _Waiting:
    """What the store has not taken yet; ``late``: not within the patience it was given."""

    items: tuple[Item, ...]
    late: bool = False
    spooled: bool = False

    def incidents(self) -> set[str]:
        return {item.incident for item in self.items if isinstance(item, IncidentFact)}


class Safekeeping:
    """Use from one event loop. The counters are read by the metrics.

    ``stored`` is told of incidents of which ``keep`` had said something else, once the store has all of them.
    """

    def __init__(
        self, store: KeepingStore, spool: Spool, stored: Callable[[tuple[str, ...]], None] = lambda _: None
    ) -> None:
        self.spooled = 0
        """Facts and entries that went to the spool, so far."""
        self.spool_failures = 0
        """How often the spool did not take what it was to take."""
        self._store = store
        self._spool = spool
        self._stored_late = stored
        self._waiting: dict[asyncio.Task[None], _Waiting] = {}
        self._spooling = asyncio.Lock()
        self._unread = True
        """The spool may hold records that the store has not: it must not be cleared."""
        self._used = True
        """Something may be in the spool."""

    @property
    def unsaved(self) -> int:
        """Facts and entries that are nowhere but in memory now."""
        return sum(
            len(waiting.items) for waiting in self._waiting.values() if waiting.late and not waiting.spooled
        )

    @property
    def spool_bytes_used(self) -> int:
        return self._spool.bytes_used

    def keep(self, items: Iterable[Item], patience_s: float = 0.3) -> Coroutine[Any, Any, Where]:
        """Hand them to the store at once, as one transaction; await where they are safe.

        ``memory`` is nowhere: they stay in the store's queue, and people must be told. At least one of the
        items is a fact of an incident (ValueError): by these it is known later whether the store has them.
        """
        mine = tuple(items)
        if not any(isinstance(item, IncidentFact) for item in mine):
            raise ValueError("nothing of an incident is among these; give them to the store alone")
        task, waiting = self._hand_over(mine), _Waiting(mine)
        self._waiting[task] = waiting
        return self._kept(task, waiting, patience_s)

    async def restore(self) -> list[str]:
        """Give to the store what the spool holds and the store does not.

        Returns the facts of incidents that it has not taken after some patience, as JSON; usually none.
        """
        try:
            records = await self._spool.read()
        except SpoolError as error:
            self.spool_failures += 1
            log.critical("spool_unusable", error=str(error))
            return []
        left: list[str] = []
        try:
            for items in records:
                if not await self._stored(items):
                    left += await self._give(tuple(items))
        except StoreError as error:
            log.error("spool_not_restored", error=str(error), effect="its records stay until the next start")
            return [json_of(item) for items in records for item in items if isinstance(item, IncidentFact)]
        self._unread = False
        self._clear_when_all_is_stored()
        return left

    async def close(self) -> None:
        """After the store was closed: what it has not taken stays in the spool."""
        await self._spool.close()

    # --- the store ----------------------------------------------------------------------------------------

    def _hand_over(self, items: tuple[Item, ...]) -> asyncio.Task[None]:
        try:
            committed = self._store.commit(items)
        except StoreError as error:
            committed = _fails(error)
        return asyncio.create_task(committed, name="safekeeping")

    async def _stored(self, items: Sequence[Item]) -> bool:
        facts = [(item.incident, item.n) for item in items if isinstance(item, IncidentFact)]
        return bool(await self._store.facts_known(facts))

    async def _give(self, items: tuple[Item, ...]) -> list[str]:
        """Records of the spool; returns the facts that the store has not taken after some patience."""
        task = self._hand_over(items)
        self._await_store(task, _Waiting(items, late=True, spooled=True))
        await asyncio.wait([task], timeout=RESTORE_S)
        if task.done():
            return []
        return [json_of(item) for item in items if isinstance(item, IncidentFact)]

    def _await_store(self, task: asyncio.Task[None], waiting: _Waiting) -> None:
        waiting.late = True
        self._waiting[task] = waiting
        task.add_done_callback(self._store_answered)

    def _store_answered(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or (error is not None and not isinstance(error, NeverTakenError)):
            return  # it has stopped: what is in the spool stays there
        waiting = self._waiting.pop(task)
        if error is not None:
            log.critical("incident_refused_by_store", error=str(error), effect="set aside beside the spool")
            self._spool.set_aside(waiting.items).add_done_callback(self._spool_answered)
        elsewhere = [incident for other in self._waiting.values() for incident in other.incidents()]
        if stored := waiting.incidents().difference(elsewhere):
            self._stored_late(tuple(sorted(stored)))
        self._clear_when_all_is_stored()

    def _clear_when_all_is_stored(self) -> None:
        """At once: what is to be written after this is behind it in the spool's thread."""
        if self._used and not self._unread and not self._waiting:
            self._used = False
            self._spool.clear().add_done_callback(self._spool_answered)

    # --- the spool ----------------------------------------------------------------------------------------

    async def _kept(self, task: asyncio.Task[None], waiting: _Waiting, patience_s: float) -> Where:
        await asyncio.wait([task], timeout=patience_s if self._store.healthy else 0)
        if _is_stored(task):
            del self._waiting[task]
            self._clear_when_all_is_stored()
            return "store"
        self._await_store(task, waiting)
        try:
            async with asyncio.timeout(SPOOL_S), self._spooling:
                await self._spool_all()
        except (SpoolError, TimeoutError) as error:
            self.spool_failures += 1
            why = str(error) or f"{self._spool.path}: does not answer"
            if not waiting.spooled and not _is_stored(task):
                log.critical("incident_not_saved", facts=len(waiting.items), spool=why, unsaved=self.unsaved)
        if _is_stored(task):
            return "store"
        return "spool" if waiting.spooled else "memory"

    async def _spool_all(self) -> None:
        """What is only in memory, the oldest first: the facts of an incident must not have gaps. So those go
        as well to which the store is still given a little time.
        """
        for task, waiting in list(self._waiting.items()):
            if waiting.spooled or task not in self._waiting or _is_stored(task):
                continue
            self._used = True
            await self._spool.write(waiting.items)
            waiting.spooled = True
            self.spooled += len(waiting.items)
            log.error("incident_spooled", facts=len(waiting.items), used=self._spool.bytes_used)

    def _spool_answered(self, done: asyncio.Future[None]) -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            self.spool_failures += 1
            log.error("spool_failed", error=str(error))


def _is_stored(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


async def _fails(error: StoreError) -> None:
    raise error
