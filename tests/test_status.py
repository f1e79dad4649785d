"""The status picture: plain data, in a stable order, with nothing hostile in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ccd.config import Settings
from ccd.events import CallerLeft, CallFacts, IncidentClosed, PersonArrived
from ccd.incidents.state import Phase
from ccd.status import Today, is_ready, picture, printable, readiness
from tests.floor import START, Floor, person
from tests.told import Case

HEALTHY: dict[str, Any] = {
    "ami": {"main": {"connected": True, "synced": True, "reconnects": 2, "silent_s": 0.5}},
    "loop": {"lag_s": 0.003, "inbox": 0, "stall_max_s": 0.01},
    "store": {"healthy": True, "queue_length": 0, "lag_s": 0.0},
    "config": {"valid": True, "error": ""},
}


def draw(floor: Floor, health: dict[str, Any] = HEALTHY) -> dict[str, Any]:
    return picture(floor.world, floor.at, health=health, today=floor.metrics.today)


def the_pbx(floor: Floor) -> dict[str, Any]:
    found: dict[str, Any] = draw(floor)["pbxs"][0]
    return found


def agent(floor: Floor, number: str) -> dict[str, Any]:
    return next(row for row in the_pbx(floor)["agents"] if row["interface"] == f"PJSIP/{number}")


def queue(floor: Floor, name: str = "sales") -> dict[str, Any]:
    return next(row for row in the_pbx(floor)["queues"] if row["name"] == name)


def busy_floor() -> Floor:
    """Two rostered agents and one nobody knows; one talks, one is at lunch, one caller waits."""
    floor = Floor()
    floor.roster(person("7001", "1001", "红队", "张三"), person("7002", "1002", "蓝队", "李四"))
    floor.follow()
    for number in ("1003", "1002", "1001"):
        floor.member("sales", number)
    floor.wait(10)
    floor.pause("PJSIP/1002", "sales", reason="lunch")
    caller = floor.joins("sales", "13800000001")
    floor.answers("sales", caller, "PJSIP/1001")
    floor.wait(30)
    floor.joins("sales", "13800000002")
    floor.wait(7)
    return floor


def test_the_picture_is_json_of_the_documented_shape() -> None:
    drawn = json.loads(json.dumps(draw(busy_floor())))
    pbx = drawn["pbxs"][0]
    assert set(drawn) == {"at", "ccd", "timezone", "ready", "checks", "incidents", "pbxs", "store", "loop"}
    assert set(pbx) == {
        *("name", "version", "linked", "synced", "blind_since", "blind_s", "silent_s", "lag_s"),
        *("reconnects", "agents", "queues", "calls_open"),
    }
    assert set(pbx["agents"][0]) == {
        *("interface", "name", "seat", "team", "people", "state", "reason", "since", "seconds"),
        *("call", "queues"),
    }
    assert set(pbx["queues"][0]) == {
        *("name", "members", "ready", "paused", "busy", "talking", "waiting", "longest_wait_s", "today"),
    }
    assert set(pbx["queues"][0]["waiting"][0]) == {"position", "number", "call", "wait_s"}


def test_agents_are_shown_with_team_seat_state_and_time_in_it() -> None:
    floor = busy_floor()
    talking, paused, unknown = agent(floor, "1001"), agent(floor, "1002"), agent(floor, "1003")
    assert (talking["team"], talking["seat"], talking["state"]) == ("红队", "1001", "talking")
    assert talking["call"]
    assert talking["seconds"] == pytest.approx(37, abs=0.1)
    assert (paused["state"], paused["reason"], paused["team"]) == ("paused", "lunch", "蓝队")
    assert paused["queues"] == [{"name": "sales", "paused": True, "reason": "lunch"}]
    assert (unknown["team"], unknown["seat"], unknown["state"]) == ("", "", "ready")


def test_a_queue_is_shown_with_its_members_and_its_callers_in_order() -> None:
    floor = busy_floor()
    floor.joins("sales", "13800000003")
    floor.wait(1)
    shown = queue(floor)
    assert {key: shown[key] for key in ("members", "ready", "paused", "busy", "talking")} == {
        "members": 3,
        "ready": 1,
        "paused": 1,
        "busy": 1,
        "talking": 1,
    }
    assert [(caller["position"], caller["number"]) for caller in shown["waiting"]] == [
        (1, "13800000002"),
        (2, "13800000003"),
    ]
    assert shown["longest_wait_s"] == shown["waiting"][0]["wait_s"] == pytest.approx(8, abs=0.1)


def test_teams_stand_in_the_order_of_the_roster_whoever_came_first() -> None:
    one, two = Floor(), Floor()
    for floor, numbers in ((one, ("1001", "1002", "1003")), (two, ("1003", "1001", "1002"))):
        floor.roster(person("7001", "1001", "B"), person("7002", "1002", "A"), person("7003", "1003", "A"))
        floor.follow()
        for number in numbers:
            for name in ("sales", "billing") if floor is one else ("billing", "sales"):
                floor.member(name, number)
    orders = [
        (
            [row["interface"] for row in the_pbx(floor)["agents"]],
            [row["name"] for row in the_pbx(floor)["queues"]],
            [row["name"] for row in the_pbx(floor)["agents"][0]["queues"]],
        )
        for floor in (one, two)
    ]
    assert orders[0] == orders[1]
    assert orders[0][0] == ["PJSIP/1001", "PJSIP/1002", "PJSIP/1003"]


def test_the_name_is_who_sits_there_before_whose_seat_it_is() -> None:
    floor = Floor()
    early, late = person("7001", "1001", name="早班"), person("7009", "1001", name="晚班")
    floor.roster(early, late, person("7002", "1002", name="李四"))
    floor.follow()
    for number in ("1001", "1002", "1003"):
        floor.member("sales", number)
    # Nobody signed in: two share the first seat, so only the queue knows a name for it.
    assert [agent(floor, number)["name"] for number in ("1001", "1002", "1003")] == [
        "Member 1001",
        "李四",
        "Member 1003",
    ]
    floor.world.apply(PersonArrived(at=floor.at, person="7009", pbx="main", seat="1001", how="console"))
    shown = agent(floor, "1001")
    assert shown["name"] == "晚班"
    assert shown["people"] == [
        {"code": "7009", "name": "晚班", "since": floor.at.isoformat(timespec="milliseconds")}
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800000000", "13800000000"),
        ("\x1b[2J\x1b[31mroot", "[2J [31mroot"),
        ("one\r\ntwo", "one  two"),
        ("\u202egnp.exe", "gnp.exe"),
        ("bad \udcff byte", "bad   byte"),
        ("张三", "张三"),
        ("x" * 1000, "x" * 64),
        ("\0" * 9, ""),
    ],
)
def test_text_of_callers_is_one_short_line_without_control_marks(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_hostile_caller_and_member_leave_no_control_mark_in_the_picture() -> None:
    floor = Floor()
    floor.follow()
    floor.member("sales", "1001", MemberName="\x1b]0;owned\x07")
    floor.pause("PJSIP/1001", "sales", reason="\u202elunch\x9b")
    floor.joins("sales", "\x1b[31m138", "\x1b[31mname")
    text = json.dumps(draw(floor), ensure_ascii=False)
    assert text.isprintable()
    assert "138" in text
    assert "lunch" in text


def test_while_blind_agents_are_unknown_and_the_daemon_is_not_ready() -> None:
    floor = busy_floor()
    heard = floor.at
    floor.wait(12)
    floor.lose(heard)
    shown = draw(floor)
    assert not shown["ready"]
    assert {row["state"] for row in shown["pbxs"][0]["agents"]} == {"unknown"}
    assert shown["pbxs"][0]["blind_since"] == heard.isoformat(timespec="milliseconds")
    assert shown["pbxs"][0]["blind_s"] == pytest.approx(12, abs=0.001)


def test_a_pbx_that_was_never_reached_is_in_the_picture() -> None:
    floor = Floor("main", "branch")
    floor.follow()
    shown = draw(floor)
    assert [(pbx["name"], pbx["synced"]) for pbx in shown["pbxs"]] == [("branch", False), ("main", True)]
    assert not shown["ready"]


@pytest.mark.parametrize(
    ("health", "well", "why"),
    [
        (HEALTHY, True, ""),
        (HEALTHY | {"store": None}, False, "store: not open yet"),
        (HEALTHY | {"store": {"healthy": False, "queue_length": 7}}, False, "7 facts are waiting"),
        (HEALTHY | {"config": {"valid": False, "error": "ccd.toml: agi.port"}}, False, "ccd.toml: agi.port"),
        ({}, False, "store: not open yet"),
    ],
)
def test_readiness_says_what_is_not_well(health: dict[str, Any], well: bool, why: str) -> None:
    floor = Floor()
    floor.follow()
    checks = readiness(floor.world, health)
    said = "; ".join(f"{check['check']}: {check['why']}" for check in checks if not check["ok"])
    assert is_ready(checks) is well
    assert why in said


def test_readiness_waits_for_every_pbx_and_says_which() -> None:
    floor = Floor("branch", "main")
    floor.follow()
    checks = {check["check"]: check["ok"] for check in readiness(floor.world, HEALTHY) if check["blocks"]}
    assert checks == {
        "pbx.branch": True,
        "pbx.main": False,
        "store": True,
        "config": True,
        "incidents_saved": True,
    }


def test_without_any_pbx_it_is_not_ready() -> None:
    floor = Floor()
    floor.world.settings = Settings()
    checks = readiness(floor.world, HEALTHY)
    assert [check["check"] for check in checks if check["blocks"] and not check["ok"]] == ["pbx"]
    assert not is_ready(checks)


def test_open_incidents_are_in_the_picture_real_ones_first_and_closed_ones_are_not() -> None:
    floor = busy_floor()
    Case(floor, "threat-drill", drill=True)
    floor.wait(60)
    Case(floor, "threat-1", facts=CallFacts(pbx="main", seat="1001", caller_number="\x1b[31m138"))
    closed = Case(floor, "threat-2")
    closed.state.phase = Phase.CALLED
    closed.tell(IncidentClosed, outcome="over", person="7001", by="")
    floor.wait(30)
    shown = draw(floor)["incidents"]
    assert [row["id"] for row in shown] == ["threat-1", "threat-drill"]
    assert shown[0]["clock_left_s"] == pytest.approx(870, abs=0.1)
    assert shown[0]["phase"] == "live"
    assert json.dumps(shown, ensure_ascii=False).isprintable()


def left(outcome: str, wait_s: float, at: datetime = START) -> CallerLeft:
    return CallerLeft(
        at=at,
        pbx="main",
        call="c",
        uniqueid="u",
        queue="sales",
        outcome=outcome,
        wait_s=wait_s,
        position=1,
        joined=at - timedelta(seconds=wait_s),
    )


def test_service_levels_of_the_day_are_asterisks_two() -> None:
    floor = Floor()
    floor.follow()
    floor.member("sales", "1001")
    today = floor.metrics.today
    for outcome, wait_s in (
        *[("answered", 5.0)] * 6,
        *[("answered", 20.0)] * 1,
        *[("answered", 20.5)] * 3,
        *[("abandoned", 4.0)] * 2,
        *[("abandoned", 90.0)] * 3,
        ("timeout", 300.0),
    ):
        today.take(left(outcome, wait_s), floor.settings)
    counts = queue(floor)["today"]
    assert (counts["offered"], counts["answered"], counts["abandoned"], counts["other"]) == (16, 10, 5, 1)
    assert counts["service_level"] == 7 / 10
    assert counts["service_level_2"] == (7 + 2) / (10 + 5)


def test_the_day_begins_at_local_midnight() -> None:
    settings = Settings.model_validate({"daemon": {"timezone": "Asia/Shanghai"}})
    midnight = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    before, after = midnight - timedelta(seconds=1), midnight + timedelta(seconds=1)
    today = Today()
    today.take(left("answered", 5.0, before), settings)
    assert today.of("main", "sales", before, settings).answered == 1
    assert today.of("main", "sales", after, settings).answered == 0
    today.take(left("answered", 5.0, after), settings)
    today.take(left("abandoned", 5.0, before), settings)  # late news of yesterday
    assert (today.of("main", "sales", after, settings).offered) == 1


def test_a_queue_nobody_has_left_today_has_no_service_level() -> None:
    floor = Floor()
    floor.follow()
    floor.member("sales", "1001")
    counts = queue(floor)["today"]
    assert counts["offered"] == 0
    assert counts["service_level"] is None
    assert counts["service_level_2"] is None
