"""Who approves leave and who stands in for whom; nobody decides about themselves."""

from __future__ import annotations

from datetime import date

import pytest

from ccd import events as e
from ccd.effects import AnswerAsked
from ccd.events import leave as facts
from ccd.shifts.plan import encode_day
from tests.handlers.leave_scene import PEOPLE, LeaveScene, local


@pytest.mark.parametrize(
    ("kind", "shift", "day", "special", "steps"),
    [
        ("personal", "early", "2026-03-10", "", ("supervisor", "department")),
        ("sick", "early", "2026-03-10", "", ("supervisor", "department")),
        ("trip", "early", "2026-03-10", "", ("department",)),
        ("study", "early", "2026-03-10", "", ("department",)),
        ("personal", "eve", "2026-03-10", "yes", ("department",)),
        ("trip", "early", "2026-05-01", "", ("department", "supervisor")),
    ],
)
def test_each_kind_is_approved_by_those_the_table_names(
    kind: str, shift: str, day: str, special: str, steps: tuple[str, ...]
) -> None:
    scene = LeaveScene("2026-03-02 09:00", f"2000 {day} {shift}")
    scene.asked("2000", day, kind=kind, special=special)
    assert scene.latest(facts.LeaveAsked).steps == tuple(f"{step}:2000" for step in steps)


def test_leave_is_approved_when_the_supervisor_and_the_department_head_have() -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early")
    name = scene.asked("2000", "2026-03-10")
    day = (local("2026-03-10 08:00"), local("2026-03-10 16:00"))
    assert scene.do("approve", name, "3001").rule == "leave_step"
    assert scene.world.leave.away("2000", *day) == ()
    assert scene.do("approve", name, "4002").rule == "leave_approved"
    (away,) = scene.world.leave.away("2000", *day)
    assert (away.kind, away.ref) == ("leave", scene.latest(facts.LeaveApproved).key)
    assert scene.pages("leave_is_approved")[0].people == ("2000",)


@pytest.mark.parametrize("actor", ["2000", "2001", "3002", "3501", "5001"])
def test_nobody_else_approves_nor_anybody_their_own(actor: str) -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early", mode="notify")
    name = scene.asked("2000", "2026-03-10")
    rule = "leave_own" if actor == "2000" else "leave_not_approver"
    assert _rule(scene.do("approve", name, actor)) == rule
    assert _rule(scene.do("refuse", name, actor, reason="no")) == rule
    assert scene.request(name).open


def test_of_a_leads_own_leave_another_decides() -> None:
    scene = LeaveScene("2026-03-02 09:00", "3001 2026-03-10 early")
    name = scene.asked("3001", "2026-03-10")
    assert _rule(scene.do("approve", name, "3001")) == "leave_own"
    assert scene.do("approve", name, "3002").accepted
    assert scene.latest(facts.LeaveStepApproved).stood_in_for == "team_lead"


def test_who_is_on_leave_is_stood_in_for_and_the_fact_says_for_whom() -> None:
    scene = LeaveScene("2026-03-02 09:00", "3001 2026-03-03 early", "2000 2026-03-10 early", mode="notify")
    name = scene.asked("2000", "2026-03-10")
    assert not scene.do("approve", name, "3002").accepted  # the lead is there
    scene.approved(scene.asked("3001", "2026-03-03"))
    scene.run(to=local("2026-03-03 09:00"))
    assert scene.do("approve", name, "3002").accepted
    assert scene.latest(facts.LeaveStepApproved, request=name).stood_in_for == "3001"


def test_a_deputy_stands_in_while_they_act_for_the_lead() -> None:
    people = tuple(one for one in PEOPLE if one.role not in ("team_lead", "duty_lead"))
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early", people=people)
    name = scene.asked("2000", "2026-03-10")
    assert not scene.do("approve", name, "3501").accepted  # not signed in: leads nobody now
    scene.sign("arrive", "3501", "S7")
    assert scene.do("approve", name, "3501").accepted
    assert scene.latest(facts.LeaveStepApproved).stood_in_for == "team_lead"


def test_for_a_department_nobody_heads_management_decides() -> None:
    people = tuple(one for one in PEOPLE if one.role not in ("department_head", "operations_manager"))
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early", people=people)
    name = scene.asked("2000", "2026-03-10", kind="trip")
    assert scene.do("approve", name, "5001").rule == "leave_approved"
    assert scene.latest(facts.LeaveStepApproved).stood_in_for == "department_head"


def test_where_nobody_could_ever_approve_it_is_said_at_once() -> None:
    people = tuple(one for one in PEOPLE if one.role == "agent")
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early", people=people, mode="notify")
    assert _rule(scene.ask("2000", "2026-03-10")) == "leave_no_approver"


def test_a_refusal_needs_its_reason_and_tells_the_person() -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early")
    name = scene.asked("2000", "2026-03-10")
    assert _rule(scene.do("refuse", name, "3001", reason=" ")) == "leave_no_reason"
    assert scene.do("refuse", name, "3001", reason="人手不足").accepted
    assert scene.latest(facts.LeaveRefused).reason == "人手不足"
    assert scene.pages("leave_is_refused")[0].people == ("2000",)
    assert _rule(scene.do("approve", name, "3001")) == "leave_not_waiting"


def test_the_rules_hold_again_at_the_approval() -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early")
    name = scene.asked("2000", "2026-03-10")
    scene.take(_moved_to_night(scene))
    assert _rule(scene.do("approve", name, "3001")) == "leave_night"
    assert scene.latest(facts.LeaveRefused).rule == "leave_night"
    assert scene.request(name).phase == "refused"


def _moved_to_night(scene: LeaveScene) -> e.PlanChanged:
    day = e.PlanDay(date(2026, 3, 10), encode_day({"2000": [("night", "A1", "", "")]}))
    return e.PlanChanged(at=scene.at, version="x", by="test", days=(day,))


def test_an_approval_given_twice_stands_once() -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early")
    name = scene.asked("2000", "2026-03-10")
    assert scene.do("approve", name, "3001").accepted
    assert scene.do("approve", name, "3001").rule == "leave_approved_before"
    assert len(scene.of(facts.LeaveStepApproved)) == 1


def _rule(answer: AnswerAsked) -> str:
    """Of a refusal; "" where it was accepted."""
    return "" if answer.accepted else answer.rule
