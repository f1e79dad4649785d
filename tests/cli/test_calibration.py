"""`ccd qa calibration` and `ccd qa form` as a QA manager and analysts use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.quality_home import AGENT, FOUND, GOOD, MANAGER, ONE, REFUSED, TWO, USAGE, made, read
from tests.cli.real import Home
from tests.quality.forms import SMALL

BEST = {"greeted": "yes", "tone": 3, "secret": "yes", "verified": "yes"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = made(tmp_path_factory.mktemp("home"), {"aaaaaaaaaaaa": ONE})
    with home.daemon():
        yield home


def opened(home: Home, *more: str) -> str:
    done = home.ccd(
        *("qa", "calibration", "open", "--evaluation", "aaaaaaaaaaaa", "--analysts", f"{ONE},{TWO}"),
        *("--by", MANAGER, "--json", *more),
    )
    assert done.returncode == GOOD, done.stderr
    return str(json.loads(done.stdout)["result"]["session"])


def score(home: Home, tmp_path: Path, session: str, actor: str, **given: object) -> tuple[int, str]:
    (tmp_path / "answers.json").write_text(json.dumps(BEST | given))
    asked = ("qa", "calibration", "score", session, "--by", actor)
    done = home.ccd(*asked, "--answers", str(tmp_path / "answers.json"))
    return done.returncode, done.stderr


def test_three_score_one_call_and_are_compared(running: Home, tmp_path: Path) -> None:
    session = opened(running)
    assert score(running, tmp_path, session, ONE, tone=1) == (GOOD, "")
    told = read(running, "calibration", "show", session)
    assert (told["state"], told["missing"]) == ("open", [TWO, MANAGER])
    assert "scores" not in told
    assert "scores are told when it closes" in running.ccd("qa", "calibration", "show", session).stdout
    done = running.ccd("qa", "calibration", "score", session, "--by", TWO, typed="yes\n2\nyes\nyes\n")
    assert done.returncode == GOOD, done.stderr
    assert score(running, tmp_path, session, MANAGER) == (GOOD, "")
    told = read(running, "calibration", "show", session)
    assert told["scores"] == {ONE: 70.0, TWO: 85.0, MANAGER: 100.0}
    assert told["deviations"] == {ONE: -30.0, TWO: -15.0}
    assert told["disputed"] == ["tone"]
    text = running.ccd("qa", "calibration", "show", session, "--lang", "zh_CN").stdout
    assert "答案不一致的项目：tone" in text
    board = read(running, "calibration", "board")
    assert {row["analyst"]: row["mean"] for row in board["analysts"]} == {ONE: -30.0, TWO: -15.0}
    assert f"{ONE}: -30 points off the expert" in running.ccd("qa", "calibration", "board").stdout


def test_the_manager_closes_early_and_the_list_tells_it(running: Home) -> None:
    session = opened(running, "--due", read_today(running))
    assert running.ccd("qa", "calibration", "close", session, "--by", ONE).returncode == REFUSED
    assert running.ccd("qa", "calibration", "close", session, "--by", MANAGER).returncode == GOOD
    again = running.ccd("qa", "calibration", "close", session, "--by", MANAGER)
    assert (again.returncode, "is closed" in again.stderr) == (REFUSED, True)
    (row,) = (one for one in read(running, "calibration", "list")["sessions"] if one["session"] == session)
    assert (row["state"], row["alpha"], row["why"]) == ("closed", None, "asked")


def read_today(home: Home) -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return f"{datetime.now(ZoneInfo('Asia/Shanghai')).date()}"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--by", ONE), "only the QA manager"),
        (("--by", MANAGER, "--form", "nope"), "there is no form nope; there are: listening, service, small"),
        (("--by", MANAGER, "--expert", ONE), "the expert not among them"),
        (("--by", MANAGER, "--unit", "u"), "one of them"),
        (("--by", MANAGER, "--due", "soon"), "must be a day"),
    ],
)
def test_what_cannot_be_opened_is_explained(running: Home, more: tuple[str, ...], said: str) -> None:
    asked = ("qa", "calibration", "open", "--evaluation", "aaaaaaaaaaaa", "--analysts", f"{ONE},{TWO}")
    before = len(read(running, "calibration", "list")["sessions"])
    done = running.ccd(*asked, *more)
    assert (done.returncode, said in done.stderr) == (REFUSED, True), done.stderr
    assert len(read(running, "calibration", "list")["sessions"]) == before


def test_a_call_that_nobody_sampled_is_none(running: Home) -> None:
    asked = ("qa", "calibration", "open", "--analysts", f"{ONE},{TWO}", "--by", MANAGER)
    for named in (
        ("--evaluation", "../../etc"),
        ("--unit", "nosuch"),
        ("--unit", "u", "--day", "2026-03-02"),
    ):
        done = running.ccd(*asked, *named)
        assert (done.returncode, "there is no such conversation" in done.stderr) == (REFUSED, True)


def test_a_score_that_is_none_names_its_question(running: Home, tmp_path: Path) -> None:
    session = opened(running)
    code, error = score(running, tmp_path, session, ONE, tone=9)
    assert (code, error) == (USAGE, "tone: points out of range; give one of 0, 1, 2, 3\n")
    code, error = score(running, tmp_path, session, AGENT)
    assert (code, "is not asked to score" in error) == (REFUSED, True)
    code, error = score(running, tmp_path, "nosuchsession", ONE)
    assert (code, "there is no calibration nosuchsession" in error) == (FOUND, True)


# --- forms ------------------------------------------------------------------------------------------------


def test_the_forms_in_force_are_listed_and_shown(running: Home) -> None:
    assert [row["form"] for row in read(running, "form", "list")["forms"]] == [
        "listening",
        "service",
        "small",
    ]
    told = read(running, "form", "show")
    assert (told["name"], told["section"][0]["question"][1]["options"]) == ("small", [0, 1, 2, 3])
    text = running.ccd("qa", "form", "show", "service", "--lang", "zh_CN").stdout
    assert "核实客户姓名和证件 [yes=5/no=0/na; 关键项：答“否”则整通不合格]" in text.replace(
        "告知或变更任何信息之前，", ""
    )
    done = running.ccd("qa", "form", "show", "nope")
    assert (done.returncode, "there is no form nope" in done.stderr) == (USAGE, True)


def test_a_file_is_checked_with_every_fault_at_once(running: Home, tmp_path: Path) -> None:
    file = tmp_path / "form.toml"
    file.write_text(
        SMALL.replace("weight = 40", "weight = 39.9").replace("points = 1", "points = 0"), "utf-8"
    )
    done = running.ccd("qa", "form", "check", str(file))
    assert done.returncode == USAGE
    assert f"{file}: section: the weights add up to 99.9; change them" in done.stderr
    assert f"{file}: section 1 (manner), question 1 (greeted), points: must be a whole number" in done.stderr
    told = running.ccd("qa", "form", "check", str(file), "--json", "--lang", "zh_CN")
    assert len(json.loads(told.stdout)["faults"]) == 2
    file.write_text(SMALL, "utf-8")
    good = running.ccd("qa", "form", "check", str(file))
    assert (good.returncode, "form small" in good.stdout) == (GOOD, True)
    gone = running.ccd("qa", "form", "check", "gone.toml")
    assert (gone.returncode, "gone.toml" in gone.stderr) == (USAGE, True)


def test_a_faulty_form_is_refused_at_the_reload_and_the_old_ones_stay(running: Home) -> None:
    file = running.folder / "forms/small.toml"
    try:
        file.write_text(SMALL.replace("weight = 40", "weight = 41"), "utf-8")
        done = running.ccd("reload")
        assert done.returncode != GOOD
        assert "small.toml: section: the weights add up to 101" in done.stderr + done.stdout
        assert opened(running)  # by the form small, as it was
    finally:
        file.write_text(SMALL, "utf-8")
    assert running.ccd("reload").returncode == GOOD
