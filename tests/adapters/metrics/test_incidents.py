"""What Prometheus is told of incidents: counted as documented, drills apart, nobody named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ccd.events import (
    Acknowledged,
    Arrived,
    CallFacts,
    DeadlineDue,
    IncidentClosed,
    PersonTold,
    PoliceAnswered,
    PoliceCalledByHand,
    PoliceDialling,
    PoliceDue,
    PoliceFailed,
    ReportRefused,
    RungBegan,
    SavingChanged,
    TellingEnded,
    VoiceSought,
)
from ccd.incidents.making import deadline_key
from ccd.incidents.state import Phase
from tests.adapters.metrics.sites import page, ready_floor, series
from tests.floor import START, Floor
from tests.told import Case, drilled, observe

NO, YES = {"drill": "no"}, {"drill": "yes"}


def with_rung(case: Case) -> Case:
    case.tell(RungBegan, rung=0, role="duty_lead", people=("6001", "6002"), why="report")
    return case


def told(case: Case, means: str, *results: str) -> None:
    key = f"{case.id}-{means}"
    case.tell(PersonTold, rung=0, person="6001", means=means, key=key, where="x")
    for result in results:
        case.tell(TellingEnded, key=key, result=result)


def due(case: Case, mode: str, why: str) -> None:
    case.tell(PoliceDue, mode=mode, why=why, late_s=0.0)


@pytest.mark.parametrize(
    ("happens", "name", "labels"),
    [
        (lambda case: told(case, "phone", "answered"), "tellings", {"means": "phone", "result": "answered"}),
        (
            lambda case: told(case, "phone", "answered", "acknowledged"),
            "tellings",
            {"means": "phone", "result": "acknowledged"},
        ),
        (lambda case: told(case, "email", "failed"), "tellings", {"means": "email", "result": "failed"}),
        (lambda case: told(case, "mqtt", "delivered"), "tellings", {"means": "mqtt", "result": "delivered"}),
        (lambda case: told(case, "fax", "\n"), "tellings", {"means": "other", "result": "other"}),
        (
            lambda case: case.tell(TellingEnded, key="threat-1-v1", result="stood_down"),
            "tellings",
            {"means": "phone", "result": "stood_down"},
        ),
    ],
)
def test_what_came_of_telling_somebody_is_counted(
    happens: Callable[[Case], None], name: str, labels: dict[str, str]
) -> None:
    floor = ready_floor()
    page(floor)
    case = with_rung(Case(floor))
    case.tell(VoiceSought, key="threat-1-v1", person="6001", where="x", attempt=1)
    happens(case)
    assert floor.value(f"ccd_incident_{name}_total", **labels) == 1


@pytest.mark.parametrize("drill", [False, True])
@pytest.mark.parametrize(
    ("happens", "name", "labels"),
    [
        (
            lambda case: due(case, "call", "deadline"),
            "decisions",
            {"mode": "call", "why": "deadline"},
        ),
        (
            lambda case: due(case, "advise", "cannot_come"),
            "decisions",
            {"mode": "advise", "why": "cannot_come"},
        ),
        (lambda case: due(case, "?", "?"), "decisions", {"mode": "other", "why": "other"}),
        (
            lambda case: case.tell(PoliceDialling, by="k", live=True),
            "dialled",
            {"result": "dialling"},
        ),
        (lambda case: case.tell(PoliceAnswered, by="k"), "dialled", {"result": "answered"}),
        (lambda case: case.tell(PoliceFailed, why="no trunk"), "dialled", {"result": "failed"}),
        (
            lambda case: case.tell(PoliceCalledByHand, person="6001", by="", note=""),
            "dialled",
            {"result": "by_hand"},
        ),
    ],
)
def test_what_leads_to_the_police_is_counted_and_a_drill_never_as_the_real_thing(
    drill: bool, happens: Callable[[Case], None], name: str, labels: dict[str, str]
) -> None:
    floor = ready_floor()
    page(floor)
    happens(Case(floor, drill=drill))
    assert floor.value(f"ccd_police_{name}_total", **labels, **(YES if drill else NO)) == 1
    assert not floor.value(f"ccd_police_{name}_total", **labels, **(NO if drill else YES))


@pytest.mark.parametrize(
    ("fields", "labels"),
    [
        ({}, {"ladder": "threat", "how": "phone"} | NO),
        ({"how": "adopted"}, {"ladder": "threat", "how": "adopted"} | NO),
        ({"ladder": "fire", "how": "console", "drill": True}, {"ladder": "fire", "how": "console"} | YES),
        ({"ladder": "taken away", "how": "smoke"}, {"ladder": "other", "how": "other"} | NO),
    ],
)
def test_an_incident_that_begins_is_counted_by_ladder_and_way(
    fields: dict[str, Any], labels: dict[str, str]
) -> None:
    floor = ready_floor()
    page(floor)
    Case(floor, **fields)
    assert floor.value("ccd_incidents_opened_total", **labels) == 1


@pytest.mark.parametrize(
    ("why", "label"),
    [
        ("not_an_agents_leg", "not_an_agents_leg"),
        ("unknown_ladder: there are threat, fire", "unknown_ladder"),
        ("13800000000", "other"),
    ],
)
def test_a_refused_report_is_counted_by_the_rule_and_never_by_its_text(why: str, label: str) -> None:
    floor = ready_floor()
    refused = ReportRefused(
        at=START, request="r", ladder="x" * 40, how="phone", pbx="main", interface="i", by="b", why=why
    )
    observe(floor, refused)
    assert floor.value("ccd_incident_reports_refused_total", why=label) == 1


def test_only_the_first_acknowledgement_is_measured_and_from_the_report() -> None:
    floor = ready_floor()
    case = with_rung(Case(floor))
    for person in ("6001", "6002"):
        floor.wait(25)
        case.tell(Acknowledged, rung=0, person=person, how="phone")
    assert floor.value("ccd_incident_acknowledged_seconds_count", **NO) == 1
    assert floor.value("ccd_incident_acknowledged_seconds_sum", **NO) == pytest.approx(25, abs=0.01)


def test_an_incident_waits_for_an_acknowledgement_until_the_first_one_or_an_arrival() -> None:
    floor = ready_floor()

    def waiting() -> float | None:
        return floor.value("ccd_incidents_unacknowledged", **NO)

    one, two = with_rung(Case(floor, "threat-1")), with_rung(Case(floor, "threat-2"))
    Case(floor, "threat-3", drill=True)
    assert waiting() == 2
    one.tell(Acknowledged, rung=0, person="6001", how="phone")
    assert waiting() == 1
    two.tell(Arrived, person="6002", seat="1-01", how="phone", by="", after_s=5.0)
    assert waiting() == 0


def test_an_arrival_is_measured_from_the_report() -> None:
    floor = ready_floor()
    case = Case(floor)
    case.tell(Arrived, person="6002", seat="1-01", how="phone", by="", after_s=540.0)
    assert floor.value("ccd_incident_arrival_seconds_bucket", **NO, le="600.0") == 1
    assert floor.value("ccd_incident_arrival_seconds_bucket", **NO, le="300.0") == 0


def test_open_incidents_show_by_phase_until_they_are_closed() -> None:
    floor = ready_floor()
    threat = {"ladder": "threat"}
    assert floor.value("ccd_incidents_open", **threat, phase="live", **NO) == 0
    case = Case(floor)
    Case(floor, "threat-2", drill=True)
    assert floor.value("ccd_incidents_open", **threat, phase="live", **NO) == 1
    assert floor.value("ccd_incidents_open", **threat, phase="live", **YES) == 1
    due(case, "call", "deadline")
    assert floor.value("ccd_incidents_open", **threat, phase="live", **NO) == 0
    assert floor.value("ccd_incidents_open", **threat, phase="police", **NO) == 1
    case.state.phase = Phase.CALLED
    case.tell(IncidentClosed, outcome="over", person="6001", by="")
    assert floor.value("ccd_incidents_open", **threat, phase="police", **NO) is None
    assert floor.value("ccd_incidents_open", **threat, phase="closed", **NO) is None


def test_the_clock_shown_is_the_one_that_runs_out_first_and_a_drills_is_apart() -> None:
    floor = ready_floor()
    assert floor.value("ccd_incident_clock_left_seconds", **NO) is None
    Case(floor, "threat-1")
    floor.wait(100)
    Case(floor, "threat-2")
    Case(floor, "threat-3", drill=True, arrive_within_s=18.0)
    floor.wait(20)
    assert floor.value("ccd_incident_clock_left_seconds", **NO) == pytest.approx(780, abs=0.1)
    assert floor.value("ccd_incident_clock_left_seconds", **YES) == pytest.approx(-2, abs=0.1)


def test_where_open_incidents_are_kept_is_shown() -> None:
    floor = ready_floor()
    one, _ = Case(floor, "threat-1"), Case(floor, "threat-2")
    one.tell(SavingChanged, where="memory")
    shown = {where: floor.value("ccd_incident_saved", where=where) for where in ("store", "spool", "memory")}
    assert shown == {"store": 1, "spool": 0, "memory": 1}


def late(floor: Floor, key: str, late_s: float) -> None:
    observe(floor, event=DeadlineDue(at=floor.at, key=key, late_s=late_s))


def test_a_deadline_that_came_late_shows_while_its_incident_is_open() -> None:
    floor = ready_floor()
    case = Case(floor)
    late(floor, "wrapup|main|PJSIP/1001", 99.0)
    assert floor.value("ccd_incident_deadline_late_seconds") == 0
    late(floor, deadline_key(case.state, "turn-0"), 7.0)
    late(floor, deadline_key(case.state, "turn-0"), 2.0)
    assert floor.value("ccd_incident_deadline_late_seconds") == 7
    case.tell(PoliceDue, mode="call", why="deadline", late_s=480.0)  # it passed while ccd was away
    assert floor.value("ccd_incident_deadline_late_seconds") == 480
    case.state.phase = Phase.CALLED
    case.tell(IncidentClosed, outcome="over", person="6001", by="")
    assert floor.value("ccd_incident_deadline_late_seconds") == 0


def test_the_latest_drill_is_shown_by_verdict_and_a_ladder_never_drilled_as_0() -> None:
    floor = ready_floor()

    def last(verdict: str) -> float | None:
        return floor.value("ccd_drill_last_timestamp_seconds", ladder="threat", verdict=verdict)

    assert (last("passed"), last("failed")) == (0, None)
    for days, passed in ((9, True), (4, True), (2, False)):
        drilled(floor, START - timedelta(days=days), passed=passed)
    assert last("passed") == (START - timedelta(days=4)).timestamp()
    assert last("failed") == (START - timedelta(days=2)).timestamp()
    assert floor.value("ccd_drill_interval_seconds", ladder="threat") == 30 * 86_400
    assert floor.value("ccd_drill_interval_seconds", ladder="fire") is None


def test_the_way_to_the_police_is_shown_part_by_part() -> None:
    police = {"number": "051280110110", "proved_on": "2026-03-01"}
    floor = Floor(policies={"incidents": {"police": police}})
    shown = {
        what: floor.value("ccd_police_ready", what=what)
        for what in ("number", "second_trunk", "proof", "second_proof")
    }
    assert shown == {"number": 1, "second_trunk": 0, "proof": 1, "second_proof": 0}
    advised = Floor(policies={"incidents": {"ladders": {"threat": {"police": "advise"}}}})
    assert advised.value("ccd_police_ready", what="number") is None


def test_counters_of_incidents_begin_at_zero() -> None:
    floor = ready_floor()
    page(floor)
    for name, labels in (
        ("ccd_incidents_opened_total", {"ladder": "threat", "how": "phone"} | NO),
        ("ccd_incident_tellings_total", {"means": "phone", "result": "no_answer"}),
        ("ccd_incident_reports_refused_total", {"why": "no_such_call"}),
        ("ccd_police_decisions_total", {"mode": "call", "why": "deadline"} | NO),
        ("ccd_police_dialled_total", {"result": "failed"} | NO),
        ("ccd_incident_acknowledged_seconds_count", NO),
        ("ccd_incident_arrival_seconds_count", NO),
    ):
        assert floor.value(name, **labels) == 0


def test_a_ladder_of_the_site_begins_at_zero_too_also_after_a_reload() -> None:
    floor = ready_floor()
    page(floor)
    floor.world.settings = Floor(policies={"incidents": {"ladders": {"flood": {}}}}).settings
    page(floor)
    assert floor.value("ccd_incidents_opened_total", ladder="flood", how="phone", **NO) == 0


def test_nobody_and_no_number_of_an_incident_is_in_any_label() -> None:
    floor = ready_floor()
    facts = CallFacts(
        pbx="main",
        seat="1-07",
        agent="70017",
        agent_name="王小明",
        caller_number="13912345678",
        caller_name="李女士",
    )
    case = with_rung(Case(floor, "threat-20260302-abcdef", facts=facts, by="70017", note="秘密"))
    told(case, "phone", "answered", "acknowledged")
    case.tell(Acknowledged, rung=0, person="6001", how="phone")
    due(case, "call", "deadline")
    text = page(floor)
    for private in ("王小明", "70017", "13912345678", "李女士", "6001", "abcdef", "秘密", "1-07"):
        assert private not in text


def test_a_thousand_incidents_cost_no_more_series_than_a_few() -> None:
    def cost(count: int) -> int:
        floor = ready_floor()
        page(floor)
        for number in range(count):
            case = with_rung(Case(floor, f"threat-{number}", drill=bool(number % 2)))
            told(case, "phone", "answered")
            due(case, "call", "asked")
        return len([line for line in series(page(floor)) if line.startswith("ccd_")])

    assert cost(1000) == cost(4)
