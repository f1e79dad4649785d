"""Nobody can flood Prometheus or break a scrape, and nobody is named in a label."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ccd.adapters.metrics.labels import COST, REASON_SHARE
from ccd.events import PersonArrived
from tests.adapters.metrics.parts import Parts
from tests.adapters.metrics.sites import WHERE, full_floor, page, ready_floor, series, tell
from tests.floor import Floor, person


def test_no_person_caller_or_phone_is_in_any_label() -> None:
    floor = Floor()
    floor.roster(person("7001", "1001", name="王小明"))
    floor.follow()
    floor.member("sales", "1001", MemberName="王小明")
    caller = floor.joins("sales", "13912345678", "李女士")
    leg = floor.answers("sales", caller, "PJSIP/1001")
    floor.completes("sales", caller, leg, "PJSIP/1001", talk_s=1)
    tell(floor, PersonArrived(**WHERE, person="7001"))
    text = page(floor)
    for private in ("王小明", "7001", "1001", "13912345678", "李女士"):
        assert private not in text


def test_invented_pause_reasons_do_not_flood() -> None:
    floor = ready_floor(metrics={"max_label_values": 20})
    for index in range(500):
        floor.pause("PJSIP/1001", "sales", reason=f"reason {index}")
    reasons = [line for line in series(page(floor)) if line.startswith("ccd_pauses_total")]
    assert len(reasons) == 21
    assert floor.value("ccd_pauses_total", pbx="main", reason="other") == 480
    assert floor.value("ccd_agents", pbx="main", team="A", state="paused", reason="other") == 1
    assert floor.value("ccd_label_overflow", pbx="main", label="reason") == 1
    assert floor.value("ccd_label_overflow", pbx="main", label="queue") == 0


@pytest.mark.parametrize(
    "reason", ["\udcff\udc80", 'a"b\\c\nd', "\0\x1b[2J", "x" * 5000, "{}", " ", "le", "\u202e"]
)
def test_a_hostile_reason_breaks_no_scrape(reason: str) -> None:
    floor = ready_floor()
    floor.pause("PJSIP/1001", "sales", reason=reason)
    text = page(floor)
    assert len([line for line in series(text) if line.startswith("ccd_pauses_total")]) == 1
    assert max(map(len, text.splitlines())) < 400
    assert all(line.isprintable() for line in text.splitlines())


def test_queues_and_teams_beyond_the_limit_are_counted_as_other() -> None:
    floor = Floor(metrics={"max_label_values": 3})
    floor.roster(*[person(str(7000 + n), str(1000 + n), f"team {n}") for n in range(6)])
    floor.follow()
    for n in range(6):
        floor.member(f"queue {n}", str(1000 + n))
        floor.joins(f"queue {n}")
    assert floor.value("ccd_queue_callers_waiting", pbx="main", queue="queue 2") == 1
    assert floor.value("ccd_queue_callers_waiting", pbx="main", queue="other") == 3
    assert floor.value("ccd_agents", pbx="main", team="other", state="ready", reason="") == 3
    assert floor.value("ccd_agent_state_seconds_total", pbx="main", team="other", state="ready") is not None


def named(label: str, text: str) -> set[str]:
    return set(re.findall(rf'{label}="([^"]*)"', text)) - {"other"}


@pytest.mark.parametrize(
    ("queues", "teams", "reasons", "whole"),
    [(50, 100, 12, True), (20, 125, 200, True), (300, 300, 5000, False)],
)
async def test_a_pbx_with_a_thousand_agents_costs_at_most_5000_series(
    tmp_path: Path, queues: int, teams: int, reasons: int, whole: bool
) -> None:
    floor = full_floor(1000, queues, teams, reasons)
    async with Parts(floor, tmp_path):
        text = (await floor.metrics.exposition()).decode()
        again = (await floor.metrics.exposition()).decode()
    assert len(series(text)) <= len(series(again)) <= 5000
    assert floor.value("ccd_label_overflow", pbx="main", label="queue") == (not whole)
    assert floor.value("ccd_label_overflow", pbx="main", label="team") == (not whole)
    assert len(named("queue", again)) >= min(queues, 20)
    assert len(named("team", again)) >= min(teams, 50)


@pytest.mark.parametrize(("label", "one", "two"), [("queue", (1, 1), (2, 1)), ("team", (1, 1), (1, 2))])
def test_one_more_queue_or_team_costs_no_more_than_is_reckoned(
    label: str, one: tuple[int, int], two: tuple[int, int]
) -> None:
    def cost(size: tuple[int, int]) -> int:
        return len(series(page(full_floor(40, *size, 1))))

    assert cost(two) - cost(one) <= COST[label]
    assert cost(two) - cost(one) >= COST[label] // 2


def test_many_reasons_in_many_teams_cost_no_more_than_their_share() -> None:
    floor = Floor()
    numbers = [str(2000 + n) for n in range(400)]
    floor.roster(*[person(f"7{number}", number, f"team {n % 40}") for n, number in enumerate(numbers)])
    floor.follow()
    for n, number in enumerate(numbers):
        floor.pause(floor.member("sales", number), "sales", reason=f"reason {n % 150}")
    lines = [
        line for line in series(page(floor)) if line.startswith("ccd_agents{") and 'reason=""' not in line
    ]
    named = [line for line in lines if 'reason="other"' not in line]
    assert len(named) == REASON_SHARE - 150
    assert len(lines) - len(named) <= 40
    assert sum(float(line.rpartition(" ")[2]) for line in lines) == 400
