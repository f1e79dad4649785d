"""The garbage collector, kept from stopping the loop."""

from __future__ import annotations

import gc

__all__ = ["calm_collector"]


def calm_collector() -> None:
    """Keep what start built out of every collection, and collect the rest seldom.

    A full collection over a thousand agents stops the loop for tens of milliseconds, while nearly all our
    objects die by their reference counts.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
