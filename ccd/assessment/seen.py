"""Who sees what of examinations and months (manual.md, "Quality"). Pure.

Everyone below duty lead is told only passed or failed; leads see their team's months, managers and the QA
manager all; nobody sees another's without leading them.
"""

from __future__ import annotations

from typing import Any, Protocol

from ccd.config import Settings
from ccd.events.assessment import AssessmentMade, ExamHeld
from ccd.quality.people import is_manager, is_qa_manager, leads
from ccd.roster import Roster
from ccd.shifts.people import team_of

__all__ = ["month_seen_by", "seen_by"]


class World(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...


def seen_by(world: World, exam: ExamHeld, viewer: str) -> dict[str, dict[str, Any]]:
    """Person -> passed, and the points where ``viewer`` may know them: by role. Who may not sees their own
    result alone.
    """
    known = world.roster.by_code(viewer)
    every = known is not None and known.role in world.settings.policies.assessment.points_roles
    found: dict[str, dict[str, Any]] = {}
    for person, points in exam.points.items():
        passed = {"passed": person not in exam.failed}
        if every:
            found[person] = passed | {"points": points}
        elif person == viewer:
            found[person] = dict(passed)
    return found


def month_seen_by(world: World, made: AssessmentMade, viewer: str) -> dict[str, Any] | None:
    """None where ``viewer`` may see nothing of it; the verdict alone of one's own."""
    plain = {"person": made.person, "month": made.month, "verdict": made.verdict, "edition": made.edition}
    whole = is_manager(world, viewer) or is_qa_manager(world, viewer)
    if viewer == made.person:
        return plain
    if not whole and not leads(world, viewer, team_of(world, made.person)):
        return None
    figures = {"points": made.points, "parts": made.parts, "weights": made.weights, "n": made.n}
    return plain | figures | {"low": made.low, "high": made.high, "missing": list(made.missing)}
