"""Sampling, scoring, calibration and assessment: what happened in them, counted.

Closed label sets: reasons, states and outcomes are words of the policies (another is ``other``). Nobody, no
team and no form is in a label: ``SERIES`` at most, with ``quality_gauges``, whatever the site; a test counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ccd.adapters.metrics.labels import OTHER
from ccd.adapters.metrics.series import Series
from ccd.events import Event, assessment, calibration, sampling, scoring
from ccd.events.quality import ConversationSeen
from ccd.sampling.eligible import REASONS
from ccd.world import World

__all__ = ["SERIES", "QualityFacts"]

SERIES = 140
"""At most so many, with the gauges."""

YES = "yes"
ELIGIBLE = (YES, *REASONS)
DRAWN = ("threshold", "minimum", "substitute")
EXTRA = (
    *("threat", "complaint", "asked", "retraining", "new_agent", "called_back", "transferred"),
    *("long", "short"),
)
PICKS = (*(("probability", reason) for reason in DRAWN), *(("extra", reason) for reason in EXTRA))
UNHEARD = ("missing", "empty", "changed", "outside", "unreadable")
SAMPLES = ("probability", "extra", "calibration", "blind", "listening")
ASSIGNED = ("even", "reassigned", "returned", "expired", "blind", "calibration", "asked")
CLAIMS = ("expired", "returned", "taken")
HELD = ("against_agent", "against_analyst", "against_form", "random", "asked")
OUTCOMES = ("upheld", "amended")
RELEASED = ("probability", "extra")
RESULTS = ("passed", "failed")
VOIDED = (*UNHEARD, "asked")
CLOSED = ("all", "due", "asked")
VERDICTS = ("pass", "fail", "insufficient")
RULES = ("under_60", "two_under_80")
DECISIONS = ("retrain", "dismissed", "kept", "returned", "moved", OTHER)
TRAININGS = ("course", "coaching")

Handler = Callable[[Any, World], None]


def _of(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else OTHER


class QualityFacts:
    """What each fact of these policies adds to the counters. Called when the world has taken it in."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._begun = False

    def handlers(self) -> dict[type[Event], Handler]:
        return {**self._of_sampling(), **self._of_scoring(), **self._of_what_follows()}

    def begin(self) -> None:
        """Show what has not happened yet as 0: from nothing to 1, Prometheus sees no increase."""
        if self._begun:
            return
        self._begun = True
        series = self._series
        for family, values in (
            (series.picks_unheard, UNHEARD),
            (series.evaluations_opened, SAMPLES),
            (series.claims_ended, CLAIMS),
            (series.evaluations_held, HELD),
            (series.evaluations_reexamined, OUTCOMES),
            (series.evaluations_resolved, OUTCOMES),
            (series.evaluations_voided, VOIDED),
            (series.calibrations_closed, CLOSED),
            (series.assessments, VERDICTS),
            (series.cases_opened, RULES),
            (series.cases_decided, DECISIONS),
            (series.trainings_proposed, TRAININGS),
        ):
            for value in values:
                family(value)
        series.conversations(YES)
        for sample, reason in PICKS:
            series.picks(sample, reason)
        for sample in RELEASED:
            for result in RESULTS:
                series.evaluations_released(sample, result)
        for counter in (series.days_frozen, series.evaluations_claimed, series.evaluations_scored):
            counter()
        for counter in (series.evaluations_disputed, series.drifts, series.cases_listed):
            counter()
        for counter in (series.trainings_held, series.retakes_overdue):
            counter()
        series.score_time()

    # --- sampling -----------------------------------------------------------------------------------------

    def _of_sampling(self) -> dict[type[Event], Handler]:
        series = self._series
        return {
            ConversationSeen: self._conversation_seen,
            sampling.CallPicked: self._picked,
            sampling.PickUnheard: lambda fact, world: series.picks_unheard(_of(fact.state, UNHEARD)).inc(),
            sampling.DayFrozen: lambda fact, world: series.days_frozen().inc(),
        }

    def _conversation_seen(self, fact: ConversationSeen, world: World) -> None:
        self._series.conversations(_of(fact.eligible or YES, ELIGIBLE)).inc()

    def _picked(self, fact: sampling.CallPicked, world: World) -> None:
        known = (fact.sample, fact.reason) in PICKS
        self._series.picks(*((fact.sample, fact.reason) if known else (OTHER, OTHER))).inc()

    # --- scoring ------------------------------------------------------------------------------------------

    def _of_scoring(self) -> dict[type[Event], Handler]:
        series = self._series
        return {
            scoring.EvaluationOpened: self._by(series.evaluations_opened, "sample", SAMPLES),
            scoring.EvaluationAssigned: self._by(series.evaluations_assigned, "why", ASSIGNED),
            scoring.EvaluationClaimed: lambda fact, world: series.evaluations_claimed().inc(),
            scoring.ClaimEnded: self._by(series.claims_ended, "why", CLAIMS),
            scoring.EvaluationScored: self._scored,
            scoring.EvaluationHeld: self._by(series.evaluations_held, "why", HELD),
            scoring.EvaluationReexamined: self._by(series.evaluations_reexamined, "outcome", OUTCOMES),
            scoring.EvaluationReleased: self._released,
            scoring.EvaluationDisputed: lambda fact, world: series.evaluations_disputed().inc(),
            scoring.EvaluationResolved: self._by(series.evaluations_resolved, "outcome", OUTCOMES),
            scoring.EvaluationVoided: self._by(series.evaluations_voided, "why", VOIDED),
        }

    @staticmethod
    def _by(family: Callable[[str], Any], field: str, known: tuple[str, ...]) -> Handler:
        """One more of what this field of the fact says."""
        return lambda fact, world: family(_of(getattr(fact, field), known)).inc()

    def _scored(self, fact: scoring.EvaluationScored, world: World) -> None:
        """An edition after the first is a correction. A second look was not picked: it has no time."""
        if fact.edition != 1:
            return
        self._series.evaluations_scored().inc()
        one = world.scoring.evaluations.get(fact.evaluation)
        if one is not None and one.sample != "blind":
            self._series.score_time().observe(max((fact.at - one.opened).total_seconds(), 0.0))

    def _released(self, fact: scoring.EvaluationReleased, world: World) -> None:
        result = "passed" if fact.passed else "failed"
        self._series.evaluations_released(_of(fact.sample, RELEASED), result).inc()

    # --- calibration, assessment --------------------------------------------------------------------------

    def _of_what_follows(self) -> dict[type[Event], Handler]:
        series = self._series
        return {
            calibration.CalibrationClosed: self._by(series.calibrations_closed, "why", CLOSED),
            calibration.DriftFound: lambda fact, world: series.drifts().inc(),
            assessment.AssessmentMade: self._by(series.assessments, "verdict", VERDICTS),
            assessment.RetrainingProposed: self._by(series.cases_opened, "rule", RULES),
            assessment.CaseListed: lambda fact, world: series.cases_listed().inc(),
            assessment.CaseDecided: self._by(series.cases_decided, "outcome", DECISIONS),
            assessment.TrainingProposed: self._by(series.trainings_proposed, "kind", TRAININGS),
            assessment.TrainingHeld: lambda fact, world: series.trainings_held().inc(),
            assessment.RetakeOverdue: lambda fact, world: series.retakes_overdue().inc(len(fact.people)),
        }
