"""What is held in memory of retention, folded from its facts, and from those that forbid a deletion.

A legal hold is a fact of its own for each recording: several may lie on one, and it is held while any of them
does. What only stands in the store's rows (a finished sample) is asked for before each deletion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from ccd.events import ShiftAct, ShiftFact, sampling, scoring
from ccd.events import retention as facts
from ccd.events.quality import RecordingsFound

__all__ = ["Hold", "RetentionState", "Run", "name_of_file"]

Place = tuple[str, str]
"""(pbx, recording)."""
DISPUTABLE = timedelta(days=2)
"""So long after its dispute could have come a released evaluation is still taken for an open one."""
PICKED = timedelta(days=4)
GONE = timedelta(days=1)


def name_of_file(recording: str) -> str:
    """What the PBX calls its file: a recording is named UNIQUEID:PATH. Two may name one file."""
    return recording.partition(":")[2]


@dataclass(slots=True)
class Hold:
    """One that stands. ``copied`` is the latest copy; ``original`` what was measured when it was final."""

    id: str
    pbx: str
    recording: str
    call: str
    why: str
    reason: str
    since: datetime
    actor: str = ""
    original: str = ""
    copied: facts.HoldCopied | None = None


@dataclass(slots=True)
class Open:
    """An evaluation that is not finished, or may be disputed until ``until``."""

    pbx: str
    recording: str
    call: str
    until: datetime | None = None


@dataclass(slots=True)
class Run:
    """The look of one day over what is past its time, page by page. Not kept: begun again after a start."""

    day: date
    page: int = 0
    cursor: str = ""
    looked: int = 0
    deleted: int = 0
    over: dict[str, tuple[int, int]] = field(default_factory=dict)
    spared: dict[str, int] = field(default_factory=dict)


class RetentionState:
    HEARS: tuple[type[ShiftFact], ...] = (
        sampling.CallerMarked,
        sampling.CallPicked,
        scoring.EvaluationDisputed,
        scoring.EvaluationOpened,
        scoring.EvaluationReleased,
        scoring.EvaluationResolved,
        scoring.EvaluationVoided,
    )
    """Facts of other policies that say what may not be deleted."""

    def __init__(self) -> None:
        self.holds: dict[str, Hold] = {}
        self.released: set[str] = set()
        self.evaluations: dict[str, Open] = {}
        self._evaluated: dict[str, set[str]] = {}
        """Recording -> those of ``evaluations`` that are of it."""
        self.picked: dict[str, datetime] = {}
        """Drawn within the last days: what the store says of them may be older."""
        self.marked: dict[str, tuple[datetime, str]] = {}
        """Caller's number -> (until, reason): complaints that go on."""
        self.deleting: dict[Place, facts.RecordingDeleted] = {}
        self.gone: dict[Place, datetime] = {}
        """Deleted lately: a look that began before may call them missing."""
        self.amiss: dict[tuple[str, str, str], facts.RecordingAmiss] = {}
        """(pbx, what, recording or path) -> a finding that stands."""
        self.explained: dict[Place, str] = {}
        """A changed recording somebody has explained -> the SHA-256 its file may have."""
        self.looked: facts.ExpiryLooked | None = None
        self.reconciled: dict[tuple[str, bool], facts.Reconciled] = {}
        """(pbx, deep) -> the latest look."""
        self.run: Run | None = None
        self.asked: dict[str, ShiftAct] = {}
        """Acts that wait for what the store says, by the key of the question. Not kept."""
        self.asking: dict[tuple[str, bool], datetime] = {}
        """(pbx, deep) -> since when it is being looked at. Not kept."""
        self.disk: dict[str, RecordingsFound] = {}
        """PBX -> the latest look that saw its folder. Not kept."""
        self.quick: dict[str, datetime] = {}
        """PBX -> when new recordings were last looked for on disk. Not kept."""
        self._held: dict[Place, set[str]] = {}
        self._held_files: dict[Place, set[str]] = {}

    def held(self, pbx: str, recording: str) -> bool:
        """Whether a legal hold lies on this recording, or on another one in the same file."""
        return bool(
            self._held.get((pbx, recording))
            or self._held_files.get((pbx, name_of_file(recording) or recording))
        )

    def held_file(self, pbx: str, path: str) -> bool:
        """The same by what the PBX calls the file."""
        return (pbx, path) in self._held_files

    def holds_of(self, pbx: str, recording: str) -> tuple[Hold, ...]:
        return tuple(self.holds[one] for one in sorted(self._held.get((pbx, recording), ())))

    def in_evaluation(self, recording: str) -> bool:
        """Whether an evaluation of it is open, or released and may be disputed still."""
        return recording in self._evaluated

    def fold(self, fact: ShiftFact) -> None:
        """Once or more often: the same."""
        handler = _FOLD.get(type(fact))
        if handler is not None:
            handler(self, fact)

    def forget(self, at: datetime) -> None:
        """What has become too old to matter."""
        for evaluation, one in list(self.evaluations.items()):
            if one.until is not None and one.until + DISPUTABLE < at:
                self._finished(evaluation)
        for recording, since in list(self.picked.items()):
            if since + PICKED < at:
                del self.picked[recording]
        for place, since in list(self.gone.items()):
            if since + GONE < at:
                del self.gone[place]
        for number, (until, _) in list(self.marked.items()):
            if until < at:
                del self.marked[number]

    def _finished(self, evaluation: str) -> None:
        one = self.evaluations.pop(evaluation, None)
        if one is not None:
            _discard(self._evaluated, one.recording, evaluation)

    def _on_held(self, fact: facts.RecordingHeld) -> None:
        if fact.hold in self.released or fact.hold in self.holds:
            return
        self.holds[fact.hold] = Hold(
            fact.hold, fact.pbx, fact.recording, fact.call, fact.why, fact.reason, fact.at, fact.actor
        )
        self._held.setdefault((fact.pbx, fact.recording), set()).add(fact.hold)
        file = name_of_file(fact.recording) or fact.recording
        self._held_files.setdefault((fact.pbx, file), set()).add(fact.hold)

    def _on_released(self, fact: facts.HoldReleased) -> None:
        self.released.add(fact.hold)
        hold = self.holds.pop(fact.hold, None)
        if hold is not None:
            _discard(self._held, (hold.pbx, hold.recording), hold.id)
            _discard(self._held_files, (hold.pbx, name_of_file(hold.recording) or hold.recording), hold.id)

    def _on_copied(self, fact: facts.HoldCopied) -> None:
        hold = self.holds.get(fact.hold)
        if hold is not None:
            hold.copied, hold.original = fact, fact.original or hold.original

    def _on_deleted(self, fact: facts.RecordingDeleted) -> None:
        self.deleting[fact.pbx, fact.recording] = fact

    def _on_deletion_ended(self, fact: facts.DeletionEnded) -> None:
        self.deleting.pop((fact.pbx, fact.recording), None)
        if fact.outcome == "gone":
            self.gone[fact.pbx, fact.recording] = fact.at

    def _on_amiss(self, fact: facts.RecordingAmiss) -> None:
        self.amiss[fact.pbx, fact.what, fact.recording or fact.path] = fact

    def _on_amiss_ended(self, fact: facts.AmissEnded) -> None:
        self.amiss.pop((fact.pbx, fact.what, fact.recording or fact.path), None)
        if fact.why == "explained":
            self.explained[fact.pbx, fact.recording] = fact.sha256

    def _on_looked(self, fact: facts.ExpiryLooked) -> None:
        self.looked = fact

    def _on_reconciled(self, fact: facts.Reconciled) -> None:
        self.reconciled[fact.pbx, fact.deep] = fact

    def _on_marked(self, fact: sampling.CallerMarked) -> None:
        if fact.until is None:
            self.marked.pop(fact.number, None)
        else:
            self.marked[fact.number] = (fact.until, fact.reason)

    def _on_picked(self, fact: sampling.CallPicked) -> None:
        self.picked[fact.recording] = fact.at

    def _on_opened(self, fact: scoring.EvaluationOpened) -> None:
        if fact.recording and fact.evaluation not in self.evaluations:
            self.evaluations[fact.evaluation] = Open(fact.pbx, fact.recording, fact.call)
            self._evaluated.setdefault(fact.recording, set()).add(fact.evaluation)

    def _on_evaluation_released(self, fact: scoring.EvaluationReleased) -> None:
        if (one := self.evaluations.get(fact.evaluation)) is not None:
            one.until = fact.dispute_until or fact.at

    def _on_disputed(self, fact: scoring.EvaluationDisputed) -> None:
        if (one := self.evaluations.get(fact.evaluation)) is not None:
            one.until = None

    def _on_finished(self, fact: scoring.EvaluationResolved | scoring.EvaluationVoided) -> None:
        self._finished(fact.evaluation)


