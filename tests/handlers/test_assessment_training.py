"""Courses beside shifts, examinations, retakes, and what they mean for a case; imports; who may do what."""

from __future__ import annotations

from typing import Any

import pytest

from ccd import events as e
from ccd.assessment.examining import half_failed
from ccd.assessment.seen import month_seen_by, seen_by
from ccd.events.assessment import (
    AssessmentMade,
    CaseClosed,
    CaseListed,
    ExamHeld,
    RetakeOverdue,
    TrainingPlanned,
    TrainingProposed,
)
from tests.handlers.assessment_scene import AssessmentScene, local

CASE = "R-2001-202602"


def desk(at: str = "2026-03-04 07:00", **more: Any) -> AssessmentScene:
    return AssessmentScene(at, **more)


# --- beside shifts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shift", "begins", "ends", "good"),
    [
        ("early", "2026-03-05T16:00", "2026-03-05T17:00", True),  # begins as the shift ends
        ("early", "2026-03-05T15:59", "2026-03-05T17:00", False),
        ("early", "2026-03-05T07:00", "2026-03-05T08:00", True),  # ends as it begins
        ("early", "2026-03-05T07:00", "2026-03-05T08:01", False),
        ("early", "2026-03-05T09:00", "2026-03-05T10:00", False),
        ("early", "2026-03-05T07:00", "2026-03-05T17:00", False),
        ("evening", "2026-03-06T01:00", "2026-03-06T03:00", False),  # across midnight
        ("evening", "2026-03-06T06:00", "2026-03-06T07:00", True),
        ("evening", "2026-03-06T05:59", "2026-03-06T07:00", False),
        ("evening", "2026-03-05T20:00", "2026-03-05T22:00", True),
    ],
)
def test_a_course_never_lies_in_a_shift(shift: str, begins: str, ends: str, good: bool) -> None:
    kinds = {
        "early": {"start": "08:00", "minutes": 480},
        "evening": {"start": "22:00", "minutes": 480},
    }
    scene = desk(kinds=kinds)
    scene.plan(("2001", "2026-03-05", shift, "A2"))
    answer = scene.plan_course(begins, ends)
    assert answer.accepted is good
    assert len(scene.of(TrainingPlanned)) == good
    if not good:
        assert answer.rule == "assessment_collides"
        assert f"2001 name 2001: shift {shift} 2026-03-05" in answer.values["collisions"]


def test_a_shift_in_the_hour_that_is_put_on_is_found_all_the_same() -> None:
    scene = AssessmentScene(
        "2026-03-27 12:00",
        zone="Europe/Berlin",
        kinds={"night": {"start": "22:00", "minutes": 480}},
    )
    scene.plan(("2001", "2026-03-28", "night", "A2"))
    assert scene.plan_course("2026-03-29T05:59", "2026-03-29T08:00").rule == "assessment_collides"
    assert scene.plan_course("2026-03-29T06:00", "2026-03-29T08:00").accepted


def test_the_trainers_shift_and_other_courses_collide_too() -> None:
    scene = desk()
    scene.plan(("5001", "2026-03-05", "early", ""))
    assert "5001" in scene.plan_course("2026-03-05T09:00", "2026-03-05T10:00").values["collisions"]
    assert scene.plan_course("2026-03-05T17:00", "2026-03-05T18:00").accepted
    again = scene.plan_course("2026-03-05T17:30", "2026-03-05T19:00", trainer="Mr Li")
    assert "training T-20260305-1" in again.values["collisions"]
    assert scene.plan_course("2026-03-05T17:30", "2026-03-05T19:00", "2002", trainer="Mr Li").accepted


@pytest.mark.parametrize(
    ("begins", "ends", "good"),
    [
        ("2026-03-09T22:00", "2026-03-10T00:00", True),  # ends as the day of leave begins
        ("2026-03-09T22:00", "2026-03-10T00:01", False),
        ("2026-03-10T20:00", "2026-03-10T21:00", False),  # after the shift that the leave is from
        ("2026-03-10T23:59", "2026-03-11T01:00", False),
        ("2026-03-11T00:00", "2026-03-11T01:00", True),
    ],
)
def test_a_course_never_lies_in_approved_leave(begins: str, ends: str, good: bool) -> None:
    scene = desk("2026-03-02 07:00")
    scene.plan(("2001", "2026-03-10", "early", "A2"))
    asked = scene.act("leave", "ask", "2001", "2001", kind="personal", reason="x", **{"from": "2026-03-10"})
    leave = asked.result["request"]
    for lead in ("3001", "4001"):
        assert scene.act("leave", "approve", "", lead, request=leave).accepted
    answer = scene.plan_course(begins, ends)
    assert answer.accepted is good
    if not good:
        assert answer.rule == "assessment_collides"
        assert f"2001 name 2001: leave leave|approved|{leave}" in answer.values["collisions"]
    assert scene.plan_course(begins, ends, "2002", trainer="Mr Li").accepted


