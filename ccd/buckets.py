"""A histogram cheap enough for the path of every event (some 0.2 µs an observation). Read by the metrics."""

from __future__ import annotations

from bisect import bisect_left

__all__ = ["Buckets"]


class Buckets:
    """Counts per upper bound (inclusive, as Prometheus counts), the last for what is above all of them."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, *bounds: float) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float, times: int = 1) -> None:
        self.counts[bisect_left(self.bounds, value)] += times
        self.total += value * times
