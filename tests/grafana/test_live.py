"""Every panel's query against a real Prometheus that scrapes a live ccd; its figures against the store."""

from __future__ import annotations

import json
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboards.__main__ import BOARDS
from dashboards.board import Panel
from tests.adapters.metrics.test_alerts import RULES
from tests.e2e.daemon import Daemon
from tests.grafana import judging
from tests.promserver import Prometheus

NOW = datetime.now(ZoneInfo("Asia/Shanghai"))
BEGAN = NOW - timedelta(hours=2)
AGENTS = 40
SETTINGS = f"""
[agi]
port = 0
[simulator]
agents = {AGENTS}
calls_per_hour = 7200
[shifts.kinds.now]
start = "{BEGAN:%H:00}"
minutes = 600
{judging.SETTINGS}"""
CALLS = 60
SCRAPED_S, WRITTEN_S = 3.0, 2.0
"""In the first Prometheus scrapes once at least; in the second the store writes what waits."""
STANDINGS = {"pbx": ".*", "team": ".*", "queue": ".*", "__range": "10m", "__rate_interval": "10s"}
PANELS = [panel for board in BOARDS for row in board.rows for panel in row.panels]


class Centre:
    def __init__(self, daemon: Daemon, prometheus: Prometheus) -> None:
        self.daemon = daemon
        self.prometheus = prometheus

    def asked(self, *arguments: str) -> Any:
        return json.loads(self.daemon.ccd(*arguments, "--json").stdout)

    def query(self, promql: str) -> list[dict[str, Any]]:
        return self.prometheus.query(re.sub(r"\$(\w+)", lambda found: STANDINGS[found[1]], promql))


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """Forty agents on duty by the plan, sixty calls answered, some of them scored, one disputed, a drill
    reported: everything has something.
    """
    folder = tmp_path_factory.mktemp("grafana")
    daemon = Daemon(folder / "ccd", SETTINGS)
    daemon.start()
    try:
        with Prometheus(
            folder / "prometheus", daemon.metrics_port, rules=tuple(RULES.values())
        ) as prometheus:
            centre = Centre(daemon, prometheus)
            codes = [
                one["code"] for one in centre.asked("roster", "show")["people"] if one["role"] == "agent"
            ]
            plan = folder / "plan.csv"
            rows = [f"{code},{BEGAN:%Y-%m-%d},now" for code in codes]
            plan.write_text("\n".join(["code,date,shift", *rows]), "utf-8")
            daemon.ccd("shifts", "import", str(plan))
            daemon.ccd("incident", "report", "intruder", "--seat", _seat(centre))
            until_answered(centre, CALLS)
            judging.judge(daemon, folder)
            time.sleep(SCRAPED_S)
            yield centre
    finally:
        daemon.stop(signal.SIGKILL)


def _seat(centre: Centre) -> str:
    return str(next(one["seat"] for one in centre.asked("roster", "show")["people"] if one["seat"]))


def until_answered(centre: Centre, calls: int) -> None:
    end = time.monotonic() + 120
    while True:
        found = centre.query('sum(ccd_queue_calls_total{outcome="answered"})')
        if found and float(found[0]["value"][1]) >= calls:
            return
        assert time.monotonic() < end, f"{calls} calls were not answered: {found}"
        time.sleep(0.5)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title[0])
def test_a_panel_shows_something(centre: Centre, panel: Panel) -> None:
    """Of those that may have nothing to show, Prometheus takes the query at least."""
    shown = [point for query in panel.queries for point in centre.query(query.promql)]
    assert shown or panel.absent
    assert all("value" in point for point in shown)


def test_callers_by_outcome_are_those_of_the_store(centre: Centre) -> None:
    """Calls go on meanwhile: no caller is missing who was there before, and none is shown who was not."""
    before = _outcomes(centre)
    time.sleep(SCRAPED_S)
    shown = {
        point["metric"]["outcome"]: float(point["value"][1])
        for point in centre.query("sum by (outcome) (ccd_queue_calls_total) > 0")
    }
    time.sleep(WRITTEN_S)
    after = _outcomes(centre)
    assert sum(shown.values()) >= CALLS
    for outcome in {*before, *shown, *after}:
        counted = shown.get(outcome, 0.0)
        assert before.get(outcome, 0) <= counted <= after.get(outcome, 0), (outcome, before, shown, after)


def test_conversations_and_picks_are_those_of_the_store(centre: Centre) -> None:
    """Calls go on meanwhile, as above."""
    before = _conversations(centre)
    time.sleep(SCRAPED_S)
    shown = {
        name: float(point["value"][1])
        for name, promql in (
            ("drawable", 'sum(ccd_conversations_total{eligible="yes"})'),
            ("threshold", 'sum(ccd_picks_total{reason="threshold"})'),
        )
        for point in centre.query(promql)
    }
    time.sleep(WRITTEN_S)
    after = _conversations(centre)
    assert before["threshold"] >= judging.PASSED + judging.DISPUTED
    for name in ("drawable", "threshold"):
        assert before[name] <= shown[name] <= after[name], (name, before, shown, after)


def test_what_was_released_and_disputed_is_what_the_store_has(centre: Centre) -> None:
    rows = _exported(centre, "evaluation")
    released = Counter("passed" if row["passed"] else "failed" for row in rows if row["released"])
    assert released == {"passed": judging.PASSED, "failed": judging.DISPUTED}
    shown = centre.query('sum by (result) (ccd_evaluations_released_total{sample="probability"})')
    assert {point["metric"]["result"]: float(point["value"][1]) for point in shown} == released
    (waiting,) = centre.query('sum(ccd_evaluations_waiting{state="disputed"})')
    assert float(waiting["value"][1]) == sum(row["state"] == "disputed" for row in rows) == judging.DISPUTED


def test_the_agents_are_those_of_the_status_picture(centre: Centre) -> None:
    (pbx,) = centre.daemon.status()["pbxs"]
    (shown,) = centre.query("sum(ccd_agents)")
    assert float(shown["value"][1]) == len(pbx["agents"]) >= AGENTS


def _outcomes(centre: Centre) -> Counter[str]:
    """Callers who left, in the rows of the store."""
    return Counter(row["outcome"] for row in _exported(centre, "queue_visit") if row["left"])


def _conversations(centre: Centre) -> Counter[str]:
    """Those that can be drawn, and those that were, by how they were picked."""
    rows = _exported(centre, "conversation")
    found = Counter(row["picked"] for row in rows if row["picked"])
    found["drawable"] = sum(not row["eligible"] for row in rows)
    return found


def _exported(centre: Centre, table: str) -> list[dict[str, Any]]:
    lines = centre.daemon.ccd("export", table, "--format", "jsonl").stdout.splitlines()
    return [json.loads(line) for line in lines]