def test_leave_that_is_only_asked_for_or_is_over_early_keeps_nobody_from_a_course() -> None:
    scene = desk("2026-03-02 07:00")
    scene.plan(("2001", "2026-03-10", "early", "A2"))
    asked = scene.act("leave", "ask", "2001", "2001", kind="personal", reason="x", **{"from": "2026-03-10"})
    leave = asked.result["request"]
    assert scene.plan_course("2026-03-10T18:00", "2026-03-10T19:00").accepted
    for lead in ("3001", "4001"):
        assert scene.act("leave", "approve", "", lead, request=leave).accepted
    assert scene.plan_course("2026-03-10T20:00", "2026-03-10T21:00").rule == "assessment_collides"
    scene.run(to=local("2026-03-10 09:00"))
    assert scene.act("leave", "return", "", "2001", request=leave).accepted
    assert scene.plan_course("2026-03-10T20:00", "2026-03-10T21:00").accepted


def test_a_course_may_be_moved_and_does_not_collide_with_itself() -> None:
    scene = desk()
    scene.plan_course("2026-03-05T17:00", "2026-03-05T18:00")
    moved = scene.plan_course("2026-03-05T17:30", "2026-03-05T18:30", training="T-20260305-1")
    assert moved.accepted
    assert len(scene.world.assessment.trainings) == 1


def test_whoever_planned_it_is_told_where_the_plan_changes_afterwards() -> None:
    scene = desk()
    scene.plan_course("2026-03-05T09:00", "2026-03-05T10:00")
    scene.plan(("2002", "2026-03-05", "early", "A3"))
    assert scene.pages("assessment_collides_now") == []
    scene.plan(("2001", "2026-03-05", "early", "A2"))
    (page,) = scene.pages("assessment_collides_now")
    assert page.people == ("5001",)
    assert "2001" in page.values["collisions"]


@pytest.mark.parametrize(
    ("begins", "ends", "rule"),
    [
        ("2026-03-05T10:00", "2026-03-05T09:00", "assessment_no_span"),
        ("2026-03-05T10:00", "2026-03-05T10:00", "assessment_no_span"),
        ("2026-03-04T06:00", "2026-03-04T09:00", "assessment_no_span"),
        ("2026-03-05T10:00", "2026-03-06T10:01", "assessment_no_span"),
        ("tomorrow", "2026-03-06T10:01", "assessment_no_value"),
    ],
)
def test_a_span_that_cannot_be_is_refused(begins: str, ends: str, rule: str) -> None:
    assert desk().plan_course(begins, ends).rule == rule


@pytest.mark.parametrize("actor", ["2001", "3501"])
def test_agents_plan_and_examine_nothing(actor: str) -> None:
    scene = desk()
    assert scene.plan_course("2026-03-05T09:00", "2026-03-05T10:00", actor=actor).rule == (
        "assessment_not_allowed"
    )


# --- examinations -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failed", "sat", "again"),
    [
        *[(0, 1, False), (1, 1, True), (1, 2, True), (1, 3, False), (2, 3, True)],
        *[(2, 4, True), (1, 4, False), (2, 5, False), (3, 5, True), (3, 6, True), (0, 0, False)],
    ],
)
def test_half_or_more_failing_is_to_plan_and_train_again(failed: int, sat: int, again: bool) -> None:
    assert half_failed(failed, sat, 0.5) is again


def course(people: str = "2001,2002,2003", at: str = "2026-03-04 07:00", **more: str) -> AssessmentScene:
    """Held from 9 to 10 on the 5th, and it is over."""
    scene = desk(at)
    assert scene.plan_course("2026-03-05T09:00", "2026-03-05T10:00", people, **more).accepted
    scene.run(to=local("2026-03-05 10:00"))
    return scene


T = "T-20260305-1"


def test_who_fails_a_few_retakes_within_three_days_and_is_told_no_points() -> None:
    scene = course()
    assert scene.exam(T, "2001=59.9,2002=60,2003=100").rule == "assessment_exam_retake"
    (fact,) = scene.of(ExamHeld)
    assert (fact.failed, fact.again) == (("2001",), False)
    assert fact.retake_by == local("2026-03-09 00:00")
    (failed,) = scene.pages("assessment_you_retake")
    assert (failed.people, failed.values["until"]) == (("2001",), "2026-03-08")
    (passed,) = scene.pages("assessment_you_passed_exam")
    assert passed.people == ("2002", "2003")
    assert not any("59.9" in value for page in (failed, passed) for value in page.values.values())


