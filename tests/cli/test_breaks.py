"""`ccd break` beside a daemon that runs, and its ledger after it has stopped."""

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
LEAD, AGENT, OTHER = "6021", "6001", "6002"
CONFIG = """
[daemon]
timezone = "Asia/Shanghai"
[metrics]
port = 0
[agi]
port = 0
[simulator]
agents = 16
calls_per_hour = 0
[policies.breaks]
mode = "enforce"
[policies.breaks.reasons.training]
needs_lead = true
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("home"))
    home.configure(CONFIG)
    with home.daemon():
        yield home


def read(home: Home, *arguments: str) -> Any:
    done = home.ccd(*arguments, "--json")
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_a_refusal_names_its_rule_and_a_lead_may_grant_it(running: Home) -> None:
    refused = running.ccd("break", "ask", AGENT, "training")
    assert refused.returncode == REFUSED
    assert "to be granted by a lead" in refused.stderr
    assert "班长批准" in running.ccd("break", "ask", AGENT, "training", "--lang", "zh_CN").stderr
    granted = running.ccd("break", "grant", AGENT, "training", "--by", LEAD, "--reason", "new tariff")
    assert (granted.returncode, granted.stderr) == (GOOD, "")
    assert "new tariff" in granted.stdout
    assert read(running, "break", "ask", AGENT, "training")["rule"] == "breaks_accepted"
    told = read(running, "break", "log", "--person", AGENT)
    assert [one["rule"] for one in told["refused"]] == ["breaks_needs_lead"] * 2
    assert told["totals"]["refused"] == 2


def test_whoever_was_let_is_on_the_board(running: Home) -> None:
    """The phone is paused by ccd, and told of by the PBX."""
    assert running.ccd("break", "ask", OTHER, "break").returncode == GOOD
    on: dict[str, Any] = {}
    for _ in range(100):
        on = {one["person"]: one for one in read(running, "break", "board")["on"]}
        if OTHER in on:
            break
    assert on[OTHER]["reason"] == "break"
    assert on[OTHER]["asked"] is True
    assert on[OTHER]["left_s"] <= 900
    told = running.ccd("break", "board", "--lang", "zh_CN")
    assert "余" in told.stdout
    more = running.ccd("break", "extend", OTHER, "5", "--by", LEAD, "--reason", "a hard call")
    assert more.returncode == GOOD


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("waive", AGENT, "--by", LEAD, "--reason", "x"), "no overstay"),
        (("grant", AGENT, "odd", "--by", LEAD, "--reason", "x"), "there is no reason odd"),
        (("grant", AGENT, "break", "--by", OTHER, "--reason", "x"), "may not decide"),
        (("ask", AGENT, "odd"), "there is no reason odd"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused_in_words(
    running: Home, arguments: tuple[str, ...], said: str
) -> None:
    done = running.ccd("break", *arguments)
    assert done.returncode == REFUSED
    assert said in done.stderr


@pytest.mark.parametrize("act", [("grant", AGENT, "break"), ("extend", AGENT, "5"), ("waive", AGENT)])
def test_a_lead_gives_a_reason_and_their_code(running: Home, act: tuple[str, ...]) -> None:
    assert running.ccd("break", *act).returncode == USAGE


def test_without_a_daemon_the_ledger_is_there_and_nothing_can_be_asked(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(CONFIG)
    with home.daemon():
        home.ccd("break", "ask", AGENT, "odd")
    day = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    told = home.ccd("break", "log", "--lang", "en")
    assert told.returncode == GOOD
    assert f"breaks of {day}" in told.stdout
    assert "refused: breaks_unknown_reason" in told.stdout
    assert home.ccd("break", "board").returncode == UNREACHABLE
    assert home.ccd("break", "ask", AGENT, "break").returncode == UNREACHABLE
    assert home.ccd("break", "log", "--day", "someday").returncode == USAGE
