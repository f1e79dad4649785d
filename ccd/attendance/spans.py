"""Times as whole seconds, and sets of them: disjoint spans in order, each without its end.

Parts of a second are cut off: sums are then exact, and a wall clock does not show them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

__all__ = ["Span", "Spans", "clipped", "minus", "moment", "second", "total", "union"]

Span = tuple[int, int]
Spans = tuple[Span, ...]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def second(at: datetime) -> int:
    since = at - EPOCH
    return since.days * 86_400 + since.seconds


def moment(second: int) -> datetime:
    return EPOCH + timedelta(seconds=second)


def total(spans: Iterable[Span]) -> int:
    return sum(end - begin for begin, end in spans)


def union(spans: Iterable[Span]) -> Spans:
    """Of spans in any order, which may overlap."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if begin >= end:
            continue
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return tuple(found)


def clipped(spans: Spans, begin: int, end: int) -> Spans:
    """What lies between these two."""
    first = max(bisect_right(spans, (begin, begin)) - 1, 0)
    found = []
    for low, high in spans[first:]:
        if low >= end:
            break
        if high > begin:
            found.append((max(low, begin), min(high, end)))
    return tuple(found)


def minus(spans: Spans, others: Spans) -> Spans:
    """What is in the first set and not in the second; both in order."""
    if not others:
        return spans
    found: list[Span] = []
    for begin, end in spans:
        for low, high in clipped(others, begin, end):
            if begin < low:
                found.append((begin, low))
            begin = high
        if begin < end:
            found.append((begin, end))
    return tuple(found)
