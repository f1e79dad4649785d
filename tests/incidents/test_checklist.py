"""The checklist: stable ids, answers that are normalised or refused with the mend, and what is still open."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.config_incidents import LADDERS
from ccd.events.incidents import CallFacts
from ccd.incidents.checklist import (
    TEXT_LIMIT,
    AnswerError,
    Question,
    check,
    completeness,
    known,
    question,
    questions,
    shown,
)
from tests.incidents.made import CALL

SECTIONS = [*questions("threat"), *questions("fire")]
ALL = [asked for section in SECTIONS for asked in section.questions]
IDS = [asked.id for asked in ALL]
THREAT = {asked.id for section in questions("threat") for asked in section.questions}
KEPT_ALREADY = """
    ask.from_where ask.looks ask.placed ask.trigger ask.what ask.when ask.where ask.who ask.why
    background.details background.sounds call.line call.minutes call.number_shown call.time
    caller.accent caller.age caller.gender caller.language caller.manner caller.sounds_like caller.speech
    caller.tongue caller.voice customer.complaint customer.facts customer.known
    event.danger event.hurt event.measures event.since event.what event.where event.who
    more.circumstances more.evidence more.evidence_where more.heard_by words.demand words.exact words.kind
"""


def test_no_id_under_which_answers_are_kept_is_gone() -> None:
    assert set(KEPT_ALREADY.split()) <= set(IDS)


def test_ids_stand_once_and_fit_everywhere() -> None:
    names = IDS + [section.id for section in SECTIONS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z_.]{1,64}", name) for name in names)
    assert all(asked.id.startswith(section.id + ".") for section in SECTIONS for asked in section.questions)


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.id)
def test_every_question_is_asked_in_both_languages(asked: Question) -> None:
    found = question(asked.id)
    assert found == asked
    assert re.search("[\u4e00-\u9fff]", found.zh)
    assert re.search("[A-Za-z]", found.en)
    assert found.weight > 0
    assert bool(found.options) is (found.kind in ("choice", "several"))
    codes = [option.code for option in found.options]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[a-z_]+", code) for code in codes)
    for words in ([option.zh for option in found.options], [option.en for option in found.options]):
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("ladder", [*LADDERS, "of_the_site"])
def test_every_ladder_has_a_checklist(ladder: str) -> None:
    assert (questions(ladder)[0].id == "call") is (ladder == "threat")


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("caller.gender", "male", "male"),
        ("caller.gender", " 女 ", "female"),
        ("caller.gender", "Female", "female"),
        ("caller.gender", "不清楚", "unknown"),
        ("caller.gender", "unknown", "unknown"),
        ("caller.voice", "hoarse,deep", "deep,hoarse"),
        ("caller.voice", "沙哑、低沉，沙哑；", "deep,hoarse"),
        ("caller.voice", "不详", "unknown"),
        ("background.sounds", "television or radio; Traffic", "traffic,television"),
        ("call.minutes", "3", "3"),
        ("call.minutes", "０７．５０", "7.5"),
        ("call.minutes", "不详", "unknown"),
        ("call.minutes", "1440", "1440"),
        ("event.hurt", "0", "0"),
        ("words.exact", "  我要\r\n炸楼\u2028明天 ", "我要\n炸楼\n明天"),
        ("words.exact", "a\0b\x1b[31m\u202ec", "a\ufffdb\ufffd[31m\ufffdc"),
        ("words.exact", "x" * TEXT_LIMIT, "x" * TEXT_LIMIT),
        ("words.exact", "👨‍👩‍👧 <b>", "👨‍👩‍👧 <b>"),
    ],
)
def test_answers_are_normalised(name: str, given: str, kept: str) -> None:
    assert check(name, given) == kept


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("caller.gender", "robot", "caller.gender: 'robot' is none of male, female, unknown"),
        ("caller.gender", "male,female", "is none of"),
        ("caller.voice", "deep,green", "'green' is none of loud, soft"),
        ("caller.voice", "deep,unknown", "stands alone"),
        ("caller.voice", ",、;", "is empty"),
        ("caller.voice", "", "is empty"),
        ("words.exact", " \r\n\t ", "is empty"),
        ("words.exact", "x" * (TEXT_LIMIT + 1), "4001 characters; at most 4000"),
        ("words.exact", "x" * 1_000_000, "1000000 characters; at most 4000"),
        ("call.minutes", "1441", "no number of 0 - 1440"),
        ("call.minutes", "-1", "no number"),
        ("call.minutes", "1e3", "no number"),
        ("call.minutes", "nan", "no number"),
        ("call.minutes", "٣", "no number"),
        ("no.such", "x", "question 'no.such'"),
        ("x" * 1_000_000, "x", "question 'xxx"),
        ("a\nb", "x", "question 'a b'"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_mend(name: str, given: str, says: str) -> None:
    with pytest.raises(AnswerError) as refused:
        check(name, given)
    assert says in str(refused.value)
    for language in ("zh_CN", "en"):
        text = refused.value.text(language)
        assert bool(re.search("[\u4e00-\u9fff]", text)) is (language != "en")
        assert len(text) < 400
        assert text.isprintable()


def test_a_question_of_another_ladder_is_refused() -> None:
    assert check("event.what", "smoke", "fire") == "smoke"
    with pytest.raises(AnswerError, match="has none of this name"):
        check("caller.voice", "deep", "fire")


@given(st.sampled_from(ALL), st.text(max_size=60))
def test_a_kept_answer_is_taken_again_as_it_is(asked: Question, given: str) -> None:
    name = asked.id
    try:
        kept = check(name, given)
    except AnswerError:
        return
    assert check(name, kept) == kept
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]", kept)


@pytest.mark.parametrize("asked", [each for each in ALL if each.options], ids=lambda asked: asked.id)
def test_every_option_is_known_by_its_code_and_its_words(asked: Question) -> None:
    found = question(asked.id)
    for option in found.options:
        assert {check(found.id, given) for given in (option.code, option.zh, option.en)} == {option.code}
        assert shown(found.id, option.code, "zh") == option.zh
        assert shown(found.id, option.code, "en") == option.en


def test_nothing_answered_is_nothing_and_all_answered_is_one() -> None:
    assert completeness({}).total == 0
    full = completeness(dict.fromkeys(THREAT, "x"))
    assert full.total == 1
    assert all(part == 1 for _, part in full.sections)
    assert all(has for _, has in full.questions)


def test_completeness_tells_each_question_and_weighs_them() -> None:
    found = completeness({"words.exact": "…", "caller.gender": "male", "no.such": "x", "ask.why": "  "})
    weights = {asked.id: asked.weight for asked in ALL if asked.id in THREAT}
    assert found.total == pytest.approx(
        (weights["words.exact"] + weights["caller.gender"]) / sum(weights.values())
    )
    assert {name for name, has in found.questions if has} == {"words.exact", "caller.gender"}
    assert [name for name, _ in found.questions] == [name for name in IDS if name in THREAT]
    assert dict(found.sections)["ask"] == 0
    assert 0 < dict(found.sections)["words"] < 1


@given(st.sets(st.sampled_from(sorted(THREAT))), st.sampled_from(sorted(THREAT)))
def test_one_more_answer_never_makes_it_less_complete(answered: set[str], more: str) -> None:
    before = completeness(dict.fromkeys(answered, "x")).total
    after = completeness(dict.fromkeys(answered | {more}, "x")).total
    assert 0 <= before <= after <= 1
    assert (after > before) is (more not in answered)


def test_the_generic_checklist_is_measured_by_its_own_questions() -> None:
    assert completeness({"event.what": "x", "words.exact": "x"}, "leak").total == pytest.approx(4 / 20)


def test_what_the_pbx_knows_needs_no_asking() -> None:
    found = known(CALL, "Asia/Shanghai")
    assert found["call.time"] == "2026-11-22 09:00:00 +0800"
    assert found["call.number_shown"] == "13800000000"
    assert "4001234567" in found["call.line"]
    assert all(check(name, answer) == answer for name, answer in found.items())
    assert known(CallFacts(), "Asia/Shanghai") == {}
