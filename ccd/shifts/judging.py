"""Which shifts a record is about: what the policies that judge agree on without knowing each other."""

from __future__ import annotations

from datetime import timedelta

from ccd.events import RecordRead
from ccd.shifts.plan import Duty, Plan

__all__ = ["MARGIN", "judged_in"]

MARGIN = timedelta(hours=2)
"""So much before and after a shift its record is read: who came early, who was held."""


def judged_in(plan: Plan, record: RecordRead) -> tuple[Duty, ...]:
    """The shifts of the record's people that lie within it and are over, by their starts."""
    asked = set(record.people)
    return tuple(
        duty
        for duty in plan.duties(record.since, record.until)
        if duty.assignment.person in asked
        and record.since <= duty.starts
        and duty.ends <= min(record.until, record.at)
    )
