"""Facts of scoring: who scores what by which form, and what came of it.

An evaluation is one analyst's judgement of one conversation. Its states: assigned, claimed, scored, (held),
released, disputed, resolved; ``void`` where it can not be made. ``person`` is the agent, ``day`` the local
one on which the conversation ended. Which fact leads to which state: ``ccd.scoring.state``.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

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
    given back at the start, however old (``store.shift_queries.remembered``). ``n`` counts the facts of an
    evaluation from 1: one told twice changes nothing.
    """

    kept_days: ClassVar[int] = -1
    subject_field: ClassVar[str] = "evaluation"
    evaluation: str
    n: int = 0


class EvaluationOpened(EvaluationFact, frozen=True, kw_only=True):
    """``sample``: probability | extra | calibration | blind | listening; only the first counts in scores.
    ``of``: the evaluation that a blind one looks at again. ``unit`` as in ``CallPicked``, and so is
    ``chance``: the one that counts comes with ``ChanceFixed``.
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
    chance: float = 0.0


class EvaluationAssigned(EvaluationFact, frozen=True, kw_only=True):
    """``analyst`` is to score it by ``due``. ``why``: even | reassigned | returned | expired | blind |
    calibration | asked. ``analyst`` "": nobody can take it now.
    """

    kept_days: ClassVar[int] = 2
    """How many each analyst was given today is counted over finished ones, too."""
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
    """``blind``: the evaluation of the second look; ``outcome`` upheld | amended. ``score`` and ``answers``
    are those that stand now; ``answers`` is "" where they are as before.
    """

    blind: str
    outcome: str
    score: float
    passed: bool
    answers: str = ""


class EvaluationReleased(EvaluationFact, frozen=True, kw_only=True):
    """The agent may see it (by setting); it counts. ``dispute_until``: so long it may be disputed.

    What an odd score is held against are the latest of these, of finished evaluations too.
    """

    kept_days: ClassVar[int] = 31
    score: float
    passed: bool
    sample: str
    dispute_until: datetime | None = None
    analyst: str = ""
    form: str = ""


class EvaluationDisputed(EvaluationFact, frozen=True, kw_only=True):
    """By ``actor``, the agent or a lead of theirs; to be resolved by ``due``. The recording stays."""

    reason: str
    due: datetime
    call: str = ""
    recording: str = ""


class DisputeTaken(EvaluationFact, frozen=True, kw_only=True):
    """``actor`` looks into the dispute, and nobody else; not ``taken``: they have let go of it."""

    taken: bool


class EvaluationResolved(EvaluationFact, frozen=True, kw_only=True):
    """``outcome`` upheld | amended; ``score`` is the one that counts from now on. ``answers`` is "" where
    they are as before.
    """

    kept_days: ClassVar[int] = 31
    outcome: str
    score: float
    passed: bool
    reason: str
    answers: str = ""
    failed: tuple[str, ...] = ()
    sections: dict[str, float] = msgspec.field(default_factory=dict)


class EvaluationVoided(EvaluationFact, frozen=True, kw_only=True):
    """It can not be made: ``why`` missing | empty | changed | outside | unreadable | asked."""

    why: str


class EvaluationOverdue(EvaluationFact, frozen=True, kw_only=True):
    """``what`` scoring | resolution was to be done by ``due``, and is not."""

    what: str
    due: datetime


class ChanceFixed(EvaluationFact, frozen=True, kw_only=True):
    """Its day is frozen: this is the chance (0..1] that its score is weighted with, out of ``DayFrozen``."""

    chance: float


class EvaluationClosed(EvaluationFact, frozen=True, kw_only=True):
    """It is finished: nothing of it changes any more. ``why`` is the state that it ended in."""

    why: str


class AnalystPlanned(ScoringFact, frozen=True, kw_only=True):
    """The QA manager's plan of ``day`` for an analyst (``person``): at most ``cap`` evaluations; away: 0."""

    kept_days: ClassVar[int] = 40
    cap: int
    reason: str = ""


class CoachingNoted(EvaluationFact, frozen=True, kw_only=True):
    """A lead or analyst has talked it over with the agent."""

    note: str
