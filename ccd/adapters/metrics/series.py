"""The counters and histograms that are fed by what happens. What each says is its help text.

Buckets: in seconds, where the decisions lie (a service level of 20 s, a ring of 15 s, a talk of 3 minutes).
A queue costs ``labels.COST["queue"]`` series with these and the gauges; a test counts them.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram

__all__ = ["Series"]

WAIT_S = (5, 10, 20, 30, 60, 120, 300, 600)
ABANDON_S = (10, 30, 60, 120, 300)
TALK_S = (15, 30, 60, 120, 300, 600, 1800, 3600)
HOLD_S = (5, 10, 30, 60, 120, 300, 600)
RING_S = (2, 5, 10, 15, 20, 30, 45, 60)
WRAP_UP_S = (5, 10, 15, 30, 60, 120, 300)
LATE_S = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60)
ACKNOWLEDGED_S = (10, 20, 30, 60, 120, 300, 900)
ARRIVAL_S = (120, 300, 600, 780, 900, 1200)
SCORE_S = (3600, 14_400, 28_800, 86_400, 172_800, 259_200, 432_000)

_M = TypeVar("_M", Counter, Histogram)


class _Family(Generic[_M]):
    """``family("main", "sales")`` is the child of these label values, six times as fast as ``labels``."""

    __slots__ = ("_children", "_metric")

    def __init__(self, metric: _M) -> None:
        self._metric: _M = metric
        self._children: dict[tuple[str, ...], _M] = {}

    def __call__(self, *values: str) -> _M:
        child = self._children.get(values)
        if child is None:
            child = self._children[values] = self._metric.labels(*values) if values else self._metric
        return child


class Series:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._make_queues("pbx", "queue")
        self._make_calls()
        self._make_people()
        self._make_incidents()
        self._make_shifts()
        self._make_listening()
        self._make_sampling()
        self._make_scoring()
        self._make_assessment()
        self.inputs = self._counter("inputs", "Inputs of the engine but AMI messages.", "input")
        self.effects = self._counter("effects", "Effects that were asked for.", "effect")
        self.late = self._histogram("deadline_late_seconds", "How late a deadline came.", LATE_S)
        self.blind = self._counter("pbx_blind_intervals", "Times a PBX was lost from sight.", "pbx")
        self.restarts = self._counter("pbx_restarts", "Restarts of a PBX, as told by its boot.", "pbx")

    def _make_queues(self, *queue: str) -> None:
        self.queue_calls = self._counter("queue_calls", "Callers who left a queue.", *queue, "outcome")
        self.answered_in_time = self._counter(
            "queue_calls_answered_in_time", "Callers answered within the service level's time.", *queue
        )
        self.abandoned_in_time = self._counter(
            "queue_calls_abandoned_in_time", "Callers who gave up within the service level's time.", *queue
        )
        self.no_answer = self._counter(
            "queue_ring_no_answer", "Times an agent's phone rang and was not answered.", *queue
        )
        self.wait = self._histogram("queue_wait_seconds", "Wait of answered callers.", WAIT_S, *queue)
        self.abandon = self._histogram(
            "queue_abandon_seconds", "Wait of the callers who gave up.", ABANDON_S, *queue
        )
        self.talk = self._histogram("queue_talk_seconds", "Talk of answered callers.", TALK_S, *queue)

    def _make_calls(self) -> None:
        self.calls = self._counter("calls", "Calls that ended.", "pbx", "kind", "outcome")
        self.call_talk = self._histogram(
            "call_talk_seconds", "Talk of answered calls of any kind, holds included.", TALK_S, "pbx", "kind"
        )
        self.ring = self._histogram("ring_seconds", "Ring of the agent who answered.", RING_S, "pbx")
        self.hold = self._histogram("hold_seconds", "Length of one hold.", HOLD_S, "pbx")
        self.transfers = self._counter("transfers", "Transfers, blind or attended.", "pbx", "how")
        self.recordings = self._counter(
            "recordings", "Recordings begun and stopped, then what was found.", "pbx", "state"
        )
        self.recorded = self._counter("recorded_bytes", "Size of the recordings found final.", "pbx")

    def _make_people(self) -> None:
        self.wrap_up = self._histogram("wrap_up_seconds", "Length of one wrap-up.", WRAP_UP_S, "pbx")
        self.pauses = self._counter("pauses", "Pauses; one in all queues counts once.", "pbx", "reason")
        self.sign_ins = self._counter(
            "sign_ins",
            "Sign-ins at seats: arrived, left, refused, or noted (would be refused).",
            "pbx",
            "result",
            "how",
        )
        self.refusals = self._counter("sign_in_refusals", "Refused sign-ins, by the rule.", "pbx", "why")

    def _make_incidents(self) -> None:
        self.incidents_opened = self._counter(
            "incidents_opened", "Incidents that began.", "ladder", "how", "drill"
        )
        self.reports_refused = self._counter(
            "incident_reports_refused", "Reports that opened nothing, by why.", "why"
        )
        self.tellings = self._counter(
            "incident_tellings", "What came of telling somebody of an incident.", "means", "result"
        )
        self.acknowledged = self._histogram(
            "incident_acknowledged_seconds",
            "From the report to the first acknowledgement.",
            ACKNOWLEDGED_S,
            "drill",
        )
        self.arrival = self._histogram(
            "incident_arrival_seconds", "From the report to the proved arrival.", ARRIVAL_S, "drill"
        )
        self.police_decisions = self._counter(
            "police_decisions", "Decisions to call the police.", "mode", "why", "drill"
        )
        self.police_dialled = self._counter(
            "police_dialled", "How calls to the police went; in a drill, to the stand-in.", "result", "drill"
        )

    def _make_shifts(self) -> None:
        count = self._counter
        self.handover_verdicts = count("handover_verdicts", "Verdicts on handovers.", "verdict")
        self.handover_holds = count("handover_holds", "Times somebody was held, by how it ended.", "why")
        self.handover_held = count("handover_held_seconds", "Seconds held past the end of a shift.")
        self.relief_missing = count("handover_relief_missing", "Reliefs that did not come in time.")
        self.meals_ended = count("meals_ended", "Meals, by how long they were.", "level")
        self.meals_refused = count("meals_refused", "Meals refused, or that would be.", "rule")
        self.breaks_ended = count("breaks_ended", "Breaks, by how long they were.", "reason", "level")
        self.breaks_refused = count("breaks_refused", "Breaks refused, or that would be.", "rule")
        self.attendance_findings = count(
            "attendance_findings", "What was found against people.", "kind", "weight"
        )
        self.attendance_proposals = count("attendance_proposals", "Consequences proposed.", "kind")
        self.attendance_decisions = count(
            "attendance_decisions", "Proposals that were decided or withdrawn.", "decision"
        )
        self.leave_requests = count(
            "leave_requests", "Leave and swaps, by what came of them.", "kind", "result"
        )
        self.adherence_judged = count("adherence_judged", "Verdicts on the adherence of a shift.", "level")
        self.adherence_severe = count("adherence_severe", "Times somebody was out of adherence for long.")

    def _make_listening(self) -> None:
        self.listenings = self._counter(
            "listenings", "Listenings that ended or were not let.", "how", "outcome"
        )
        self.listening_seconds = self._counter("listening_seconds", "Seconds that calls were listened to.")

    def _make_sampling(self) -> None:
        count = self._counter
        self.conversations = count(
            "conversations", "Conversations, by whether they can be drawn, or why not.", "eligible"
        )
        self.picks = count("picks", "Conversations picked to be scored.", "sample", "reason")
        self.picks_unheard = count("picks_unheard", "Picks that cannot be heard.", "state")
        self.days_frozen = count("sampling_closings", "Days that were frozen.")

    def _make_scoring(self) -> None:
        count = self._counter
        self.evaluations_opened = count("evaluations_opened", "Evaluations that were opened.", "sample")
        self.evaluations_assigned = count("evaluations_assigned", "Times one was assigned.", "why")
        self.evaluations_claimed = count("evaluations_claimed", "Times an analyst began one.")
        self.claims_ended = count("evaluation_claims_ended", "Claims that ended without a score.", "why")
        self.evaluations_scored = count("evaluations_scored", "Evaluations that were scored.")
        self.score_time = self._histogram(
            "evaluation_score_seconds", "From the pick to the first score.", SCORE_S
        )
        self.evaluations_held = count("evaluations_held", "Scores held for a second look.", "why")
        self.evaluations_reexamined = count(
            "evaluations_reexamined", "Second looks, by what came of them.", "outcome"
        )
        self.evaluations_released = count(
            "evaluations_released", "Evaluations that were released.", "sample", "result"
        )
        self.evaluations_disputed = count("evaluations_disputed", "Evaluations that were disputed.")
        self.evaluations_resolved = count(
            "evaluations_resolved", "Disputes, by what came of them.", "outcome"
        )
        self.evaluations_voided = count("evaluations_voided", "Evaluations that cannot be made.", "why")

    def _make_assessment(self) -> None:
        """And calibration."""
        count = self._counter
        self.calibrations_closed = count("calibrations_closed", "Calibrations, by why they ended.", "why")
        self.drifts = count("calibration_drifts", "Times an analyst was found to drift.")
        self.assessments = count("assessments", "Months of a person, assessed.", "verdict")
        self.cases_opened = count("assessment_cases_opened", "Retraining proposed, by the rule.", "rule")
        self.cases_listed = count("assessment_cases_listed", "Cases put on the manager's list.")
        self.cases_decided = count("assessment_cases_decided", "Decisions of people on cases.", "outcome")
        self.trainings_proposed = count("trainings_proposed", "Courses and coaching proposed.", "kind")
        self.trainings_held = count("trainings_held", "Courses that took place.")
        self.retakes_overdue = count("training_retakes_overdue", "Retakes that were not made in time.")

    def begin(self, pbx: str) -> None:
        """Show what has not happened yet as 0: from nothing to 1, Prometheus sees no increase."""
        for counter in (self.blind, self.restarts, self.recorded):
            counter(pbx)
        for histogram in (self.ring, self.hold, self.wrap_up):
            histogram(pbx)
        for how in ("blind", "attended"):
            self.transfers(pbx, how)
        for state in ("started", "stopped", "final", "empty", "missing", "unreadable", "outside"):
            self.recordings(pbx, state)

    def begin_queue(self, pbx: str, queue: str) -> None:
        for outcome in ("answered", "abandoned"):
            self.queue_calls(pbx, queue, outcome)
        for counter in (self.answered_in_time, self.abandoned_in_time, self.no_answer):
            counter(pbx, queue)
        for histogram in (self.wait, self.abandon, self.talk):
            histogram(pbx, queue)

    def _counter(self, name: str, text: str, *labels: str) -> _Family[Counter]:
        return _Family(Counter(f"ccd_{name}", text, labels, registry=self._registry))

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> _Family[Histogram]:
        return _Family(Histogram(f"ccd_{name}", text, labels, registry=self._registry, buckets=buckets))
