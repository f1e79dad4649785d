"""What comes due of leave by itself: reminders, returns, certificates; the board; a restart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ccd.effects import AnswerAsked, Page
from ccd.events import leave as facts
from ccd.leave.view import board
from tests.handlers.leave_scene import LeaveScene, local


def test_whom_it_waits_for_is_told_daily_and_before_it_is_too_late() -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-05 early")
    scene.asked("2000", "2026-03-05")
    scene.run(to=local("2026-03-05 08:01"))
    told = [(local_time(one), one.last) for one in scene.of(facts.RequestReminded)]
    assert told == [("03-03 09:00", False), ("03-04 09:00", False), ("03-04 20:00", True)]
    assert scene.latest(facts.LeaveRefused).rule == "leave_undecided"
    assert scene.at - scene.latest(facts.LeaveRefused).at <= timedelta(minutes=1)
    assert scene.pages("leave_undecided")[0].people == ("2000",)


def local_time(fact: facts.LeaveFact) -> str:
    return f"{fact.at + timedelta(hours=8):%m-%d %H:%M}"


def test_sick_leave_may_be_decided_after_it_has_begun() -> None:
    scene = LeaveScene("2026-03-10 07:00", "2000 2026-03-10 early")
    name = scene.asked("2000", "2026-03-10", kind="sick")
    scene.run(to=local("2026-03-12 09:00"))
    scene.approved(name)
    assert scene.world.leave.away("2000", local("2026-03-10 08:00"), local("2026-03-10 16:00"))


def test_leave_that_still_runs_is_cut_at_the_return() -> None:
    days = tuple(f"2000 2026-03-{n} early" for n in (10, 11))
    scene = LeaveScene("2026-03-02 09:00", *days)
    name = scene.approved(scene.asked("2000", "2026-03-10", "2026-03-11"))
    assert _rule(scene.do("return", name, "2000")) == "leave_not_begun"
    scene.run(to=local("2026-03-11 12:00"))
    assert _rule(scene.do("withdraw", name, "2000")) == "leave_not_waiting"
    assert scene.do("return", name, "2000").accepted
    assert scene.world.leave.away("2000", local("2026-03-11 12:00"), local("2026-03-11 16:00")) == ()
    assert scene.world.leave.away("2000", local("2026-03-11 11:59"), local("2026-03-11 16:00"))
    assert float(scene.world.leave.used("2000", (2026, 3), ("personal",))) == 1.5


@pytest.mark.parametrize(("seconds", "overdue"), [(-60, False), (0, True)])
def test_signing_off_is_overdue_an_hour_after_they_are_back(seconds: int, overdue: bool) -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early", "2000 2026-03-12 early")
    scene.approved(scene.asked("2000", "2026-03-10"))
    scene.run(to=local("2026-03-12 09:00") + timedelta(seconds=seconds))
    assert bool(scene.of(facts.ReturnOverdue)) is overdue
    if overdue:
        assert scene.pages("leave_return_overdue")[0].people[:2] == ("2000", "3001")


@pytest.mark.parametrize(
    ("since", "to", "special", "needed"),
    [
        ("2026-03-10", "", "", True),
        ("2026-03-10T08:00", "2026-03-10T15:59", "", False),
        ("2026-03-10", "", "yes", False),  # an emergency
    ],
)
def test_sick_leave_of_a_day_needs_a_certificate_by_the_end_of_the_first_day_back(
    since: str, to: str, special: str, needed: bool
) -> None:
    scene = LeaveScene("2026-03-10 07:00", "2000 2026-03-10 early", "2000 2026-03-12 late")
    name = scene.approved(scene.asked("2000", since, to, kind="sick", special=special))
    scene.run(to=local("2026-03-12 23:59"))
    assert [one.due for one in scene.of(facts.CertificateDue)] == [local("2026-03-13 00:00")] * needed
    assert not scene.of(facts.CertificateOverdue)
    assert [row["request"] for row in board(scene.world, scene.at)["certificates"]] == [name] * needed
    scene.run(to=local("2026-03-13 00:00"))
    assert len(scene.of(facts.CertificateOverdue)) == needed


def test_a_certificate_is_noted_by_a_lead_and_then_not_overdue() -> None:
    scene = LeaveScene("2026-03-10 07:00", "2000 2026-03-10 early", "2000 2026-03-11 early")
    name = scene.approved(scene.asked("2000", "2026-03-10", kind="sick"))
    assert _rule(scene.do("certificate", name, "2000")) == "leave_not_lead"
    assert scene.do("certificate", name, "3001", note="市一院").accepted
    scene.run(to=local("2026-03-13 00:00"))
    assert not scene.of(facts.CertificateOverdue)


def test_the_board_tells_who_waits_for_whom_and_who_is_away() -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-03 early", "2001 2026-03-10 early")
    scene.approved(scene.asked("2000", "2026-03-03"))
    scene.asked("2001", "2026-03-10")
    told = board(scene.world, scene.at)
    assert [row["waits_for"] for row in told["waiting"]] == [["3001", "4002", "4001"]]
    assert [(row["person"], row["days"]) for row in told["away"]] == [("2000", ["2026-03-03"])]
    assert {row["person"]: row["days"] for row in told["used"]} == {"2000": 1.0, "2001": 1.0}


def test_a_restart_forgets_nothing_and_the_same_request_is_not_asked_twice() -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early", "2001 2026-03-11 early")
    scene.approved(scene.asked("2000", "2026-03-10"))
    asked = scene.ask("2001", "2026-03-11")
    before = vars(scene.world.leave)
    scene.restart()
    assert vars(scene.world.leave) == before
    again = scene.inputs[[getattr(one, "request", "") for one in scene.inputs].index(asked.key)]
    assert scene.take(again).effects[-1].result["request"] == asked.result["request"]
    assert len(scene.world.leave.requests) == 2


def test_nobody_is_told_in_observe() -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-05 early", mode="observe")
    scene.asked("2000", "2026-03-05")
    scene.run(to=local("2026-03-06 09:00"))
    assert not scene.of_effects(Page)
    assert scene.latest(facts.LeaveRefused).rule == "leave_undecided"


def _rule(answer: AnswerAsked) -> str:
    """Of a refusal; "" where it was accepted."""
    return "" if answer.accepted else answer.rule
