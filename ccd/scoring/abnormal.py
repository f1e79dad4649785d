"""Which scores are odd: robust statistics, and a share by chance (manual.md, "Quality": abnormal scores).

A score is held against the latest ones of its agent, its analyst and its form: how far it is from their
median, in robust standard deviations. One that is far off in any of them is odd.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import fmean, median
from typing import NamedTuple

__all__ = ["Odd", "drawn", "odd", "robust_z"]

MAD_TO_SIGMA = 1.4826
"""Of normal scores the median absolute deviation, times this, is the standard deviation,"""
MEAN_TO_SIGMA = 1.2533
"""and so is the mean absolute deviation times this: for scores most of which are the same."""
LEAST_SIGMA = 2.0
"""Points. Where all scores are the same a point more or less would be infinitely odd."""


class Odd(NamedTuple):
    why: str  # against_agent | against_analyst | against_form
    z: float


def robust_z(score: float, others: Sequence[float]) -> float:
    """How many robust standard deviations a score lies above the median of the others; below: negative."""
    middle = median(others)
    away = [abs(other - middle) for other in others]
    sigma = MAD_TO_SIGMA * median(away) or MEAN_TO_SIGMA * fmean(away)
    return (score - middle) / max(sigma, LEAST_SIGMA)


def odd(score: float, against: Mapping[str, Sequence[float]], *, least: int, limit: float) -> Odd | None:
    """``against``: agent, analyst, form -> scores. The furthest off; None where none is, or they are fewer
    than ``least``.
    """
    found = [
        Odd(f"against_{of}", robust_z(score, others))
        for of, others in against.items()
        if len(others) >= least
    ]
    far = max(found, key=lambda one: abs(one.z), default=None)
    return far if far is not None and abs(far.z) >= limit else None


def drawn(evaluation: str, scored: datetime, share: float) -> bool:
    """Whether it is one of the share that is examined again by chance: a hash, so that a replay draws alike.

    The moment of scoring is in it: nobody can tell beforehand which of their scores will be looked at.
    """
    told = f"second look|{evaluation}|{scored.isoformat(timespec='microseconds')}"
    rank = int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big")
    return rank < share * 2**64
