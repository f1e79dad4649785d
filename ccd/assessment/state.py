"""What is held in memory of assessment, folded from its facts: figures, months, cases, courses, staff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TypeVar

import msgspec

from ccd.assessment.cases import Case, Training, moved
from ccd.assessment.months import is_month
from ccd.events import ShiftFact
from ccd.events import assessment as facts

__all__ = ["AssessmentState"]

REMEMBERED = timedelta(days=facts.AssessmentFact.kept_days)
K = TypeVar("K")
F = TypeVar("F", bound=facts.AssessmentFact)


def _newer(one: facts.AssessmentFact, before: facts.AssessmentFact | None) -> bool:
    """The later of two; of the same moment the one of the greater key, so that any order gives the same."""
    return before is None or (one.at, one.key) >= (before.at, before.key)


class AssessmentState:
    def __init__(self) -> None:
        self.staff: dict[str, facts.StaffNoted] = {}
        self.figures: dict[str, dict[str, dict[tuple[str, str], facts.PartRecorded]]] = {}
        """Month -> person -> (part, name) -> the latest."""
        self.made: dict[str, dict[str, facts.AssessmentMade]] = {}
        """Person -> month -> the latest edition, without what it rests on: the store has that."""
        self.grades: dict[str, dict[str, facts.GradeGiven]] = {}
        """Person -> month."""
        self.complaints: dict[str, facts.ComplaintNoted] = {}
        self.cases: dict[str, Case] = {}
        self.trainings: dict[str, Training] = {}
        self.reading: dict[str, datetime] = {}
        """Month -> when the read under way was asked for. Not from facts."""
        self.looked: dict[str, datetime] = {}
        """Month -> when it was read last. Not from facts."""
        self._forgot: date | None = None

    # --- what is asked ------------------------------------------------------------------------------------

    def hired(self, person: str) -> date | None:
        """By the personnel file; None where it does not say."""
        known = self.staff.get(person)
        return known.hired if known else None

    def retraining(self, person: str) -> bool:
        """A manager has decided so, and its examination is not passed or failed for good."""
        case = self.open_case(person)
        return case is not None and case.state == "retraining"

    def open_case(self, person: str) -> Case | None:
        return next((one for one in self.cases_of(person) if one.state != "closed"), None)

    def cases_of(self, person: str) -> Iterator[Case]:
        """In the order in which they were proposed."""
        mine = [one for one in self.cases.values() if one.person == person and one.proposed is not None]
        return iter(sorted(mine, key=lambda one: (one.began, one.name)))

    def figures_of(self, person: str, month: str) -> tuple[facts.PartRecorded, ...]:
        found = self.figures.get(month, {}).get(person, {})
        return tuple(found[name] for name in sorted(found))

    def courses_of(self, case: str) -> tuple[Training, ...]:
        """Those that were planned for this case."""
        return tuple(one for one in self.trainings.values() if one.plan and case in one.plan.cases)

    def exams(self) -> Iterator[facts.ExamHeld]:
        return (exam for one in self.trainings.values() for exam in one.exams)

    # --- what has happened --------------------------------------------------------------------------------

    def fold(self, fact: ShiftFact) -> None:
        """Once or more often, in any order: the same."""
        if isinstance(fact, facts.StaffNoted):
            _keep(self.staff, fact.person, fact)
        elif isinstance(fact, facts.PartRecorded):
            mine = self.figures.setdefault(fact.month, {}).setdefault(fact.person, {})
            _keep(mine, (fact.part, fact.name), fact)
        elif isinstance(fact, facts.AssessmentMade):
            if not is_month(fact.month):  # damaged: months are counted with
                return
            months = self.made.setdefault(fact.person, {})
            if (before := months.get(fact.month)) is None or fact.edition > before.edition:
                months[fact.month] = msgspec.structs.replace(fact, evaluations=(), grounds=(), because="")
        elif isinstance(fact, facts.GradeGiven):
            self._graded(fact)
        elif isinstance(fact, facts.ComplaintNoted):
            self.complaints[fact.key] = fact
        elif isinstance(fact, facts.CaseFact):
            self.cases[fact.case] = moved(self.cases.get(fact.case) or Case(fact.case), fact)
        elif isinstance(fact, facts.TrainingFact):
            training = self.trainings.get(fact.training) or Training(fact.training)
            self.trainings[fact.training] = training.moved(fact)

    def _graded(self, fact: facts.GradeGiven) -> None:
        """What was imported goes before what the bands gave."""
        months = self.grades.setdefault(fact.person, {})
        before = months.get(fact.month)
        if before is not None and before.origin != fact.origin:
            if fact.origin == "imported":
                months[fact.month] = fact
        elif _newer(fact, before):
            months[fact.month] = fact

    def forget(self, at: datetime) -> None:
        """What is older than a year and a month, once a day; never the staff file, nor an open case."""
        if self._forgot == at.date():
            return
        self._forgot = at.date()
        oldest = at - REMEMBERED
        for of_month in list(self.figures):
            if of_month < f"{oldest:%Y-%m}":
                del self.figures[of_month]
        _forget_months(self.made, f"{oldest:%Y-%m}")
        _forget_months(self.grades, f"{oldest:%Y-%m}")
        for key in [key for key, one in self.complaints.items() if one.at < oldest]:
            del self.complaints[key]
        for name in [name for name, one in self.cases.items() if one.closed and one.closed.at < oldest]:
            del self.cases[name]
        for name in [name for name, one in self.trainings.items() if one.latest < oldest]:
            del self.trainings[name]


def _keep(known: dict[K, F], key: K, fact: F) -> None:
    if _newer(fact, known.get(key)):
        known[key] = fact


def _forget_months(by_person: dict[str, dict[str, F]], oldest: str) -> None:
    for person, months in list(by_person.items()):
        for of_month in [one for one in months if one < oldest]:
            del months[of_month]
        if not months:
            del by_person[person]
