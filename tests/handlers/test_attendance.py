"""Attendance on a floor: who is told of whom, what is judged when, and what makes it be judged again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ccd import events as e
from ccd.attendance.view import board
from ccd.effects import Page, ReadRecord
from ccd.events import attendance as facts
from ccd.events.leave import LeaveApproved, LeaveWithdrawn
from ccd.shifts.plan import encode_day
from tests.handlers.shift_scene import ShiftScene, local

DAY = "2026-03-02"
ON = date(2026, 3, 2)


def clock(text: str, day: str = DAY) -> Any:
    return local(f"{day} {text}")


def floor(at: str = "07:30", mode: str = "notify", **settings: Any) -> ShiftScene:
    """2000 at A1 and 2001 at A2 work the early shift; 3001 leads their team, and is there."""
    scene = ShiftScene(clock(at), mode="off", attendance={"mode": mode, **settings})
    scene.plan(("2000", DAY, "early", "A1"), ("2001", DAY, "early", "A2"))
    scene.sign("arrive", "3001", "L9")
    return scene


def pages(scene: ShiftScene, rule: str) -> list[Page]:
    return [one for one in scene.of_effects(Page) if one.rule == rule]


def verdict(scene: ShiftScene, person: str, shift: str = "early") -> facts.AttendanceJudged:
    return scene.latest(facts.AttendanceJudged, person=person, shift=shift)


def weights(scene: ShiftScene, person: str) -> list[tuple[str, str]]:
    return [(one.kind, one.weight) for one in verdict(scene, person).findings]


# --- while the shift runs ---------------------------------------------------------------------------------


def test_the_lead_is_told_after_1_10_and_20_minutes_each_once() -> None:
    scene = floor()
    scene.sign("arrive", "2000", "A1")
    scene.run(to=clock("09:00"))
    told = [(one.person, one.minutes, one.at) for one in scene.of(facts.LateNoticed)]
    assert told == [
        ("2001", 1, clock("08:01")),
        ("2001", 10, clock("08:10")),
        ("2001", 20, clock("08:20")),
    ]
    found = pages(scene, "attendance_not_at_seat")
    assert [(one.people, one.values["minutes"], one.seat) for one in found] == [
        (("3001",), "1", "A2"),
        (("3001",), "10", "A2"),
        (("3001",), "20", "A2"),
    ]
    assert [one.ring for one in found] == [False, False, True]


@pytest.mark.parametrize(("at", "count"), [("08:00:59", 0), ("08:01:00", 0), ("08:01:01", 1)])
def test_whoever_comes_before_the_look_is_not_told(at: str, count: int) -> None:
    scene = floor()
    scene.sign("arrive", "2000", "A1")
    scene.run(to=clock(at) - timedelta(seconds=1))
    scene.sign("arrive", "2001", "A2")
    scene.run(to=clock("09:00"))
    assert len(scene.of(facts.LateNoticed)) == count


def test_nobody_is_told_of_people_on_leave_excused_or_out_of_sight() -> None:
    scene = floor()
    scene.world.apply(leave(scene, "2000", "08:00", "16:00"))
    scene.lose()
    scene.run(to=clock("08:30"))
    assert scene.of(facts.LateNoticed) == []
    scene.back()
    scene.run(60)
    assert [(one.person, one.minutes) for one in scene.of(facts.LateNoticed)] == [("2001", 20)]


def test_who_was_there_and_left_is_not_late_but_on_the_board() -> None:
    scene = floor()
    scene.sign("arrive", "2000", "A1")
    scene.run(to=clock("08:05"))
    scene.sign("leave", "2000", "A1")
    scene.run(to=clock("08:30"))
    assert {one.person for one in scene.of(facts.LateNoticed)} == {"2001"}
    told = board(scene.world, scene.at)
    assert [(row["person"], row["minutes"]) for row in told["missing"]] == [("2001", 30)]
    assert [row["person"] for row in told["left"]] == ["2000"]
    assert told["expected"] == 2


def test_a_level_is_not_told_again_after_a_restart() -> None:
    scene = floor()
    scene.run(to=clock("08:11"))
    count = len(scene.of(facts.LateNoticed))
    scene.restart(60)
    scene.run(to=clock("08:19"))
    assert len(scene.of(facts.LateNoticed)) == count == 4


@pytest.mark.parametrize(("mode", "told"), [("observe", False), ("notify", True), ("enforce", True)])
def test_observing_keeps_the_facts_and_tells_nobody(mode: str, told: bool) -> None:
    scene = floor(mode=mode)
    scene.run(to=clock("16:20"))
    assert bool(scene.of_effects(Page)) is told
    assert len(scene.of(facts.LateNoticed)) == 6
    assert verdict(scene, "2000").state == "absent"
    assert all(bool(one.told) is told for one in scene.of(facts.LateNoticed))


def test_off_does_nothing() -> None:
    scene = floor(mode="off")
    scene.run(to=clock("17:00"))
    assert scene.of(facts.AttendanceFact) == []
    assert scene.of_effects(ReadRecord) == []


# --- judging ----------------------------------------------------------------------------------------------


def test_a_shift_is_judged_when_it_has_settled_and_once() -> None:
    scene = floor()
    scene.sign("arrive", "2000", "A1")
    scene.run(to=clock("16:14:59"))
    assert scene.of(facts.AttendanceJudged) == []
    scene.run(to=clock("23:00"))
    found = scene.of(facts.AttendanceJudged)
    assert [(one.person, one.state, one.at) for one in found] == [
        ("2000", "present", clock("16:15")),
        ("2001", "absent", clock("16:15")),
    ]
    reads = [one for one in scene.of_effects(ReadRecord) if one.key.startswith("attendance|judge|")]
    assert [one.people for one in reads] == [("2000", "2001")]
    assert reads[0].places == (("main", "A1"), ("main", "A2"))


@pytest.mark.parametrize(("days", "judged"), [(6, True), (9, False)])
def test_after_downtime_shifts_of_the_last_days_are_judged(days: int, judged: bool) -> None:
    scene = floor()
    scene.run(to=clock("07:50"))
    scene.restart(days * 86_400)
    scene.run(120)
    assert bool(scene.of(facts.AttendanceJudged)) is judged
    if judged:
        assert verdict(scene, "2000").state == "unknown"


def test_people_are_read_in_pieces_of_at_most_a_hundred() -> None:
    people = [e.Person(f"{5000 + n}", "x", "agent", "A", f"{n}", f"PJSIP/{n}") for n in range(230)]
    scene = ShiftScene(clock("07:30"), mode="off", people=people, attendance={"mode": "observe"})
    scene.plan(*((one.code, DAY, "early", one.seat) for one in people))
    scene.run(to=clock("16:15"))
    reads = scene.of_effects(ReadRecord)
    assert sorted(len(one.people) for one in reads) == [30, 100, 100]
    assert len({one.key for one in reads}) == 3
    assert len(scene.of(facts.AttendanceJudged)) == 230


def test_two_shifts_a_day_are_two_verdicts() -> None:
    scene = floor()
    scene.plan(("2000", DAY, "late", "A1"))
    scene.sign("arrive", "2000", "A1")
    scene.run(to=local("2026-03-03 00:20"))
    found = [
        (one.shift, one.state, one.count) for one in scene.of(facts.AttendanceJudged) if one.person == "2000"
    ]
    assert found == [("early", "present", 1), ("late", "present", 1)]


def test_a_make_up_saturday_is_a_day_of_work() -> None:
    """2026-02-14 is worked for the Spring Festival; the Saturday after it is not."""
    kinds = {"office": {"start": "09:00", "minutes": 60, "weekdays": [1, 2, 3, 4, 5], "workdays_only": True}}
    scene = ShiftScene(local("2026-02-14 08:00"), mode="off", kinds=kinds, attendance={"mode": "observe"})
    shift = scene.world.plan.shifts.by_name["office"]
    assert shift.runs(date(2026, 2, 14), scene.world.calendar)
    assert not shift.runs(date(2026, 2, 21), scene.world.calendar)
    scene.plan(("2000", "2026-02-14", "office", "A1"))
    scene.run(to=local("2026-02-14 10:15"))
    assert verdict(scene, "2000", "office").state == "absent"


# --- judging again ----------------------------------------------------------------------------------------


def leave(scene: ShiftScene, person: str, begin: str, end: str) -> LeaveApproved:
    return LeaveApproved(
        at=scene.at,
        key="leave|approved|L-1",
        request="L-1",
        person=person,
        day=ON,
        kind="sick",
        since=clock(begin),
        until=clock(end),
    )


def give(scene: ShiftScene, fact: e.Event) -> None:
    """A fact of another policy, as the engine would hand it on."""
    from ccd.engine import Outcome

    outcome = Outcome()
    scene.engine._take(fact, outcome)
    scene._took(outcome)


def test_leave_that_is_approved_afterwards_takes_the_absence_back_with_what_was_proposed() -> None:
    scene = floor()
    scene.run(to=clock("17:00"))
    assert weights(scene, "2000") == [("absent", "absence")]
    give(scene, leave(scene, "2000", "00:00", "23:00"))
    again = verdict(scene, "2000")
    assert (again.state, again.count, again.away_s, again.findings) == ("away", 2, 28_800, ())
    assert {one.proposal for one in scene.of(facts.ProposalWithdrawn)} == {
        "2000-20260302-early",
        "2000-20260302-early-review",
    }
    give(scene, LeaveWithdrawn(at=scene.at, key="leave|withdrawn|L-1", request="L-1", person="2000"))
    assert verdict(scene, "2000").state == "absent"
    made = [one.nth for one in scene.of(facts.AbsenceProposed) if one.person == "2000"]
    assert made == [1, 2]


def test_a_seat_changed_afterwards_is_judged_again_and_a_shift_taken_away_is_void() -> None:
    scene = floor(elsewhere="look")
    scene.sign("arrive", "2000", "A3")
    scene.run(to=clock("17:00"))
    assert weights(scene, "2000") == [("off_post", "look")]
    scene.change_plan(e.PlanDay(ON, encode_day({"2000": [("early", "A3", "", "")]})))
    assert (verdict(scene, "2000").count, weights(scene, "2000")) == (2, [])
    scene.change_plan(e.PlanDay(ON, encode_day({"2001": []})))
    assert verdict(scene, "2001").state == "void"
    scene.change_plan(e.PlanDay(ON, encode_day({"2001": [("early", "A2", "", "")]})))
    assert (verdict(scene, "2001").state, verdict(scene, "2001").count) == ("absent", 3)


def test_a_change_that_touches_nobody_says_nothing_new() -> None:
    scene = floor()
    scene.run(to=clock("17:00"))
    count = len(scene.of(facts.AttendanceFact))
    scene.change_plan(e.PlanDay(ON, encode_day({"2000": [("early", "A1", "", "")]})))
    scene.act("attendance", "judge", day=DAY)
    scene.run(600)
    assert len(scene.of(facts.AttendanceFact)) == count


def test_a_sign_in_that_is_told_late_is_judged_again_at_the_next_look() -> None:
    scene = floor()
    scene.run(to=clock("17:00"))
    assert verdict(scene, "2000").state == "absent"
    scene.sign("arrive", "2000", "A1", how="missed", at=clock("07:55"))
    scene.run(60)
    assert (verdict(scene, "2000").state, verdict(scene, "2000").missed_s) == ("present", 0)


def test_a_restart_judges_nothing_twice() -> None:
    scene = floor()
    scene.run(to=clock("17:00"))
    count = len(scene.of(facts.AttendanceJudged))
    scene.restart(60)
    scene.run(600)
    assert len(scene.of(facts.AttendanceJudged)) == count
