"""Reads from the store what the keeping of recordings asks for, and gives it to the engine as an input."""

from __future__ import annotations

from collections.abc import Callable

from ccd.adapters.clock import utc_now
from ccd.adapters.questions import AGAIN_S, Questions, QuestionStore, asked_of
from ccd.adapters.store.retention_queries import expired, looked_up
from ccd.effects import LookUpRecordings, ReadExpired
from ccd.events import Event
from ccd.events.quality import RecordingsExpired, RecordingsLooked

__all__ = ["RetentionReading"]


class RetentionReading:
    def __init__(
        self, store: QuestionStore, submit: Callable[[Event], None], *, again_s: float = AGAIN_S
    ) -> None:
        self.questions = Questions(submit, "retention", again_s=again_s)
        self._store = store

    def perform(self, effect: ReadExpired | LookUpRecordings) -> None:
        self.questions.ask(effect.key, lambda: self._answer(effect))

    async def close(self) -> None:
        await self.questions.close()

    async def _answer(self, effect: ReadExpired | LookUpRecordings) -> Event:
        if isinstance(effect, LookUpRecordings):
            found = await asked_of(self._store, lambda connection: looked_up(connection, effect))
            return RecordingsLooked(utc_now(), effect.key, found)
        over, cursor = await asked_of(self._store, lambda connection: expired(connection, effect))
        return RecordingsExpired(utc_now(), effect.key, over, cursor)
