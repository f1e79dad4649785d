"""Simulated time: a heap of things to do, each at its moment.

The model of the PBX never sleeps: it says ``after(6.0, ring_timed_out)`` and returns. Tests run an hour in
a second with ``run_until``; the live simulator sleeps to ``next_due`` and no shorter, so an idle PBX costs
nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

__all__ = ["Due", "Timeline"]


class Due:
    """Something that will be done at ``when`` (epoch seconds) unless it is cancelled before."""

    __slots__ = ("cancelled", "do", "when")

    def __init__(self, when: float, do: Callable[[], None]) -> None:
        self.when = when
        self.do = do
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Timeline:
    """``now`` is simulated epoch seconds (UTC). It moves only by ``run_until`` and ``step``."""

    def __init__(self, now: float) -> None:
        self.now = now
        self._heap: list[tuple[float, int, Due]] = []
        self._order = count()

    def at(self, when: float, do: Callable[[], None]) -> Due:
        """Things due at the same moment happen in the order they were asked for; the past is now."""
        due = Due(max(when, self.now), do)
        heapq.heappush(self._heap, (due.when, next(self._order), due))
        return due

    def after(self, seconds: float, do: Callable[[], None]) -> Due:
        return self.at(self.now + seconds, do)

    @property
    def next_due(self) -> float | None:
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def step(self) -> bool:
        """Do the next thing, at its moment. False where there is nothing left to do."""
        if self.next_due is None:
            return False
        when, _, due = heapq.heappop(self._heap)
        self.now = when
        due.do()
        return True

    def run_until(self, when: float) -> None:
        """Do everything due up to and including ``when``, and stand there."""
        while (due := self.next_due) is not None and due <= when:
            self.step()
        self.now = max(self.now, when)
