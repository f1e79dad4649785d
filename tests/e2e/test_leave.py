"""Leave and a swap in a daemon as its own process: asked, approved, killed, looked at without it."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.daemon import Daemon

ROSTER = """code,name,role,team,seat,interface
2001,张三,agent,甲班,A1,PJSIP/9001
2002,李四,agent,甲班,A2,PJSIP/9002
7001,赵六,team_lead,甲班,L1,PJSIP/9003
8001,钱七,department_head,,,
"""
SETTINGS = """
[agi]
port = 0
[simulator]
agents = 4
calls_per_hour = 0
[shifts]
country = ""
[shifts.kinds.early]
start = "08:00"
minutes = 480
[shifts.kinds.late]
start = "16:00"
minutes = 480
"""
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()


def day(n: int) -> str:
    return (TODAY + timedelta(days=n)).isoformat()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("leave")
    daemon = Daemon(folder, SETTINGS)
    (folder / "roster.csv").write_text(ROSTER, "utf-8")
    daemon.start()
    daemon.ccd("roster", "import", str(folder / "roster.csv"))
    for code, on, shift in (("2001", 5, "early"), ("2001", 9, "early"), ("2002", 12, "late")):
        daemon.ccd("shifts", "set", code, day(on), shift)
    yield daemon
    if daemon.runs:
        daemon.stop(signal.SIGKILL)


def asked(daemon: Daemon, *arguments: str) -> Any:
    return json.loads(daemon.ccd(*arguments, "--json").stdout)


def test_leave_and_a_swap_are_kept_and_told_also_without_the_daemon(daemon: Daemon) -> None:
    leave = asked(daemon, "leave", "ask", "2001", day(5), "--reason", "家事")["result"]["request"]
    for lead in ("7001", "8001"):
        daemon.ccd("leave", "approve", leave, "--by", lead)
    swap = asked(daemon, "swap", "ask", "2001", day(9), "early", "with", "2002", day(12), "late")
    name = swap["result"]["request"]
    daemon.ccd("swap", "accept", name, "--by", "2002")
    daemon.ccd("swap", "approve", name, "--by", "7001")
    until = time.monotonic() + 20
    while asked(daemon, "swap", "show", name)["phase"] != "planned":
        assert time.monotonic() < until, daemon.tail()
        time.sleep(0.1)
    daemon.stop(signal.SIGKILL)
    assert [row["phase"] for row in asked(daemon, "leave", "list")["requests"]] == ["approved"]
    assert [row["phase"] for row in asked(daemon, "swap", "list", "--person", "2002")["requests"]] == [
        "planned"
    ]
    history = asked(daemon, "leave", "show", leave)["history"]
    assert [(row["event"], row["actor"]) for row in history] == [
        ("LeaveAsked", "2001"),
        ("LeaveStepApproved", "7001"),
        ("LeaveStepApproved", "8001"),
        ("LeaveApproved", "8001"),
    ]
    counted = {}
    for month in {day(5)[:7], day(9)[:7], day(12)[:7]}:
        for row in asked(daemon, "leave", "ledger", "--month", month)["people"]:
            counted[row["person"]] = counted.get(row["person"], 0) + row["counted"]
    assert counted == {"2001": 2.0, "2002": 1.0}
    planned = asked(daemon, "shifts", "show", "--day", day(9))["shifts"]
    assert [(one["person"], one["seat"]) for one in planned[0]["people"]] == [("2002", "A1")]
    for command in (("leave", "list"), ("leave", "show", leave), ("leave", "ledger"), ("swap", "show", name)):
        assert daemon.ccd(*command).stdout


def test_who_leaves_a_seat_does_so_with_the_code_alone(daemon: Daemon) -> None:
    if not daemon.runs:
        daemon.start()
    daemon.ccd("arrive", "2001", "--seat", "A1")
    daemon.ccd("leave", "2001", "--seat", "A1")
    assert "2001" not in daemon.ccd("who").stdout
