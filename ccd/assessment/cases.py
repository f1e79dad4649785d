"""A retraining case and a course, as their facts have made them, whatever order they come in.

    proposed --dismissed--> closed          retraining --passed--> closed
    proposed --retrain--> retraining        retraining --failed again--> listed
    listed --retrain--> retraining          listed --kept, returned, moved, other--> closed

A case that nobody has decided is withdrawn (closed) where a month it rests on was made again and is good.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from ccd.events import assessment as facts

__all__ = ["Case", "Training", "moved"]

NEVER = datetime.min.replace(tzinfo=UTC)
F = TypeVar("F", bound=facts.AssessmentFact)


@dataclass(frozen=True)
class Case:
    name: str
    proposed: facts.RetrainingProposed | None = None
    decisions: tuple[facts.CaseDecided, ...] = ()
    listings: tuple[facts.CaseListed, ...] = ()
    closed: facts.CaseClosed | None = None

    @property
    def person(self) -> str:
        return self.proposed.person if self.proposed else ""

    @property
    def began(self) -> datetime:
        return self.proposed.at if self.proposed else NEVER

    @property
    def retrained(self) -> tuple[facts.CaseDecided, ...]:
        return tuple(one for one in self.decisions if one.outcome == "retrain")

    @property
    def state(self) -> str:
        """proposed | retraining | listed | closed. Each listing answers one decision to retrain."""
        if self.closed is not None:
            return "closed"
        if not self.retrained:
            return "proposed"
        return "listed" if len(self.listings) >= len(self.retrained) else "retraining"

    @property
    def since(self) -> datetime:
        """When it was last decided to retrain: examinations before it were of another attempt."""
        return max((one.at for one in self.retrained), default=NEVER)

    @property
    def withdrawn(self) -> bool:
        return self.closed is not None and self.closed.why == "withdrawn"


def moved(case: Case, fact: facts.CaseFact) -> Case:
    """Told twice it is the same."""
    if isinstance(fact, facts.RetrainingProposed):
        return replace(case, proposed=fact)
    if isinstance(fact, facts.CaseDecided):
        return replace(case, decisions=_with(case.decisions, fact))
    if isinstance(fact, facts.CaseListed):
        return replace(case, listings=_with(case.listings, fact))
    if isinstance(fact, facts.CaseClosed):
        return replace(case, closed=fact)
    return case


@dataclass(frozen=True)
class Training:
    name: str
    proposed: facts.TrainingProposed | None = None
    plan: facts.TrainingPlanned | None = None
    held: facts.TrainingHeld | None = None
    cancelled: facts.TrainingCancelled | None = None
    exams: tuple[facts.ExamHeld, ...] = ()
    overdue: facts.RetakeOverdue | None = None
    latest: datetime = NEVER

    @property
    def state(self) -> str:
        """proposed | planned | held | cancelled. Planned anew after it was cancelled, it is planned."""
        if self.held is not None:
            return "held"
        if self.cancelled is not None and (self.plan is None or self.plan.at <= self.cancelled.at):
            return "cancelled"
        return "planned" if self.plan is not None else "proposed"

    @property
    def retake_due(self) -> facts.ExamHeld | None:
        """The examination whose failing are still to retake it."""
        first = next((one for one in reversed(self.exams) if one.retake_by is not None), None)
        if first is None or not self.waiting:
            return None
        return first

    @property
    def waiting(self) -> tuple[str, ...]:
        """Who failed, may retake, and has not done so."""
        owed: dict[str, None] = {}
        for exam in self.exams:
            for person in exam.points:
                owed.pop(person, None)
            if exam.retake_by is not None:
                owed |= dict.fromkeys(exam.failed)
        return tuple(owed)

    def moved(self, fact: facts.TrainingFact) -> Training:
        """Told twice it is the same; of plans and reports the latest counts."""
        known = replace(self, latest=max(self.latest, fact.at))
        if isinstance(fact, facts.TrainingProposed):
            return replace(known, proposed=_later(self.proposed, fact))
        if isinstance(fact, facts.TrainingPlanned):
            return replace(known, plan=_later(self.plan, fact))
        if isinstance(fact, facts.TrainingHeld):
            return replace(known, held=_later(self.held, fact))
        if isinstance(fact, facts.TrainingCancelled):
            return replace(known, cancelled=_later(self.cancelled, fact))
        if isinstance(fact, facts.ExamHeld):
            return replace(known, exams=_with(self.exams, fact))
        if isinstance(fact, facts.RetakeOverdue):
            return replace(known, overdue=_later(self.overdue, fact))
        return known


def _later(before: F | None, fact: F) -> F:
    return fact if before is None or (fact.at, fact.key) >= (before.at, before.key) else before


def _with(known: tuple[F, ...], fact: F) -> tuple[F, ...]:
    kept = {one.key: one for one in (*known, fact)}
    return tuple(sorted(kept.values(), key=lambda one: (one.at, one.key)))
