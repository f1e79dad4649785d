"""Every fact and every telling has its words in both languages, and a stranger's text stays text."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.events.incidents import (
    FACTS,
    ActRefused,
    Arrived,
    CallEndedMeanwhile,
    CallFacts,
    DetailGiven,
    DrillJudged,
    EvidenceKept,
    IncidentClosed,
    IncidentFact,
    IncidentOpened,
    PersonTold,
    PoliceAnswered,
    PoliceDialling,
    PoliceDue,
    RungBegan,
    StoodDown,
)
from ccd.handlers.incidents import REASONS
from ccd.incidents.acts import ACTS
from ccd.incidents.wording import KINDS, TEMPLATES, line, telling, who
from ccd.incidents.words import WORDS, duration, local_time, size, visible
from tests.incidents.made import AT, CALL, NAMES, made

LANGUAGES = ("zh", "en")
CHINESE = re.compile("[\u4e00-\u9fff]")
HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\r\n\t\0\x1b\x85\u2028\u202e\u2066{}<>&\"'=+-@")), max_size=40
)
TELLINGS = (
    "report warn_police police_due dial_yourself police_dialling police_answered police_failed arrived "
    "stood_down closed nobody_on_duty level_skipped not_saved not_recorded unproven"
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
def test_every_fact_has_its_words(kind: type[IncidentFact], language: str) -> None:
    said = line(made(kind), language, {})
    assert bool(CHINESE.search(said.replace("张三", ""))) is (language == "zh")
    assert len(said) > 5
    assert "{" not in said


def test_there_are_words_for_no_other_fact() -> None:
    assert {name.split(" ")[0] for name in TEMPLATES} == {kind.__name__ for kind in FACTS}


@pytest.mark.parametrize("name", TEMPLATES)
def test_both_languages_say_the_same_things(name: str) -> None:
    english, chinese = (
        sorted((field, kind) for _, field, kind, _ in string.Formatter().parse(each) if field)
        for each in TEMPLATES[name]
    )
    assert english == chinese


@pytest.mark.parametrize(
    ("fact", "english", "chinese"),
    [
        (made(RungBegan, people=()), "NOBODY", "无人可通知"),
        (made(IncidentOpened, drill=True), "[DRILL] threat call", "【演练】"),
        (made(IncidentOpened, by="", how="adopted"), "reported by 张三 (1001)", "张三 (1001) 报告要挟电话"),
        (made(IncidentOpened, facts=CallFacts()), "by 李经理 (3001) (by phone): ", "（用电话）"),
        (made(Arrived, by="", seat=""), "(shown by phone)", "（用电话证明）"),
        (made(PersonTold, person=""), "everybody concerned", "全体相关人员"),
        (made(PoliceDue, late_s=0.4, why="deadline"), "the police are due: nobody", "应当报警：规定时间内"),
        (made(PoliceDue, late_s=62.0, why="cannot_come"), ", 1 min 2 s late: ", "（晚了 1 分 2 秒）"),
        (made(PoliceDialling, live=False), "read back", "读回"),
        (made(EvidenceKept, final=False), "while the recording goes on", "录音进行中"),
        (made(EvidenceKept, final=True), "evidence kept", "证据已保存"),
        (made(CallEndedMeanwhile, caller_kept=True), "for tracing", "以便追查"),
        (made(DrillJudged, passed=False), "FAILED: nobody acknowledged", "演练不合格"),
        (made(DrillJudged, passed=True), "passed", "合格"),
        (made(DetailGiven), "Voice: deep, hoarse", "嗓音：低沉、沙哑"),
        (made(DetailGiven, question="gone.since"), "gone.since", "gone.since"),
        (made(StoodDown, reason="manager_here"), "the manager is here", "经理已到场"),
        (made(StoodDown, reason="he rang back"), "he rang back", "he rang back"),
        (
            made(StoodDown, person="", role="", reason="drill over", how="clock", by="ccd"),
            "ccd stood the police down (by the clock): the drill is over",
            "ccd 取消报警（由计时器）：演练结束",
        ),
        (
            made(IncidentClosed, person="", by="ccd", outcome="drill"),
            "closed by ccd: the drill is over",
            "ccd 结束了事件：演练结束",
        ),
        (
            made(IncidentClosed, outcome="he rang back"),
            "closed by 王班长 (2001): he rang back",
            "王班长 (2001) 结束了事件：he rang back",
        ),
    ],
)
def test_a_line_says_what_differs(fact: IncidentFact, english: str, chinese: str) -> None:
    assert english in line(fact, "en", NAMES)
    assert chinese in line(fact, "zh_CN", NAMES)


@given(text=HOSTILE, kind=st.sampled_from(FACTS), language=st.sampled_from(LANGUAGES))
def test_a_strangers_text_makes_neither_a_second_line_nor_a_template(
    text: str, kind: type[IncidentFact], language: str
) -> None:
    said = line(made(kind, text), language, {text: text})
    assert len(said.splitlines()) == 1
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", said)


@given(HOSTILE)
def test_braces_of_a_stranger_are_only_braces(text: str) -> None:
    assert "{facts.seat}" + visible(text) in line(made(RungBegan, people=("{facts.seat}" + text,)), "en", {})


@pytest.mark.parametrize(
    ("fact", "code"), [(made(PoliceAnswered), ""), (made(IncidentOpened, by=""), "1001")]
)
def test_who_did_it_is_a_person_or_nobody(fact: IncidentFact, code: str) -> None:
    assert who(fact) == code


def told(
    kind: str,
    language: str,
    facts: CallFacts = CALL,
    *,
    drill: bool = False,
    saved: str = "store",
    note: str = "",
) -> tuple[str, str]:
    return telling("threat", drill, facts, AT, "Asia/Shanghai", language, note, saved, "110-777", kind)


def test_there_is_a_telling_of_every_kind() -> None:
    assert sorted(TELLINGS.split()) == sorted(KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_telling_gives_the_facts(kind: str, language: str) -> None:
    subject, text = told(kind, language)
    assert bool(CHINESE.search(subject)) is (language == "zh")
    for each in ("A12", "张三 (1001)", "13800000000", "刘某", "4001234567", "support"):
        assert each in text
    assert "2026-11-22 09:02:03 +0800" in text
    assert text.startswith(subject + "\n")
    assert "{" not in subject + text


@pytest.mark.parametrize(
    ("kind", "drill", "saved", "chinese", "english"),
    [
        ("report", False, "store", "要挟电话", "threat call"),
        ("report", True, "store", "【演练】要挟", "[DRILL] threat"),
        ("report", False, "memory", "【未保存】要挟", "[NOT SAVED] threat"),
        ("report", False, "spool", "要挟电话", "threat call"),
        ("not_saved", False, "store", "【未保存】要挟", "[NOT SAVED] threat"),
        ("report", True, "memory", "【演练】【未保存】要挟", "[DRILL] [NOT SAVED] threat"),
    ],
)
def test_drills_and_what_is_not_saved_say_so_first(
    kind: str, drill: bool, saved: str, chinese: str, english: str
) -> None:
    for language, begins in (("zh", chinese), ("en", english)):
        subject, text = told(kind, language, drill=drill, saved=saved)
        assert subject.startswith(begins)
        assert text.startswith(begins)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_drill_names_the_police_number(kind: str, language: str) -> None:
    subject, text = told(kind, language, drill=True)
    assert "110-777" not in subject + text
    assert "YOURSELF" not in subject
    assert ("请勿真的拨打" if language == "zh" else "Do NOT dial") in text


@pytest.mark.parametrize("kind", ["dial_yourself", "police_failed"])
def test_whoever_has_to_dial_is_given_the_number_or_told_that_there_is_none(kind: str) -> None:
    assert "110-777" in told(kind, "zh")[1]
    _, text = telling("threat", False, CALL, AT, "Asia/Shanghai", "en", "", "store", "", kind)
    assert "no number is set" in text


@given(text=HOSTILE, kind=st.sampled_from(KINDS), language=st.sampled_from(LANGUAGES))
def test_a_strangers_text_adds_no_line_to_a_telling(text: str, kind: str, language: str) -> None:
    facts = CallFacts(seat=text, agent_name=text, caller_name=text, caller_number=text, customer=text)
    subject, body = told(kind, language, facts)
    assert len(subject.splitlines()) == 1
    plain = told(
        kind, language, CallFacts(seat="x", agent_name="x", caller_name="x", caller_number="x", customer="x")
    )
    assert len(body.splitlines()) <= len(plain[1].splitlines())


def test_a_note_keeps_its_lines() -> None:
    assert "Note: a\nb" in told("report", "en", note="a\r\nb")[1]


@pytest.mark.parametrize(
    ("at", "zone", "shown"),
    [
        ("2026-10-25T00:30:00+00:00", "Europe/Berlin", "2026-10-25 02:30:00 +0200"),
        ("2026-10-25T01:30:00+00:00", "Europe/Berlin", "2026-10-25 02:30:00 +0100"),
        ("2026-03-29T01:00:00+00:00", "Europe/Berlin", "2026-03-29 03:00:00 +0200"),
    ],
)
def test_the_offset_tells_the_hours_of_a_clock_change_apart(at: str, zone: str, shown: str) -> None:
    assert local_time(AT.fromisoformat(at), zone) == shown


@pytest.mark.parametrize(
    ("seconds", "english"),
    [(0.2, "0 s"), (59.6, "1 min"), (860, "14 min 20 s"), (7261, "2 h 1 min 1 s"), (-3, "0 s")],
)
def test_durations_are_told_to_the_second(seconds: float, english: str) -> None:
    assert duration(seconds, "en") == english


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0 B"), (9_999, "9,999 B"), (57_600_044, "57.6 MB"), (12_345, "12.3 kB")]
)
def test_sizes_are_told(number: int, shown: str) -> None:
    assert size(number) == shown


@pytest.mark.parametrize("why", ["report", "acknowledged", "not_acknowledged", "nobody", "time"])
def test_it_is_told_why_a_rung_began(why: str) -> None:
    assert f"（{WORDS['begun'][why][1]}）" in line(made(RungBegan, why=why), "zh", {})


@pytest.mark.parametrize("reason", REASONS.values())
def test_a_reason_chosen_by_a_key_is_told_in_words(reason: str) -> None:
    assert line(made(StoodDown, reason=reason), "zh", {}).endswith(f"：{WORDS['reason'][reason][1]}")


@pytest.mark.parametrize("act", ACTS)
def test_a_refused_act_is_named_in_words(act: str) -> None:
    assert f"“{WORDS['act'][act][1]}”" in line(made(ActRefused, act=act), "zh", {})


def test_every_code_has_two_words() -> None:
    for words in WORDS.values():
        assert all(english and chinese for english, chinese in words.values())
