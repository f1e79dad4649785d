"""Facts of the monthly assessment and what follows from it (manual.md, "Quality", "Training", "Grades").

ccd proposes; a named person decides. ``month`` is written 2026-11.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from ccd.events.shifts import ShiftFact


class AssessmentFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "assessment"
    kept_days: ClassVar[int] = 400


class StaffNoted(AssessmentFact, frozen=True, kw_only=True):
    """What the personnel file says of ``person``; the latest counts. ``dispatched``: by an agency."""

    kept_days: ClassVar[int] = 0
    hired: date | None = None
    confirmed: bool = False
    dispatched: bool = False
    level: str = ""  # trainee | junior | intermediate_1 | intermediate_2 | senior | principal
    step: str = ""  # fair | good | excellent
    rated: date | None = None
    post_since: date | None = None
    posted: bool = False
    """Works at a client's site."""
    promoted: date | None = None
    """The last rating that led upwards."""
    trial: str = ""  # the post that is tried: lead | supervisor
    trial_since: date | None = None


class PartRecorded(AssessmentFact, frozen=True, kw_only=True):
    """A figure from outside (a KPI, a daily check, a mark), 0..100. The latest of a name counts."""

    month: str
    part: str  # the part of the assessment it belongs to, as in policies.assessment.parts
    name: str
    points: float
    source: str = ""


class AssessmentMade(AssessmentFact, frozen=True, kw_only=True):
    """``verdict``: pass | fail | insufficient (a part that must be there is not, or rests on too few).

    ``points``: out of 100; None where insufficient. ``parts``: name -> points; ``weights``: name -> weight
    used. ``low`` and ``high``: 95 % interval of the QA score; ``n`` evaluations. ``edition`` counts up when
    it is made again since what it rests on has changed.
    """

    month: str
    verdict: str
    points: float | None
    parts: dict[str, float]
    weights: dict[str, float]
    n: int
    low: float | None = None
    high: float | None = None
    missing: tuple[str, ...] = ()
    edition: int = 1
    evaluations: tuple[str, ...] = ()
    """Those that the QA score is made of."""
    grounds: tuple[str, ...] = ()
    """What every other part is made of, in words."""


class CaseFact(AssessmentFact, frozen=True, kw_only=True):
    """``case`` names a retraining case of ``person``. However old: one that is open is not forgotten."""

    kept_days: ClassVar[int] = 0
    subject_field: ClassVar[str] = "case"
    case: str


class RetrainingProposed(CaseFact, frozen=True, kw_only=True):
    """``rule``: under_60 | two_under_80; ``months``: those it rests on."""

    rule: str
    months: tuple[str, ...]
    points: tuple[float, ...]


class CaseDecided(CaseFact, frozen=True, kw_only=True):
    """A named person has decided. ``outcome``: retrain | dismissed | kept | returned | moved | other."""

    outcome: str
    reason: str


class CaseListed(CaseFact, frozen=True, kw_only=True):
    """Failed again: on the manager's list, with the scores: ``points`` of its months, then of its
    examinations, each of which ``grounds`` names.
    """

    points: tuple[float, ...]
    grounds: tuple[str, ...] = ()
    may_return: bool
    """To the agency: dispatched staff only."""


class CaseClosed(CaseFact, frozen=True, kw_only=True):
    """``why``: passed | decided | left (not in the roster any more) | withdrawn (the month was made again and
    is good, before anybody had decided).
    """

    why: str


class TrainingFact(AssessmentFact, frozen=True, kw_only=True):
    """``training`` names a course."""

    subject_field: ClassVar[str] = "training"
    training: str


class TrainingProposed(TrainingFact, frozen=True, kw_only=True):
    """Common faults. ``fault``: form/question; ``people`` who had it, ``share`` of those scored.

    Of one person's repeated fault ``share`` is that of their calls; ``course`` then is the nearest that is
    planned for it, and ``kind`` coaching where there is none.
    """

    fault: str
    people: tuple[str, ...]
    share: float
    month: str
    kind: str = "course"  # course | coaching
    course: str = ""


class TrainingPlanned(TrainingFact, frozen=True, kw_only=True):
    """``people`` are to be there; no course lies in anybody's shift. The latest plan of a course counts."""

    title: str
    place: str
    trainer: str
    begins: datetime
    ends: datetime
    people: tuple[str, ...]
    exam: str = ""
    kind: str = "course"  # course | retraining | safety | coaching
    cases: tuple[str, ...] = ()


class TrainingHeld(TrainingFact, frozen=True, kw_only=True):
    """It took place; ``people`` were there."""

    people: tuple[str, ...]
    minutes: int


class TrainingCancelled(TrainingFact, frozen=True, kw_only=True):
    reason: str


class ExamHeld(TrainingFact, frozen=True, kw_only=True):
    """An examination: code -> points (0..100). ``retake``: of those who had failed."""

    exam: str
    points: dict[str, float]
    passing: float
    failed: tuple[str, ...]
    retake: bool = False
    retake_by: datetime | None = None
    again: bool = False
    """Half or more have failed: plan and train again."""


class RetakeOverdue(TrainingFact, frozen=True, kw_only=True):
    """The days for the retake are over, and these ``people`` have not been examined again."""

    people: tuple[str, ...]
    retake_by: datetime


class GradeGiven(AssessmentFact, frozen=True, kw_only=True):
    """The month's grade S, A, B, C or D. ``origin``: imported | bands; ``attitude``: a C from one."""

    month: str
    grade: str
    origin: str
    attitude: bool = False
    points: float | None = None


class ComplaintNoted(AssessmentFact, frozen=True, kw_only=True):
    """A complaint, looked into. ``fault``: own | other | none; ``about``: service | lateness | other."""

    fault: str
    about: str
    told: str
    month: str = ""