def test_a_retake_is_of_those_who_failed_and_of_nobody_else() -> None:
    scene = course()
    scene.exam(T, "2001=10,2002=90,2003=90")
    assert scene.exam(T, "2002=95", retake="yes").rule == "assessment_not_examined"
    assert scene.exam(T, "2001=70", retake="yes").accepted
    assert scene.exam(T, "2001=70", retake="yes").rule == "assessment_not_examined"


@pytest.mark.parametrize(("when", "overdue"), [("2026-03-08 23:59", 0), ("2026-03-09 00:01", 1)])
def test_a_retake_that_nobody_held_in_time_is_told_once(when: str, overdue: int) -> None:
    scene = course()
    scene.exam(T, "2001=10,2002=90,2003=90")
    scene.run(to=local(when))
    assert len(scene.of(RetakeOverdue)) == overdue
    scene.restart()
    scene.run(600 if overdue else 0)
    assert len(scene.of(RetakeOverdue)) == overdue
    assert len(scene.pages("assessment_retake_overdue")) == overdue


def test_half_failing_proposes_the_training_anew() -> None:
    scene = course("2001,2002")
    assert scene.exam(T, "2001=10,2002=90").rule == "assessment_exam_again"
    (fact,) = scene.of(TrainingProposed)
    assert (fact.training, fact.people, fact.share) == (f"{T}-again", ("2001",), 0.5)
    assert scene.of(ExamHeld)[0].retake_by is None


@pytest.mark.parametrize(
    "points", ["2001", "2001=x", "2001=101", "2001=-1", "2001=nan", "2001=5,2001=6", ","]
)
def test_points_that_cannot_be_are_refused(points: str) -> None:
    scene = course()
    assert scene.exam(T, points).rule == "assessment_no_value"
    assert scene.of(ExamHeld) == []


def test_nobody_enters_their_own_points_nor_of_who_was_not_there() -> None:
    scene = course("2001,5001", trainer="Mr Li")
    assert scene.exam(T, "5001=100").rule == "assessment_not_about_oneself"
    assert scene.exam(T, "2009=100").rule == "assessment_not_examined"
    scene.do("held", actor="3002", training=T, minutes="60", people="2002")
    assert scene.exam(T, "2001=100").rule == "assessment_not_examined"


def test_a_course_that_is_cancelled_or_has_not_begun_is_neither_held_nor_examined() -> None:
    scene = desk()
    scene.plan_course("2026-03-05T09:00", "2026-03-05T10:00")
    assert scene.exam(T, "2001=80").rule == "assessment_not_yet"
    assert scene.do("held", actor="5001", training=T, minutes="60").rule == "assessment_not_yet"
    assert scene.do("cancel", actor="5001", training=T, reason="ill").accepted
    assert scene.do("cancel", actor="5001", training=T, reason="ill").rule == "assessment_not_planned"
    scene.run(to=local("2026-03-05 10:00"))
    assert scene.exam(T, "2001=80").rule == "assessment_not_yet"


# --- cases ------------------------------------------------------------------------------------------------


def retrained(others: str = "2002,2003", dispatched: bool = False) -> AssessmentScene:
    """2001 has failed February, and sits the course that was planned for it."""
    scene = AssessmentScene("2026-03-03 07:58")
    if dispatched:
        scene.import_("staff", '[{"line":2,"person":"2001","dispatched":true}]')
    scene.score("2026-02", 50)
    scene.run(180)
    assert scene.decide(CASE, "retrain").accepted
    people = f"2001,{others}" if others else "2001"
    assert scene.plan_course("2026-03-05T09:00", "2026-03-05T10:00", people, kind="retraining").accepted
    scene.run(to=local("2026-03-05 10:00"))
    return scene


def test_passing_closes_the_case() -> None:
    scene = retrained()
    scene.exam(T, "2001=60,2002=90,2003=90")
    assert [(one.case, one.why) for one in scene.of(CaseClosed)] == [(CASE, "passed")]
    assert not scene.world.assessment.retraining("2001")


def test_passing_the_retake_closes_it_too() -> None:
    scene = retrained()
    scene.exam(T, "2001=59,2002=90,2003=90")
    assert scene.cases() == [(CASE, "retraining")]
    scene.exam(T, "2001=60", retake="yes")
    assert scene.cases() == [(CASE, "closed")]


