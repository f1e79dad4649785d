"""How long a meal may last, and how far past that it is: arithmetic of times, aware UTC.

Two things bound a meal: its allowance, and the end of its window (manual.md, "Meals"). What a live call, a
lead or a PBX out of sight took away is given back:

==========  ======================================================================
``moved``   the window ends so much later: a call went on when it was their turn
``extra``   both bounds are so much later: a lead said so
blind time  does not count: of the allowance all of it, of the window what lies past its end
==========  ======================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

__all__ = ["Bounds", "Span", "level_of", "over_s", "passes_at", "seconds_of"]

Span = tuple[datetime, datetime]
NOTHING = timedelta()


class Bounds(NamedTuple):
    """``closes`` is None outside any window."""

    began: datetime
    full: timedelta
    closes: datetime | None
    moved: timedelta = NOTHING
    extra: timedelta = NOTHING

    @property
    def ends(self) -> tuple[datetime, ...]:
        """When each bound is reached if everything is seen."""
        ends = [self.began + self.full + self.extra]
        if self.closes is not None:
            ends.append(max(self.closes + self.moved, self.began) + self.extra)
        return tuple(ends)

    @property
    def allowed(self) -> timedelta:
        return min(self.ends) - self.began


def seconds_of(blind: Iterable[Span], since: datetime, until: datetime) -> timedelta:
    """How much of a time was out of sight. The spans do not overlap."""
    return sum(
        (max(min(end, until) - max(start, since), NOTHING) for start, end in blind),
        start=NOTHING,
    )


def over_s(bounds: Bounds, blind: Iterable[Span], at: datetime) -> int:
    """Whole seconds past what is allowed, none of them out of sight."""
    spans = tuple(blind)
    allowance, *window = bounds.ends
    overs = [at - allowance - seconds_of(spans, bounds.began, at)]
    overs += [at - end - seconds_of(spans, end, at) for end in window]
    return max(int(max(overs).total_seconds()), 0)


def passes_at(bounds: Bounds, blind: Iterable[Span], over: timedelta) -> datetime:
    """When somebody still away will be ``over`` past what is allowed, if all is seen from the last span on.

    A negative ``over`` is so long before.
    """
    spans = tuple(blind)
    allowance, *window = bounds.ends
    times = [_after(spans, bounds.began, allowance + over)]
    times += [_after(spans, end, end + over) for end in window]
    return min(times)


def _after(spans: tuple[Span, ...], since: datetime, until: datetime) -> datetime:
    """``until``, put off by what of the time from ``since`` to then is out of sight."""
    for start, end in sorted(spans):
        if start < until:
            until += max(end - max(start, since), NOTHING)
    return until


def level_of(proven_s: int, possible_s: int, *, late_after_s: float, violation_s: float) -> str:
    """``proven_s`` are past what is allowed for certain; ``possible_s`` with what was out of sight."""
    if proven_s >= violation_s:
        return "violation"
    if proven_s > late_after_s:
        return "late"
    return "unknown" if possible_s > late_after_s else "ok"
