"""Ask the engine about a sign-in and wait for its answer, which comes when the store has what it rests on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ccd.effects import AnswerSignIn
from ccd.events import SignInAsked

__all__ = ["SignIns"]


class SignIns:
    """For the console and for what the dialplan noted while we were away; phones have ``agi``."""

    def __init__(self, submit: Callable[[SignInAsked], None]) -> None:
        self._submit = submit
        self._waiting: dict[str, asyncio.Future[AnswerSignIn]] = {}

    async def ask(self, event: SignInAsked, timeout_s: float) -> AnswerSignIn:
        """Raises TimeoutError where it is not known to be recorded within ``timeout_s``."""
        answer: asyncio.Future[AnswerSignIn] = asyncio.get_running_loop().create_future()
        self._waiting[event.request] = answer
        try:
            self._submit(event)
            async with asyncio.timeout(timeout_s):
                return await answer
        finally:
            del self._waiting[event.request]

    def answer(self, effect: AnswerSignIn) -> bool:
        """The engine's answer; False where the request is none of ours."""
        waiting = self._waiting.get(effect.key)
        if waiting is not None and not waiting.done():
            waiting.set_result(effect)
        return waiting is not None
