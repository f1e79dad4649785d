"""Reads from the store what sampling asks for, and gives it to the engine as an input; and makes its seeds.

Where the store does not answer it is asked again, until the daemon stops. The seed of a day is HMAC-SHA256 of
the day (2026-11-22) under a secret that only this ccd has: so there is nothing to be lost or chosen between
the day on which its digest is published and that on which it is published itself. With another secret what
was published would come true no more: a file that is damaged, or gone, is never replaced.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.clock import utc_now
from ccd.adapters.keys import own_key
from ccd.adapters.store.errors import StoreError, UnavailableError
from ccd.adapters.store.folders import sync_folder
from ccd.adapters.store.place import QUALITY_KEY
from ccd.adapters.store.population_queries import committed, population
from ccd.adapters.store.quality_queries import conversations
from ccd.adapters.store.unit_queries import unit
from ccd.config import ConfigError
from ccd.effects import Effect, LookUpUnit, ReadConversations, ReadPopulation, ReadSeed
from ccd.events import Event
from ccd.events.quality import ConversationsRead, PopulationRead, SeedRead, UnitLooked
from ccd.roster import Roster

__all__ = ["QualityReading", "Seeds"]

log = structlog.get_logger("ccd.quality")

T = TypeVar("T")

AGAIN_S = 5.0
WRITTEN_S = 10.0
KEY_AGAIN_S = 60.0
"""A file that is damaged is looked at again so much later: somebody may have put it right."""


class ReadingStore(Protocol):
    async def commit(self) -> None: ...
    async def read(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T: ...


class Seeds:
    """The secret is read each time: who puts it back from a backup need not start anything again."""

    def __init__(self, state_dir: Path) -> None:
        self.file = state_dir / QUALITY_KEY

    def of(self, day: date, *, may_make: bool) -> str:
        """64 hex digits. Raises ConfigError: the secret is damaged, open to others, or, where none may be
        made, not there.
        """
        new = not self.file.exists()
        if new and not may_make:
            raise ConfigError(
                f"{self.file}: is gone, and seeds made with it were committed to; put it back from a backup "
                f"(`ccd restore` does), or begin anew: head -c 32 /dev/urandom >{self.file}; "
                f"chmod 600 {self.file} (`ccd qa verify` tells of the days whose seed changes)"
            )
        key = own_key(self.file)
        if new:
            sync_folder(self.file.parent)
        return hmac.digest(key, day.isoformat().encode("ascii"), "sha256").hex()


class QualityReading:
    """``perform`` returns at once. Of two with the same key the later one is answered."""

    def __init__(
        self,
        store: ReadingStore,
        seeds: Seeds,
        roster: Callable[[], Roster],
        submit: Callable[[Event], None],
        *,
        again_s: float = AGAIN_S,
        key_again_s: float = KEY_AGAIN_S,
    ) -> None:
        self.failures = 0
        self._store = store
        self._seeds = seeds
        self._roster = roster
        self._submit = submit
        self._again_s = again_s
        self._key_again_s = key_again_s
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._one = asyncio.Lock()

    def conversations(self, effect: ReadConversations) -> None:
        async def question(connection: AsyncConnection) -> ConversationsRead:
            return await conversations(connection, effect, self._roster(), utc_now())

        self._begin(effect, question)

    def population(self, effect: ReadPopulation) -> None:
        async def question(connection: AsyncConnection) -> PopulationRead:
            found = await population(connection, effect.day)
            return PopulationRead(at=utc_now(), key=effect.key, day=effect.day, members=found)

        self._begin(effect, question)

    def seed(self, effect: ReadSeed) -> None:
        async def question(connection: AsyncConnection) -> SeedRead:
            may_make = not await committed(connection)
            seed = await asyncio.to_thread(self._seeds.of, effect.day, may_make=may_make)
            return SeedRead(at=utc_now(), day=effect.day, seed=seed)

        self._begin(effect, question)

    def unit(self, effect: LookUpUnit) -> None:
        async def question(connection: AsyncConnection) -> UnitLooked:
            return await unit(connection, effect, utc_now())

        self._begin(effect, question)

    async def close(self) -> None:
        jobs = tuple(self._jobs.values())
        for task in jobs:
            task.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    def _begin(self, effect: Effect, question: Callable[[AsyncConnection], Awaitable[Event]]) -> None:
        before = self._jobs.pop(effect.key, None)
        if before is not None:
            before.cancel()
        task = asyncio.create_task(self._read(effect.key, question))
        self._jobs[effect.key] = task
        task.add_done_callback(lambda done: self._ended(effect.key, done))

    async def _read(self, key: str, question: Callable[[AsyncConnection], Awaitable[Event]]) -> None:
        """One at a time; with everything that was given to be written before."""
        while True:
            wait_s = self._again_s
            try:
                async with self._one:
                    await self._written()
                    found = await self._store.read(question)
                self._submit(found)
                return
            except (StoreError, UnavailableError) as error:
                log.warning("quality_not_read", key=key, error=str(error))
            except ConfigError as error:
                wait_s = self._key_again_s
                log.error("quality_key_unusable", key=key, error=str(error))
            self.failures += 1
            await asyncio.sleep(wait_s)

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
            log.error("quality_reading_failed", key=key, exc_info=error)
