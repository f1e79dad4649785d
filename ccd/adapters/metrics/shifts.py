"""Handover, meals, breaks, attendance, leave and adherence: what happened in them, counted.

Closed label sets: verdicts, levels, weights and rules are words of the policies (another is ``other``), and
of the reasons of breaks the first few of the settings are named. Nobody is in a label, and no team: so what
all of this costs is ``SERIES`` at most, whatever the site; a test counts it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ccd.adapters.metrics.labels import OTHER
from ccd.adapters.metrics.series import Series
from ccd.events import Event, adherence, attendance, breaks, handover, leave, meals
from ccd.world import World

__all__ = ["SERIES", "ShiftFacts"]

SERIES = 130
"""At most so many, with the gauges that are not per team."""
NAMED_REASONS = 8

VERDICTS = ("complete", "late", "incomplete", "empty_seat", "unknown")
HOLDS = ("relief", "released", "maximum", "illness", "left")
LEVELS = ("ok", "late", "violation", "unknown")
MEAL_RULES = (
    "meals_at_meal",
    "meals_full",
    "meals_not_your_turn",
    "meals_off_duty",
    "meals_outside_window",
    "meals_queued",
    "meals_taken",
)
BREAK_RULES = (
    "breaks_already",
    "breaks_cap",
    "breaks_minutes",
    "breaks_near_end",
    "breaks_near_start",
    "breaks_needs_lead",
    "breaks_role",
    "breaks_times",
    "breaks_unknown_reason",
    "breaks_unnamed",
)
KINDS = ("late", "early", "off_post", "left_post", "absent")
WEIGHTS = ("note", "occurrence", "look", "violation", "absence")
PROPOSALS = ("absence", "dismissal_review")
DECISIONS = ("confirm", "waive", "withdrawn")
REQUESTS = ("leave", "swap")
RESULTS = ("asked", "approved", "refused", "withdrawn")
STANDINGS = ("good", "below_target", "below_floor", "nothing")


def _of(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else OTHER


class ShiftFacts:
    """What each fact of these policies adds to the counters. Called when the world has taken it in."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._begun = False
        self._waiting: int | None = None
        """Proposals to be decided; None: to be looked up, which is long."""

    def proposals(self, world: World) -> int:
        """How many proposed consequences wait for a decision."""
        if self._waiting is None:
            known = world.attendance
            ledgers = (known.ledger(who, month) for who, months in known.everybody() for month in months)
            self._waiting = sum(one.state == "open" for each in ledgers for one in each.proposals)
        return self._waiting

    def restored(self) -> None:
        """The facts of before are there: nothing that was reckoned without them holds."""
        self._waiting = None

    def handlers(self) -> dict[type[Event], Callable[[Any, World], None]]:
        series = self._series
        return {
            adherence.AdherenceJudged: self._adherence_judged,
            adherence.SevereDeviation: lambda fact, world: series.adherence_severe().inc(),
            attendance.AttendanceJudged: self._attendance_judged,
            attendance.AbsenceProposed: lambda fact, world: self._proposed("absence"),
            attendance.DismissalReviewProposed: lambda fact, world: self._proposed("dismissal_review"),
            attendance.ProposalWithdrawn: lambda fact, world: self._decided("withdrawn"),
            attendance.ProposalDecided: lambda fact, world: self._decided(fact.decision),
            breaks.BreakEnded: self._break_ended,
            breaks.BreakRefused: self._break_refused,
            handover.HandoverJudged: self._handover_judged,
            handover.HoldEnded: self._hold_ended,
            handover.ReliefMissing: self._relief_missing,
            meals.MealEnded: self._meal_ended,
            meals.MealRefused: self._meal_refused,
            **self._requests(),
        }

    def begin(self) -> None:
        """Show what has not happened yet as 0: from nothing to 1, Prometheus sees no increase."""
        if self._begun:
            return
        self._begun = True
        series = self._series
        for verdict in VERDICTS:
            series.handover_verdicts(verdict)
        for why in HOLDS:
            series.handover_holds(why)
        for level in LEVELS:
            series.meals_ended(level)
        for kind in PROPOSALS:
            series.attendance_proposals(kind)
        for kind in REQUESTS:
            for result in RESULTS:
                series.leave_requests(kind, result)
        for standing in STANDINGS:
            series.adherence_judged(standing)
        for counter in (series.handover_held, series.relief_missing, series.adherence_severe):
            counter()

    # --- handover, meals, breaks --------------------------------------------------------------------------

    def _handover_judged(self, fact: handover.HandoverJudged, world: World) -> None:
        self._series.handover_verdicts(_of(fact.verdict, VERDICTS)).inc()

    def _hold_ended(self, fact: handover.HoldEnded, world: World) -> None:
        if fact.corrects:  # a counter cannot go back: what late news changes is in the store
            return
        self._series.handover_holds(_of(fact.why, HOLDS)).inc()
        self._series.handover_held().inc(max(fact.held_s, 0.0))

    def _relief_missing(self, fact: handover.ReliefMissing, world: World) -> None:
        if fact.number == 1:
            self._series.relief_missing().inc()

    def _meal_ended(self, fact: meals.MealEnded, world: World) -> None:
        self._series.meals_ended(_of(fact.level, LEVELS)).inc()

    def _meal_refused(self, fact: meals.MealRefused, world: World) -> None:
        self._series.meals_refused(_of(fact.rule, MEAL_RULES)).inc()

    def _break_ended(self, fact: breaks.BreakEnded, world: World) -> None:
        named = world.settings.policies.breaks.known[:NAMED_REASONS]
        self._series.breaks_ended(_of(fact.reason, named), _of(fact.level, LEVELS)).inc()

    def _break_refused(self, fact: breaks.BreakRefused, world: World) -> None:
        self._series.breaks_refused(_of(fact.rule, BREAK_RULES)).inc()

    # --- attendance, leave, adherence ---------------------------------------------------------------------

    def _attendance_judged(self, fact: attendance.AttendanceJudged, world: World) -> None:
        """A shift that is judged again has no new findings: the first verdict counts."""
        if fact.count != 1:
            return
        for found in fact.findings:
            self._series.attendance_findings(_of(found.kind, KINDS), _of(found.weight, WEIGHTS)).inc()

    def _proposed(self, kind: str) -> None:
        self._waiting = None
        self._series.attendance_proposals(kind).inc()

    def _decided(self, decision: str) -> None:
        self._waiting = None
        self._series.attendance_decisions(_of(decision, DECISIONS)).inc()

    def _requests(self) -> dict[type[Event], Callable[[Any, World], None]]:
        told: dict[type[Event], tuple[str, str]] = {
            leave.LeaveAsked: ("leave", "asked"),
            leave.LeaveApproved: ("leave", "approved"),
            leave.LeaveRefused: ("leave", "refused"),
            leave.LeaveWithdrawn: ("leave", "withdrawn"),
            leave.SwapAsked: ("swap", "asked"),
            leave.SwapApproved: ("swap", "approved"),
            leave.SwapRefused: ("swap", "refused"),
            leave.SwapWithdrawn: ("swap", "withdrawn"),
        }
        return {kind: self._counted(*labels) for kind, labels in told.items()}

    def _counted(self, kind: str, result: str) -> Callable[[Any, World], None]:
        return lambda fact, world: self._series.leave_requests(kind, result).inc()

    def _adherence_judged(self, fact: adherence.AdherenceJudged, world: World) -> None:
        if not fact.void:
            self._series.adherence_judged(_of(fact.level or "nothing", STANDINGS)).inc()
