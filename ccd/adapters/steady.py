"""The daemon's own UTC: it runs evenly, by CLOCK_BOOTTIME, and never goes back.

The wall clock of a machine may be set, by mistake or to mend one, forward or back, by hours. Every time we
write down and every length between two times comes from here, so that such a step makes no interval longer,
shorter or negative. A difference of up to 2 s is followed at once (back: by running slower). A larger one is
most often a mistake and soon mended: it is left alone for ten minutes. What lasts longer is the truth:
forward it is then followed in one leap, before which every PBX is let go of and after which it is asked anew,
so that the hour that was left out is *unknown* and nobody's; back by running a tenth slower until the clocks
agree. A start takes the wall clock as it finds it, and so is the quick way to follow it.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

__all__ = ["JUMP_S", "STEADY", "Steady", "boottime", "utc_now"]

JUMP_S = 2.0
GRACE_S = 600.0
SLOWER = 0.1
"""Of real time: how much slower we run to let a wall clock that was set back catch up."""
SLOWER_SMALL = 0.5


def boottime() -> float:
    """Seconds since the machine was booted, suspended ones included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Steady:
    def __init__(self) -> None:
        self.off_s = 0.0
        """How far the wall clock was ahead of us when ``look`` last looked."""
        self._looked = boottime()
        self._offset = time.time() - self._looked
        self._off_since: float | None = None

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.fromtimestamp(boottime() + self._offset, UTC)

    def look(self) -> float:
        """Compare with the wall clock; to be called every second or so.

        Returns a step forward that has lasted and is to be followed by ``step``, in seconds; else 0.
        """
        now = boottime()
        elapsed, self._looked = now - self._looked, now
        self.off_s = time.time() - now - self._offset
        if abs(self.off_s) <= JUMP_S:
            self._off_since = None
            self._offset += max(self.off_s, -SLOWER_SMALL * elapsed)
            return 0.0
        if self._off_since is None:
            self._off_since = now
        if now - self._off_since < GRACE_S:
            return 0.0
        if self.off_s < 0:
            self._offset += max(self.off_s, -SLOWER * elapsed)
            return 0.0
        return self.off_s

    def step(self, seconds: float) -> None:
        self._offset += max(seconds, 0.0)
        self._off_since = None


STEADY = Steady()


def utc_now() -> datetime:
    """Aware UTC, of this daemon."""
    return STEADY.now()
