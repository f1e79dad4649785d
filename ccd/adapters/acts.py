"""Report an emergency, or do something about one, and wait for the engine's answer.

It comes when what it rests on is kept: an answer that was accepted means that it is not lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ccd.effects import AnswerAct
from ccd.events import IncidentAct, ReportAsked

__all__ = ["Acts"]


class Acts:
    """For the console, the CLI, MQTT, and what the dialplan noted. Several may ask for the same request."""

    def __init__(self, submit: Callable[[ReportAsked | IncidentAct], None]) -> None:
        self._submit = submit
        self._waiting: dict[str, set[asyncio.Future[AnswerAct]]] = {}

    async def ask(self, event: ReportAsked | IncidentAct, timeout_s: float) -> AnswerAct:
        """Raises TimeoutError where nothing is known of it within ``timeout_s``."""
        answer: asyncio.Future[AnswerAct] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(event.request, set())
        waiting.add(answer)
        try:
            self._submit(event)
            async with asyncio.timeout(timeout_s):
                return await answer
        finally:
            waiting.discard(answer)
            if not waiting and self._waiting.get(event.request) is waiting:
                del self._waiting[event.request]

    def answer(self, effect: AnswerAct) -> bool:
        """The engine's answer; False where nobody waits for it: a phone reported, or it came too late."""
        waiting = self._waiting.pop(effect.key, set())
        for answer in waiting:
            if not answer.done():
                answer.set_result(effect)
        return bool(waiting)
