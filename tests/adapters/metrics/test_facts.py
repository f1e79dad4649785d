"""What each fact is counted as."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ccd.engine import Outcome
from ccd.events import (
    AgentCompleted,
    AgentConnected,
    BlindBegan,
    CallEnded,
    CallResumed,
    CallTransferred,
    DeadlineDue,
    Event,
    PbxRestarted,
    PersonArrived,
    PersonLeft,
    RecordingMeasured,
    RecordingStarted,
    RecordingStopped,
    RingNoAnswer,
    SignInRefused,
)
from tests.adapters.metrics.sites import (
    AGENT,
    ENDED,
    MAIN,
    RECORDING,
    SALES,
    WHERE,
    caller_left,
    page,
    ready_floor,
    tell,
)
from tests.floor import START, Floor


@pytest.mark.parametrize(
    ("fact", "name", "labels", "value"),
    [
        (caller_left("answered", 5), "ccd_queue_calls_total", SALES | {"outcome": "answered"}, 1),
        (caller_left("timeout", 5), "ccd_queue_calls_total", SALES | {"outcome": "timeout"}, 1),
        (caller_left("invented", 5), "ccd_queue_calls_total", SALES | {"outcome": "other"}, 1),
        (caller_left("answered", 20), "ccd_queue_calls_answered_in_time_total", SALES, 1),
        (caller_left("answered", 20.1), "ccd_queue_calls_answered_in_time_total", SALES, 0),
        (caller_left("abandoned", 20), "ccd_queue_calls_abandoned_in_time_total", SALES, 1),
        (caller_left("abandoned", 21), "ccd_queue_calls_abandoned_in_time_total", SALES, 0),
        (caller_left("timeout", 5), "ccd_queue_calls_abandoned_in_time_total", SALES, 0),
        (caller_left("answered", 10), "ccd_queue_wait_seconds_bucket", SALES | {"le": "10.0"}, 1),
        (caller_left("answered", 10), "ccd_queue_wait_seconds_bucket", SALES | {"le": "5.0"}, 0),
        (caller_left("abandoned", 40), "ccd_queue_wait_seconds_count", SALES, 0),
        (caller_left("abandoned", 40), "ccd_queue_abandon_seconds_sum", SALES, 40),
        (
            AgentCompleted(**AGENT, reason="caller", wait_s=1, talk_s=90, seen=True),
            "ccd_queue_talk_seconds_sum",
            SALES,
            90,
        ),
        (
            AgentCompleted(**AGENT, reason="unknown", wait_s=1, talk_s=90, seen=False),
            "ccd_queue_talk_seconds_count",
            SALES,
            0,
        ),
        (
            AgentConnected(**AGENT, agent_uniqueid="l", wait_s=1, ring_s=4),
            "ccd_ring_seconds_bucket",
            MAIN | {"le": "5.0"},
            1,
        ),
        (RingNoAnswer(**AGENT, ring_s=15), "ccd_queue_ring_no_answer_total", SALES, 1),
        (CallEnded(**ENDED), "ccd_calls_total", MAIN | {"kind": "queue", "outcome": "answered"}, 1),
        (CallEnded(**ENDED), "ccd_call_talk_seconds_sum", MAIN | {"kind": "queue"}, 61),
        (
            CallEnded(**ENDED | {"kind": "", "outcome": "unknown", "seen": False}),
            "ccd_calls_total",
            MAIN | {"kind": "unknown", "outcome": "unknown"},
            1,
        ),
        (
            CallEnded(**ENDED | {"outcome": "\n1"}),
            "ccd_calls_total",
            MAIN | {"kind": "queue", "outcome": "other"},
            1,
        ),
        (
            CallResumed(at=START, pbx="main", call="c", uniqueid="u", interface="i", hold_s=31),
            "ccd_hold_seconds_sum",
            MAIN,
            31,
        ),
        (
            CallTransferred(
                at=START, pbx="main", call="c", how="attended", uniqueid="u", interface="i", to="1", queue=""
            ),
            "ccd_transfers_total",
            MAIN | {"how": "attended"},
            1,
        ),
        (RecordingStarted(**RECORDING), "ccd_recordings_total", MAIN | {"state": "started"}, 1),
        (RecordingStopped(**RECORDING), "ccd_recordings_total", MAIN | {"state": "stopped"}, 1),
        (BlindBegan(at=START, pbx="main", why="silent"), "ccd_pbx_blind_intervals_total", MAIN, 2),
        (PbxRestarted(at=START, pbx="main", boot="2"), "ccd_pbx_restarts_total", MAIN, 1),
        (
            PersonArrived(**WHERE, person="7001"),
            "ccd_sign_ins_total",
            MAIN | {"result": "arrived", "how": "phone"},
            1,
        ),
        (
            PersonLeft(**WHERE, person="7001"),
            "ccd_sign_ins_total",
            MAIN | {"result": "left", "how": "phone"},
            1,
        ),
        (
            SignInRefused(**WHERE, code="7001", why="wrong_pin"),
            "ccd_sign_ins_total",
            MAIN | {"result": "refused", "how": "phone"},
            1,
        ),
        (
            SignInRefused(**WHERE, code="7001", why="wrong_pin"),
            "ccd_sign_in_refusals_total",
            MAIN | {"why": "wrong_pin"},
            1,
        ),
        (
            SignInRefused(**WHERE, code="7001", why="wrong_pin", enforced=False),
            "ccd_sign_ins_total",
            MAIN | {"result": "noted", "how": "phone"},
            1,
        ),
    ],
)
def test_a_fact_is_counted_as_documented(
    fact: Event, name: str, labels: dict[str, str], value: float
) -> None:
    floor = ready_floor()
    page(floor)
    tell(floor, fact)
    assert floor.value(name, **labels) == value


def test_inputs_deadlines_and_measured_recordings_are_counted() -> None:
    floor = ready_floor()
    measured = RecordingMeasured(
        at=START, pbx="main", call="c", recording="r", state="final", path="/r.wav", size=44_100, sha256=""
    )
    tell(floor, event=measured)
    tell(floor, event=DeadlineDue(at=START, key="k", late_s=0.7))
    assert floor.value("ccd_recordings_total", pbx="main", state="final") == 1
    assert floor.value("ccd_recorded_bytes_total", pbx="main") == 44_100
    assert floor.value("ccd_inputs_total", input="RecordingMeasured") == 1
    assert floor.value("ccd_deadline_late_seconds_bucket", le="1.0") == 1
    assert floor.value("ccd_deadline_late_seconds_bucket", le="0.5") == 0


def test_a_queue_call_told_in_ami_messages_shows_in_every_place() -> None:
    floor = ready_floor()
    caller = floor.joins("sales")
    floor.wait(12)
    assert floor.value("ccd_queue_callers_waiting", pbx="main", queue="sales") == 1
    assert floor.value("ccd_queue_longest_wait_seconds", pbx="main", queue="sales") == pytest.approx(12, 0.01)
    leg = floor.answers("sales", caller, "PJSIP/1001")
    floor.wait(100)
    assert floor.value("ccd_agents", pbx="main", team="A", state="talking", reason="") == 1
    assert floor.value("ccd_queue_members", pbx="main", queue="sales", state="busy") == 1
    assert floor.value("ccd_calls_open", pbx="main") == 1
    floor.completes("sales", caller, leg, "PJSIP/1001", talk_s=100)
    assert floor.value("ccd_calls_open", pbx="main") == 0
    assert floor.value("ccd_queue_callers_waiting", pbx="main", queue="sales") == 0
    assert floor.value("ccd_queue_calls_total", pbx="main", queue="sales", outcome="answered") == 1
    assert floor.value("ccd_calls_total", pbx="main", kind="queue", outcome="answered") == 1
    assert floor.value("ccd_queue_wait_seconds_sum", pbx="main", queue="sales") == pytest.approx(12, 0.01)
    assert floor.value("ccd_call_talk_seconds_sum", pbx="main", kind="queue") == pytest.approx(100, 0.01)


def test_both_service_levels_of_asterisk_can_be_computed() -> None:
    floor = ready_floor()
    for outcome, wait_s in [("answered", 5.0)] * 7 + [("answered", 30.0)] * 3 + [("abandoned", 3.0)] * 2:
        tell(floor, caller_left(outcome, wait_s))
    tell(floor, *[caller_left("abandoned", 60.0)] * 3)
    answered = floor.value("ccd_queue_calls_total", **SALES, outcome="answered") or 0
    abandoned = floor.value("ccd_queue_calls_total", **SALES, outcome="abandoned") or 0
    in_time = floor.value("ccd_queue_calls_answered_in_time_total", **SALES) or 0
    gone_in_time = floor.value("ccd_queue_calls_abandoned_in_time_total", **SALES) or 0
    assert in_time / answered == 7 / 10
    assert (in_time + gone_in_time) / (answered + abandoned) == 9 / 15


def test_the_service_levels_time_follows_the_settings() -> None:
    floor = ready_floor(metrics={"service_level_s": 10})
    tell(floor, caller_left("answered", 15.0))
    assert floor.value("ccd_queue_calls_answered_in_time_total", **SALES) == 0
    assert floor.value("ccd_service_level_seconds") == 10


def test_counters_of_a_known_pbx_and_queue_begin_at_zero() -> None:
    floor = ready_floor()
    page(floor)
    for name, labels in (
        ("ccd_queue_calls_total", SALES | {"outcome": "abandoned"}),
        ("ccd_queue_ring_no_answer_total", SALES),
        ("ccd_transfers_total", MAIN | {"how": "blind"}),
        ("ccd_recordings_total", MAIN | {"state": "missing"}),
        ("ccd_pbx_restarts_total", MAIN),
    ):
        assert floor.value(name, **labels) == 0


def test_a_pause_in_all_queues_is_one_pause() -> None:
    floor = ready_floor()
    floor.member("billing", "1001")
    floor.pause("PJSIP/1001", "sales", "billing", reason="lunch")
    assert floor.value("ccd_pauses_total", pbx="main", reason="lunch") == 1
    assert floor.value("ccd_agents", pbx="main", team="A", state="paused", reason="lunch") == 1


def test_two_pauses_for_the_same_reason_are_two() -> None:
    floor = ready_floor()
    for _ in range(2):
        floor.pause("PJSIP/1001", "sales", reason="lunch")
        floor.wait(60)
        floor.pause("PJSIP/1001", "sales", on=False)
        floor.wait(60)
    floor.pause("PJSIP/1002", "sales", reason="lunch")
    assert floor.value("ccd_pauses_total", pbx="main", reason="lunch") == 3


def test_another_reason_is_another_pause() -> None:
    floor = ready_floor()
    floor.pause("PJSIP/1001", "sales", reason="lunch")
    floor.pause("PJSIP/1001", "sales", reason="training")
    assert floor.value("ccd_pauses_total", pbx="main", reason="lunch") == 1
    assert floor.value("ccd_pauses_total", pbx="main", reason="training") == 1


def test_a_pause_found_by_a_snapshot_is_shown_but_not_counted() -> None:
    floor = ready_floor()
    member = {"Queue": "sales", "Location": "PJSIP/1009", "Name": "x", "StateInterface": "PJSIP/1009"}
    floor.ami("QueueMember", **member, Paused="1", PausedReason="lunch", Status="1")
    assert floor.value("ccd_agents", pbx="main", team="", state="paused", reason="lunch") == 1
    assert floor.value("ccd_pauses_total", pbx="main", reason="lunch") is None


def test_a_defect_in_counting_stops_nothing_and_is_counted() -> None:
    floor = ready_floor()
    outcome = Outcome()
    broken: Any = "no number"
    outcome.facts.append(
        CallResumed(at=START, pbx="main", call="c", uniqueid="u", interface="i", hold_s=broken)
    )
    floor.metrics.observe(None, outcome, floor.world)
    assert floor.value("ccd_metrics_errors_total") == 1


def test_a_pbx_taken_out_of_the_configuration_is_no_longer_shown() -> None:
    floor = Floor("branch", "main")
    floor.follow()
    assert floor.value("ccd_pbx_synced", pbx="branch") == 1
    floor.world.settings = Floor("main").settings
    assert floor.value("ccd_pbx_synced", pbx="branch") is None
    assert floor.value("ccd_pbx_synced", pbx="main") == 0


def test_what_happened_while_nobody_asked_is_not_lost() -> None:
    floor = ready_floor()
    for _ in range(5):
        caller = floor.joins("sales")
        floor.wait(timedelta(seconds=30).total_seconds())
        floor.abandons("sales", caller)
    assert floor.value("ccd_queue_calls_total", **SALES, outcome="abandoned") == 5
    assert floor.value("ccd_queue_abandon_seconds_bucket", **SALES, le="30.0") == 0
    assert floor.value("ccd_queue_abandon_seconds_bucket", **SALES, le="60.0") == 5
