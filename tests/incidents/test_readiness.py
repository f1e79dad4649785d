"""What ``/readyz`` says of threat calls: what is missing, in words that mend it, and what of it blocks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from ccd.config_incidents import PoliceSettings
from ccd.events import (
    CallFacts,
    IncidentClosed,
    IncidentOpened,
    Person,
    PersonArrived,
    PoliceCalledByHand,
    SavingChanged,
)
from ccd.incidents.readiness import Fault, checks, police_faults
from ccd.incidents.state import Phase
from ccd.world import REMEMBERED_INCIDENTS
from tests.floor import START, Floor, person
from tests.told import Case, drilled

TODAY = date(2026, 3, 2)
PROVED = {
    "number": "051280110110",
    "second_trunk": "PJSIP/mobile",
    "proved_on": "2026-02-01",
    "proved_second_on": "2026-02-02",
}


def role(who: Person, name: str, **fields: str) -> Person:
    return msgspec.structs.replace(who, role=name, **fields)


LEAD = role(person("6001", "1-01"), "duty_lead", phone="13900000001")
MANAGER = role(person("6002", ""), "operations_manager", phone="13900000002")
BOSS = role(person("6003", ""), "management", email="boss@example.com")
HEAD = role(person("6004", ""), "department_head", phone="13900000004")
AGENT = person("7001", "1001")


def site(*people: Person, police: dict[str, Any] = PROVED, **incidents: Any) -> Floor:
    floor = Floor(policies={"incidents": {"police": police} | incidents})
    floor.roster(*(people or (LEAD, MANAGER, BOSS, HEAD, AGENT)))
    floor.follow()
    return floor


def arrive(floor: Floor, who: Person) -> None:
    floor.world.apply(PersonArrived(at=floor.at, person=who.code, pbx="main", seat=who.seat, how="phone"))


def said(floor: Floor, health: dict[str, Any] | None = None) -> dict[str, Fault]:
    return {fault.check: fault for fault in checks(floor.world, floor.at, health or {})}


def test_a_fresh_installation_says_that_nothing_leads_to_the_police_and_blocks_nothing() -> None:
    found = said(site(police={}))
    why = found["police"].why
    for needed in ("threat", "police.number", "police.second_trunk", "police.proved_on", "proved_second_on"):
        assert needed in why
    assert [check for check, fault in found.items() if fault.blocks and fault.why] == []


def test_a_site_with_everything_in_place_has_no_fault() -> None:
    floor = site()
    arrive(floor, LEAD)
    drilled(floor, floor.at - timedelta(days=3), passed=True)
    assert {check: fault.why for check, fault in said(floor).items() if fault.why} == {}


@pytest.mark.parametrize(
    ("given", "what", "why"),
    [
        ({}, "", ""),
        ({"number": ""}, "number", "set police.number"),
        ({"second_trunk": ""}, "second_trunk", "set police.second_trunk"),
        ({"proved_on": ""}, "proof", "the first trunk was never tried"),
        ({"proved_second_on": ""}, "second_proof", "the second trunk was never tried"),
        ({"proved_on": "2025-09-03"}, "", ""),  # 180 days
        ({"proved_on": "2025-09-02"}, "proof", "181 days old (at most 180)"),
        ({"proved_second_on": "2025-01-01", "proof_days": 30}, "second_proof", "at most 30"),
        ({"proved_on": "2026-03-03"}, "proof", "lies in the future"),
    ],
)
def test_each_part_of_the_way_to_the_police_is_asked_for(given: dict[str, Any], what: str, why: str) -> None:
    settings = PoliceSettings.model_validate(PROVED | given)
    found = {name: fault for name, fault in police_faults(settings, TODAY).items() if fault}
    if "proof_days" in given:
        found.pop("proof", None)
    assert list(found) == ([what] if what else [])
    assert why in found.get(what, "")


def test_the_day_of_a_proof_is_the_sites_own() -> None:
    police = PROVED | {"proved_on": "2026-03-02", "proved_second_on": "2026-03-02"}
    floor = Floor(daemon={"timezone": "Asia/Shanghai"}, policies={"incidents": {"police": police}})
    floor.at = START.replace(day=1, hour=17)  # the second of March there already
    assert said(floor)["police"].why == ""


@pytest.mark.parametrize(
    ("incidents", "asked"),
    [
        ({"ladders": {"threat": {"police": "advise"}}}, False),
        ({"ladders": {"threat": {"enabled": False}}}, False),
        ({"ladders": {"fire": {"police": "confirm"}}}, True),
        ({"mode": "notify"}, False),
        ({}, True),
    ],
)
def test_only_a_ladder_that_calls_the_police_needs_a_way_to_them(
    incidents: dict[str, Any], asked: bool
) -> None:
    assert bool(said(site(police={}, **incidents))["police"].why) is asked


def test_where_the_policy_is_off_nothing_is_asked() -> None:
    assert said(site(police={}, mode="off")) == {}


@pytest.mark.parametrize(
    ("drills", "why"),
    [
        ([], "threat was never drilled: ccd drill threat"),
        ([(29, True)], ""),
        ([(30, True)], "was 30 days ago (every 30)"),
        ([(5, False)], "failed"),
        ([(5, False), (4, True)], ""),
        ([(5, True), (4, False)], "failed"),
    ],
)
def test_a_drill_that_is_missing_old_or_failed_is_said(drills: list[tuple[int, bool]], why: str) -> None:
    floor = site()
    for days, passed in drills:
        drilled(floor, floor.at - timedelta(days=days), passed=passed)
    fault = said(floor)["drill"]
    assert bool(fault.why) is bool(why)
    assert why in fault.why
    assert not fault.blocks


def test_a_real_incident_is_no_drill_and_no_drill_is_asked_for_where_none_is_wanted() -> None:
    floor = site(drill={"every_days": 0})
    assert said(floor)["drill"].why == ""
    floor = site()
    Case(floor)
    assert "never drilled" in said(floor)["drill"].why


def test_only_what_can_be_drilled_is_asked_for() -> None:
    floor = site(ladders={"fire": {"arrive_within_s": 600}})
    assert "fire" not in said(floor)["drill"].why
    assert "threat" in said(floor)["drill"].why
    assert said(site(ladders={"threat": {"arrive_within_s": 0}}))["drill"].why == ""


def test_the_latest_drill_is_remembered_however_many_incidents_came_after_it() -> None:
    floor = site()
    drilled(floor, floor.at - timedelta(days=3), passed=True)
    for incident in floor.world.incidents.values():
        incident.phase = Phase.CLOSED
    for number in range(REMEMBERED_INCIDENTS + 5):
        told = {"at": floor.at, "incident": f"fire-{number}"}
        floor.world.apply(
            IncidentOpened(
                **told,
                n=1,
                ladder="fire",
                severity="high",
                request=str(number),
                how="console",
                by="",
                facts=CallFacts(),
                arrive_within_s=0,
            )
        )
        floor.world.apply(PoliceCalledByHand(**told, n=2, person="6001", by="", note=""))
        floor.world.apply(IncidentClosed(**told, n=3, outcome="over", person="6001", by=""))
    assert said(floor)["drill"].why == ""
    assert len(floor.world.incidents) == REMEMBERED_INCIDENTS + 1


def test_that_nobody_is_on_duty_is_said_until_a_lead_or_a_stand_in_signs_in() -> None:
    deputy = role(person("6009", "1-09"), "team_lead")
    floor = site(LEAD, MANAGER, BOSS, HEAD, AGENT, deputy)
    assert "duty_lead" in said(floor)["duty_lead"].why
    assert "threat" in said(floor)["duty_lead"].why
    arrive(floor, deputy)
    assert said(floor)["duty_lead"].why == ""


def test_roles_of_the_ladders_that_nobody_has_or_that_cannot_be_reached_are_counted_not_named() -> None:
    mute = role(person("6005", "", name="王小明"), "management")
    floor = site(LEAD, MANAGER, mute)
    why = said(floor)["reach"].why
    assert "no department_head" in why
    assert "1 management" in why
    assert "王小明" not in why
    assert "6005" not in why


@pytest.mark.parametrize(("where", "why"), [("store", ""), ("spool", "spool"), ("memory", "NOT SAVED")])
def test_an_open_incident_that_is_not_in_the_database_blocks(where: str, why: str) -> None:
    floor = site()
    case = Case(floor)
    case.tell(SavingChanged, where=where)
    fault = said(floor)["incidents_saved"]
    assert (bool(fault.why), fault.blocks) == (bool(why), True)
    assert why in fault.why
    case.state.phase = Phase.CALLED
    case.tell(IncidentClosed, outcome="over", person="6001", by="")
    assert said(floor)["incidents_saved"].why == ""


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        ({"spool_bytes_used": 0, "unsaved": 0}, ""),
        ({"spool_bytes_used": 900, "unsaved": 0}, "emergency spool"),
        ({"spool_bytes_used": 900, "unsaved": 3}, "NOT SAVED: 3 facts"),
    ],
)
def test_what_the_database_has_not_taken_blocks_also_after_the_incident(
    kept: dict[str, int], why: str
) -> None:
    fault = said(site(), {"safekeeping": kept})["incidents_saved"]
    assert (bool(fault.why), fault.blocks) == (bool(why), True)
    assert why in fault.why


def test_nothing_that_is_said_names_a_number_or_a_person() -> None:
    floor = site(police=PROVED | {"proved_on": "", "second_trunk": ""})
    Case(floor).tell(SavingChanged, where="memory")
    text = "".join(fault.why for fault in said(floor).values())
    for private in (PROVED["number"], "13900000001", "13800000000", "6001", "boss@example.com"):
        assert private not in text
