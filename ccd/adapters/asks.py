"""Ask the engine for a pause or an act about shifts, and wait for its answer.

It comes when what it rests on is committed: what was accepted is not lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ccd.effects import AnswerAsked
from ccd.events import PauseAsked, ShiftAct

__all__ = ["Asks"]


class Asks:
    """For phones (``agi``), the control socket and the API."""

    def __init__(self, submit: Callable[[PauseAsked | ShiftAct], None]) -> None:
        self.late = 0
        """Answers that nobody waited for any more."""
        self._submit = submit
        self._waiting: dict[str, asyncio.Future[AnswerAsked]] = {}

    async def ask(self, event: PauseAsked | ShiftAct, timeout_s: float) -> AnswerAsked:
        """Raises TimeoutError where it is not known to be recorded within ``timeout_s``."""
        answer: asyncio.Future[AnswerAsked] = asyncio.get_running_loop().create_future()
        self._waiting[event.request] = answer
        try:
            self._submit(event)
            async with asyncio.timeout(timeout_s):
                return await answer
        finally:
            del self._waiting[event.request]

    def answer(self, effect: AnswerAsked) -> None:
        waiting = self._waiting.get(effect.key)
        if waiting is None or waiting.done():
            self.late += 1
        else:
            waiting.set_result(effect)
