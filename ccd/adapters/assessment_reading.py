"""Reads from the store what a month's assessment is made of, and gives it to the engine as an input.

Everything that was found out before it was asked for is in it: the store writes it first. Where the store
does not answer it is asked again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.clock import utc_now
from ccd.adapters.store.errors import StoreError, UnavailableError
from ccd.adapters.store.month_queries import month_reads
from ccd.effects import ReadQuality
from ccd.events import Event
from ccd.events.quality import QualityRead

__all__ = ["AssessmentReading"]

log = structlog.get_logger("ccd.assessment")

T = TypeVar("T")

AGAIN_S = 5.0
WRITTEN_S = 10.0


class MonthStore(Protocol):
    async def commit(self) -> None: ...
    async def read(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T: ...


class AssessmentReading:
    """``perform`` returns at once. Of two with the same key the later one is answered."""

    def __init__(
        self, store: MonthStore, submit: Callable[[Event], None], *, again_s: float = AGAIN_S
    ) -> None:
        self.failures = 0
        self._store = store
        self._submit = submit
        self._again_s = again_s
        self._jobs: dict[str, asyncio.Task[None]] = {}

    def perform(self, effect: ReadQuality) -> None:
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

    async def _read(self, effect: ReadQuality) -> None:
        while True:
            try:
                await self._written()
                found = await self._store.read(
                    lambda connection: month_reads(connection, effect.month, effect.people)
                )
                self._submit(QualityRead(utc_now(), effect.key, effect.month, found))
                return
            except (StoreError, UnavailableError) as error:
                self.failures += 1
                log.warning("month_not_read", month=effect.month, error=str(error))
            await asyncio.sleep(self._again_s)

    async def _written(self) -> None:
        try:
            async with asyncio.timeout(WRITTEN_S):
                await self._store.commit()
        except TimeoutError:
            raise UnavailableError(f"nothing was written for {WRITTEN_S:.0f} s") from None

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        if self._jobs.get(key) is task:
            del self._jobs[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("month_failed", key=key, exc_info=error)
