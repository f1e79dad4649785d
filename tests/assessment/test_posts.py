"""Another post by manual.md, "Grades and promotion": what it asks for, and when a trial is passed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ccd.assessment.posts import Figure, confirmed_in_post, post
from ccd.assessment.promotion import Staff, said
from tests.assessment.test_promotion import grades

GOOD = {"since": date(2026, 1, 1), "letters": "AA----", "peer": 75.0, "competency": 70.0}


@pytest.mark.parametrize(
    ("to", "change", "may"),
    [
        ("lead", {}, True),
        ("lead", {"letters": "S-----"}, True),
        ("lead", {"letters": "ABBBBB"}, False),
        ("lead", {"letters": "AAC---"}, False),
        ("lead", {"letters": "AAD---"}, False),
        ("lead", {"peer": 74.9}, False),
        ("lead", {"competency": 69.9}, False),
        ("lead", {"peer": None}, False),
        ("lead", {"since": date(2026, 1, 2)}, False),
        ("lead", {"since": None}, False),
        ("lead", {"origin": "lead"}, False),
        ("supervisor", {"origin": "lead"}, False),
        ("supervisor", {"origin": "lead", "since": date(2025, 7, 1), "peer": 80.0, "competency": 80.0}, True),
        (
            "supervisor",
            {"origin": "lead", "since": date(2025, 7, 2), "peer": 80.0, "competency": 80.0},
            False,
        ),
        (
            "supervisor",
            {"origin": "lead", "since": date(2025, 7, 1), "peer": 79.9, "competency": 80.0},
            False,
        ),
        (
            "supervisor",
            {"origin": "lead", "since": date(2025, 7, 1), "peer": 80.0, "competency": 79.9},
            False,
        ),
    ],
)
def test_another_post_asks_for_time_grades_peers_and_competency(
    to: str, change: dict[str, Any], may: bool
) -> None:
    given: dict[str, Any] = {**GOOD, "origin": "agent", **change}
    staff = Staff("2001", post=given["origin"], post_since=given["since"])
    figures = {
        name: None if given[name] is None else Figure(given[name], "2026-05")
        for name in ("peer", "competency")
    }
    found = post(staff, to, grades(given["letters"]), "2026-07", **figures)
    assert found.may is may
    assert bool(found.why) is not may


def test_every_figure_of_another_post_is_named_with_its_month() -> None:
    staff = Staff("2001", post="agent", post_since=date(2026, 1, 1))
    found = post(staff, "lead", grades("AC----"), "2026-07", peer=Figure(74, "2026-05"))
    assert found.why == (
        said("grades"),
        said("bad_grade", month="2026-02", grade="C"),
        said("points", part="peer", least=75),
        said("points", part="competency", least=70),
    )
    assert found.grounds == (
        said("grade_given", month="2026-01", grade="A", origin="imported"),
        said("grade_given", month="2026-02", grade="C", origin="imported"),
        said("post_since", day="2026-01-01"),
        said("figure", part="peer", points=74, month="2026-05"),
        said("no_figure", part="competency"),
    )


@pytest.mark.parametrize(
    ("to", "since", "score", "good"),
    [
        ("lead", date(2026, 4, 1), 80, True),
        ("lead", date(2026, 4, 2), 90, False),
        ("lead", date(2026, 4, 1), 79.9, False),
        ("lead", date(2026, 4, 1), None, False),
        ("lead", None, 90, False),
        ("supervisor", date(2026, 4, 1), 85, True),
        ("supervisor", date(2025, 7, 1), 84.9, False),
    ],
)
def test_a_post_is_confirmed_after_its_trial(
    to: str, since: date | None, score: float | None, good: bool
) -> None:
    staff = Staff("2001", trial=to, trial_since=since)
    found = confirmed_in_post(staff, "2026-07", None if score is None else Figure(score, "2026-06"))
    assert (found.trial, found.may, bool(found.why)) == (True, good, not good)