def test_failing_again_lists_it_with_the_scores_and_a_manager_decides() -> None:
    scene = retrained()
    scene.exam(T, "2001=59,2002=90,2003=90")
    scene.exam(T, "2001=58", retake="yes")
    (fact,) = scene.of(CaseListed)
    assert (fact.points, fact.grounds, fact.may_return) == (
        (50.0, 59.0, 58.0),
        ("2026-02 50", "manners 59", "manners 58"),
        False,
    )
    (page,) = scene.pages("assessment_listed")
    assert page.people == ("4001", "4002")
    assert scene.decide(CASE, "kept").accepted
    assert scene.cases() == [(CASE, "closed")]


def test_half_failing_is_trained_again_and_failing_that_lists_it() -> None:
    scene = retrained("2002")
    scene.exam(T, "2001=10,2002=90")
    assert scene.of(CaseListed) == []
    assert scene.plan_course("2026-03-07T09:00", "2026-03-07T10:00", kind="retraining").accepted
    scene.run(to=local("2026-03-07 10:00"))
    scene.exam("T-20260307-1", "2001=20")
    assert [one.points for one in scene.of(CaseListed)] == [(50.0, 10.0, 20.0)]


def test_a_manager_may_have_a_listed_person_retrained_once_more_from_the_beginning() -> None:
    scene = retrained("")
    scene.exam(T, "2001=10")
    scene.plan_course("2026-03-07T09:00", "2026-03-07T10:00", kind="retraining")
    scene.run(to=local("2026-03-07 10:00"))
    scene.exam("T-20260307-1", "2001=20")
    scene.run(60)
    assert scene.decide(CASE, "retrain").accepted
    scene.plan_course("2026-03-09T09:00", "2026-03-09T10:00", kind="retraining")
    scene.run(to=local("2026-03-09 10:00"))
    scene.exam("T-20260309-1", "2001=30")
    assert scene.cases() == [(CASE, "retraining")]  # the first failure of this attempt


@pytest.mark.parametrize("dispatched", [True, False])
def test_only_dispatched_staff_are_returned_to_their_agency(dispatched: bool) -> None:
    scene = retrained("", dispatched=dispatched)
    scene.exam(T, "2001=10")
    scene.plan_course("2026-03-07T09:00", "2026-03-07T10:00", kind="retraining")
    scene.run(to=local("2026-03-07 10:00"))
    scene.exam("T-20260307-1", "2001=20")
    assert scene.of(CaseListed)[0].may_return is dispatched
    answer = scene.decide(CASE, "returned")
    assert answer.accepted is dispatched
    assert dispatched or answer.rule == "assessment_not_dispatched"


def test_a_restart_in_the_midst_of_a_case_changes_nothing() -> None:
    scene = retrained()
    scene.restart()
    scene.exam(T, "2001=59,2002=90,2003=90")
    scene.restart(3600)
    scene.exam(T, "2001=58", retake="yes")
    scene.restart()
    assert scene.cases() == [(CASE, "listed")]
    assert len(scene.of(CaseListed)) == 1


# --- who sees what ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [
        ("3002", True),
        ("4001", True),
        ("4002", True),
        ("5001", True),
        ("6001", True),
        ("3001", False),
        ("3501", False),
    ],
)
def test_below_duty_lead_examinations_are_passed_or_failed(viewer: str, sees: bool) -> None:
    scene = course()
    scene.exam(T, "2001=10,2002=90,2003=90")
    (fact,) = scene.of(ExamHeld)
    found = seen_by(scene.world, fact, viewer)
    assert found == (
        {c: {"passed": c != "2001", "points": p} for c, p in fact.points.items()} if sees else {}
    )
    assert seen_by(scene.world, fact, "2001") == {"2001": {"passed": False}}


def test_a_month_is_seen_by_who_leads_and_only_its_verdict_by_the_person() -> None:
    scene = AssessmentScene("2026-03-03 07:58")
    scene.score("2026-02", 50)
    scene.run(180)
    made = scene.latest(AssessmentMade, person="2001")
    own = month_seen_by(scene.world, made, "2001")
    assert own == {"person": "2001", "month": "2026-02", "verdict": "fail", "edition": 1}
    for viewer in ("3001", "3002", "4001", "6001"):
        assert (month_seen_by(scene.world, made, viewer) or {})["points"] == 50.0
    for viewer in ("2002", "5001", "9999"):
        assert month_seen_by(scene.world, made, viewer) is None


def test_facts_of_who_did_what_name_them_and_why() -> None:
    scene = retrained()
    decided = next(one for one in scene.facts if type(one).__name__ == "CaseDecided")
    assert isinstance(decided, e.ShiftFact)
    assert (decided.actor, decided.by, decided.because) == ("4001", "root", "assessment: retrain: seen")
