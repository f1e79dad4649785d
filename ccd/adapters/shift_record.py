"""Reads from the store what verdicts about shifts rest on, and gives it to the engine as an input."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from ccd.adapters.clock import utc_now
from ccd.adapters.questions import AGAIN_S, Questions
from ccd.effects import ReadRecord
from ccd.events import Event, RecordRead
from ccd.roster import Roster

__all__ = ["ShiftRecord"]


class RecordStore(Protocol):
    async def read_record(self, asked: ReadRecord, roster: Roster, at: datetime) -> RecordRead: ...


class ShiftRecord:
    def __init__(
        self,
        store: RecordStore,
        roster: Callable[[], Roster],
        submit: Callable[[Event], None],
        *,
        again_s: float = AGAIN_S,
    ) -> None:
        self.questions = Questions(submit, "shifts", again_s=again_s)
        self._store = store
        self._roster = roster

    def perform(self, effect: ReadRecord) -> None:
        self.questions.ask(effect.key, lambda: self._store.read_record(effect, self._roster(), utc_now()))

    async def close(self) -> None:
        await self.questions.close()
