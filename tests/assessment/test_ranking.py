"""The quarter's ranking by average score, and on-site staff (manual.md, "Rhythm", "Grades and promotion")."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.assessment.promotion import Staff, said
from ccd.assessment.ranking import average, is_quarter, months_of, on_site, quarter_before, ranks

POINTS = st.none() | st.floats(0, 100).map(lambda points: round(points, 2))


@pytest.mark.parametrize(
    ("text", "good"),
    [
        *[("2026-Q1", True), ("2026-Q4", True), ("2026-Q5", False), ("2026-Q0", False), ("2026-4", False)],
        *[("2026-q4", False), ("26-Q4", False), ("", False), ("2026-10", False), ("٢٠٢٦-Q1", False)],
    ],
)
def test_a_quarter_is_written_as_2026_q4(text: str, good: bool) -> None:
    assert is_quarter(text) is good


@pytest.mark.parametrize(
    ("quarter", "months"),
    [
        ("2026-Q1", ("2026-01", "2026-02", "2026-03")),
        ("2026-Q4", ("2026-10", "2026-11", "2026-12")),
    ],
)
def test_a_quarter_has_three_months(quarter: str, months: tuple[str, ...]) -> None:
    assert months_of(quarter) == months


@pytest.mark.parametrize(
    ("month", "quarter"),
    [
        *[("2026-01", "2025-Q4"), ("2026-03", "2025-Q4"), ("2026-04", "2026-Q1"), ("2026-06", "2026-Q1")],
        *[("2026-11", "2026-Q3"), ("2026-12", "2026-Q3"), ("2027-01", "2026-Q4")],
    ],
)
def test_the_last_quarter_that_is_over(month: str, quarter: str) -> None:
    assert quarter_before(month) == quarter


@pytest.mark.parametrize(
    ("points", "mean"),
    [
        ((80, 90, 100), 90), ((80, None, 90), 85), ((None, 70), 70), ((None, None), None), ((), None),
        ((80, 80, 81), 80.33), ((0, 0), 0),
    ],
)  # fmt: skip
def test_an_insufficient_month_is_no_number_and_counts_as_nothing(
    points: tuple[float | None, ...], mean: float | None
) -> None:
    assert average(points) == mean


def test_the_same_average_is_the_same_rank_and_who_has_no_number_has_none() -> None:
    averages = {"a": 80.0, "b": 90.0, "c": 80.0, "d": None, "e": 79.99, "f": 0.0}
    assert ranks(averages) == {"b": 1, "a": 2, "c": 2, "e": 4, "f": 5}


@given(st.dictionaries(st.text("ab", max_size=3), POINTS))
def test_a_rank_is_one_more_than_there_are_better_ones(averages: dict[str, float | None]) -> None:
    known = {person: points for person, points in averages.items() if points is not None}
    assert ranks(averages) == {
        person: 1 + sum(other > points for other in known.values()) for person, points in known.items()
    }


@pytest.mark.parametrize(
    ("posted", "points", "since", "what"),
    [
        (True, 59.9, None, ["moved"]),
        (True, 60.0, None, []),
        (True, None, None, []),
        (False, 30.0, date(2020, 1, 1), []),
        (True, 90.0, date(2025, 6, 30), ["rotated"]),
        (True, 90.0, date(2025, 7, 1), []),
        (True, 59.0, date(2020, 1, 1), ["moved", "rotated"]),
    ],
)
def test_on_site_staff_are_moved_or_rotated(
    posted: bool, points: float | None, since: date | None, what: list[str]
) -> None:
    staff = Staff("2001", posted=posted, post_since=since)
    assert [one.rule for one in on_site(staff, {"2026-06": points}, ("2026-06",), 60)] == what


def test_of_a_quarter_each_bad_month_is_named_and_a_year_is_over_at_its_end() -> None:
    staff = Staff("2001", posted=True, post_since=date(2025, 12, 31))
    points = {"2026-10": 59.99, "2026-11": None, "2026-12": 12.0}
    assert on_site(staff, points, months_of("2026-Q4"), 60) == (
        said("moved", month="2026-10", points=59.99),
        said("moved", month="2026-12", points=12),
        said("rotated", day="2025-12-31"),
    )
    assert on_site(staff, {}, months_of("2026-Q3"), 60) == ()
