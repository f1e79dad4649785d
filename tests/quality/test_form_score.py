"""What a score is made of, to the tenth; which answers are none, each named by its question."""

from __future__ import annotations

import contextlib
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.adapters.forms import packaged_forms
from ccd.quality.answers import Answer, AnswersError, decode, encode
from ccd.quality.form import Form, Question
from ccd.quality.form_parse import parse
from ccd.quality.form_score import check, score
from ccd.rules import RULES, say
from tests.quality.forms import HEAD, SMALL, form_of, question, section

FORM = parse(SMALL.encode(), "small.toml")
SERVICE = packaged_forms()["service"]


def answers(**given: str | int) -> dict[str, Answer]:
    best: dict[str, str | int] = {"greeted": "yes", "tone": 3, "secret": "yes", "verified": "yes"}
    return {name: Answer(value) for name, value in (best | given).items()}


def rules(form: Form, given: dict[str, Answer]) -> list[tuple[str, str]]:
    faults = check(form, given)
    for fault in faults:
        assert fault.rule in RULES
        for language in ("en", "zh_CN"):
            assert fault.question in say(fault.rule, fault.named(), language)
    return [(fault.question, fault.rule) for fault in faults]


@pytest.mark.parametrize(
    ("given", "total", "sections"),
    [
        ({}, 100.0, (100.0, 100.0)),
        ({"greeted": "no"}, 85.0, (75.0, 100.0)),
        ({"tone": 0}, 55.0, (25.0, 100.0)),
        ({"tone": 1}, 70.0, (50.0, 100.0)),
        ({"tone": 0, "greeted": "no"}, 40.0, (0.0, 100.0)),
        # "na" takes a question out of its section
        ({"greeted": "na"}, 100.0, (100.0, 100.0)),
        ({"greeted": "na", "tone": 2}, 80.0, (66.7, 100.0)),
        ({"tone": "na", "greeted": "no"}, 40.0, (0.0, 100.0)),
        # a critical "section" item makes its section 0, whatever else is there
        ({"secret": "no"}, 60.0, (100.0, 0.0)),
        ({"secret": "no", "verified": "na"}, 60.0, (100.0, 0.0)),
        # a critical "form" item makes all of it 0; the sections stay as they are
        ({"verified": "no"}, 0.0, (100.0, 50.0)),
        ({"verified": "no", "secret": "na"}, 0.0, (100.0, 0.0)),
        ({"verified": "no", "secret": "no"}, 0.0, (100.0, 0.0)),
    ],
)
def test_the_score_is_the_weighted_share_of_points(
    given: dict[str, str | int], total: float, sections: tuple[float, float]
) -> None:
    scored = score(FORM, answers(**given))
    assert scored.score == total
    assert tuple(scored.sections.values()) == sections


@pytest.mark.parametrize(
    ("given", "failed", "passed"),
    [
        ({}, (), True),
        ({"secret": "no"}, ("secret",), True),
        ({"secret": "no", "greeted": "no"}, ("secret",), False),
        ({"verified": "no"}, ("verified",), False),
        ({"verified": "no", "secret": "no"}, ("secret", "verified"), False),
        ({"verified": "na", "secret": "na"}, (), True),
    ],
)
def test_the_critical_items_that_failed_are_named(
    given: dict[str, str | int], failed: tuple[str, ...], passed: bool
) -> None:
    scored = score(FORM, answers(**given))
    assert (scored.failed, scored.passed) == (failed, passed)


@pytest.mark.parametrize(
    "left_out", [names for n in range(5) for names in itertools.combinations(answers(), n)]
)
def test_with_every_combination_of_na_what_is_left_decides(left_out: tuple[str, ...]) -> None:
    """Each question that is left is answered with the best, so that nothing else can pull it down."""
    given = answers(**dict.fromkeys(left_out, "na"))
    if len(left_out) == 4:
        assert rules(FORM, given) == [("", "form_nothing_answered")]
        return
    scored = score(FORM, given)
    assert (scored.score, scored.passed, scored.failed) == (100.0, True, ())
    whole = {one.name for one in FORM.sections if any(q.name not in left_out for q in one.questions)}
    assert set(scored.sections) == whole


@pytest.mark.parametrize(
    "left_out", [names for n in range(3) for names in itertools.combinations(("secret", "verified"), n)]
)
def test_a_section_of_nothing_but_na_gives_its_weight_to_the_others(left_out: tuple[str, ...]) -> None:
    given = answers(greeted="no", tone=1, **dict.fromkeys(left_out, "na"))
    assert score(FORM, given).score == (25.0 if len(left_out) == 2 else 55.0)


@pytest.mark.parametrize(
    ("passing", "tone", "passed"),
    [(66.6, 2, True), (66.7, 2, True), (66.8, 2, False), (0, 0, True), (100, 3, True)],
)
def test_passed_is_judged_by_the_score_that_is_shown(passing: float, tone: int, passed: bool) -> None:
    """Two of three points are 66.666…, shown as 66.7."""
    one = section("a", 100, question("tone", 'kind = "points"\npoints = 3'))
    form = form_of(one, head=f"passing = {passing}\n{HEAD}")
    assert score(form, {"tone": Answer(tone)}).passed is passed


