"""Reads from the store what sampling asks for, and gives it to the engine as an input; and makes its seeds.

The seed of a day is HMAC-SHA256 of
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

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.clock import utc_now
from ccd.adapters.keys import own_key
from ccd.adapters.questions import AGAIN_S, AskAgainError, Questions, QuestionStore, asked_of
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

KEY_AGAIN_S = 60.0
"""A file that is damaged is looked at again so much later: somebody may have put it right."""


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
    def __init__(
        self,
        store: QuestionStore,
        seeds: Seeds,
        roster: Callable[[], Roster],
        submit: Callable[[Event], None],
        *,
        again_s: float = AGAIN_S,
        key_again_s: float = KEY_AGAIN_S,
    ) -> None:
        self.questions = Questions(submit, "sampling", again_s=again_s)
        self._store = store
        self._seeds = seeds
        self._roster = roster
        self._key_again_s = key_again_s

    def conversations(self, effect: ReadConversations) -> None:
        async def question(connection: AsyncConnection) -> ConversationsRead:
            return await conversations(connection, effect, self._roster(), utc_now())

        self._ask(effect, question)

    def population(self, effect: ReadPopulation) -> None:
        async def question(connection: AsyncConnection) -> PopulationRead:
            found = await population(connection, effect.day)
            return PopulationRead(at=utc_now(), key=effect.key, day=effect.day, members=found)

        self._ask(effect, question)

    def seed(self, effect: ReadSeed) -> None:
        async def question(connection: AsyncConnection) -> SeedRead:
            may_make = not await committed(connection)
            seed = await asyncio.to_thread(self._seed_of, effect.day, may_make)
            return SeedRead(at=utc_now(), day=effect.day, seed=seed)

        self._ask(effect, question)

    def unit(self, effect: LookUpUnit) -> None:
        async def question(connection: AsyncConnection) -> UnitLooked:
            return await unit(connection, effect, utc_now())

        self._ask(effect, question)

    async def close(self) -> None:
        await self.questions.close()

    def _ask(self, effect: Effect, question: Callable[[AsyncConnection], Awaitable[Event]]) -> None:
        self.questions.ask(effect.key, lambda: asked_of(self._store, question))

    def _seed_of(self, day: date, may_make: bool) -> str:
        try:
            return self._seeds.of(day, may_make=may_make)
        except ConfigError as error:
            log.error("quality_key_unusable", day=day.isoformat(), error=str(error))
            raise AskAgainError(str(error), self._key_again_s) from None
