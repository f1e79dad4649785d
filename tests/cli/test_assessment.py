"""`ccd assess`, `training` and `staff` beside a store, without a daemon; and files that are refused."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.cli.assessment_home import TOML, half_a_year_in, keep, said, told
from tests.cli.real import Home
from tests.handlers.assessment_scene import AssessmentScene


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return half_a_year_in(tmp_path_factory.mktemp("assessment"))


def test_a_persons_month_names_every_figure_with_what_it_rests_on(home: Home) -> None:
    """0.6 · 55 + 0.4 · 50 = 53."""
    text = said(home, "assess", "show", "2001", "--month", "2026-02")
    for part in (
        "2001 name 2001 2026-02: not passed, 53 (edition 1)",
        "QA: 55, weight 60 %",
        "KPI: 50, weight 40 %",
        "QA score of 10 calls: with 95 % confidence from 55 to 55",
        "kpi: =calls 50 (imported)  [from shift_event]",
        "e00 e01 e02 e03 e04 e05 e06 e07 e08 e09  [from evaluation]",
    ):
        assert part in text, part
    row = told(home, "assess", "show", "2001", "--month", "2026-02")
    assert (row["points"], row["edition"], len(row["evaluations"])) == (53.0, 1, 10)
    assert "不合格" in said(home, "assess", "show", "2001", "--month", "2026-02", lang="zh_CN")


def test_a_month_that_was_not_made_is_a_preview_and_too_few_calls_are_no_number(home: Home) -> None:
    text = said(home, "assess", "show", "2001", "--month", "2026-04")
    assert "insufficient, - (preview, not made yet)" in text
    assert "0 scored calls; with fewer than 10 there is no number" in text
    assert "QA: nothing there" in text


def test_everybodys_month_as_text_json_and_a_table_for_excel(home: Home) -> None:
    rows = told(home, "assess", "month", "2026-02", "--team", "A")["people"]
    points = {row["person"]: (row["verdict"], row["points"]) for row in rows}
    assert points["2001"] == ("fail", 53.0)
    assert points["2002"] == ("pass", 90.0)
    assert points["2003"] == ("insufficient", None)
    run = home.ccd("assess", "month", "2026-02", "--csv", "--lang", "zh_CN")
    lines = run.stdout.splitlines()
    assert lines[0].startswith("\ufeff工号,姓名,班组,月份,结论,得分")
    assert lines[0].endswith("版次,质检,业绩指标")
    assert any(line.startswith("2001,name 2001,A,2026-02,不合格,53.0,10") for line in lines)
    assert told(home, "assess", "month", "2026-02", "--team", "Z")["people"] == []


def test_cases_are_told_with_what_they_rest_on(home: Home) -> None:
    assert "no case is open" in said(home, "assess", "cases")
    (row,) = told(home, "assess", "cases", "--all")["cases"]
    assert (row["case"], row["state"], row["closed"], row["points"]) == (
        *("R-2001-202602", "closed", "passed"),
        [53.0],
    )
    assert row["decisions"][0]["actor"] == "4001"


@pytest.mark.parametrize(
    ("viewer", "results"),
    [
        ((), {"2001": {"passed": True}}),
        (("--by", "3002"), {"2001": {"passed": True, "points": 77.0}}),
        (("--by", "3001"), {}),
        (("--by", "2001"), {"2001": {"passed": True}}),
        (("--by", "2002"), {}),
    ],
)
def test_points_of_examinations_are_for_duty_leads_and_above(
    home: Home, viewer: tuple[str, ...], results: dict[str, Any]
) -> None:
    rows = {row["training"]: row for row in told(home, "training", "list", *viewer)["trainings"]}
    assert rows["T-20260305-1"]["results"] == results
    assert "77" not in said(home, "training", "list", *([] if "3002" in viewer else viewer))


def test_hours_of_safety_training_are_counted_by_person_and_month(home: Home) -> None:
    found = told(home, "training", "list", "--safety", "--month", "2026-03")
    assert (found["hours"]["2001"], found["hours"]["2002"], found["hours_wanted"]) == (10.0, 0.0, 10.0)
    text = said(home, "training", "list", "--safety", "--month", "2026-03")
    assert "2001 name 2001: 10 h\n" in text
    assert "2002 name 2002: 0 h, too few" in text


def test_the_personnel_file_is_shown(home: Home) -> None:
    assert "2002 name 2002: dispatched True, level junior, step fair" in said(home, "staff", "show", "2002")
    run = home.ccd("staff", "show", "2009", "--lang", "en")
    assert run.returncode == 1
    assert "says nothing of 2009" in run.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("assess", "show", "2001", "--month", "2026-13"),
        ("assess", "month", "febr"),
        ("assess", "promotions", "--at", "2026-03"),
        ("assess", "promotions", "--at", "now"),
        ("assess", "ranking", "--quarter", "2026-4"),
        ("assess", "ranking", "--quarter", "2199-Q1"),
    ],
)
def test_a_month_that_is_none_is_refused_with_how_to_write_it(home: Home, arguments: tuple[str, ...]) -> None:
    run = home.ccd(*arguments, "--lang", "en")
    assert run.returncode == 2
    assert "2026-0" in run.stderr or "2026-Q4" in run.stderr


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "工号,考核项,指标,分数\n2001,kpi,a,101\n2002,kpi,a,x\n",
            ['line 2, column "分数"', "line 3, column"],
        ),
        ("person,part,name\n2001,kpi,a\n", ["lacks points"]),
        ("person,part,name,points\n2001,kpi,a,5\n2001,kpi,a,6\n", ["stands in line 2 already"]),
        ("person,part,name,points\n,kpi,a,5\n", ["is empty"]),
        ("person,part,name,points\n2001,kpi,a\n", ["3 cells where the header has 4"]),
        ("person,part,name,points\n2001,kpi,a,nan\n", ["no number from 0 to 100"]),
        ("person,part,name,points\n2001,kpi,a,-1\n", ["no number from 0 to 100"]),
    ],
)
def test_every_fault_of_a_file_is_told_by_line_and_nothing_is_asked(
    home: Home, text: str, faults: list[str]
) -> None:
    (home.folder / "kpi.csv").write_text(text, "utf-8")
    run = home.ccd("assess", "import", "kpi.csv", "--month", "2026-06", "--by", "4001", "--lang", "en")
    assert run.returncode == 1
    for fault in faults:
        assert fault in run.stderr


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("工号,职级\n2001,皇帝\n", "is no level"),
        ("person,hired\n2001,2026-02-30\n", "does not exist"),
        ("person,confirmed\n2001,maybe\n", "neither yes"),
    ],
)
def test_every_fault_of_a_personnel_file_is_told(home: Home, text: str, fault: str) -> None:
    (home.folder / "staff.csv").write_text(text, "utf-8")
    run = home.ccd("staff", "import", "staff.csv", "--by", "4001", "--lang", "en")
    assert run.returncode == 1
    assert fault in run.stderr


def test_a_file_goes_into_the_running_daemon_whole_or_not_at_all(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(f"[metrics]\nport = 0\n[agi]\nport = 0\n[web]\nport = 0\n{TOML}")
    asyncio.run(keep(home.state, AssessmentScene("2026-03-02 12:00").facts))
    good = "工号,入职,转正,职级,档次\n2001,2026-01-05,是,初级,良好\n2002,,否,见习,\n"
    (home.folder / "staff.csv").write_text(good, "gb18030")
    (home.folder / "bad.csv").write_text("person,level\n2003,junior\n9999,junior\n", "utf-8")
    with home.daemon():
        bad = home.ccd("staff", "import", "bad.csv", "--by", "4001", "--lang", "en")
        assert bad.returncode == 4, bad.stderr
        assert "line 3: nobody in the roster has 9999" in bad.stderr
        for new in ("2", "0"):
            reply = told(home, "staff", "import", "staff.csv", "--by", "4001")
            assert reply["result"] == {"rows": "2", "new": new}
    rows = {row["person"]: row for row in told(home, "staff", "show")["staff"]}
    assert list(rows) == ["2001", "2002"]
    assert (rows["2001"]["hired"], rows["2001"]["level"], rows["2001"]["step"]) == (
        *("2026-01-05", "junior"),
        "good",
    )
