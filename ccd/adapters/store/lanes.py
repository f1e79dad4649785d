"""What waits to be written, and who waits for it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ccd.adapters.store.errors import NeverTakenError, StoreError

__all__ = ["Lane", "Waiters"]

T = TypeVar("T")


class Lane(Generic[T]):
    """First in, first out; each thing counts for as many facts as it holds. ``len``: things not in hand."""

    def __init__(self) -> None:
        self.given = 0
        self.done = 0
        """Facts, of those given, that are written."""
        self._queue: deque[tuple[T, int]] = deque()
        self._in_hand = 0
        self._oldest: float | None = None
        self._oldest_in_hand: float | None = None

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def length(self) -> int:
        """Facts not yet written."""
        return self.given - self.done

    @property
    def since(self) -> float | None:
        """Since when the oldest of them waits (monotonic); of several given in one batch, the first."""
        return self._oldest if self._oldest_in_hand is None else self._oldest_in_hand

    def add(self, thing: T, facts: int) -> None:
        self._queue.append((thing, facts))
        self.given += facts
        if self._oldest is None:
            self._oldest = time.monotonic()

    def take(self, count: int) -> list[T]:
        """Into one's hand, until ``finished``."""
        self._oldest_in_hand = self._oldest
        if count == len(self._queue):
            self._oldest = None
        taken = [self._queue.popleft() for _ in range(count)]
        self._in_hand = sum(facts for _, facts in taken)
        return [thing for thing, _ in taken]

    def finished(self) -> int:
        """What was in hand is written; returns how many facts."""
        count, self._in_hand = self._in_hand, 0
        self._oldest_in_hand = None
        self.done += count
        return count


class Waiters:
    """Those who wait until so many facts of either lane are written, in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, int, asyncio.Future[None], tuple[Any, ...]]] = deque()

    def add(self, urgent: int, ordinary: int, facts: tuple[Any, ...]) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((urgent, ordinary, done, facts))
        return done

    def release(self, urgent: int, ordinary: int, lost: Callable[[tuple[Any, ...]], bool]) -> None:
        """So many are written; ``lost`` says whether facts were refused."""
        while self._waiting and self._waiting[0][0] <= urgent and self._waiting[0][1] <= ordinary:
            _, _, done, facts = self._waiting.popleft()
            if done.done():
                continue
            if lost(facts):
                done.set_exception(
                    NeverTakenError("the database refused what was to be written; the log says why")
                )
            else:
                done.set_result(None)

    def give_up(self, error: StoreError) -> None:
        for _, _, done, _ in self._waiting:
            if not done.done():
                done.set_exception(error)
        self._waiting.clear()
