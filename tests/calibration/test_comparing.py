"""What a session says of agreement: over questions in words, over points, of deviations from the expert."""

from __future__ import annotations

import pytest

from ccd.calibration.comparing import agreement, deviations, disputed
from ccd.quality.answers import Answer
from tests.quality.forms import form_of, question, section

FORM = form_of(
    section("a", 50, *(question(name, "na = true") for name in ("one", "two", "three"))),
    section(
        "b", 50, *(question(name, 'kind = "points"\npoints = 4\nna = true') for name in ("four", "five"))
    ),
)


def given(one: str, two: str, three: str, four: int | str, five: int | str) -> dict[str, Answer]:
    names = ("one", "two", "three", "four", "five")
    return {name: Answer(value) for name, value in zip(names, (one, two, three, four, five), strict=True)}


def test_full_agreement() -> None:
    same = given("yes", "no", "na", 4, 2)
    found = agreement(FORM, [same, same, same])
    assert (found.words, found.points, found.weaker) == (1.0, 1.0, 1.0)


def test_the_weaker_of_words_and_points_counts() -> None:
    found = agreement(FORM, [given("yes", "no", "na", 4, 0), given("yes", "no", "na", 3, 2)])
    assert found.words == 1.0
    assert found.points is not None
    assert found.weaker == found.points < 1.0


def test_na_is_an_answer_among_words_and_a_missing_value_among_points() -> None:
    found = agreement(FORM, [given("yes", "no", "na", 4, 2), given("yes", "no", "no", 4, "na")])
    assert found.words is not None
    assert found.words < 1.0
    assert found.points is None  # only "four" was judged by both, and with the same points


def test_where_all_said_yes_to_everything_nothing_can_be_said_of_chance() -> None:
    same = given("yes", "yes", "yes", 4, 4)
    assert agreement(FORM, [same, same]).weaker is None


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_have_nothing_to_agree_on(count: int) -> None:
    assert agreement(FORM, [given("yes", "no", "na", 4, 2)] * count).weaker is None


def test_deviations_are_from_the_expert_and_without_one_there_are_none() -> None:
    scores = {"3101": 80.0, "3102": 66.7, "3201": 75.3}
    assert deviations(scores, "3201") == {"3101": 4.7, "3102": -8.6}
    assert deviations({"3101": 80.0}, "3201") == {}


def test_the_questions_that_were_answered_differently_are_named() -> None:
    one, other = given("yes", "no", "na", 4, 2), given("yes", "yes", "na", 3, 2)
    assert disputed(FORM, [one, other]) == ("two", "four")
    assert disputed(FORM, [one, one]) == ()
