"""The plan in a daemon as its own process: imported, killed, started again, asked."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.daemon import Daemon

ROSTER = """code,name,role,team,seat,interface
2001,张三,agent,甲班,A1,PJSIP/9001
2002,李四,agent,甲班,A1,PJSIP/9001
2003,王五,agent,甲班,A2,PJSIP/9002
7001,赵六,team_lead,甲班,L1,PJSIP/9003
"""
SETTINGS = """
[agi]
port = 0
[journal]
enabled = true
[simulator]
agents = 4
calls_per_hour = 0
[shifts]
holidays_file = "days.csv"
[shifts.kinds.now]
start = "{now}"
minutes = 600
label = "本班"
[shifts.kinds.next]
start = "{next}"
minutes = 300
[shifts.kinds.office]
start = "09:00"
minutes = 540
workdays_only = true
weekdays = [1, 2, 3, 4, 5]
"""
NOW = datetime.now(ZoneInfo("Asia/Shanghai"))
BEGAN = NOW - timedelta(hours=2)
DAY = f"{BEGAN:%Y-%m-%d}"
NEXT = BEGAN + timedelta(hours=10)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("shifts")
    daemon = Daemon(folder, SETTINGS.format(now=f"{BEGAN:%H:00}", next=f"{NEXT:%H:00}"))
    (folder / "days.csv").write_text(
        "日期,类型,名称\n2027-10-10,调休,国庆调休\n2027-10-11,放假,厂庆\n", "utf-8"
    )
    (folder / "roster.csv").write_text(ROSTER, "utf-8")
    daemon.start()
    daemon.ccd("roster", "import", str(folder / "roster.csv"))
    file = plan(daemon, f"2001,张三,{DAY},本班,1", f"2002,,{NEXT:%Y-%m-%d},next,2", f"2003,,{DAY},now,")
    reply = asked(daemon, "shifts", "import", str(file))
    assert (reply["people"], reply["assignments"]) == (3, 3)
    daemon.ccd("arrive", "2001", "--seat", "A1")
    daemon.ccd("arrive", "7001", "--seat", "L1")
    yield daemon
    if daemon.runs:
        daemon.stop(signal.SIGKILL)


def plan(daemon: Daemon, *rows: str) -> Path:
    file = daemon.folder / "plan.csv"
    file.write_bytes("\r\n".join(["工号,姓名,日期,班次,用餐组", *rows]).encode("gb18030"))
    return file


def asked(daemon: Daemon, *arguments: str) -> Any:
    return json.loads(daemon.ccd(*arguments, "--json").stdout)


def answers(daemon: Daemon, at: str) -> dict[str, Any]:
    """All that can be asked, but for what grows with time."""
    return {
        "export": daemon.ccd("shifts", "export", "--from", DAY).stdout,
        "show": asked(daemon, "shifts", "show", "--day", DAY),
        "ical": daemon.ccd("shifts", "ical", "2001", "--from", DAY).stdout,
        "who": asked(daemon, "who", "--on-duty", "--at", at),
        "signs": asked(daemon, "explain", "2001", DAY)["signs"],
    }


def test_the_same_is_answered_after_a_kill_and_by_nobody_but_the_store(daemon: Daemon) -> None:
    at = datetime.now(ZoneInfo("Asia/Shanghai")).isoformat()
    before = answers(daemon, at)
    (shift,) = before["who"]["shifts"]
    states = {one["person"]: one["state"] for one in shift["people"]}
    assert states == {"2001": "here", "2003": "missing"}
    assert "7001" in [one["person"] for one in before["who"]["unscheduled"]]
    assert "7001" in [one["person"] for one in before["who"]["leads"]]
    assert before["who"]["standing_in"] is True
    assert [one["event"] for one in before["signs"]] == ["arrived"]
    assert before["export"].splitlines()[1] == f"2001,张三,{DAY},now,A1,,1"
    daemon.stop(signal.SIGKILL)
    assert answers(daemon, at) == before
    daemon.start()
    assert answers(daemon, at) == before
    # the daemon itself knows it, too: what is planned already holds
    refused = daemon.ccd("shifts", "set", "2002", DAY, "now", check=False)
    assert refused.returncode == 4
    assert f"seat A1 is taken by 2001 for now of {DAY}, which is planned already" in refused.stderr


def test_a_faulty_file_is_told_by_line_and_changes_nothing(daemon: Daemon) -> None:
    before = daemon.ccd("shifts", "export", "--from", DAY).stdout
    file = plan(
        daemon, f"2003,,{DAY},next,", f"2009,,{DAY},now,", f"2003,,{DAY},夜班,", "2003,,2026-02-30,now,"
    )
    done = daemon.ccd("shifts", "import", str(file), check=False)
    assert done.returncode == 1
    for line, column in ((3, "工号"), (4, "班次"), (5, "日期")):
        assert f'{file}: line {line}, column "{column}"' in done.stderr
    assert "nothing was imported" in done.stderr
    assert daemon.ccd("shifts", "export", "--from", DAY).stdout == before


def test_what_is_exported_is_imported_unchanged(daemon: Daemon) -> None:
    exported = daemon.ccd("shifts", "export", "--from", DAY, "-o", str(daemon.folder / "out.csv"))
    assert exported.stdout == ""
    first = (daemon.folder / "out.csv").read_bytes()
    last = f"{NOW + timedelta(days=5):%Y-%m-%d}"
    reply = asked(daemon, "shifts", "import", str(daemon.folder / "out.csv"), "--replace", f"{DAY}..{last}")
    assert reply["removed"] == 0
    daemon.ccd("shifts", "export", "--from", DAY, "-o", str(daemon.folder / "out.csv"))
    assert (daemon.folder / "out.csv").read_bytes() == first


def test_the_operators_days_count(daemon: Daemon) -> None:
    """2027-10-10 is a Sunday that is worked by the file, 2027-10-11 a Monday that is not."""
    assert daemon.ccd("shifts", "set", "2003", "2027-10-10", "office").returncode == 0
    refused = daemon.ccd("shifts", "set", "2003", "2027-10-11", "office", check=False)
    assert "office does not run on 2027-10-11 (Mon holiday 厂庆)" in refused.stderr
    assert (
        "make-up workday 国庆调休"
        in daemon.ccd("shifts", "show", "--day", "2027-10-10", "--lang", "en").stdout
    )
    assert "调休上班日" in daemon.ccd("shifts", "show", "--day", "2027-10-10", "--lang", "zh_CN").stdout
    daemon.ccd("shifts", "unset", "2003", "2027-10-10")


def test_a_faulty_calendar_is_refused_at_a_reload_and_the_old_one_holds(daemon: Daemon) -> None:
    days = daemon.folder / "days.csv"
    good = days.read_bytes()
    days.write_text("date,kind\n2027-10-32,holiday\n", "utf-8")
    try:
        done = daemon.ccd("reload", check=False)
        assert done.returncode == 4
        assert "days.csv: line 2, column \"date\": '2027-10-32' does not exist" in done.stderr
        assert daemon.ccd("check-config", check=False).returncode == 2
        refused = daemon.ccd("shifts", "set", "2003", "2027-10-11", "office", check=False)
        assert "厂庆" in refused.stderr
    finally:
        days.write_bytes(good)
    assert daemon.ccd("reload").returncode == 0


def test_a_journal_with_a_plan_is_replayed_alike(daemon: Daemon) -> None:
    daemon.ccd("shifts", "set", "2003", f"{NOW + timedelta(days=3):%Y-%m-%d}", "next")
    daemon.stop()
    journal = str(daemon.state / "journal")
    one, two = (asked(daemon, "replay", journal) for _ in range(2))
    assert one == two
    assert one["recorded"]["facts"]["PlanChanged"] >= 2
    daemon.start()


def test_a_persons_day_is_explained_with_where_it_is_known_from(daemon: Daemon) -> None:
    told = asked(daemon, "explain", "2001", DAY)
    (shift,) = told["shifts"]
    assert (shift["shift"], shift["seat"], shift["from"]) == ("now", "A1", "plan_change")
    assert datetime.fromisoformat(shift["ends"]) - datetime.fromisoformat(shift["starts"]) == timedelta(
        hours=10
    )
    assert {row["from"] for row in told["signs"]} == {"presence_event"}
    assert told["blind"]  # the daemon was away in between
    assert "班次 本班" in daemon.ccd("explain", "2001", DAY, "--lang", "zh_CN").stdout
    nobody = daemon.ccd("explain", "9999", DAY, check=False)
    assert nobody.returncode == 1
    assert "9999" in nobody.stderr
