"""The QA score of a month with its interval, attendance, and the parts together: by hand-computed figures."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.assessment.scores import attendance_points, month_of_parts, qa_score
from ccd.assessment.student import quantile
from ccd.config_assessment import AssessmentSettings, DeductionSettings
from ccd.events.quality import MonthRead

Scores = list[tuple[float, float, str]]


def alike(*values: float, chance: float = 0.1) -> Scores:
    return [(value, chance, f"e{n}") for n, value in enumerate(values)]


@pytest.mark.parametrize(
    ("degrees", "share", "table"),
    [
        (1, 0.975, 12.7062),
        (2, 0.975, 4.3027),
        (9, 0.975, 2.2622),
        (30, 0.975, 2.0423),
        (1000, 0.975, 1.9623),
        (9, 0.95, 1.8331),
        (5, 0.5, 0.0),
    ],
)
def test_quantiles_of_t_are_those_of_the_printed_tables(degrees: float, share: float, table: float) -> None:
    assert quantile(share, degrees) == pytest.approx(table, abs=5e-5)


@given(st.floats(1, 500), st.floats(0.01, 100))
def test_more_degrees_of_freedom_never_widen_an_interval(degrees: float, more: float) -> None:
    assert quantile(0.975, degrees + more) <= quantile(0.975, degrees) + 1e-9


def test_with_equal_chances_it_is_the_plain_mean_with_its_t_interval() -> None:
    """70, 75, … 115 would leave the scale: 50 to 95 by fives. Mean 72.5, s = 15.1383, s/sqrt(10) = 4.78714,
    t(9) = 2.26216: ± 10.829.
    """
    found = qa_score(alike(50, 55, 60, 65, 70, 75, 80, 85, 90, 95), 10)
    assert (found.n, found.points, found.effective) == (10, 72.5, 10.0)
    assert (found.low, found.high) == (61.67, 83.33)


def test_what_was_less_likely_to_be_drawn_weighs_more() -> None:
    """Two of 100 drawn at 1 in 10 weigh 10 each, eight of 50 drawn at 1 in 2 weigh 2 each: 2800 / 36.
    Squares 2·100·22.22² + 8·4·27.78²; the sum of squared weights is 232, so 5.586 scores are effective.
    """
    scores = [(100.0, 0.1, f"a{n}") for n in range(2)] + [(50.0, 0.5, f"b{n}") for n in range(8)]
    found = qa_score(scores, 10)
    assert (found.points, found.effective) == (77.78, 5.59)
    error = (10 / 9 * (2 * 100 * (200 / 9) ** 2 + 8 * 4 * (250 / 9) ** 2)) ** 0.5 / 36
    reach = quantile(0.975, 36 * 36 / 232 - 1) * error
    assert found.low == pytest.approx(2800 / 36 - reach, abs=0.01)
    assert found.high == 100.0


@pytest.mark.parametrize(("n", "points"), [(0, None), (9, None), (10, 80.0), (11, 80.0)])
def test_under_ten_calls_there_is_no_number(n: int, points: float | None) -> None:
    found = qa_score(alike(*[80.0] * n), 10)
    assert (found.n, found.points) == (n, points)
    assert (found.low is None) == (points is None)


def test_an_evaluation_told_twice_counts_once() -> None:
    scores = alike(*[80.0] * 9)
    assert qa_score([*scores, scores[0]], 10).points is None


@pytest.mark.parametrize("chance", [0.0, -0.1, 1.5])
def test_what_has_no_chance_does_not_count(chance: float) -> None:
    assert qa_score([*alike(*[80.0] * 9), (80.0, chance, "odd")], 10).n == 9


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.001, 1)), min_size=10, max_size=60), st.randoms())
def test_the_interval_holds_the_score_stays_on_the_scale_and_no_order_matters(
    values: list[tuple[float, float]], shuffle: Any
) -> None:
    scores = [(score, chance, f"e{n}") for n, (score, chance) in enumerate(values)]
    found = qa_score(scores, 10)
    assert found.points is not None
    assert found.low is not None
    assert found.high is not None
    assert 0.0 <= found.low <= found.points + 0.01
    assert found.points - 0.01 <= found.high <= 100.0
    assert found.effective <= found.n + 0.01
    shuffle.shuffle(scores)
    again = qa_score(scores, 10)
    assert again.points == pytest.approx(found.points, abs=0.011)


@pytest.mark.parametrize(
    ("counts", "points"),
    [
        ({}, None),
        ({"late": 3}, None),
        ({"shifts": 20}, 100.0),
        ({"shifts": 20, "note": 9}, 100.0),
        ({"shifts": 20, "occurrence": 1, "look": 1}, 90.0),
        ({"shifts": 20, "violation": 2, "occurrence": 1}, 65.0),
        ({"shifts": 20, "absence": 2}, 20.0),
        ({"shifts": 20, "absence": 3}, 0.0),
    ],
)
def test_attendance_is_100_less_what_each_finding_costs(counts: dict[str, int], points: float | None) -> None:
    assert attendance_points(counts, DeductionSettings()) == points


def of_parts(figures: dict[str, list[float]] | None = None, **read: Any) -> Any:
    settings = AssessmentSettings(
        parts={
            "qa": {"weight": 50, "required": True},
            "kpi": {"weight": 30},
            "attendance": {"weight": 20},
        }
    )
    return month_of_parts(MonthRead("2001", **read), figures or {}, settings)


GOOD = tuple(alike(*[80.0] * 10))


def test_parts_add_up_by_their_weights() -> None:
    """0.5 · 80 + 0.3 · (90 + 70) / 2 + 0.2 · 95."""
    found = of_parts({"kpi": [90, 70]}, scores=GOOD, attendance={"shifts": 3, "occurrence": 1})
    assert (found.verdict, found.points) == ("pass", 83.0)
    assert found.parts == {"qa": 80.0, "kpi": 80.0, "attendance": 95.0}
    assert found.weights == {"qa": 50.0, "kpi": 30.0, "attendance": 20.0}
    assert found.missing == ()


def test_the_weight_of_a_part_that_is_missing_is_shared_out() -> None:
    """(50 · 80 + 20 · 100) / 70."""
    found = of_parts(scores=GOOD, attendance={"shifts": 3})
    assert (found.verdict, found.points, found.missing) == ("pass", 85.71, ("kpi",))
    assert found.weights == {"qa": 71.4286, "attendance": 28.5714}


def test_without_a_part_that_is_required_the_month_is_insufficient_and_has_no_number() -> None:
    found = of_parts({"kpi": [100]}, scores=GOOD[:9], attendance={"shifts": 3})
    assert (found.verdict, found.points, found.missing) == ("insufficient", None, ("qa",))
    assert (found.weights, found.score.n) == ({}, 9)


def test_of_nothing_at_all_nothing_is_made_even_where_nothing_is_required() -> None:
    settings = AssessmentSettings(parts={"qa": {"weight": 100}})
    found = month_of_parts(MonthRead("2001"), {}, settings)
    assert (found.verdict, found.points) == ("insufficient", None)


@pytest.mark.parametrize(
    ("points", "verdict"), [(59.9, "fail"), (59.994, "fail"), (60.0, "pass"), (79.9, "pass"), (100.0, "pass")]
)
def test_from_60_on_it_is_passed(points: float, verdict: str) -> None:
    settings = AssessmentSettings(parts={"qa": {"weight": 100}})
    found = month_of_parts(MonthRead("2001", scores=tuple(alike(*[points] * 10))), {}, settings)
    assert found.verdict == verdict
