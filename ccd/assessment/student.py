"""Quantiles of Student's t, for intervals of a mean of few values. No tables: degrees may be fractions."""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log

__all__ = ["quantile"]

_TINY = 1e-300
_STEPS = 500
_CLOSE = 1e-14


@lru_cache(maxsize=4096)
def quantile(share: float, degrees: float) -> float:
    """The t that a share of ``share`` lies below; ``share`` from 0.5 to under 1, ``degrees`` 1 or more."""
    low, high = 0.0, 1.0
    while _below(high, degrees) < share:
        high *= 2.0
    for _ in range(200):
        middle = (low + high) / 2.0
        if _below(middle, degrees) < share:
            low = middle
        else:
            high = middle
        if high - low < 1e-12 * high:
            break
    return (low + high) / 2.0


def _below(t: float, degrees: float) -> float:
    """The share below ``t`` (0 or more)."""
    return 1.0 - 0.5 * _incomplete_beta(degrees / (degrees + t * t), degrees / 2.0, 0.5)


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Regularized. By its continued fraction, on the side where that converges."""
    if x <= 0.0 or x >= 1.0:
        return min(max(x, 0.0), 1.0)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1.0 - x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's method."""
    c, d = 1.0, 1.0 / _not_zero(1.0 - (a + b) * x / (a + 1.0))
    found = d
    for m in range(1, _STEPS):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _not_zero(1.0 + numerator * d)
            c = _not_zero(1.0 + numerator / c)
            found *= c * d
        if abs(c * d - 1.0) < _CLOSE:
            break
    return found


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
