"""`ccd attendance` and `ccd explain` beside a store, without a daemon: verdicts and what they rest on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.config import StoreSettings
from tests.cli.real import Home
from tests.handlers.shift_scene import PEOPLE, ShiftScene
from tests.handlers.test_attendance_acts import DAY, absent, act, correct

TOML = """
[daemon]
language = "en"
[pbx.main]
secret = "x"
[shifts.kinds.early]
start = "08:00"
minutes = 480
"""
PROPOSAL = "2000-20260302-early"


def a_day() -> ShiftScene:
    """2000 is absent, which is waived; 2001 is late, which is corrected and objected to; a case is grave."""
    scene = absent()
    correct(scene, "3001", weight="violation", reason="overslept")
    act(scene, "object", "2001", "2001", text="the lift", day=DAY)
    act(scene, "permit", "2001", reason="doctor", since=f"{DAY}T12:00", until=f"{DAY}T13:00")
    act(scene, "decide", proposal=PROPOSAL, decision="waive", reason="was ill")
    act(scene, "grave", "2001", reason="shouted", day=DAY)
    return scene


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("attendance"))
    home.configure(TOML)
    asyncio.run(_store(home.state, a_day().facts))
    return home


async def _store(folder: Path, facts: list[e.Event]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    store = await Store.open(StoreSettings(), folder)
    await store.replace_roster(e.RosterReplaced(at=facts[0].at, version="1", people=PEOPLE, by="test"))
    store.enqueue([fact for fact in facts if not isinstance(fact, e.RosterReplaced)])
    assert await store.close(10.0) == 0


def told(home: Home, *arguments: str) -> Any:
    run = home.ccd(*arguments, "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def said(home: Home, *arguments: str, lang: str = "en") -> str:
    run = home.ccd(*arguments, "--lang", lang)
    assert run.returncode == 0, run.stderr
    return str(run.stdout)


def test_a_day_shows_every_verdict_with_its_findings_as_corrected(home: Home) -> None:
    found = {row["person"]: row for row in told(home, "attendance", "day", "--day", DAY)["verdicts"]}
    assert {code: row["state"] for code, row in found.items()} == {"2000": "absent", "2001": "present"}
    (late,) = found["2001"]["findings"]
    assert (late["kind"], late["found"], late["weight"]) == ("late", "occurrence", "violation")
    assert late["corrected"] == {"actor": "3001", "by": "root", "reason": "overslept"}
    text = said(home, "attendance", "day", "--day", DAY, lang="zh_CN")
    assert "迟到 5.0 分钟：违纪" in text


def test_a_person_sees_what_was_found_with_its_evidence_and_why(home: Home) -> None:
    text = said(home, "attendance", "person", "2001", "--month", "2026-03")
    for part in (
        "2001 name 2001 in 2026-03: 1 shifts, 0 occurrences, 1 violations, 0 absences",
        "late 5.0 min: violation  [from shift_event]",
        "was occurrence; corrected by 3001: overslept",
        "presence_event main/A2 2001 arrived 2026-03-02 08:05:00+08:00",
        "permitted to leave by 3001: doctor",
        "grave case, by 3001: shouted",
        "O-2001-20260302-1: the lift (waits for an answer)",
        "dismissal review, waits for a decision",
    ):
        assert part in text, part
    found = told(home, "attendance", "person", "2001", "--month", "2026-03")
    assert found["entries"][0]["evidence"][0].startswith("plan_change version ")
    assert found["objections"][0]["answer"] is None


def test_everybodys_month_in_figures(home: Home) -> None:
    people = {
        row["person"]: row for row in told(home, "attendance", "ledger", "--month", "2026-03")["people"]
    }
    assert {code: (row["absences"], row["violations"]) for code, row in people.items()} == {
        "2000": (1, 0),
        "2001": (0, 1),
    }


def test_what_is_proposed_is_told_with_what_was_decided(home: Home) -> None:
    found = {
        row["proposal"]: row
        for row in told(home, "attendance", "proposals", "--month", "2026-03")["proposals"]
    }
    assert (found[PROPOSAL]["state"], found[PROPOSAL]["actor"], found[PROPOSAL]["reason"]) == (
        "waive",
        "3001",
        "was ill",
    )
    assert found[f"{PROPOSAL}-review"]["state"] == "withdrawn"
    reviews = told(home, "attendance", "dismissal", "--month", "2026-03")["proposals"]
    assert {row["kind"] for row in reviews} == {"DismissalReviewProposed"}
    assert "waived by 3001: was ill" in said(home, "attendance", "proposals", "--month", "2026-03")


@pytest.mark.parametrize("what", ["ledger", "proposals", "dismissal"])
def test_a_month_without_anything_says_so(home: Home, what: str) -> None:
    assert said(home, "attendance", what, "--month", "2026-01").strip()


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "March", "0000-01"])
def test_what_is_no_month_is_named_with_the_mend(home: Home, month: str) -> None:
    run = home.ccd("attendance", "ledger", "--month", month)
    assert run.returncode == 2
    assert month in run.stderr
    assert "2026-01" in run.stderr


def test_somebody_nobody_knows_is_said_to_be_so(home: Home) -> None:
    run = home.ccd("attendance", "person", "9999", "--month", "2026-03")
    assert run.returncode == 1
    assert "9999" in run.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("correct", "2001", DAY, "late", "note", "--reason", "x", "--by", "3001"),
        ("decide", PROPOSAL, "confirm", "--reason", "x", "--by", "3001"),
        ("judge", DAY),
    ],
)
def test_what_changes_anything_needs_the_daemon(home: Home, arguments: tuple[str, ...]) -> None:
    assert home.ccd("attendance", *arguments).returncode == 3


def test_a_day_is_explained_by_its_facts_each_with_its_rule_and_table(home: Home) -> None:
    text = said(home, "explain", "2001", DAY)
    for part in (
        "attendance LateNoticed: not signed in 1 min after the start of early  [from shift_event]",
        "late 300 s = occurrence  [from shift_event]",
        "late 5.0 min: occurrence: plan_change version",
        "attendance Corrected: 2026-03-02 early late: occurrence becomes violation  [from shift_event]",
        "[from presence_event]",
    ):
        assert part in text, part
    facts = told(home, "explain", "2001", DAY)["shift_facts"]
    assert {row["policy"] for row in facts} == {"attendance"}
    assert {row["from"] for row in facts} == {"shift_event"}
