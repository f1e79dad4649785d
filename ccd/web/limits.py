"""So many requests of one token, so many failures of one address. The memory they take is bounded, too."""

from __future__ import annotations

from collections import OrderedDict

__all__ = ["Limits"]

REMEMBERED = 10_000


class Limits:
    """A bucket for each name that holds ``burst`` and gains ``per_minute`` in a minute."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, now: float, per_minute: int, burst: int) -> float:
        """0 where there was one to take, else seconds until there is. ``now``: monotonic seconds."""
        left = self._left(name, now, per_minute, burst)
        wait = 0.0 if left >= 1 else (1 - left) * 60 / per_minute
        self._buckets[name] = (left - 1 if not wait else left, now)
        self._buckets.move_to_end(name)
        while len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        return wait

    def _left(self, name: str, now: float, per_minute: int, burst: int) -> float:
        left, since = self._buckets.get(name, (float(burst), now))
        return min(float(burst), left + max(now - since, 0.0) * per_minute / 60)
