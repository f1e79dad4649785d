"""Promotion by the tables of manual.md, "Grades and promotion": all that is named, just in and out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ccd.assessment.months import before
from ccd.assessment.promotion import (
    LADDER,
    Grade,
    Said,
    Staff,
    c_rules,
    lower,
    months_reviewed,
    panel,
    panel_grounds,
    raised,
    review,
    said,
)


def grades(letters: str, at: str = "2026-07") -> list[Grade]:
    """The last stands for the month before the review; "-" for a month without a grade."""
    months = [before(at, n) for n in range(len(letters), 0, -1)]
    return [Grade(month, each) for month, each in zip(months, letters, strict=True) if each != "-"]


def of(letters: str, *own_fault: str, at: str = "2026-07", **staff: Any) -> Any:
    known = {"level": "junior", "step": "fair", "confirmed": True, **staff}
    return review(Staff("2001", **known), grades(letters, at), own_fault, at)


@pytest.mark.parametrize(
    ("letters", "steps"),
    [
        ("BBBBBB", 1), ("-BBBBB", 0), ("CBBBBB", 0), ("ABBBBB", 1), ("AABBBB", 1), ("SBBBBB", 1),
        ("AAABBB", 2), ("AAAB--", 2), ("AAA---", 2), ("AA----", 0), ("SABBBB", 2), ("SA----", 2),
        ("S-----", 0), ("SS----", 2), ("SSA---", 2), ("SSAA--", 3), ("SSAABB", 3), ("SSSA--", 3),
        ("SSSS--", 3), ("SSS---", 2), ("SAAA--", 2), ("SAAAAA", 2), ("AAAAAA", 2), ("SSSSSS", 3),
        ("SSAAC-", 0), ("SSAAD-", 0), ("AAABBD", 0), ("------", 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("level", ["trainee", "junior", "intermediate_1"])
def test_below_intermediate_2_the_six_months_give_so_many_steps(letters: str, steps: int, level: str) -> None:
    found = of(letters, level=level, step="" if level == "trainee" else "good")
    assert (found.steps, found.panel, found.rule) == (steps, False, "below_intermediate_2")


def test_below_intermediate_2_one_complaint_at_own_fault_stands_against_it() -> None:
    found = of("BBBBBB", "2026-03 rude")
    assert (found.steps, found.why) == (0, (said("own_fault", complaint="2026-03 rude"),))
    assert of("BBBBBB", "2025-12 rude").steps == 1


@pytest.mark.parametrize(
    ("letters", "steps"), [("AA----", 1), ("S-----", 1), ("A-----", 0), ("BBBBBB", 0), ("AABBBC", 1)]
)
@pytest.mark.parametrize("level", ["intermediate_2", "senior", "principal"])
def test_from_intermediate_2_on_a_panel_decides_of_one_step(letters: str, steps: int, level: str) -> None:
    found = of(letters, level=level, step="good")
    assert (found.steps, found.panel) == (steps, steps > 0)


@pytest.mark.parametrize(
    ("letters", "steps"),
    [
        ("AAAA--------", 1), ("AAA---------", 0), ("SS----------", 1), ("S-----------", 0),
        ("SAA---------", 1), ("SA----------", 0), ("---------AAA", 0), ("A--A--A--A--", 1),
    ],
)  # fmt: skip
def test_leads_are_reviewed_over_twelve_months(letters: str, steps: int) -> None:
    found = of(letters, at="2026-01", post="lead")
    assert (found.steps, found.rule) == (steps, "lead")


@pytest.mark.parametrize(
    ("at", "post_", "steps"),
    [
        *[("2026-01", "agent", 1), ("2026-07", "agent", 1), ("2026-02", "agent", 0), ("2026-12", "agent", 0)],
        *[("2026-01", "lead", 1), ("2026-07", "lead", 0)],
    ],
)
def test_reviews_are_in_january_and_july_and_of_leads_in_january(at: str, post_: str, steps: int) -> None:
    letters = "AAAAAAAAAAAA" if post_ == "lead" else "BBBBBB"
    assert of(letters, at=at, post=post_).steps == steps


@pytest.mark.parametrize(
    ("rated", "steps"),
    [(None, 1), (date(2026, 4, 1), 1), (date(2026, 4, 2), 0), (date(2026, 6, 30), 0), (date(2025, 7, 1), 1)],
)
def test_three_months_must_have_passed_since_the_last_rating(rated: date | None, steps: int) -> None:
    assert of("BBBBBB", rated=rated).steps == steps


def test_only_confirmed_employees_whose_level_is_known_are_raised() -> None:
    assert of("BBBBBB", confirmed=False).why == (said("confirmed"),)
    assert of("BBBBBB", level="", step="").why == (said("level"),)
    assert of("BBBBBB", level="trainee", step="fair").why == (said("level"),)


def test_every_figure_is_named_with_where_it_comes_from_and_so_is_what_is_missing() -> None:
    found = review(
        Staff("2001", level="junior", step="fair", confirmed=True),
        [Grade("2026-01", "A", origin="bands"), Grade("2026-06", "S"), Grade("2025-12", "D")],
        ["2026-02 rude"],
        "2026-07",
    )
    assert found.grounds == (
        said("grade_given", month="2026-01", grade="A", origin="bands"),
        said("grade_given", month="2026-06", grade="S", origin="imported"),
        *(said("no_grade", month=f"2026-{month:02d}") for month in (2, 3, 4, 5)),
        said("complaint", complaint="2026-02 rude"),
    )


@pytest.mark.parametrize(
    ("level", "step", "by", "to"),
    [
        ("trainee", "", 1, ("junior", "fair")),
        ("trainee", "", 3, ("junior", "excellent")),
        ("junior", "fair", 2, ("junior", "excellent")),
        ("junior", "excellent", 1, ("intermediate_1", "fair")),
        ("intermediate_1", "excellent", 3, ("intermediate_2", "excellent")),
        ("principal", "good", 3, ("principal", "excellent")),
    ],
)
def test_steps_lead_on_to_the_next_level(level: str, step: str, by: int, to: tuple[str, str]) -> None:
    assert raised(level, step, by) == to


def test_whoever_is_at_the_top_goes_no_further() -> None:
    found = of("SSSSSS", level="principal", step="excellent")
    assert (found.steps, found.why, len(LADDER)) == (0, (said("top"),), 16)


@pytest.mark.parametrize(
    ("level", "step", "to"),
    [
        ("trainee", "", ("trainee", "")),
        ("junior", "good", ("trainee", "")),
        ("intermediate_1", "good", ("junior", "good")),
        ("principal", "excellent", ("senior", "excellent")),
    ],
)
def test_one_level_down_keeps_the_step(level: str, step: str, to: tuple[str, str]) -> None:
    assert lower(level, step) == to


def test_the_panel_weighs_30_30_20_20() -> None:
    assert panel({"superior": 90, "department_head": 80, "related_department": 70, "hr": 60}) == 77.0
    assert panel({"superior": 90, "department_head": 80, "related_department": 70}) is None


def test_who_of_the_panel_has_given_nothing_is_named() -> None:
    assert panel_grounds({"superior": (90, "2026-06"), "hr": (60.5, "2026-07")}) == (
        said("panel_figure", panel="superior", points=90, month="2026-06", weight=30),
        said("no_panel_figure", panel="department_head"),
        said("no_panel_figure", panel="related_department"),
        said("panel_figure", panel="hr", points=60.5, month="2026-07", weight=20),
    )


def test_months_before_a_review() -> None:
    assert months_reviewed("2026-01", "agent")[0] == "2025-07"
    assert months_reviewed("2026-01", "lead")[0] == "2025-01"
    assert months_reviewed("2026-07", "agent") == tuple(f"2026-{n:02d}" for n in range(1, 7))


# --- what a C means ----------------------------------------------------------------------------------------


PLAN = said("improvement_plan", month="2026-06")
DOWN = said("level_down", month="2026-06", then="2026-07", level="junior", step="good")


def undone(day: str) -> Said:
    return said("promotion_undone", month="2026-06", day=day)


@pytest.mark.parametrize(
    ("letter", "attitude", "promoted", "rules"),
    [
        ("C", False, None, (PLAN,)),
        ("C", True, None, (DOWN,)),
        ("C", False, date(2026, 3, 20), (undone("2026-03-20"), PLAN)),
        ("C", False, date(2026, 2, 28), (PLAN,)),
        ("C", True, date(2026, 6, 1), (DOWN, undone("2026-06-01"))),
        ("C", False, date(2026, 7, 1), (PLAN,)),
        ("B", True, date(2026, 6, 1), ()),
        ("D", True, date(2026, 6, 1), ()),
    ],
)
def test_what_a_c_means(letter: str, attitude: bool, promoted: date | None, rules: tuple[Said, ...]) -> None:
    staff = Staff("2001", level="intermediate_1", step="good", promoted=promoted)
    assert c_rules(staff, Grade("2026-06", letter, attitude)) == rules
