"""Facts of scoring: who scores what by which form, and what came of it.

An evaluation is one analyst's judgement of one conversation. Its states: assigned, claimed, scored, (held),
released, disputed, resolved; ``void`` where it can not be made. ``person`` is the agent.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ccd.events.shifts import ShiftFact


class ScoringFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "scoring"


class FormPublished(ScoringFact, frozen=True, kw_only=True):
    """A version of a form is in force. ``version``: the first 12 hex digits of its SHA-256; ``text`` is the
    form as JSON (``ccd.quality.form``). A version in use is kept for good.
    """

    kept_days: ClassVar[int] = 0
    form: str
    version: str
    text: str


class EvaluationFact(ScoringFact, frozen=True, kw_only=True):
    """``evaluation`` is an opaque id of 12 characters (a-z2-7). Of those that are not finished all facts are
    given back at the start, however old (``store.shift_queries.remembered``).
    """

    kept_days: ClassVar[int] = -1
    subject_field: ClassVar[str] = "evaluation"
    evaluation: str


class EvaluationOpened(EvaluationFact, frozen=True, kw_only=True):
    """``sample``: probability | extra | calibration | blind | listening; only the first counts in scores.
    ``day``: of the conversation. ``of``: the evaluation that a blind one looks at again. ``unit`` as in
    ``CallPicked``.
    """

    unit: str
    call: str
    recording: str
    team: str
    queue: str
    sample: str
    reason: str
    stratum: str
    form: str
    talk_s: float
    offset_s: float = 0.0
    of: str = ""


class EvaluationAssigned(EvaluationFact, frozen=True, kw_only=True):
    """``analyst`` is to score it by ``due``. ``why``: even | reassigned | returned | expired | blind |
    calibration | asked. ``analyst`` "": nobody can take it now.
    """

    analyst: str
    due: datetime | None
    why: str


class EvaluationClaimed(EvaluationFact, frozen=True, kw_only=True):
    """The analyst has begun; the evaluation keeps this version of its form. It is theirs until ``until``."""

    analyst: str
    form: str
    version: str
    until: datetime


class ClaimEnded(EvaluationFact, frozen=True, kw_only=True):
    """``why``: expired | returned | taken (given to another)."""

    analyst: str
    why: str


class EvaluationScored(EvaluationFact, frozen=True, kw_only=True):
    """``answers``: JSON, question -> {answer, comment, at_s}. ``failed``: the critical items that failed it.
    ``edition`` counts up: each later one replaces the one before, which stays on record.
    """

    analyst: str
    form: str
    version: str
    answers: str
    score: float
    passed: bool
    failed: tuple[str, ...] = ()
    sections: dict[str, float]
    comment: str = ""
    edition: int = 1


class EvaluationHeld(EvaluationFact, frozen=True, kw_only=True):
    """It is examined again before it is released. ``why``: against_agent | against_analyst | against_form |
    random | asked; ``value`` is the robust z of the outlier.
    """

    why: str
    value: float = 0.0


class EvaluationReexamined(EvaluationFact, frozen=True, kw_only=True):
    """``blind``: the evaluation of the second look; ``outcome`` upheld | amended."""

    blind: str
    outcome: str
    score: float
    passed: bool


class EvaluationReleased(EvaluationFact, frozen=True, kw_only=True):
    """The agent may see it (by setting); it counts. ``dispute_until``: so long it may be disputed."""

    score: float
    passed: bool
    sample: str
    dispute_until: datetime | None = None


class EvaluationDisputed(EvaluationFact, frozen=True, kw_only=True):
    reason: str
    due: datetime


class EvaluationResolved(EvaluationFact, frozen=True, kw_only=True):
    """``outcome`` upheld | amended; ``score`` is the one that counts from now on."""

    outcome: str
    score: float
    passed: bool
    reason: str


class EvaluationVoided(EvaluationFact, frozen=True, kw_only=True):
    """It can not be made: ``why`` missing | empty | changed | asked."""

    why: str


class AnalystPlanned(ScoringFact, frozen=True, kw_only=True):
    """The QA manager's plan of ``day`` for an analyst (``person``): at most ``cap`` evaluations; away: 0."""

    kept_days: ClassVar[int] = 3
    cap: int
    reason: str = ""


class CoachingNoted(EvaluationFact, frozen=True, kw_only=True):
    """A lead or analyst has talked it over with the agent."""

    note: str
