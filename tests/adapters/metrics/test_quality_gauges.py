"""How quality stands, as Prometheus is told: what waits, what is late, how far today is covered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ccd.events import ShiftFact
from ccd.events.assessment import CaseDecided, CaseListed, ExamHeld, RetrainingProposed
from ccd.events.sampling import CallPicked, DayFrozen, PickUnheard, SeedCommitted
from ccd.events.scoring import (
    EvaluationAssigned,
    EvaluationClaimed,
    EvaluationDisputed,
    EvaluationHeld,
    EvaluationReleased,
    EvaluationResolved,
    EvaluationScored,
)
from tests.adapters.metrics.sites import page, ready_floor, series
from tests.adapters.metrics.test_quality import HOUR, TODAY, made, opened, planned
from tests.floor import START, Floor

# --- gauges: sampling -------------------------------------------------------------------------------------


def picked(floor: Floor, unit: str, stratum: str, of: str = "probability", **fields: Any) -> None:
    fact = made(CallPicked, key=f"{unit}{of}", unit=unit, stratum=stratum, sample=of, **fields)
    floor.world.apply(fact)


def covered(floor: Floor) -> tuple[float | None, ...]:
    return tuple(floor.value("ccd_sampling_strata", covered=one) for one in ("yes", "no"))


def test_a_stratum_is_covered_when_it_has_its_minimum_of_the_sample_of_today() -> None:
    floor = ready_floor()
    assert covered(floor) == (0, 0)
    planned(floor, TODAY, expected={"a": 9.0, "b": 9.0}, minimum=2)
    picked(floor, "1", "a")
    picked(floor, "2", "b", "extra")
    picked(floor, "3", "b", day=TODAY - timedelta(days=1))
    assert covered(floor) == (0, 2)
    picked(floor, "4", "a")
    assert covered(floor) == (1, 1)
    picked(floor, "5", "nobody expected it")
    assert covered(floor) == (1, 2)


@pytest.mark.parametrize(
    ("committed", "late"),
    [((), 1), ((False,), 0), ((True,), 1), ((False, True), 1)],
    ids=["not at all", "before", "after", "another one after"],
)
def test_a_seed_is_late_unless_its_one_digest_was_there_before_the_day(
    committed: tuple[bool, ...], late: int
) -> None:
    floor = ready_floor()
    for number, after in enumerate(committed):
        floor.world.apply(made(SeedCommitted, key=f"{number}", digest=f"{number}", late=after))
    assert floor.value("ccd_sampling_seed_late") == late


def test_a_day_that_is_over_and_not_frozen_is_told_with_its_age_and_the_closing_that_comes() -> None:
    """The floor begins at 08:00 UTC, 16:00 in Shanghai; local midnight was at 16:00 UTC the day before."""
    floor = ready_floor(daemon={"timezone": "Asia/Shanghai"})
    yesterday = TODAY - timedelta(days=1)
    planned(floor, TODAY)
    since = floor.value("ccd_sampling_next_closing_timestamp_seconds")
    assert floor.value("ccd_sampling_closings_due") == floor.value("ccd_sampling_open_day_age_seconds") == 0
    planned(floor, yesterday)
    assert floor.value("ccd_sampling_closings_due") == 1
    midnight = floor.at.replace(hour=16, minute=0, second=0, microsecond=0) - timedelta(days=1)
    assert floor.value("ccd_sampling_open_day_age_seconds") == (floor.at - midnight).total_seconds()
    closing = midnight + timedelta(minutes=30)
    assert floor.value("ccd_sampling_next_closing_timestamp_seconds") == closing.timestamp()
    floor.world.apply(made(DayFrozen, key="f", day=yesterday, strata={}))
    assert floor.value("ccd_sampling_closings_due") == 0
    assert floor.value("ccd_sampling_frozen") == 1
    assert floor.value("ccd_sampling_next_closing_timestamp_seconds") == since


# --- gauges: scoring --------------------------------------------------------------------------------------


def test_a_pick_without_evaluation_is_told_for_two_days_unless_it_cannot_be_heard() -> None:
    floor = ready_floor()
    for unit, ago in (("u", 0), ("v", 0), ("w", 47), ("x", 49)):
        picked(floor, unit, "a", at=floor.at - ago * HOUR)
    assert floor.value("ccd_picks_without_evaluation") == 3
    opened(floor)
    assert floor.value("ccd_picks_without_evaluation") == 2
    floor.world.apply(made(PickUnheard, key="h", unit="v"))
    assert floor.value("ccd_picks_without_evaluation") == 1


def waiting(floor: Floor) -> dict[str, float | None]:
    states = ("assigned", "claimed", "scored", "held", "disputed")
    told = {state: floor.value("ccd_evaluations_waiting", state=state) for state in states}
    return {state: count for state, count in told.items() if count}


def test_what_waits_is_told_by_its_state_and_what_is_late_by_what_is_to_be_done() -> None:
    floor = ready_floor()
    assert waiting(floor) == {}
    name = opened(floor)
    assert waiting(floor) == {"assigned": 1}
    assert floor.value("ccd_evaluations_unassigned") == 1

    def then(kind: type[ShiftFact], n: int, **fields: Any) -> None:
        floor.world.apply(made(kind, key=f"{n}", evaluation=name, n=n, at=floor.at, **fields))

    due = floor.at + HOUR
    then(EvaluationAssigned, 2, analyst="7002", due=due, why="even")
    assert floor.value("ccd_evaluations_unassigned") == 0
    assert floor.value("ccd_evaluations_overdue", what="scoring") == 0
    floor.wait(3601)
    assert floor.value("ccd_evaluations_overdue", what="scoring") == 1
    then(EvaluationClaimed, 3, analyst="7002", until=due + HOUR)
    assert waiting(floor) == {"claimed": 1}
    then(EvaluationScored, 4, analyst="7002", edition=1)
    assert waiting(floor) == {"scored": 1}
    assert floor.value("ccd_evaluations_overdue", what="scoring") == 0
    then(EvaluationHeld, 5)
    assert waiting(floor) == {"held": 1}
    then(EvaluationReleased, 6)
    assert waiting(floor) == {}
    then(EvaluationDisputed, 7, due=floor.at + HOUR)
    assert waiting(floor) == {"disputed": 1}
    floor.wait(3600)
    assert floor.value("ccd_evaluation_dispute_oldest_seconds") == 3600
    assert floor.value("ccd_evaluations_overdue", what="resolution") == 1
    then(EvaluationResolved, 8)
    assert waiting(floor) == {}
    assert floor.value("ccd_evaluation_dispute_oldest_seconds") == 0
    assert floor.value("ccd_evaluations_overdue", what="resolution") == 0


@pytest.mark.parametrize(
    ("policy", "prefix"), [("sampling", "ccd_sampling_"), ("scoring", "ccd_evaluations_w")]
)
def test_of_a_policy_that_is_off_nothing_is_told_of_now(policy: str, prefix: str) -> None:
    assert prefix in page(ready_floor())
    text = page(ready_floor(policies={policy: {"mode": "off"}}))
    assert not [line for line in series(text) if line.startswith(prefix) and "_total" not in line]


# --- gauges: assessment -----------------------------------------------------------------------------------


def test_cases_are_told_by_what_they_wait_for_and_retakes_by_people() -> None:
    floor = ready_floor()

    def cases() -> tuple[float | None, ...]:
        states = ("proposed", "retraining", "listed")
        return tuple(floor.value("ccd_assessment_cases", state=state) for state in states)

    assert cases() == (0, 0, 0)
    floor.world.apply(made(RetrainingProposed, key="1", case="c"))
    assert cases() == (1, 0, 0)
    floor.world.apply(made(CaseDecided, key="2", case="c", outcome="retrain"))
    assert cases() == (0, 1, 0)
    floor.world.apply(made(CaseListed, key="3", case="c"))
    assert cases() == (0, 0, 1)
    exam = {"points": {"7001": 50.0, "7002": 90.0}, "failed": ("7001",), "retake_by": START + 72 * HOUR}
    floor.world.apply(made(ExamHeld, key="4", training="t", **exam))
    assert floor.value("ccd_training_retakes_due") == 1
