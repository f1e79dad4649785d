"""One evaluation, folded from its facts. Which fact leads to which state stands in ``ccd.scoring.state``."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ccd.events import scoring as facts

__all__ = ["FOLD", "Evaluation", "Phase", "id_of", "opened"]

_LETTERS = 12


def id_of(unit: str, sample: str, n: str = "") -> str:
    """12 characters a-z2-7, the same whenever it is made. ``n`` tells those of one unit and sample apart."""
    digest = hashlib.sha256(f"{unit}|{sample}|{n}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:_LETTERS]


class Phase(StrEnum):
    ASSIGNED = "assigned"
    CLAIMED = "claimed"
    SCORED = "scored"
    HELD = "held"
    RELEASED = "released"
    DISPUTED = "disputed"
    RESOLVED = "resolved"
    VOID = "void"


@dataclass(slots=True)
class Evaluation:
    """``person`` is the agent; ``analyst`` "" while nobody can take it. Times are aware UTC.

    ``until``: of the claim. ``ended``: when it came to the state that it is closed in. ``examined``: a second
    look is over; ``blind`` is that of one under way.
    """

    id: str
    unit: str
    pbx: str
    call: str
    recording: str
    person: str
    team: str
    queue: str
    sample: str
    reason: str
    stratum: str
    form: str
    day: date | None
    opened: datetime
    talk_s: float
    offset_s: float
    of: str
    chance: float
    phase: Phase = Phase.ASSIGNED
    n: int = 1
    analyst: str = ""
    assigned: datetime | None = None
    due: datetime | None = None
    version: str = ""
    until: datetime | None = None
    returned_by: list[str] = field(default_factory=list)
    answers: str = ""
    score: float = 0.0
    passed: bool = False
    comment: str = ""
    edition: int = 0
    scored: datetime | None = None
    blind: str = ""
    held_by: str = ""
    """Who asked for the second look; "" where it was odd, or drawn."""
    examined: bool = False
    examiner: str = ""
    """Who looked at it a second time."""
    outcome: str = ""
    released: datetime | None = None
    dispute_until: datetime | None = None
    disputed: datetime | None = None
    disputed_by: str = ""
    arbiter: str = ""
    resolve_due: datetime | None = None
    overdue: str = ""
    """scoring | resolution, once it was told."""
    ended: datetime | None = None
    fixed: bool = False
    """Its chance is the one of the frozen day."""

    @property
    def open(self) -> bool:
        """It is still to be scored."""
        return self.phase in (Phase.ASSIGNED, Phase.CLAIMED)

    @property
    def counts(self) -> bool:
        """In the scores of its agent, as long as it is not void."""
        return self.sample == "probability"


def opened(fact: facts.EvaluationOpened) -> Evaluation:
    return Evaluation(
        id=fact.evaluation,
        unit=fact.unit,
        pbx=fact.pbx,
        call=fact.call,
        recording=fact.recording,
        person=fact.person,
        team=fact.team,
        queue=fact.queue,
        sample=fact.sample,
        reason=fact.reason,
        stratum=fact.stratum,
        form=fact.form,
        day=fact.day,
        opened=fact.at,
        talk_s=fact.talk_s,
        offset_s=fact.offset_s,
        of=fact.of,
        chance=fact.chance,
    )


def _assigned(one: Evaluation, fact: facts.EvaluationAssigned) -> None:
    one.analyst, one.due, one.assigned = fact.analyst, fact.due, fact.at
    if fact.why != "even":
        one.overdue = ""


def _claimed(one: Evaluation, fact: facts.EvaluationClaimed) -> None:
    one.analyst, one.form, one.version, one.until = fact.analyst, fact.form, fact.version, fact.until


def _claim_ended(one: Evaluation, fact: facts.ClaimEnded) -> None:
    one.until = None
    if fact.why == "returned":
        one.returned_by.append(fact.analyst)


def _scored(one: Evaluation, fact: facts.EvaluationScored) -> None:
    one.answers, one.score, one.passed, one.comment = fact.answers, fact.score, fact.passed, fact.comment
    one.edition, one.scored, one.until = fact.edition, fact.at, None
    one.ended = fact.at


def _held(one: Evaluation, fact: facts.EvaluationHeld) -> None:
    one.blind, one.held_by = id_of(one.unit, "blind", one.id), fact.actor


def _reexamined(one: Evaluation, fact: facts.EvaluationReexamined) -> None:
    one.examined, one.blind, one.outcome = True, "", fact.outcome
    one.examiner = fact.actor
    one.score, one.passed = fact.score, fact.passed
    one.answers = fact.answers or one.answers


def _released(one: Evaluation, fact: facts.EvaluationReleased) -> None:
    one.released, one.dispute_until, one.ended = fact.at, fact.dispute_until, fact.at
    one.blind, one.answers, one.comment = "", "", ""  # from now on only the store has what was answered


def _disputed(one: Evaluation, fact: facts.EvaluationDisputed) -> None:
    one.disputed, one.disputed_by, one.resolve_due = fact.at, fact.actor, fact.due


def _taken(one: Evaluation, fact: facts.DisputeTaken) -> None:
    one.arbiter = fact.actor if fact.taken else ""


def _resolved(one: Evaluation, fact: facts.EvaluationResolved) -> None:
    one.outcome, one.score, one.passed = fact.outcome, fact.score, fact.passed
    one.arbiter, one.ended = fact.actor, fact.at


def _voided(one: Evaluation, fact: facts.EvaluationVoided) -> None:
    one.outcome, one.until, one.ended = fact.why, None, fact.at


def _overdue(one: Evaluation, fact: facts.EvaluationOverdue) -> None:
    one.overdue = fact.what


def _fixed(one: Evaluation, fact: facts.ChanceFixed) -> None:
    one.chance, one.fixed = fact.chance, True


FOLD: dict[type[facts.EvaluationFact], Callable[[Evaluation, Any], None]] = {
    facts.ChanceFixed: _fixed,
    facts.ClaimEnded: _claim_ended,
    facts.DisputeTaken: _taken,
    facts.EvaluationAssigned: _assigned,
    facts.EvaluationClaimed: _claimed,
    facts.EvaluationDisputed: _disputed,
    facts.EvaluationHeld: _held,
    facts.EvaluationOverdue: _overdue,
    facts.EvaluationReexamined: _reexamined,
    facts.EvaluationReleased: _released,
    facts.EvaluationResolved: _resolved,
    facts.EvaluationScored: _scored,
    facts.EvaluationVoided: _voided,
}
