"""A policy looks over everything that is planned once a minute, instead of keeping a timer for each shift.

So a plan that changes moves nothing, and what came due while the daemon was away is found at the first look.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ccd.effects import SetDeadline
from ccd.events import DeadlineDue

__all__ = ["is_sweep", "next_sweep"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def next_sweep(policy: str, at: datetime, every_s: float) -> SetDeadline:
    """The next look, on the full minute (or whatever ``every_s`` is)."""
    past = (at - EPOCH).total_seconds() % every_s
    because = f"{policy}: looks over what is planned every {every_s:g} s"
    return SetDeadline(key=f"{policy}|sweep", because=because, after_s=every_s - past, durable=False)


def is_sweep(policy: str, event: DeadlineDue) -> bool:
    return event.key == f"{policy}|sweep"
