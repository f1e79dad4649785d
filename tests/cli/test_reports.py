"""`ccd report`, as a user runs it: without the daemon, and beside one."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest

from ccd.adapters.store import Store
from ccd.config import StoreSettings
from tests.adapters.reporting_rig import filled
from tests.cli.real import Home

SETTINGS = """
[shifts.kinds.day]
start = "08:00"
minutes = 600
[reports]
enabled = false
[agi]
port = 0
[metrics]
port = 0
[simulator]
agents = 4
calls_per_hour = 0
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.configure(SETTINGS)
    home.state.mkdir(parents=True)

    async def fill() -> None:
        store = await Store.open(StoreSettings(), home.state)
        await filled(store)
        await store.close()

    asyncio.run(fill())
    return home


def test_without_the_daemon_a_report_is_made_kept_and_listed(home: Home) -> None:
    made = home.ccd("report", "make", "daily", "2026-03-02")
    assert (made.returncode, made.stderr) == (0, "")
    assert "daily-2026-03-02-zh_CN.html" in made.stdout
    assert (home.state / "reports" / "daily-2026-03-02.json").exists()
    (listed,) = json.loads(home.ccd("report", "list", "--json").stdout)
    assert (listed["period"], listed["revision"], listed["sent"]) == ("2026-03-02", 0, [])
    assert "2026-03-02" in home.ccd("report", "list").stdout


def test_made_again_without_a_change_it_is_no_revision(home: Home) -> None:
    for _ in range(2):
        home.ccd("report", "make", "daily", "2026-03-02")
    assert json.loads(home.ccd("report", "make", "daily", "2026-03-02", "--json").stdout)["revision"] == 0


@pytest.mark.parametrize(
    ("name", "begin"), [("r.html", b"<!DOCTYPE"), ("r.csv", b"\xef\xbb\xbf"), ("r.json", b"{")]
)
def test_it_is_given_out_in_the_form_of_the_files_name(home: Home, name: str, begin: bytes) -> None:
    assert home.ccd("report", "make", "weekly", "2026-W10", "-o", name).returncode == 0
    assert (home.folder / name).read_bytes().startswith(begin)


def test_it_is_given_out_in_the_language_that_is_asked_for(home: Home) -> None:
    shown = home.ccd("report", "make", "daily", "2026-03-02", "--format", "csv", "--lang", "zh_CN").stdout
    assert next(csv.reader(io.StringIO(shown.removeprefix("\ufeff"))))[0] == "班次日报"
    shown = home.ccd("report", "make", "daily", "2026-03-02", "--format", "csv", "--lang", "en").stdout
    assert "Daily report of shifts" in shown


def test_totals_are_shown_of_what_was_made_and_of_what_was_not(home: Home) -> None:
    for _ in range(2):
        shown = home.ccd("report", "show", "2026-03-02", "--lang", "en")
        assert shown.returncode == 0
        assert "Judged                 3" in shown.stdout
        home.ccd("report", "make", "daily", "2026-03-02")
    assert json.loads(home.ccd("report", "show", "2026-03-02", "--json").stdout)["schema"] == "ccd-report/1"


@pytest.mark.parametrize(
    "arguments",
    [("make", "daily", "2026-W10"), ("make", "weekly", "soon"), ("show", "2026-13"), ("send", "2026-02-30")],
)
def test_what_is_no_period_is_refused_with_the_mend(home: Home, arguments: tuple[str, ...]) -> None:
    refused = home.ccd("report", *arguments)
    assert refused.returncode == 2
    assert "2026-W10" in refused.stderr


def test_without_the_daemon_nothing_is_sent(home: Home) -> None:
    assert home.ccd("report", "send", "2026-03-02").returncode == 3


def test_beside_the_daemon_it_is_the_daemon_that_makes_it_and_says_why_it_cannot_send(home: Home) -> None:
    with home.daemon():
        made = home.process("report", "make", "daily", "2026-03-02", "--json")
        assert made.returncode == 0, made.stderr
        assert json.loads(made.stdout)["facts"] == 3
        sent = home.process("report", "send", "2026-03-02")
        assert sent.returncode == 4
        assert "[notify.email]" in sent.stderr
    assert (home.state / "reports" / "daily-2026-03-02-zh_CN.html").exists()