def _discard(sets: dict[Any, set[str]], key: Any, one: str) -> None:
    known = sets.get(key, set())
    known.discard(one)
    if not known:
        sets.pop(key, None)


_FOLD: dict[type[ShiftFact], Callable[[RetentionState, Any], None]] = {
    facts.RecordingHeld: RetentionState._on_held,
    facts.HoldReleased: RetentionState._on_released,
    facts.HoldCopied: RetentionState._on_copied,
    facts.RecordingDeleted: RetentionState._on_deleted,
    facts.DeletionEnded: RetentionState._on_deletion_ended,
    facts.RecordingAmiss: RetentionState._on_amiss,
    facts.AmissEnded: RetentionState._on_amiss_ended,
    facts.ExpiryLooked: RetentionState._on_looked,
    facts.Reconciled: RetentionState._on_reconciled,
    sampling.CallerMarked: RetentionState._on_marked,
    sampling.CallPicked: RetentionState._on_picked,
    scoring.EvaluationDisputed: RetentionState._on_disputed,
    scoring.EvaluationOpened: RetentionState._on_opened,
    scoring.EvaluationReleased: RetentionState._on_evaluation_released,
    scoring.EvaluationResolved: RetentionState._on_finished,
    scoring.EvaluationVoided: RetentionState._on_finished,
}
