"""The points of a month: the weighted QA score with its interval, attendance, and all parts together. Pure.

A score stands for 1/chance calls, since so many were as likely to be drawn: so the mean is weighted (Hajek).
Its 95 % interval is Student's, with the linearised standard error and as many degrees of freedom as the
weights leave effective scores, less one. docs/assessment.md has the formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import fsum, sqrt
from typing import NamedTuple

from ccd.assessment.student import quantile
from ccd.config_assessment import AssessmentSettings, DeductionSettings
from ccd.events.quality import MonthRead

__all__ = ["Month", "Score", "attendance_points", "month_of_parts", "qa_score"]

SHARE = 0.975
"""Of both sides 2.5 % are left out."""
DIGITS = 2


class Score(NamedTuple):
    """``points`` None: insufficient. ``effective``: so many equally weighted scores would say as much."""

    n: int
    points: float | None = None
    low: float | None = None
    high: float | None = None
    effective: float = 0.0


class Month(NamedTuple):
    """``weights``: those that were used, out of 100. ``missing``: parts that there is nothing of."""

    verdict: str  # pass | fail | insufficient
    points: float | None
    parts: dict[str, float]
    weights: dict[str, float]
    score: Score
    missing: tuple[str, ...]


def qa_score(scores: Sequence[tuple[float, float, str]], least: int) -> Score:
    """``scores``: (score, chance, evaluation), released and of the probability sample alone. An evaluation
    told twice counts once; one without a chance (not frozen yet, or never drawn) does not count.
    """
    known = {name: (score, chance) for score, chance, name in scores if 0.0 < chance <= 1.0}
    n = len(known)
    if n < least:
        return Score(n)
    weights = [1.0 / chance for _, chance in known.values()]
    total = fsum(weights)
    mean = fsum(w * score for w, (score, _) in zip(weights, known.values(), strict=True)) / total
    squares = fsum(w * w * (score - mean) ** 2 for w, (score, _) in zip(weights, known.values(), strict=True))
    error = sqrt(n / (n - 1) * squares) / total
    effective = total * total / fsum(w * w for w in weights)
    reach = quantile(SHARE, max(effective - 1.0, 1.0)) * error
    low, high = max(mean - reach, 0.0), min(mean + reach, 100.0)
    return Score(n, round(mean, DIGITS), round(low, DIGITS), round(high, DIGITS), round(effective, DIGITS))


def attendance_points(counts: Mapping[str, int], table: DeductionSettings) -> float | None:
    """100 less what each finding costs, never below 0. None where no shift of the month was judged."""
    if not counts.get("shifts"):
        return None
    off = fsum(counts.get(name, 0) * points for name, points in table.model_dump().items())
    return round(max(100.0 - off, 0.0), DIGITS)


def month_of_parts(
    read: MonthRead,
    figures: Mapping[str, Iterable[float]],
    settings: AssessmentSettings,
) -> Month:
    """``figures``: part -> the points of its names (imported, and of examinations), which count alike."""
    score = qa_score(read.scores, settings.min_calls)
    found: dict[str, float | None] = {"qa": score.points}
    found["attendance"] = attendance_points(read.attendance, settings.attendance_points)
    parts: dict[str, float] = {}
    missing: list[str] = []
    lacking = False
    for name, part in settings.parts.items():
        points = found.get(name)
        if name not in found:
            values = sorted(figures.get(name, ()))
            points = round(fsum(values) / len(values), DIGITS) if values else None
        if points is None:
            missing.append(name)
            lacking = lacking or part.required
        else:
            parts[name] = points
    total = fsum(settings.parts[name].weight for name in parts)
    if lacking or not total:
        return Month("insufficient", None, parts, {}, score, tuple(missing))
    weights = {name: round(settings.parts[name].weight * 100.0 / total, 4) for name in parts}
    sum_ = fsum(settings.parts[name].weight * points for name, points in parts.items()) / total
    points = round(sum_, DIGITS)
    verdict = "pass" if points >= settings.passing else "fail"
    return Month(verdict, points, parts, weights, score, tuple(missing))
