"""Questions of the engine to the store, answered as inputs.

Where the store does not answer it is asked again, until the daemon stops: nobody is judged, nothing is drawn
and nothing deleted on half an answer. One question at a time: hundreds may be asked, and the store has
others to serve.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.errors import StoreError, UnavailableError
from ccd.events import Event

__all__ = ["AGAIN_S", "AskAgainError", "QuestionStore", "Questions", "asked_of", "written"]

log = structlog.get_logger("ccd.questions")

AGAIN_S = 5.0
WRITTEN_S = 10.0
T = TypeVar("T")


class QuestionStore(Protocol):
    async def commit(self) -> None: ...
    async def read(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T: ...


class AskAgainError(Exception):
    """What an answer needs is not in order, and may be put right: ask again in ``wait_s``."""

    def __init__(self, why: str, wait_s: float) -> None:
        super().__init__(why)
        self.wait_s = wait_s


async def written(store: QuestionStore) -> None:
    """Wait until everything that was given to be written is. Raises UnavailableError."""
    try:
        async with asyncio.timeout(WRITTEN_S):
            await store.commit()
    except TimeoutError:
        raise UnavailableError(f"nothing was written for {WRITTEN_S:.0f} s") from None


async def asked_of(store: QuestionStore, question: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """With everything in it that was found out before. Raises StoreError, UnavailableError."""
    await written(store)
    return await store.read(question)


class Questions:
    """``about`` names whose they are in the log. Of two with the same key the later one is answered."""

    def __init__(self, submit: Callable[[Event], None], about: str, *, again_s: float = AGAIN_S) -> None:
        self.failures = 0
        self._submit = submit
        self._log = log.bind(about=about)
        self._again_s = again_s
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._one = asyncio.Lock()

    def ask(self, key: str, question: Callable[[], Awaitable[Event]]) -> None:
        """Returns at once; the answer is submitted when it is there."""
        before = self._jobs.pop(key, None)
        if before is not None:
            before.cancel()
        task = asyncio.create_task(self._answer(key, question))
        self._jobs[key] = task
        task.add_done_callback(lambda done: self._ended(key, done))

    async def close(self) -> None:
        jobs = tuple(self._jobs.values())
        for task in jobs:
            task.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    async def _answer(self, key: str, question: Callable[[], Awaitable[Event]]) -> None:
        while True:
            wait_s = self._again_s
            try:
                async with self._one:
                    found = await question()
                self._submit(found)
                return
            except (StoreError, UnavailableError) as error:
                self._log.warning("not_read", key=key, error=str(error))
            except AskAgainError as error:
                wait_s = error.wait_s
            self.failures += 1
            await asyncio.sleep(wait_s)

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        if self._jobs.get(key) is task:
            del self._jobs[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("reading_failed", key=key, exc_info=error)
