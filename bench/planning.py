"""A plan of a quarter for 5,000 people at 500 seats: how long importing takes, what the daemon weighs then.

Everything as a user does it: a daemon as its own process, `ccd shifts import`, a kill, a start, a question.
"""

from __future__ import annotations

import json
import signal
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.daemon import Daemon

__all__ = ["measure"]

MIB = 1024 * 1024
KINDS = ("day", "late", "night")
SETTINGS = """
[agi]
port = 0
[simulator]
agents = 10
calls_per_hour = 0
""" + "".join(
    f'[shifts.kinds.{name}]\nstart = "{8 * number:02}:00"\nminutes = 480\n'
    for number, name in enumerate(KINDS)
)


def measure(people: int, days: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="ccd-bench.") as name:
        folder = Path(name)
        (folder / "roster.csv").write_text(_roster(people), "utf-8")
        (folder / "plan.csv").write_text(_plan(people, days, datetime.now(UTC).date()), "utf-8")
        daemon = Daemon(folder / "daemon", SETTINGS)
        daemon.start()
        try:
            daemon.ccd("roster", "import", str(folder / "roster.csv"))
            before = _rss(daemon.pid)
            took, reply = _timed(daemon, "shifts", "import", str(folder / "plan.csv"), "--json")
            told = json.loads(reply)
            assert told["assignments"] == people * days, told
            after = _rss(daemon.pid)
            who, _ = _timed(daemon, "who", "--on-duty", "--json")
            daemon.stop(signal.SIGKILL)
            began = time.monotonic()
            daemon.start()
            started = time.monotonic() - began
            restored = _rss(daemon.pid)
        finally:
            daemon.stop(signal.SIGKILL)
    return {
        "plan_import_seconds": took,
        "plan_assignments": people * days,
        "plan_rss_growth_mb": (after - before) / MIB,
        "plan_rss_mb_after_restart": restored / MIB,
        "plan_restart_seconds": started,
        "plan_who_seconds": who,
    }


def _roster(people: int) -> str:
    """Three people to a seat, one for each shift; the others have none."""
    rows, seats = ["code,name,role,team,seat,interface"], people // 10
    for number in range(people):
        seat, turn = number % seats, number // seats
        place = f"S{seat},PJSIP/{10000 + seat}" if turn < len(KINDS) else ","
        rows.append(f"{100000 + number},员工{number},agent,team {seat // 10},{place}")
    return "\n".join(rows)


def _plan(people: int, days: int, first: date) -> str:
    """A row for each person and day."""
    rows, seats = ["person,date,shift,meal_group"], people // 10
    for day in range(days):
        on = first + timedelta(days=day)
        for number in range(people):
            turn = number // seats
            rows.append(f"{100000 + number},{on},{KINDS[turn % len(KINDS)]},{turn}")
    return "\n".join(rows)


def _timed(daemon: Daemon, *arguments: str) -> tuple[float, str]:
    began = time.monotonic()
    done = daemon.ccd(*arguments)
    return time.monotonic() - began, done.stdout


def _rss(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024
