"""Reads from the store what a month's assessment is made of, and gives it to the engine as an input."""

from __future__ import annotations

from collections.abc import Callable

from ccd.adapters.clock import utc_now
from ccd.adapters.questions import AGAIN_S, Questions, QuestionStore, asked_of
from ccd.adapters.store.month_queries import month_reads
from ccd.effects import ReadQuality
from ccd.events import Event
from ccd.events.quality import QualityRead

__all__ = ["AssessmentReading"]


class AssessmentReading:
    def __init__(
        self, store: QuestionStore, submit: Callable[[Event], None], *, again_s: float = AGAIN_S
    ) -> None:
        self.questions = Questions(submit, "assessment", again_s=again_s)
        self._store = store

    def perform(self, effect: ReadQuality) -> None:
        async def answer() -> QualityRead:
            found = await asked_of(
                self._store, lambda connection: month_reads(connection, effect.month, effect.people)
            )
            return QualityRead(utc_now(), effect.key, effect.month, found)

        self.questions.ask(effect.key, answer)

    async def close(self) -> None:
        await self.questions.close()
