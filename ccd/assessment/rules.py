"""When a month gives grounds for retraining (manual.md, "Quality"). Pure.

Not passed in one month, or under 80 in two consecutive ones. Insufficient months neither make two consecutive
nor, by default, break them. A month counts once: what a case rests on, and every month that was over when the
case was closed, gives grounds for no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import NamedTuple

from ccd.assessment.cases import Case
from ccd.assessment.months import before, month_here
from ccd.config_assessment import AssessmentSettings
from ccd.events.assessment import AssessmentMade

__all__ = ["EVERY", "Need", "covered", "needed"]

EVERY = "9999-12"
"""While a case is open no other is proposed."""


class Need(NamedTuple):
    rule: str  # under_60 | two_under_80: names; the figures are settings
    months: tuple[str, ...]
    points: tuple[float, ...]


def covered(cases: Iterable[Case], zone: tzinfo) -> str:
    """The last month that gives grounds for no other case; "" where there was none."""
    latest = ""
    for case in cases:
        if case.withdrawn or case.proposed is None:
            continue
        if case.closed is None:
            return EVERY
        latest = max(latest, *case.proposed.months, before(month_here(case.closed.at, zone)))
    return latest


def needed(made: Mapping[str, AssessmentMade], spent: str, settings: AssessmentSettings) -> Need | None:
    """Of the earliest month after ``spent`` that gives grounds."""
    for month in sorted(made):
        one = made[month]
        if month <= spent or one.points is None:
            continue
        if one.verdict == "fail":
            return Need("under_60", (month,), (one.points,))
        if one.points >= settings.retrain_below:
            continue
        other = _month_before(month, made, settings)
        if other is None or other.month <= spent or other.points is None:
            continue
        if other.points < settings.retrain_below:
            return Need("two_under_80", (other.month, month), (other.points, one.points))
    return None


def _month_before(
    month: str, made: Mapping[str, AssessmentMade], settings: AssessmentSettings
) -> AssessmentMade | None:
    """The one that ``month`` is consecutive to; None where nothing was made of the month before it."""
    one = made.get(before(month))
    while one is not None and one.points is None and not settings.insufficient_breaks:
        one = made.get(before(one.month))
    return one
