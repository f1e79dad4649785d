"""Krippendorff's alpha: how far people agree beyond chance, from its definition.

K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania, 2011
(https://repository.upenn.edu/asc_papers/43). 1 is full agreement, 0 what chance would give, less than 0 is
disagreement by system. Values may be missing; a unit with fewer than two is left out. Counted in fractions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from fractions import Fraction
from typing import TypeVar

__all__ = ["alpha", "interval", "nominal"]

V = TypeVar("V", bound=Hashable)


def nominal(one: Hashable, other: Hashable) -> Fraction:
    """For names: yes, no, na."""
    return Fraction(one != other)


def interval(one: Fraction | int, other: Fraction | int) -> Fraction:
    """For points: the square of how far they lie apart."""
    return Fraction(one - other) ** 2


def alpha(units: Iterable[Iterable[V]], difference: Callable[[V, V], Fraction]) -> Fraction | None:
    """``units``: of each thing that was judged, the values that were given. None where nothing can be said:
    no unit has two values, or all values are the same, so that there is nothing to disagree on.

    1 - (observed disagreement) / (expected disagreement), as in section B of the paper.
    """
    paired = [counts for values in units if (counts := Counter(values)).total() > 1]
    total: Counter[V] = Counter()
    for counts in paired:
        total.update(counts)
    expected = _apart(total, difference)
    if not expected:
        return None
    observed = sum((_apart(counts, difference) / (counts.total() - 1) for counts in paired), Fraction(0))
    return 1 - (total.total() - 1) * observed / expected


def _apart(counts: Counter[V], difference: Callable[[V, V], Fraction]) -> Fraction:
    """The differences of all ordered pairs, summed up."""
    pairs = (
        number * others * difference(one, other)
        for one, number in counts.items()
        for other, others in counts.items()
        if one != other
    )
    return sum(pairs, Fraction(0))
