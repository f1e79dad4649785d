"""The pulse: proves that the loop turns, to the watchdog, to the store and to the metrics.

The watchdog is pinged only while both the runner and the timer scan have advanced since the last ping. A
stuck store is no reason to die: a live incident is held in memory (faults.md).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from ccd.buckets import Buckets

__all__ = ["Pulse"]

log = structlog.get_logger("ccd.pulse")

STALL_STEP_S = 0.02
BEAT_S = 2.0
STALL_LOGGED_S = 0.25


class Pulse:
    """``advanced`` gives numbers that grow while the daemon works; ``ping`` is the watchdog's."""

    def __init__(
        self,
        *,
        advanced: Callable[[], tuple[int, ...]],
        ping: Callable[[], None],
        ping_every_s: float | None,
        beat: Callable[[datetime], None],
        now: Callable[[], datetime],
    ) -> None:
        self.stall_max_s = 0.0
        """The longest the loop has been held up by one piece of work, since start."""
        self.stalls = Buckets(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
        self._advanced = advanced
        self._ping = ping
        self._ping_every = ping_every_s
        self._beat = beat
        self._now = now

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._measure_stalls())
            group.create_task(self._beat_on())
            if self._ping_every is not None:
                group.create_task(self._watchdog(self._ping_every))

    async def _measure_stalls(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(STALL_STEP_S)
            late = time.monotonic() - before - STALL_STEP_S
            self.stalls.observe(late)
            self.stall_max_s = max(self.stall_max_s, late)
            if late > STALL_LOGGED_S:
                log.warning("loop_stalled", seconds=round(late, 3))

    async def _beat_on(self) -> None:
        while True:
            self._beat(self._now())
            await asyncio.sleep(BEAT_S)

    async def _watchdog(self, every: float) -> None:
        """What stands still between two looks may only be slow, as in a quiet hour: the last ping counts."""
        pinged: tuple[int, ...] | None = None
        while True:
            current = self._advanced()
            if pinged is None or all(now > then for now, then in zip(current, pinged, strict=True)):
                self._ping()
                pinged = current
            else:
                log.error("watchdog_withheld", advanced=current, at_last_ping=pinged)
            await asyncio.sleep(every)
