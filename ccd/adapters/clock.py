"""The clock: what time it is, and the deadlines.

Timer rule: a deadline keeps ``armed_at`` and ``due_at`` (UTC), the boot id and CLOCK_BOOTTIME. Within one
boot BOOTTIME alone decides, so neither an NTP step nor a suspended machine moves a deadline; after a reboot
the wall clock decides. A jump of the wall clock is counted and logged; what becomes of it: ``steady``.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import structlog

from ccd.adapters.steady import JUMP_S, STEADY, boottime, utc_now
from ccd.effects import CancelDeadline, SetDeadline
from ccd.events import DeadlineDue

__all__ = ["Armed", "Clock", "Gone", "boot_id", "utc_now"]

log = structlog.get_logger("ccd.clock")

SCAN_S = 1.0  # asyncio's own timers stand still in suspend; BOOTTIME does not


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()


class Armed(NamedTuple):
    """A deadline as it is kept in the store."""

    key: str
    armed_at: datetime
    due_at: datetime
    boot_id: str
    armed_boottime: float
    after_s: float


class Gone(NamedTuple):
    """A deadline whose row is to go."""

    key: str


class Clock:
    """``submit`` gets the DeadlineDue inputs. Durable deadlines are rows until they are cancelled.

    ``leaping`` is called right before our own time leaps forward, since the wall clock did and stayed there.
    """

    def __init__(
        self,
        submit: Callable[[DeadlineDue], None],
        leaping: Callable[[], None] = lambda: None,
    ) -> None:
        self.scans = 0
        """Grows with every scan: what the watchdog looks at."""
        self.jumps = 0
        self.wall_jump_s = 0.0
        self.worst_late_s = 0.0
        self._submit = submit
        self._leaping = leaping
        self._boot = boot_id()
        self._heap: list[tuple[float, str]] = []
        self._due: dict[str, tuple[float, bool]] = {}
        self._fired: set[str] = set()
        """Durable ones that came due and whose rows stay until what came of it is kept."""
        self._wake = asyncio.Event()
        self._offset = time.time() - boottime()

    def restore(self, rows: Iterable[Armed]) -> None:
        """Take up the rows of before our start; overdue ones come at the first scan."""
        for row in rows:
            if row.boot_id == self._boot:
                due = row.armed_boottime + row.after_s
            else:
                due = boottime() + (row.due_at - utc_now()).total_seconds()
            self._arm(row.key, due, durable=True)

    def arm(self, effect: SetDeadline | CancelDeadline) -> Armed | Gone | None:
        """Set or cancel a timer, at once; what is to be written about it, if anything."""
        if isinstance(effect, CancelDeadline):
            known = self._due.pop(effect.key, None)
            rows = (known is not None and known[1]) or effect.key in self._fired
            self._fired.discard(effect.key)
            return Gone(effect.key) if rows else None
        now, at = boottime(), utc_now()
        self._fired.discard(effect.key)
        self._arm(effect.key, now + effect.after_s, durable=effect.durable)
        if not effect.durable:
            return None
        due_at = at + timedelta(seconds=effect.after_s)
        return Armed(effect.key, at, due_at, self._boot, now, effect.after_s)

    def left_s(self, key: str) -> float | None:
        """Seconds until a deadline; None where there is none of that key."""
        known = self._due.get(key)
        return None if known is None else known[0] - boottime()

    @property
    def off_s(self) -> float:
        """How far the wall clock is ahead of our own time, in seconds."""
        return STEADY.off_s

    @property
    def armed(self) -> int:
        """How many deadlines are not due yet."""
        return len(self._due)

    def _arm(self, key: str, due: float, *, durable: bool) -> None:
        self._due[key] = (due, durable)
        heapq.heappush(self._heap, (due, key))
        if self._heap[0][1] == key:
            self._wake.set()

    async def run(self) -> None:
        while True:
            self._scan()
            wait = SCAN_S
            if self._heap:
                wait = min(max(self._heap[0][0] - boottime(), 0.0), SCAN_S)
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()

    def _scan(self) -> None:
        self.scans += 1
        self._watch_wall()
        now = boottime()
        while self._heap and self._heap[0][0] <= now:
            due, key = heapq.heappop(self._heap)
            known = self._due.get(key)
            if known is None or known[0] != due:
                continue  # cancelled, or moved since
            del self._due[key]
            if known[1]:
                self._fired.add(key)
            late = now - due
            self.worst_late_s = max(self.worst_late_s, late)
            self._submit(DeadlineDue(at=utc_now(), key=key, late_s=late))

    def _watch_wall(self) -> None:
        offset = time.time() - boottime()
        jump = offset - self._offset
        self._offset = offset
        if abs(jump) > JUMP_S:
            self.jumps += 1
            self.wall_jump_s = jump
            log.warning("wall_clock_jumped", seconds=round(jump, 1))
        if leap := STEADY.look():
            log.warning("wall_clock_followed", seconds=round(leap, 1))
            self._leaping()
            STEADY.step(leap)
