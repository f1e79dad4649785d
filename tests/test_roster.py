"""People and seats by the roster, the span of control, and the sample that is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccd.config import SpanSettings
from ccd.events import Person
from ccd.roster import Role, Roster, parse, span_warnings

SAMPLE = Path(__file__).parent.parent / "config" / "roster.csv"

TWO_SHIFTS = Roster(
    (
        Person("11", "早", "agent", "一组", "A", "PJSIP/1"),
        Person("12", "晚", "agent", "二组", "A", "PJSIP/1"),
        Person("21", "北", "agent", "三组", "B", "PJSIP/2", "north"),
        Person("22", "南", "agent", "", "C", "PJSIP/2", "south"),
        Person("31", "经理", "operations_manager", "", "", ""),
    )
)


def test_people_are_found_by_code() -> None:
    found = TWO_SHIFTS.by_code("12")
    assert found is not None
    assert found.name == "晚"
    assert TWO_SHIFTS.by_code("99") is None


def test_a_row_without_a_pbx_holds_on_every_pbx() -> None:
    for pbx in ("north", "south", "elsewhere"):
        assert TWO_SHIFTS.seat_of(pbx, "PJSIP/1") == "A"
        assert TWO_SHIFTS.interface_of(pbx, "A") == "PJSIP/1"


def test_a_row_with_a_pbx_holds_there_only() -> None:
    assert TWO_SHIFTS.seat_of("north", "PJSIP/2") == "B"
    assert TWO_SHIFTS.seat_of("south", "PJSIP/2") == "C"
    assert TWO_SHIFTS.seat_of("elsewhere", "PJSIP/2") is None
    assert TWO_SHIFTS.interface_of("south", "B") is None
    assert TWO_SHIFTS.interfaces("north") == ("PJSIP/1", "PJSIP/2")
    assert TWO_SHIFTS.interfaces("elsewhere") == ("PJSIP/1",)


def test_the_people_and_the_team_of_a_seat() -> None:
    assert [person.code for person in TWO_SHIFTS.people_at_seat("north", "A")] == ["11", "12"]
    assert [person.code for person in TWO_SHIFTS.people_at_seat("north", "B")] == ["21"]
    assert TWO_SHIFTS.people_at_seat("south", "B") == ()
    assert TWO_SHIFTS.team_of_interface("north", "PJSIP/1") == "一组"
    assert TWO_SHIFTS.team_of_interface("south", "PJSIP/2") == ""
    assert TWO_SHIFTS.team_of_interface("south", "PJSIP/9") == ""
    assert TWO_SHIFTS.teams == ("一组", "二组", "三组")


def test_a_seat_is_found_by_the_bare_name_of_its_endpoint() -> None:
    assert TWO_SHIFTS.seat_of_endpoint("north", "2") == "B"
    assert TWO_SHIFTS.seat_of_endpoint("south", "1") == "A"
    assert TWO_SHIFTS.seat_of_endpoint("south", "9") is None
    both = Roster(
        (Person("11", "x", "agent", "", "A", "PJSIP/1"), Person("12", "y", "agent", "", "B", "SIP/1"))
    )
    assert both.seat_of_endpoint("north", "1") is None


# --- span of control ----------------------------------------------------------------------------------------


def team(name: str, **posts: int) -> list[Person]:
    return [
        Person(f"{len(name)}{role}{number}", "x", role, name, "", "")
        for role, count in posts.items()
        for number in range(count)
    ]


STAFF = team("", qa_analyst=2, trainer=1)


@pytest.mark.parametrize(
    ("members", "warnings"),
    [
        (team("一组", team_lead=1, agent=8), ()),
        (team("一组", team_lead=1, agent=9, senior_agent=1), ()),
        (team("一组", duty_lead=1, agent=10), ()),
        (team("一组", team_lead=2, agent=20), ()),
        (team("一组", team_lead=1, telesales=5), ()),
        (team("一组", team_lead=1), ()),
        (team("一组", team_lead=1, agent=7), ("team 一组: 7 agents for 1 lead(s): 8 to 10 agents each",)),
        (team("一组", team_lead=1, agent=11), ("team 一组: 11 agents for 1 lead(s): 8 to 10 agents each",)),
        (
            team("一组", team_lead=1, telesales=6),
            ("team 一组: 6 telesales agents for 1 lead(s): at most 5 each",),
        ),
        (team("一组", agent=9), ("team 一组: 9 agents and no lead",)),
        (team("管理", operations_manager=1, department_head=1, management=2), ()),
        (team("一组", team_lead=1, agent=8, management=3), ()),
    ],
)
def test_a_team_beyond_the_span_of_control_is_named(members: list[Person], warnings: tuple[str, ...]) -> None:
    assert span_warnings(members + STAFF, SpanSettings()) == warnings


def test_too_few_analysts_and_trainers_are_named_with_figures() -> None:
    leads = team("一组", team_lead=1, agent=8) * 5
    assert span_warnings(leads + team("", qa_analyst=2, trainer=1), SpanSettings()) == (
        "5 lead(s) for 2 qa analyst(s): at most 2 leads each",
        "5 lead(s) for 1 trainer(s): at most 4 leads each",
    )
    assert span_warnings(team("一组", team_lead=1, agent=8), SpanSettings()) == (
        "1 lead(s) and no qa analyst: one for every 2 leads",
        "1 lead(s) and no trainer: one for every 4 leads",
    )
    assert span_warnings(leads + team("", qa_analyst=3, trainer=2), SpanSettings()) == ()


def test_the_span_is_a_setting() -> None:
    span = SpanSettings(agents_per_lead_min=1, agents_per_lead_max=2, leads_per_qa_analyst=9)
    members = team("一组", team_lead=1, agent=3) + team("", qa_analyst=1, trainer=1)
    assert span_warnings(members, span) == ("team 一组: 3 agents for 1 lead(s): 1 to 2 agents each",)


# --- the sample ---------------------------------------------------------------------------------------------


def test_the_sample_roster_is_forty_seats_in_four_teams_within_the_span() -> None:
    sample = parse(SAMPLE.read_bytes(), filename="roster.csv")
    roster = Roster(sample)
    assert len(roster.teams) == 4
    assert roster.interfaces("any") == tuple(f"PJSIP/{number}" for number in range(1001, 1041))
    assert span_warnings(sample, SpanSettings()) == ()
    assert {person.role for person in sample} == set(Role)
    reached = {person.role for person in sample if person.phone and person.email}
    assert reached == {"duty_lead", "operations_manager", "department_head", "management"}
    assert all(person.phone.startswith("+120255501") for person in sample if person.phone)
    assert all(person.email.endswith("@example.com") for person in sample if person.email)
