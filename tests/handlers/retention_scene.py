"""A recording folder and its store as the policy of retention sees them: effects wait until they are let.

The real engine takes the inputs. What the store holds is kept from the facts, as the store would; files are
names with a hash. ``let`` performs what was asked for, in any order.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from ccd import events as e
from ccd.config import Settings
from ccd.effects import (
    AnswerAsked,
    CopyHeld,
    DeleteRecording,
    Effect,
    LookUpRecordings,
    ReadExpired,
    Reconcile,
    SetDeadline,
)
from ccd.engine import Engine, Outcome
from ccd.events.quality import Lying, RecordingsExpired, RecordingsFound, RecordingsLooked
from ccd.events.retention import DeletionEnded, RecordingDeleted
from ccd.events.scoring import (
    EvaluationOpened,
    EvaluationReleased,
    EvaluationResolved,
    EvaluationVoided,
)
from ccd.rules import RULES, say
from ccd.world import World

__all__ = ["START", "KeepScene", "file_of", "lying"]

T = TypeVar("T")
START = datetime(2026, 11, 2, 18, 0, tzinfo=UTC)  # 02:00 in Shanghai, before the looks of the day
PEOPLE = (
    e.Person("2001", "Ann", "agent", "A", "A1", "PJSIP/1001"),
    e.Person("3002", "Deng", "duty_lead", "B", "D8", "PJSIP/1008"),
    e.Person("3003", "Tang", "team_lead", "A", "L9", "PJSIP/1009"),
    e.Person("4001", "Ma", "operations_manager", "", "", ""),
    e.Person("5001", "Qi", "qa_analyst", "", "", ""),
    e.Person("5002", "Quan", "qa_manager", "", "", ""),
)


def file_of(recording: str) -> str:
    return recording.partition(":")[2]


def lying(name: str, days: float = 200, **more: Any) -> Lying:
    """A recording of so many days ago."""
    ended = START - timedelta(days=days)
    given = {"call": f"call-{name}", "state": "final", "size": 1000, "sha256": f"sha-{name}", **more}
    recording = f"{name}:/rec/{name}.wav"
    began = ended - timedelta(minutes=3)
    return Lying("main", recording, path=file_of(recording), started=began, stopped=ended, **given)


class KeepScene:
    def __init__(self, *rows: Lying, mode: str = "enforce", **policy: Any) -> None:
        self.settings = Settings.model_validate(
            {
                "daemon": {"timezone": "Asia/Shanghai"},
                "pbx": {"main": {"secret": "x"}},
                "shifts": {"sweep_s": 300},
                "policies": {"retention": {"mode": mode, **policy}},
            }
        )
        self.at = START
        self.rows = {row.recording: row for row in rows}
        self.files = {row.recording: row.sha256 for row in rows}
        self.facts: list[e.Event] = []
        self.effects: list[Effect] = []
        self.waiting: list[Effect] = []
        self.deadlines: dict[str, datetime] = {}
        self.on_disk: Callable[[Reconcile], RecordingsFound] = _nothing_amiss
        self._numbers = itertools.count(1)
        self._begin()

    def _begin(self, *facts: str) -> None:
        self.world = World(self.settings, self.at)
        self.engine = Engine(self.world)
        self.take(e.ConfigReplaced(at=self.at, settings=self.settings.model_dump_json()))
        self.take(e.RosterReplaced(at=self.at, version="1", people=PEOPLE, by="test"))
        self.take(e.IncidentsRestored(at=self.at, facts=()))
        self.take(e.ShiftsRestored(at=self.at, facts=facts))

    def restart(self) -> None:
        """Killed: what was asked for and not done is forgotten; what the store gives back is known."""
        self.waiting.clear()
        self.deadlines.clear()
        finished = (EvaluationResolved, EvaluationVoided, EvaluationReleased)
        over = {one.evaluation for one in self.facts if isinstance(one, finished)}
        kept = [
            one
            for one in self.facts
            if isinstance(one, e.ShiftFact)
            and (one.kept_days >= 0 or (isinstance(one, EvaluationOpened) and one.evaluation not in over))
        ]
        self._begin(*(msgspec.json.encode(one).decode() for one in kept))

    # --- what happens -------------------------------------------------------------------------------------

    def take(self, event: e.Event) -> Outcome:
        return self._took(self.engine.step(event))

    def fact(self, fact: e.Event) -> None:
        """Of another policy, or of the PBX."""
        self.world.pbx("main").emit(fact)
        self.take(e.DeadlineDue(at=self.at, key="nobody's", late_s=0.0))

    def act(self, act: str, actor: str, **values: str) -> AnswerAsked:
        request = f"act-{next(self._numbers)}"
        since = len(self.effects)
        self.take(e.ShiftAct(self.at, request, "retention", act, actor=actor, by="root", values=values))
        self.let(LookUpRecordings)
        answers = [one for one in self.effects[since:] if isinstance(one, AnswerAsked) and one.key == request]
        (answer,) = answers
        assert answer.rule in RULES
        assert "{" not in say(answer.rule, answer.values, "zh_CN")
        return answer

    def run(self, hours: float) -> None:
        """Time passes; what is asked for meanwhile is done at once."""
        until = self.at + timedelta(hours=hours)
        while due := [(at, key) for key, at in self.deadlines.items() if at <= until]:
            at, key = min(due)
            del self.deadlines[key]
            self.at = max(self.at, at)
            self.take(e.DeadlineDue(at=self.at, key=key, late_s=0.0))
            self.let()
        self.at = until

    def let(self, *kinds: type[Effect]) -> None:
        """Perform what waits, in order, with what comes of it; only of these kinds where any are named."""
        while chosen := next((one for one in self.waiting if not kinds or isinstance(one, kinds)), None):
            self.perform(chosen)

    def perform(self, effect: Effect) -> None:
        self.waiting.remove(effect)
        answer = _PERFORM[type(effect)](self, effect)
        if answer is not None:
            self.take(answer)

    # --- what is asked of it ------------------------------------------------------------------------------

    def of(self, kind: type[T]) -> list[T]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def of_effects(self, kind: type[T]) -> list[T]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    # --- the world around ---------------------------------------------------------------------------------

    def _took(self, outcome: Outcome) -> Outcome:
        for fact in outcome.facts:
            self.facts.append(fact)
            if isinstance(fact, RecordingDeleted):
                self._state(fact.recording, "deleting")
            elif isinstance(fact, DeletionEnded):
                self._state(fact.recording, fact.state)
        for effect in outcome.effects:
            self.effects.append(effect)
            if isinstance(effect, SetDeadline):
                self.deadlines[effect.key] = self.at + timedelta(seconds=effect.after_s)
            elif type(effect) in _PERFORM:
                self.waiting.append(effect)
        return outcome

    def _state(self, recording: str, state: str) -> None:
        self.rows[recording] = msgspec.structs.replace(self.rows[recording], state=state)

    def _expired(self, asked: ReadExpired) -> e.Event:
        wanted = ("deleting",) if asked.deleting else ("final", "empty")
        rows = [one for one in self.rows.values() if one.state in wanted and one.started < asked.before]
        rows.sort(key=lambda one: (one.started, one.recording))
        rows = [one for one in rows if f"{one.started.isoformat()}|{one.recording}" > asked.cursor]
        page = tuple(rows[: asked.limit])
        cursor = f"{page[-1].started.isoformat()}|{page[-1].recording}" if len(page) == asked.limit else ""
        return RecordingsExpired(self.at, asked.key, page, cursor)

    def _looked(self, asked: LookUpRecordings) -> e.Event:
        found = [
            one
            for one in self.rows.values()
            if (asked.recording and one.recording == asked.recording)
            or (asked.call and one.call == asked.call)
            or (asked.number and asked.number in one.numbers)
        ]
        return RecordingsLooked(self.at, asked.key, tuple(found))

    def _delete(self, asked: DeleteRecording) -> e.Event:
        """As the adapter: the state is asked at the last moment, and the file must be the measured one."""
        state, name = self.world.retention, asked.recording
        if state.held("main", name) or state.in_evaluation(name):
            return e.EffectFailed(self.at, asked.key, "held")
        if self.files.get(name, asked.sha256) != asked.sha256:
            return e.EffectFailed(self.at, asked.key, f"changed {self.files[name]}")
        self.files.pop(name, None)
        return e.EffectDone(self.at, asked.key)

    def _copy(self, asked: CopyHeld) -> e.Event:
        sha256 = self.files.get(asked.recording, "")
        error = "" if sha256 else "there is no such file"
        path = f"/evidence/{asked.hold}/recordings/x.wav" if sha256 else ""
        return e.CopyKept(self.at, asked.key, asked.hold, asked.path, path, 1000, sha256, True, error)

    def _reconcile(self, asked: Reconcile) -> e.Event:
        return msgspec.structs.replace(self.on_disk(asked), at=self.at)


def _nothing_amiss(asked: Reconcile) -> RecordingsFound:
    return found(asked)


def found(asked: Reconcile, **more: Any) -> RecordingsFound:
    given: dict[str, Any] = {"looked": 0, "gone": (), "changed": (), "found": (), "orphans": (), **more}
    return RecordingsFound(START, asked.key, asked.pbx, deep=asked.since is None, **given)


_PERFORM: dict[type[Effect], Callable[[KeepScene, Any], e.Event | None]] = {
    CopyHeld: KeepScene._copy,
    DeleteRecording: KeepScene._delete,
    LookUpRecordings: KeepScene._looked,
    ReadExpired: KeepScene._expired,
    Reconcile: KeepScene._reconcile,
}
