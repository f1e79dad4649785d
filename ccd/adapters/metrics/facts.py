"""What each kind of fact adds to which series.

What happened while we were blind (``seen`` is False) is counted, but its times are not known, so it is in no
histogram.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ccd import events
from ccd.adapters.metrics.incidents import IncidentFacts, Lateness
from ccd.adapters.metrics.labels import OTHER, Labels
from ccd.adapters.metrics.listening import ListeningFacts
from ccd.adapters.metrics.quality import QualityFacts
from ccd.adapters.metrics.series import Series
from ccd.adapters.metrics.shifts import ShiftFacts
from ccd.adapters.metrics.times import StateTimes
from ccd.events import AgentState, Event, QueueOutcome
from ccd.following.picture import Pbx
from ccd.status import Today
from ccd.world import World

__all__ = ["Facts"]

ONE_PAUSE = timedelta(seconds=2)
"""Pausing in all queues is one act of a person; Asterisk tells it once for each queue, at about once."""

_LEFT_BY = {*QueueOutcome}
_ENDED_BY = {*QueueOutcome, "voicemail", "no_answer", "busy", "failed", "no_party"}


class Facts:
    def __init__(self, series: Series, labels: Labels, times: StateTimes, today: Today) -> None:
        self._series = series
        self._labels = labels
        self._times = times
        self._today = today
        self._incidents = IncidentFacts(series)
        self.lateness = Lateness()
        self.shifts = ShiftFacts(series)
        self._listening = ListeningFacts(series)
        self._quality = QualityFacts(series)
        self._begun: set[str] = set()
        self._paused: dict[tuple[str, str], tuple[str, datetime]] = {}

    def handlers(self) -> dict[type[Event], Callable[[Any, World], None]]:
        """By the type of a fact."""
        series = self._series
        return {
            events.AgentChanged: self._agent_changed,
            events.AgentCompleted: self._agent_completed,
            events.AgentConnected: lambda fact, world: series.ring(fact.pbx).observe(fact.ring_s),
            events.BlindBegan: lambda fact, world: series.blind(fact.pbx).inc(),
            events.BlindEnded: lambda fact, world: self._times.blind_ended(fact),
            events.CallEnded: self._call_ended,
            events.CallResumed: lambda fact, world: series.hold(fact.pbx).observe(fact.hold_s),
            events.CallTransferred: lambda fact, world: series.transfers(fact.pbx, fact.how).inc(),
            events.CallerLeft: self._caller_left,
            events.MemberPaused: self._member_paused,
            events.MemberRemoved: self._member_removed,
            events.PbxRestarted: lambda fact, world: series.restarts(fact.pbx).inc(),
            events.PersonArrived: lambda fact, world: self._signed_in(fact, "arrived"),
            events.PersonLeft: lambda fact, world: self._signed_in(fact, "left"),
            events.RecordingStarted: lambda fact, world: series.recordings(fact.pbx, "started").inc(),
            events.RecordingStopped: lambda fact, world: series.recordings(fact.pbx, "stopped").inc(),
            events.RingNoAnswer: self._ring_no_answer,
            events.SignInRefused: self._sign_in_refused,
            **self._incidents.handlers(),
            **self.shifts.handlers(),
            **self._listening.handlers(),
            **self._quality.handlers(),
        }

    def begin_incidents(self, world: World) -> None:
        """Make the series of incidents, shifts and quality that are not there yet."""
        self._incidents.begin(world)
        self.shifts.begin()
        self._listening.begin()
        self._quality.begin()

    def begin(self, pbx: Pbx) -> None:
        """Make the series of a PBX and of its queues that are not there yet."""
        if pbx.name not in self._begun:
            self._begun.add(pbx.name)
            self._series.begin(pbx.name)
        for queue in pbx.queues:
            self._series.begin_queue(pbx.name, self._queue(pbx.name, queue))

    def input(self, event: Event) -> None:
        """An input that is not an AMI message."""
        self._series.inputs(type(event).__name__).inc()
        if isinstance(event, events.DeadlineDue):
            self._series.late().observe(event.late_s)
            self.lateness.take(event)
        elif isinstance(event, events.ShiftsRestored):
            self.shifts.restored()
        elif isinstance(event, events.RecordingMeasured):
            self._series.recordings(event.pbx, event.state).inc()
            if event.state == "final":
                self._series.recorded(event.pbx).inc(event.size)

    def _agent_changed(self, fact: events.AgentChanged, world: World) -> None:
        if not fact.queue and fact.was:
            self._times.agent_changed(fact, world)
            if fact.was == AgentState.WRAP_UP and fact.state != AgentState.UNKNOWN:
                self._series.wrap_up(fact.pbx).observe((fact.at - fact.since).total_seconds())

    def _agent_completed(self, fact: events.AgentCompleted, world: World) -> None:
        if fact.seen:
            self._series.talk(fact.pbx, self._queue(fact.pbx, fact.queue)).observe(fact.talk_s)

    def _caller_left(self, fact: events.CallerLeft, world: World) -> None:
        self._today.take(fact, world.settings)
        series, pbx, queue = self._series, fact.pbx, self._queue(fact.pbx, fact.queue)
        outcome = fact.outcome if fact.outcome in _LEFT_BY else OTHER
        in_time = fact.wait_s <= world.settings.metrics.service_level_s
        series.queue_calls(pbx, queue, outcome).inc()
        if outcome == QueueOutcome.ANSWERED:
            series.wait(pbx, queue).observe(fact.wait_s)
            if in_time:
                series.answered_in_time(pbx, queue).inc()
        elif outcome == QueueOutcome.ABANDONED:
            series.abandon(pbx, queue).observe(fact.wait_s)
            if in_time:
                series.abandoned_in_time(pbx, queue).inc()

    def _ring_no_answer(self, fact: events.RingNoAnswer, world: World) -> None:
        self._series.no_answer(fact.pbx, self._queue(fact.pbx, fact.queue)).inc()

    def _call_ended(self, fact: events.CallEnded, world: World) -> None:
        kind = fact.kind or "unknown"
        outcome = fact.outcome if fact.outcome in _ENDED_BY else OTHER
        self._series.calls(fact.pbx, kind, outcome).inc()
        if fact.answered is not None and fact.seen:
            self._series.call_talk(fact.pbx, kind).observe(fact.talk_s)

    def _member_paused(self, fact: events.MemberPaused, world: World) -> None:
        key = (fact.pbx, fact.interface)
        reason, at = self._paused.get(key, ("", None))
        if not fact.seen or (at is not None and reason == fact.reason and fact.at - at < ONE_PAUSE):
            return
        self._paused[key] = (fact.reason, fact.at)
        self._series.pauses(fact.pbx, self._labels.value(fact.pbx, "reason", fact.reason)).inc()

    def _member_removed(self, fact: events.MemberRemoved, world: World) -> None:
        self._paused.pop((fact.pbx, fact.interface), None)

    def _signed_in(self, fact: events.PersonArrived | events.PersonLeft, result: str) -> None:
        self._series.sign_ins(fact.pbx, result, fact.how).inc()

    def _sign_in_refused(self, fact: events.SignInRefused, world: World) -> None:
        self._series.sign_ins(fact.pbx, "refused" if fact.enforced else "noted", fact.how).inc()
        self._series.refusals(fact.pbx, fact.why).inc()

    def _queue(self, pbx: str, name: str) -> str:
        return self._labels.value(pbx, "queue", name)
