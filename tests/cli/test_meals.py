"""`ccd meal` beside a daemon that runs, and its ledger after it has stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.real import Home

GOOD, USAGE, UNREACHABLE, REFUSED = 0, 2, 3, 4
LEAD, AGENTS = "6021", tuple(str(6001 + number) for number in range(16))
ZONE = ZoneInfo("Asia/Shanghai")
CONFIG = """
[daemon]
timezone = "Asia/Shanghai"
[metrics]
port = 0
[agi]
port = 0
[simulator]
agents = 16
calls_per_hour = 60
[policies.meals]
mode = "enforce"
unplanned = "refuse"
[policies.meals.windows.lunch]
start = "00:00"
minutes = 720
[policies.meals.windows.dinner]
start = "12:00"
minutes = 720
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    home.configure(CONFIG)
    return home


@pytest.fixture(scope="module")
def running(home: Home) -> Iterator[Home]:
    with home.daemon():
        yield home


def read(home: Home, *arguments: str) -> Any:
    done = home.ccd(*arguments, "--json")
    assert done.stderr == ""
    return json.loads(done.stdout)


def people(team: dict[str, Any], *steps: str) -> set[str]:
    return {one["person"] for step in steps for one in team[step]}


def at_work(home: Home, *, number: int = 0) -> str:
    """Somebody who is at no meal: the simulated centre goes to some by itself."""
    teams = read(home, "meal", "board")["teams"]
    busy = set().union(*(people(team, "eating", "on_calls", "let") for team in teams))
    return [code for code in AGENTS if code not in busy][number]


def test_the_board_tells_each_teams_cap_and_how_it_came_about(running: Home) -> None:
    teams = read(running, "meal", "board")["teams"]
    assert teams
    for team in teams:
        assert team["because"].startswith(f"team {team['team']}")
        assert team["windows"][0]["window"] in ("lunch", "dinner")
    told = running.ccd("meal", "board", "--lang", "zh_CN")
    assert told.returncode == GOOD
    assert "班组" in told.stdout


def test_a_refusal_names_its_rule_and_a_lead_may_let_them_go_all_the_same(running: Home) -> None:
    person = at_work(running)
    refused = running.ccd("meal", "ask", person)
    assert refused.returncode == REFUSED
    assert "has no shift in the plan" in refused.stderr
    assert "没有排班" in running.ccd("meal", "ask", person, "--lang", "zh_CN").stderr
    granted = running.ccd("meal", "grant", person, "--by", LEAD, "--reason", "came in to help")
    assert (granted.returncode, granted.stderr) == (GOOD, "")
    assert "came in to help" in granted.stdout
    assert read(running, "meal", "ask", person)["rule"] == "meals_let"
    teams = read(running, "meal", "board")["teams"]
    assert any(person in people(team, "let", "eating", "on_calls") for team in teams)
    told = read(running, "meal", "log", "--person", person)
    assert [one["rule"] for one in told["refused"]] == ["meals_off_duty"] * 2
    assert told["totals"]["refused"] == 2


@pytest.mark.parametrize(
    ("act", "values", "said"),
    [
        ("cancel", (), "has no place to cancel"),
        ("extend", ("5", "--by", LEAD, "--reason", "x"), "is at no meal"),
        ("excuse", ("--by", LEAD, "--reason", "x"), "no meal of the last two days"),
        ("grant", ("--by", "6016", "--reason", "x"), "may not decide"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused_in_words(
    running: Home, act: str, values: tuple[str, ...], said: str
) -> None:
    person = at_work(running, number=1)
    done = running.ccd("meal", act, person, *values)
    assert done.returncode == REFUSED
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("act", ["grant", "extend", "excuse"])
def test_a_lead_gives_a_reason_and_their_code(running: Home, act: str) -> None:
    values = ("6001", "5") if act == "extend" else ("6001",)
    assert running.ccd("meal", act, *values).returncode == USAGE


def test_without_a_daemon_the_ledger_is_there_and_nothing_can_be_asked(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(CONFIG)
    with home.daemon():
        home.ccd("meal", "ask", at_work(home))
    day = datetime.now(ZONE).date().isoformat()
    told = home.ccd("meal", "log", "--lang", "en")
    assert told.returncode == GOOD
    assert f"meals of {day}" in told.stdout
    assert "refused: meals_off_duty" in told.stdout
    assert "1 refused" in told.stdout
    assert home.ccd("meal", "board").returncode == UNREACHABLE
    assert home.ccd("meal", "ask", "6001").returncode == UNREACHABLE
    assert home.ccd("meal", "log", "--day", "someday").returncode == USAGE
