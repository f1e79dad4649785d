"""Reads from the store what verdicts about shifts rest on, and gives it to the engine as an input.

Everything that was found out before it was asked for is in it: the store writes it first. Where the store
does not answer it is asked again, until the daemon stops; nobody is judged by half a record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import structlog

from ccd.adapters.clock import utc_now
from ccd.adapters.store.errors import StoreError, UnavailableError
from ccd.effects import ReadRecord
from ccd.events import Event, RecordRead
from ccd.roster import Roster

__all__ = ["ShiftRecord"]

log = structlog.get_logger("ccd.shift_record")

AGAIN_S = 5.0


class RecordStore(Protocol):
    async def read_record(self, asked: ReadRecord, roster: Roster, at: datetime) -> RecordRead: ...


class ShiftRecord:
    """``perform`` returns at once. Of two with the same key the later one is answered."""

    def __init__(
        self,
        store: RecordStore,
        roster: Callable[[], Roster],
        submit: Callable[[Event], None],
        *,
        again_s: float = AGAIN_S,
    ) -> None:
        self.failures = 0
        self._store = store
        self._roster = roster
        self._submit = submit
        self._again_s = again_s
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._one = asyncio.Lock()

    def perform(self, effect: ReadRecord) -> None:
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

    async def _read(self, effect: ReadRecord) -> None:
        """One at a time: a shift of hundreds asks in many pieces, and the store has others to serve."""
        while True:
            try:
                async with self._one:
                    found = await self._store.read_record(effect, self._roster(), utc_now())
                self._submit(found)
                return
            except (StoreError, UnavailableError) as error:
                self.failures += 1
                log.warning("record_not_read", key=effect.key, error=str(error))
            await asyncio.sleep(self._again_s)

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        if self._jobs.get(key) is task:
            del self._jobs[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("record_failed", key=key, exc_info=error)
