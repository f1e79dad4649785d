"""What Prometheus is told of quality: counted as documented, from a closed set of series, nobody named."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.metrics import quality
from ccd.adapters.metrics.labels import FIXED_SHARE, REASON_SHARE
from ccd.adapters.metrics.listening import WHYS
from ccd.adapters.metrics.quality import PICKS, SERIES
from ccd.config_listening import HOWS
from ccd.events import Event, ShiftFact
from ccd.events.assessment import (
    AssessmentMade,
    CaseDecided,
    CaseListed,
    RetakeOverdue,
    RetrainingProposed,
    TrainingHeld,
    TrainingProposed,
)
from ccd.events.calibration import CalibrationClosed, DriftFound
from ccd.events.listening import ListeningEnded
from ccd.events.quality import ConversationSeen, RecordingsFound
from ccd.events.sampling import CallPicked, DayFrozen, DrawPlanned, PickUnheard
from ccd.events.scoring import (
    ClaimEnded,
    EvaluationAssigned,
    EvaluationClaimed,
    EvaluationDisputed,
    EvaluationHeld,
    EvaluationOpened,
    EvaluationReexamined,
    EvaluationReleased,
    EvaluationResolved,
    EvaluationScored,
    EvaluationVoided,
)
from ccd.sampling.eligible import REASONS
from ccd.sampling.extras import KINDS
from ccd.scoring.evaluation import id_of
from tests.adapters.metrics.parts import Parts
from tests.adapters.metrics.sites import full_floor, page, ready_floor, series, tell
from tests.adapters.metrics.test_shifts import everything as everything_of_shifts
from tests.adapters.store.samples import sample
from tests.floor import START, Floor
from tests.pbx.root import in_ci
from tests.promtool import PromtoolMissingError, check_metrics, promtool

TODAY = date(2026, 3, 2)
HOUR = timedelta(hours=1)


def made(kind: type[ShiftFact], /, **fields: Any) -> ShiftFact:
    return sample(kind, **{"person": "7001", "actor": "7002", "day": TODAY, "at": START, **fields})


def seen(eligible: str) -> ConversationSeen:
    return sample(ConversationSeen, eligible=eligible)


# --- counters ---------------------------------------------------------------------------------------------

ONE_LABEL: tuple[tuple[type[ShiftFact], str, str, str, tuple[str, ...]], ...] = (
    (PickUnheard, "state", "picks_unheard", "state", quality.UNHEARD),
    (EvaluationOpened, "sample", "evaluations_opened", "sample", quality.SAMPLES),
    (EvaluationAssigned, "why", "evaluations_assigned", "why", quality.ASSIGNED),
    (ClaimEnded, "why", "evaluation_claims_ended", "why", quality.CLAIMS),
    (EvaluationHeld, "why", "evaluations_held", "why", quality.HELD),
    (EvaluationReexamined, "outcome", "evaluations_reexamined", "outcome", quality.OUTCOMES),
    (EvaluationResolved, "outcome", "evaluations_resolved", "outcome", quality.OUTCOMES),
    (EvaluationVoided, "why", "evaluations_voided", "why", quality.VOIDED),
    (CalibrationClosed, "why", "calibrations_closed", "why", quality.CLOSED),
    (AssessmentMade, "verdict", "assessments", "verdict", quality.VERDICTS),
    (RetrainingProposed, "rule", "assessment_cases_opened", "rule", quality.RULES),
    (CaseDecided, "outcome", "assessment_cases_decided", "outcome", quality.DECISIONS),
    (TrainingProposed, "kind", "trainings_proposed", "kind", quality.TRAININGS),
)
"""Fact, its field, the counter, its label, what is named."""


@pytest.mark.parametrize(
    ("kind", "field", "name", "label", "values"), ONE_LABEL, ids=lambda one: getattr(one, "__name__", "")
)
def test_each_word_of_a_policy_counts_under_its_own_name_and_any_other_as_other(
    kind: type[ShiftFact], field: str, name: str, label: str, values: tuple[str, ...]
) -> None:
    floor = ready_floor()
    page(floor)
    for value in (*values, "<7001>"):
        tell(floor, made(kind, **{field: value}))
    expected = dict.fromkeys((*values, "other"), 1.0)
    if "other" in values:  # a word of the policy itself
        expected["other"] = 2.0
    assert {value: floor.value(f"ccd_{name}_total", **{label: value}) for value in expected} == expected


@pytest.mark.parametrize(
    ("fact", "name", "labels", "value"),
    [
        (seen(""), "conversations", {"eligible": "yes"}, 1),
        (seen("paused"), "conversations", {"eligible": "paused"}, 1),
        (seen("7001"), "conversations", {"eligible": "other"}, 1),
        (
            made(CallPicked, sample="probability", reason="minimum"),
            "picks",
            {"sample": "probability", "reason": "minimum"},
            1,
        ),
        (
            made(CallPicked, sample="extra", reason="threat"),
            "picks",
            {"sample": "extra", "reason": "threat"},
            1,
        ),
        (
            made(CallPicked, sample="extra", reason="of next year"),
            "picks",
            {"sample": "other", "reason": "other"},
            1,
        ),
        (made(DayFrozen), "sampling_closings", {}, 1),
        (made(EvaluationClaimed), "evaluations_claimed", {}, 1),
        (made(EvaluationScored, edition=1), "evaluations_scored", {}, 1),
        (made(EvaluationScored, edition=2), "evaluations_scored", {}, 0),
        (
            made(EvaluationReleased, sample="probability", passed=True),
            "evaluations_released",
            {"sample": "probability", "result": "passed"},
            1,
        ),
        (
            made(EvaluationReleased, sample="extra", passed=False),
            "evaluations_released",
            {"sample": "extra", "result": "failed"},
            1,
        ),
        (made(EvaluationDisputed), "evaluations_disputed", {}, 1),
        (made(DriftFound), "calibration_drifts", {}, 1),
        (made(CaseListed), "assessment_cases_listed", {}, 1),
        (made(TrainingHeld), "trainings_held", {}, 1),
        (made(RetakeOverdue, people=("7001", "7002")), "training_retakes_overdue", {}, 2),
    ],
)
def test_a_fact_is_counted_as_documented(
    fact: Event, name: str, labels: dict[str, str], value: float
) -> None:
    floor = ready_floor()
    page(floor)
    tell(floor, fact)
    assert floor.value(f"ccd_{name}_total", **labels) == value


def test_the_reasons_that_are_named_are_those_of_sampling() -> None:
    assert set(quality.EXTRA) == set(KINDS)
    assert set(quality.ELIGIBLE) == {"yes", *REASONS}


def opened(floor: Floor, of: str = "probability", **fields: Any) -> str:
    name = id_of("u", of)
    fact = made(EvaluationOpened, evaluation=name, n=1, unit="u", sample=of, at=floor.at, **fields)
    floor.world.apply(fact)
    return name


@pytest.mark.parametrize(("of", "count"), [("probability", 1), ("extra", 1), ("blind", 0)])
def test_from_pick_to_score_is_a_time_but_a_second_look_was_not_picked(of: str, count: int) -> None:
    floor = ready_floor()
    name = opened(floor, of)
    tell(floor, made(EvaluationScored, evaluation=name, edition=1, at=floor.at + 5 * HOUR))
    assert floor.value("ccd_evaluation_score_seconds_count") == count
    assert floor.value("ccd_evaluation_score_seconds_sum") == count * 5 * 3600
    assert floor.value("ccd_evaluation_score_seconds_bucket", le="14400.0") == 0
    assert floor.value("ccd_evaluation_score_seconds_bucket", le="28800.0") == count


def planned(floor: Floor, day: date, **fields: Any) -> None:
    given = {"expected": {}, "thresholds": {}, "minimum": 1, **fields}
    floor.world.apply(made(DrawPlanned, key=f"p{day}", day=day, **given))


def test_promtool_has_nothing_to_say_of_any_of_it() -> None:
    try:
        promtool()
    except PromtoolMissingError as error:
        if in_ci():
            raise
        pytest.skip(str(error))
    floor = ready_floor()
    everything(floor)
    found = sample(RecordingsFound, pbx="main", added=7, free=1, disk=2, away="")
    floor.world.retention.disk["main"] = found
    text = page(floor)
    assert "ccd_recordings_disk_full_seconds{" in text
    assert check_metrics(text.encode()) == ""


# --- how many series --------------------------------------------------------------------------------------

NAMES = (
    *("conversations", "picks", "sampling", "evaluation", "calibrations_closed", "calibration_drifts"),
    *("assessment", "training"),
)


def of_quality(text: str) -> list[str]:
    return [line for line in series(text) if line.startswith(tuple(f"ccd_{name}" for name in NAMES))]


def everything(floor: Floor) -> None:
    """Every value that a label may have."""
    for kind, field, _, _, values in ONE_LABEL:
        tell(floor, *(made(kind, **{field: value}) for value in (*values, "?")))
    tell(floor, *(seen(reason) for reason in ("", *REASONS, "?")))
    tell(floor, *(made(CallPicked, sample=of, reason=reason) for of, reason in (*PICKS, ("?", "?"))))
    outcomes = itertools.product(("probability", "extra", "?"), (True, False))
    tell(floor, *(made(EvaluationReleased, sample=of, passed=passed) for of, passed in outcomes))


def test_all_of_it_costs_no_more_than_is_reckoned_and_names_nobody() -> None:
    floor = ready_floor()
    everything(floor)
    opened(floor)
    planned(floor, TODAY, expected={"7001": 3.0})
    lines = of_quality(page(floor))
    assert SERIES - 2 <= len(lines) <= SERIES
    assert not [line for line in lines if "7001" in line or "7002" in line]


def test_it_fits_with_all_else_into_what_is_kept_free_of_queues_and_teams() -> None:
    floor = ready_floor()
    everything(floor)
    fixed = [line for line in series(page(floor)) if "team=" not in line and "queue=" not in line]
    assert len(fixed) <= FIXED_SHARE + REASON_SHARE


async def test_a_site_with_a_thousand_agents_where_everything_has_happened_has_at_most_5000_series(
    tmp_path: Path,
) -> None:
    """With what shifts, listening and the parts of the daemon tell."""
    floor = full_floor(1000, 50, 100, 200)
    everything(floor)
    everything_of_shifts(floor)
    outcomes = itertools.product(HOWS, WHYS)
    tell(floor, *(sample(ListeningEnded, how=how, why=why) for how, why in outcomes))
    async with Parts(floor, tmp_path):
        await floor.metrics.exposition()
        text = (await floor.metrics.exposition()).decode()
    assert 4000 < len(series(text)) <= 5000