def test_half_a_tenth_is_rounded_up() -> None:
    """0.25 of 33.4 are 8.35; Python's own round would make 8.3 of it."""
    form = form_of(section("a", 33.4, question("tone", 'kind = "points"\npoints = 4')), section("b", 66.6))
    assert score(form, {"tone": Answer(1), "b_one": Answer("no")}).score == 8.4


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("greeted", "maybe", "form_yes_or_no"),
        ("greeted", "Yes", "form_yes_or_no"),
        ("greeted", 1, "form_yes_or_no"),
        ("tone", "yes", "form_points_out_of_range"),
        ("tone", -1, "form_points_out_of_range"),
        ("tone", 4, "form_points_out_of_range"),
        ("tone", "3", "form_points_out_of_range"),
        ("smile", "yes", "form_unknown_question"),
    ],
)
def test_an_answer_that_is_none_is_a_fault_of_its_question(name: str, value: str | int, rule: str) -> None:
    assert rules(FORM, answers(**{name: value})) == [(name, rule)]
    with pytest.raises(AnswersError):
        score(FORM, answers(**{name: value}))


def test_na_only_where_the_form_allows_it() -> None:
    form = form_of(section("a", 100))
    assert rules(form, {"a_one": Answer("na")}) == [("a_one", "form_no_na")]


def test_every_question_must_be_answered() -> None:
    given = answers()
    del given["tone"], given["secret"]
    assert rules(FORM, given) == [("tone", "form_unanswered"), ("secret", "form_unanswered")]


# --- any answers at all -----------------------------------------------------------------------------------


def choices(known: Question) -> list[str | int]:
    """From the worst to the best."""
    return list(known.options) if known.options else ["no", "yes"]


def of_form(form: Form) -> st.SearchStrategy[dict[str, Answer]]:
    each = {
        name: st.sampled_from([*choices(known), *(["na"] if known.na else [])]).map(Answer)
        for name, known in form.questions.items()
    }
    return st.fixed_dictionaries(each)


@given(of_form(SERVICE))
def test_any_answers_give_a_score_between_0_and_100_to_the_tenth(given: dict[str, Answer]) -> None:
    scored = score(SERVICE, given)
    for value in (scored.score, *scored.sections.values()):
        assert 0 <= value <= 100
        assert value == round(value, 1)
    assert not (scored.passed and scored.score < SERVICE.passing)


@given(of_form(SERVICE), st.sampled_from(sorted(SERVICE.questions)), st.data())
def test_a_better_answer_never_lowers_the_score(
    given: dict[str, Answer], name: str, data: st.DataObject
) -> None:
    values = choices(SERVICE.questions[name])
    low = data.draw(st.integers(0, len(values) - 1))
    high = data.draw(st.integers(low, len(values) - 1))
    worse = score(SERVICE, given | {name: Answer(values[low])})
    better = score(SERVICE, given | {name: Answer(values[high])})
    assert worse.score <= better.score
    assert set(better.failed) <= set(worse.failed)
    assert better.passed or not worse.passed


# --- answers as JSON --------------------------------------------------------------------------------------


def test_answers_come_back_from_json_as_they_were() -> None:
    given = {"greeted": Answer("no", "未报工号\n第二行", 12.5), "tone": Answer(2), "secret": Answer("na")}
    assert decode(encode(given)) == given
    assert json.loads(encode(given))["tone"] == {"answer": 2}


def test_an_answer_may_stand_alone() -> None:
    assert decode('{"greeted": "yes", "tone": 3}') == {"greeted": Answer("yes"), "tone": Answer(3)}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "form_answers_unreadable"),
        ("[]", "form_answers_unreadable"),
        ("[" * 100_000, "form_answers_unreadable"),
        ('{"tone": {}}', "form_answer_keys"),
        ('{"tone": {"answer": 1, "points": 2}}', "form_answer_keys"),
        ('{"tone": true}', "form_answer_kind"),
        ('{"tone": 1.0}', "form_answer_kind"),
        ('{"tone": null}', "form_answer_kind"),
        ('{"tone": {"answer": {"answer": 1}}}', "form_answer_kind"),
        ('{"tone": 1, "tone": 2}', "form_answered_twice"),
        ('{"tone": {"answer": 1, "comment": 5}}', "form_comment"),
        ('{"tone": {"answer": 1, "comment": "a\\u202eb"}}', "form_comment"),
        (json.dumps({"tone": {"answer": 1, "comment": "x" * 501}}), "form_comment"),
        ('{"tone": {"answer": 1, "at_s": -1}}', "form_time_mark"),
        ('{"tone": {"answer": 1, "at_s": NaN}}', "form_time_mark"),
        ('{"tone": {"answer": 1, "at_s": Infinity}}', "form_time_mark"),
        ('{"tone": {"answer": 1, "at_s": 86401}}', "form_time_mark"),
        ('{"tone": {"answer": 1, "at_s": true}}', "form_time_mark"),
    ],
)
def test_what_are_no_answers_is_refused(text: str, rule: str) -> None:
    with pytest.raises(AnswersError) as raised:
        decode(text)
    assert [fault.rule for fault in raised.value.faults] == [rule]
    (fault,) = raised.value.faults
    for language in ("en", "zh_CN"):
        assert not say(rule, fault.named(), language).startswith(rule)


@given(st.text(max_size=60))
def test_no_text_brings_the_reading_down(text: str) -> None:
    with contextlib.suppress(AnswersError):
        assert isinstance(decode(text), dict)
