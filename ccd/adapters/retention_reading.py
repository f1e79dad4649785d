"""Reads from the store what the keeping of recordings asks for, and gives it to the engine as an input.

Everything that was found out before it was asked for is in it: the store writes it first. Where the store
does not answer it is asked again, until the daemon stops: nothing is deleted on half an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.clock import utc_now
from ccd.adapters.store.errors import StoreError, UnavailableError
from ccd.adapters.store.retention_queries import expired, looked_up
from ccd.effects import LookUpRecordings, ReadExpired
from ccd.events import Event
from ccd.events.quality import RecordingsExpired, RecordingsLooked

__all__ = ["KeepingStore", "RetentionReading", "written"]

log = structlog.get_logger("ccd.retention")

AGAIN_S = 5.0
WRITTEN_S = 10.0
T = TypeVar("T")


class KeepingStore(Protocol):
    async def commit(self) -> None: ...
    async def read(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T: ...


async def written(store: KeepingStore) -> None:
    """Wait until everything that was given to be written is. Raises UnavailableError."""
    try:
        async with asyncio.timeout(WRITTEN_S):
            await store.commit()
    except TimeoutError:
        raise UnavailableError(f"nothing was written for {WRITTEN_S:.0f} s") from None


class RetentionReading:
    """``perform`` returns at once. Of two with the same key the later one is answered."""

    def __init__(
        self, store: KeepingStore, submit: Callable[[Event], None], *, again_s: float = AGAIN_S
    ) -> None:
        self.failures = 0
        self._store = store
        self._submit = submit
        self._again_s = again_s
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._one = asyncio.Lock()

    def perform(self, effect: ReadExpired | LookUpRecordings) -> None:
        before = self._jobs.pop(effect.key, None)
        if before is not None:
            before.cancel()
        task = asyncio.create_task(self._read(effect))
        self._jobs[effect.key] = task
        task.add_done_callback(lambda done: self._ended(effect.key, done))

    async def close(self) -> None:
        jobs = tuple(self._jobs.values())
        for task in jobs:
            task.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    async def _read(self, effect: ReadExpired | LookUpRecordings) -> None:
        while True:
            try:
                async with self._one:
                    await written(self._store)
                    answer = await self._answer(effect)
                self._submit(answer)
                return
            except (StoreError, UnavailableError) as error:
                self.failures += 1
                log.warning("recordings_not_read", key=effect.key, error=str(error))
            await asyncio.sleep(self._again_s)

    async def _answer(self, effect: ReadExpired | LookUpRecordings) -> Event:
        if isinstance(effect, LookUpRecordings):
            found = await self._store.read(lambda connection: looked_up(connection, effect))
            return RecordingsLooked(utc_now(), effect.key, found)
        over, cursor = await self._store.read(lambda connection: expired(connection, effect))
        return RecordingsExpired(utc_now(), effect.key, over, cursor)

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        if self._jobs.get(key) is task:
            del self._jobs[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("recordings_failed", key=key, exc_info=error)
