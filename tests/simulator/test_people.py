"""The people of the simulated centre are a roster like any other."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ccd import roster_csv
from ccd.config import SimulatorSettings
from ccd.simulator.people import roster

SIZES = [(40, 4), (1, 1), (3, 8), (95, 10), (10_000, 100)]


@pytest.mark.parametrize(("agents", "teams"), SIZES)
def test_no_two_people_share_code_name_seat_or_phone(agents: int, teams: int) -> None:
    people = roster(SimulatorSettings(agents=agents, teams=teams))
    for field in ("code", "name", "seat", "interface", "phone", "email"):
        given = [value for person in people if (value := getattr(person, field))]
        assert len(set(given)) == len(given), field


def test_forty_agents_work_in_four_teams_with_leads_within_the_span() -> None:
    people = roster(SimulatorSettings())
    agents = Counter(p.team for p in people if p.role in ("agent", "senior_agent", "telesales"))
    leads = Counter(p.team for p in people if p.role == "team_lead")
    assert agents == {"一组": 10, "二组": 10, "三组": 10, "四组": 10}
    assert leads == {"一组": 1, "二组": 1, "三组": 1, "四组": 2}, "five who sell by telephone to a lead"
    assert [p.interface for p in people[:2]] == ["PJSIP/1001", "PJSIP/1002"]
    assert {p.team for p in people if p.role == "telesales"} == {"四组"}
    assert {"duty_lead", "operations_manager", "qa_manager", "qa_analyst", "trainer"} <= {
        p.role for p in people
    }


def test_whoever_an_incident_climbs_to_is_reached_outside_and_some_have_no_seat() -> None:
    people = {person.role: person for person in roster(SimulatorSettings())}
    for role in ("duty_lead", "operations_manager", "department_head", "management"):
        assert re.fullmatch(r"\+120255501[0-9]{2}", people[role].phone), "a number kept free for stories"
        assert people[role].email.endswith("@example.com")
    assert {role for role, person in people.items() if not person.seat} == {"department_head", "management"}


def test_the_same_settings_give_the_same_people() -> None:
    assert roster(SimulatorSettings()) == roster(SimulatorSettings())


@pytest.mark.parametrize(("agents", "teams"), SIZES)
def test_the_roster_can_be_written_as_a_file_and_read_back(agents: int, teams: int) -> None:
    people = roster(SimulatorSettings(agents=agents, teams=teams), "main")
    assert roster_csv.parse(roster_csv.dump(people), filename="roster.csv") == people
