"""Hours of safety training a month (manual.md, "Training": at least 10). Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ccd.assessment.cases import Training
from ccd.assessment.months import days_of

__all__ = ["safety_hours"]


def safety_hours(trainings: Iterable[Training], month: str) -> dict[str, float]:
    """Person -> hours of the safety trainings held in ``month`` that they were at, by the day it began."""
    days = set(days_of(month))
    minutes: dict[str, int] = {}
    for one in trainings:
        if one.held is None or one.plan is None or one.plan.kind != "safety" or one.held.day not in days:
            continue
        for person in one.held.people:
            minutes[person] = minutes.get(person, 0) + one.held.minutes
    return {person: round(total / 60.0, 2) for person, total in sorted(minutes.items())}
