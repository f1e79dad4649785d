"""`ccd qa` as an analyst, an agent and a QA manager use it: lists, scoring, disputes, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccd.cli.scoring_talk import typed
from ccd.quality.answers import Answer
from tests.cli.quality_home import (
    AGENT,
    FOUND,
    GOOD,
    LEAD,
    MANAGER,
    NOBODY,
    ONE,
    REFUSED,
    TWO,
    USAGE,
    made,
    read,
)
from tests.cli.real import Home

BEST = {"greeted": "yes", "tone": 3, "secret": "yes", "verified": "yes"}
IDS = [
    f"{word:a<12}" for word in ("faults", "typed", "second", "life", "back", "given", "void", "other", "edit")
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = made(tmp_path_factory.mktemp("home"), dict.fromkeys(IDS, ONE) | {"otheraaaaaaa": TWO})
    with home.daemon():
        yield home


def of(word: str) -> str:
    return f"{word:a<12}"


def state(home: Home, name: str) -> str:
    return str(read(home, "show", name, "--by", MANAGER)["state"])


def by_file(
    home: Home, tmp_path: Path, name: str, actor: str, what: str = "score", **given: object
) -> tuple[int, str]:
    (tmp_path / "answers.json").write_text(json.dumps(BEST | given))
    done = home.ccd("qa", what, name, "--by", actor, "--answers", str(tmp_path / "answers.json"))
    return done.returncode, done.stderr


# --- lists and rights -------------------------------------------------------------------------------------


def test_an_analyst_has_a_list_of_their_own(running: Home) -> None:
    mine = {row["evaluation"] for row in read(running, "list", "--mine", TWO)["evaluations"]}
    assert mine == {of("other")}
    told = running.ccd("qa", "list", "--mine", TWO, "--lang", "zh_CN").stdout
    assert of("other") in told
    assert "已分配" in told


@pytest.mark.parametrize(
    ("by", "sees"), [(ONE, False), (AGENT, False), (NOBODY, False), (LEAD, True), (MANAGER, True)]
)
def test_others_see_of_a_list_what_is_theirs_to_see(running: Home, by: str, sees: bool) -> None:
    rows = read(running, "list", "--analyst", TWO, "--by", by)["evaluations"]
    assert [row["evaluation"] for row in rows] == ([of("other")] if sees else [])
    if by == LEAD:
        assert "score" not in rows[0]
    shown = running.ccd("qa", "show", of("other"), "--by", by)
    assert shown.returncode == (GOOD if sees else FOUND)


@pytest.mark.parametrize("name", ["nosuch", "../../etc/passwd", "a' or 1=1 --"])
def test_what_is_none_and_what_is_not_yours_are_told_in_the_same_words(running: Home, name: str) -> None:
    for asked in (name, of("other")):
        done = running.ccd("qa", "show", asked, "--by", AGENT)
        assert done.returncode == FOUND
        assert done.stderr == f"there is no evaluation {asked} that you may see; `ccd qa list` shows them\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list",), "who looks?"),
        (("list", "--by", "nobody"), "nobody in the roster has nobody"),
        (("list", "--by", ONE, "--state", "lost"), "there is no state lost"),
        (("list", "--by", ONE, "--from", "soon"), "soon"),
    ],
)
def test_a_list_that_cannot_be_is_explained(running: Home, arguments: tuple[str, ...], said: str) -> None:
    done = running.ccd("qa", *arguments)
    assert done.returncode == USAGE
    assert said in done.stderr


# --- scoring ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tone": 4}, "tone: points out of range; give one of 0, 1, 2, 3"),
        ({"tone": -1}, "tone: points out of range"),
        ({"greeted": "perhaps"}, "greeted: answer it with yes or no"),
        ({"smile": "yes"}, "smile: the form small has no such question"),
    ],
)
def test_an_answer_that_is_none_is_named_by_its_question_and_nothing_is_kept(
    running: Home, tmp_path: Path, given: dict[str, object], said: str
) -> None:
    code, error = by_file(running, tmp_path, of("faults"), ONE, **given)
    assert code == USAGE
    assert said in error
    assert state(running, of("faults")) == "claimed"


def test_a_file_that_is_no_json_changes_nothing(running: Home, tmp_path: Path) -> None:
    before = state(running, of("back"))
    for text in ("{", "[]", '{"tone": 1, "tone": 2}'):
        (tmp_path / "answers.json").write_text(text)
        done = running.ccd(
            "qa", "score", of("back"), "--by", ONE, "--answers", str(tmp_path / "answers.json")
        )
        assert done.returncode == USAGE
    gone = running.ccd("qa", "score", of("back"), "--by", ONE, "--answers", str(tmp_path / "gone.json"))
    assert gone.returncode == USAGE
    assert "gone.json" in gone.stderr
    assert state(running, of("back")) == before


TYPED = """perhaps
y @1:23 gave no number
5
2
<
是 ＠1：05 未报工号
1
na
yes
"""


def test_at_a_terminal_it_is_asked_question_by_question(running: Home) -> None:
    done = running.ccd("qa", "score", of("typed"), "--by", ONE, typed=TYPED)
    assert done.returncode == GOOD, done.stderr
    assert "greeted: answer it with yes or no" in done.stderr
    assert "tone: points out of range; give one of 0, 1, 2, 3" in done.stderr
    told = read(running, "show", of("typed"), "--by", ONE)
    assert told["answers"] == {
        "greeted": {"answer": "yes", "comment": "gave no number", "at_s": 83.0},
        "tone": {"answer": 1},
        "secret": {"answer": "na"},
        "verified": {"answer": "yes"},
    }
    assert (told["score"], told["passed"]) == (70.0, True)
    text = running.ccd("qa", "show", of("typed"), "--by", ONE).stdout
    assert "greeted?: yes @1:23 gave no number" in text


@pytest.mark.parametrize("given_up", ["yes\n.\n", "yes\n"])
def test_who_gives_up_in_the_midst_keeps_nothing(running: Home, given_up: str) -> None:
    done = running.ccd("qa", "score", of("faults"), "--by", ONE, typed=given_up)
    assert done.returncode == 130
    assert "nothing was kept" in done.stderr
    assert state(running, of("faults")) == "claimed"


def test_there_is_no_second_scorer(running: Home, tmp_path: Path) -> None:
    assert by_file(running, tmp_path, of("second"), ONE) == (GOOD, "")
    code, error = by_file(running, tmp_path, of("second"), MANAGER)
    assert code == REFUSED
    assert "there is no second scorer" in error
    code, error = by_file(running, tmp_path, of("second"), ONE)
    assert (code, "there is no second scorer" in error) == (REFUSED, True)
    code, error = by_file(running, tmp_path, of("other"), ONE)
    assert code == FOUND


def test_a_score_is_edited_released_disputed_and_resolved(running: Home, tmp_path: Path) -> None:
    name = of("life")
    assert by_file(running, tmp_path, name, ONE, tone=0) == (GOOD, "")
    assert read(running, "show", name, "--by", ONE)["score"] == 55.0
    assert by_file(running, tmp_path, name, ONE, "edit", tone=1) == (GOOD, "")
    assert running.ccd("qa", "show", name, "--by", AGENT).returncode == FOUND
    assert running.ccd("qa", "dispute", name, "--by", AGENT, "--reason", "x").returncode == REFUSED
    assert running.ccd("qa", "release", name, "--by", ONE).returncode == REFUSED
    assert running.ccd("qa", "release", name, "--by", MANAGER).returncode == GOOD
    seen = read(running, "show", name, "--by", AGENT)
    assert seen["passed"] is True
    assert not {"score", "answers", "analyst"} & set(seen)
    code, error = by_file(running, tmp_path, name, ONE, "edit", tone=3)
    assert (code, "only after" in error or "is edited after" in error) == (REFUSED, True)
    assert running.ccd("qa", "dispute", name, "--by", AGENT, "--reason", "tone was fine").returncode == GOOD
    resolve = ("qa", "resolve", name, "--outcome", "amended", "--reason", "it was")
    assert running.ccd(*resolve, "--by", ONE, "--score", "85").returncode == REFUSED
    for score in ("100.1", "-1", "much"):
        assert running.ccd(*resolve, "--by", MANAGER, "--score", score).returncode == REFUSED
    assert running.ccd(*resolve, "--by", MANAGER, "--score", "85").returncode == GOOD
    told = read(running, "show", name, "--by", MANAGER)
    assert (told["state"], told["score"], told["outcome"]) == ("resolved", 85.0, "amended")
    assert running.ccd("qa", "dispute", name, "--by", AGENT, "--reason", "again").returncode == REFUSED
    noted = running.ccd("qa", "note", name, "talked it over", "--by", LEAD)
    assert (noted.returncode, noted.stderr) == (GOOD, "")
    shown = running.ccd("qa", "show", name, "--by", MANAGER).stdout
    for said in (f"disputed by {AGENT}: tone was fine", f"amended by {MANAGER}: it was", "talked it over"):
        assert said in shown
    theirs = running.ccd("qa", "show", name, "--by", AGENT).stdout
    assert "tone was fine" not in theirs
    assert "0:00" not in theirs


def test_an_edit_at_the_terminal_keeps_what_is_not_changed(running: Home, tmp_path: Path) -> None:
    assert by_file(running, tmp_path, of("edit"), ONE, tone=1) == (GOOD, "")
    done = running.ccd("qa", "edit", of("edit"), "--by", ONE, typed="\n3\n\n\n")
    assert done.returncode == GOOD, done.stderr
    told = read(running, "show", of("edit"), "--by", ONE)
    assert (told["score"], told["edition"]) == (100.0, 2)


# --- the QA manager's day ---------------------------------------------------------------------------------


def test_the_manager_gives_work_to_somebody_else_and_declares_void(running: Home) -> None:
    assert running.ccd("qa", "reassign", of("given"), TWO, "--by", ONE).returncode == REFUSED
    assert running.ccd("qa", "reassign", of("given"), TWO, "--by", MANAGER).returncode == GOOD
    assert read(running, "show", of("given"), "--by", MANAGER)["analyst"] == TWO
    assert running.ccd("qa", "void", of("void"), "--by", MANAGER, "--reason", "noise").returncode == GOOD
    assert state(running, of("void")) == "void"


def test_who_gives_it_back_is_rid_of_it(running: Home) -> None:
    assert running.ccd("qa", "claim", of("back"), "--by", ONE).returncode == GOOD
    done = running.ccd("qa", "return", of("back"), "--by", ONE, "--reason", "I know the customer")
    assert done.returncode == GOOD, done.stderr
    assert read(running, "show", of("back"), "--by", MANAGER)["analyst"] != ONE


def test_the_day_is_planned_and_seen(running: Home) -> None:
    assert running.ccd("qa", "day-plan", TWO, "today", "--cap", "7", "--by", ONE).returncode == REFUSED
    for day in ("today", "tomorrow"):
        assert running.ccd("qa", "day-plan", TWO, day, "--cap", "7", "--by", MANAGER).returncode == GOOD
    rows = {row["analyst"]: row for row in read(running, "analysts")["analysts"]}
    assert rows[TWO]["cap"] == 7
    assert f"{TWO}:" in running.ccd("qa", "analysts").stdout


# --- what is typed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", Answer("yes")),
        ("Y", Answer("yes")),
        ("否", Answer("no")),
        ("不适用", Answer("na")),
        ("3", Answer(3)),
        ("no @0:07", Answer("no", "", 7.0)),
        ("no @1:02:03 late", Answer("no", "late", 3723.0)),
        ("no mail me @5:00", Answer("no", "mail me @5:00")),
        ("no @5:75", Answer("no", "@5:75")),
        ("no   spaced  out ", Answer("no", "spaced  out")),
        ("maybe", Answer("maybe")),
        ("-1", Answer("-1")),
    ],
)
def test_an_answer_is_typed_with_a_time_mark_and_a_comment(text: str, answer: Answer) -> None:
    assert typed(text) == answer
