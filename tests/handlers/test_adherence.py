"""Adherence as a policy: what is judged when, told to whom, excepted by whom, and after a restart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from ccd import events as e
from ccd.effects import ReadRecord
from ccd.engine import Engine
from ccd.events.adherence import (
    AdherenceJudged,
    ExceptionAdded,
    ExceptionRemoved,
    SevereDeviation,
    SevereDeviationEnded,
)
from ccd.events.leave import LeaveApproved
from ccd.handlers.adherence import decide
from ccd.shifts.plan import encode_day
from ccd.world import World
from tests.handlers.shift_scene import ShiftScene, local

DAY = "2026-03-02"
ALONE = {"attendance": {"mode": "off"}, "handover": {"mode": "off"}, "breaks": {"mode": "off"}}


def scene(at: str = f"{DAY} 07:30", **policies: Any) -> ShiftScene:
    found = ShiftScene(local(at), **{**ALONE, "meals": {"mode": "off"}, **policies})
    found.plan(("2000", DAY, "early", "A1"))
    return found


def worked(begin: str = "07:50", end: str = "16:00", **policies: Any) -> ShiftScene:
    """2000 is at A1 from one to the other, and the shift has been judged."""
    found = scene(**policies)
    found.run(to=local(f"{DAY} {begin}"))
    found.sign("arrive", "2000", "A1")
    found.run(to=local(f"{DAY} {end}"))
    found.sign("leave", "2000", "A1")
    found.run(to=max(found.at, local(f"{DAY} 16:40")))
    return found


def verdicts(found: ShiftScene) -> list[AdherenceJudged]:
    return found.of(AdherenceJudged)


def reread(found: ShiftScene) -> None:
    """As attendance would ask for it."""
    asked = ReadRecord("any", "", ("2000",), local(f"{DAY} 06:00"), local(f"{DAY} 18:00"), (("main", "A1"),))
    found.take(found.record(asked))


def excepted(found: ShiftScene, since: str, until: str, **given: str) -> Any:
    values = {"kind": "training", "reason": "first aid", "actor": "3001"} | given
    return found.act(
        "adherence",
        "except",
        "2000",
        since=local(f"{DAY} {since}").isoformat(),
        until=local(f"{DAY} {until}").isoformat(),
        **values,
    )


# --- verdicts ---------------------------------------------------------------------------------------------


def test_a_shift_is_judged_when_its_record_has_settled_where_attendance_does_not_ask() -> None:
    found = scene()
    found.sign("arrive", "2000", "A1")
    found.run(to=local(f"{DAY} 16:29:59"))
    assert verdicts(found) == []
    found.run(60)
    (verdict,) = verdicts(found)
    assert (verdict.person, verdict.day, verdict.shift) == ("2000", local(f"{DAY} 12:00").date(), "early")
    assert (verdict.scheduled_s, verdict.adherent_s, verdict.out_s) == (28_800, 28_800, 0)
    assert (verdict.adherence, verdict.level) == (1.0, "good")


def test_who_is_late_by_half_an_hour_is_out_for_it() -> None:
    (verdict,) = verdicts(worked("08:30"))
    assert (verdict.adherent_s, verdict.out_s) == (27_000, 1_800)
    assert verdict.adherence == pytest.approx(15 / 16)


@pytest.mark.parametrize(
    ("begin", "level"),
    [("08:48", "good"), ("08:49", "below_target"), ("10:24", "below_target"), ("10:25", "below_floor")],
)
def test_a_verdict_says_where_it_stands_to_target_and_floor(begin: str, level: str) -> None:
    (verdict,) = verdicts(worked(begin))
    assert verdict.level == level


def test_any_record_is_judged_and_only_what_differs_is_told_again() -> None:
    found = worked()
    reread(found)
    assert len(verdicts(found)) == 1


def test_a_record_of_a_shift_that_goes_on_is_not_judged() -> None:
    found = scene()
    found.sign("arrive", "2000", "A1")
    found.run(to=local(f"{DAY} 15:59"))
    reread(found)
    assert verdicts(found) == []


def test_where_attendance_asks_adherence_does_not() -> None:
    found = worked(attendance={"mode": "observe"})
    assert [one for one in found.of_effects(ReadRecord) if one.key.startswith("adherence|")] == []
    (verdict,) = verdicts(found)
    assert verdict.adherence == 1.0


def test_off_judges_nothing_and_lets_everybody_who_asks() -> None:
    found = worked(adherence={"mode": "off"})
    reread(found)
    assert excepted(found, "08:00", "09:00").accepted
    assert [
        fact for fact in found.facts if isinstance(fact, e.ShiftFact) and fact.policy == "adherence"
    ] == []


# --- the past changes -------------------------------------------------------------------------------------


def plan_day(**people: list[tuple[str, str, str, str]]) -> e.PlanDay:
    cells = {code.removeprefix("p"): mine for code, mine in people.items()}
    return e.PlanDay(local(f"{DAY} 12:00").date(), encode_day(cells))


def test_a_shift_taken_out_of_the_past_is_void_and_one_put_in_is_judged() -> None:
    found = worked()
    found.change_plan(plan_day(p2000=[("night", "A1", "", "")]))
    gone, put_in = verdicts(found)[1:]
    assert (gone.shift, gone.void, gone.scheduled_s, gone.adherence) == ("early", True, 0, None)
    assert (put_in.shift, put_in.out_s, put_in.unscheduled_s) == ("night", 28_200, 7_200)


def test_a_whole_day_replaced_voids_whoever_is_not_in_it() -> None:
    found = worked()
    found.change_plan(msgspec.structs.replace(plan_day(), whole=True))
    assert [one.void for one in verdicts(found)] == [False, True]


@pytest.mark.parametrize(("days", "again"), [(29, True), (31, False)])
def test_a_change_of_the_plan_reaches_thirty_days_back(days: int, again: bool) -> None:
    found = worked()
    found.at += timedelta(days=days)
    before = len(found.of_effects(ReadRecord))
    found.change_plan(plan_day(p2000=[("early", "A2", "", "")]))
    assert (len(found.of_effects(ReadRecord)) > before) is again


def test_leave_approved_afterwards_is_judged_anew() -> None:
    found = worked("10:00")
    fact = LeaveApproved(
        at=found.at,
        key="leave|L-1",
        person="2000",
        request="L-1",
        kind="sick",
        since=local(f"{DAY} 08:00"),
        until=local(f"{DAY} 10:00"),
    )
    again = list(decide(fact, found.world, found.settings.policies.adherence))
    assert [one.people for one in again if isinstance(one, ReadRecord)] == [("2000",)]


# --- exceptions -------------------------------------------------------------------------------------------


def test_a_lead_excepts_a_time_and_it_is_judged_anew() -> None:
    found = worked("10:00")
    answer = excepted(found, "08:00", "10:00")
    assert (answer.accepted, answer.rule, answer.result) == (
        True,
        "adherence_excepted",
        {"exception": "X-260302-1"},
    )
    first, second = verdicts(found)
    assert (first.out_s, second.out_s, second.ignored_s, second.adherence) == (7_200, 0, 7_200, 1.0)
    fact = found.latest(ExceptionAdded)
    assert (fact.actor, fact.kind, fact.reason, fact.by) == ("3001", "training", "first aid", "root")


def test_an_exception_taken_back_stays_on_record_and_counts_no_more() -> None:
    found = worked("10:00")
    excepted(found, "08:00", "10:00")
    answer = found.act("adherence", "unexcept", actor="3002", exception="X-260302-1", reason="mistaken")
    assert answer.accepted
    assert [one.out_s for one in verdicts(found)] == [7_200, 0, 7_200]
    assert len(found.of(ExceptionAdded)) == len(found.of(ExceptionRemoved)) == 1
    again = found.act("adherence", "unexcept", actor="3002", exception="X-260302-1", reason="once more")
    assert (again.accepted, again.rule) == (False, "adherence_no_exception")


def test_no_name_is_given_twice_not_even_after_it_was_taken_back() -> None:
    found = worked("10:00")
    excepted(found, "08:00", "10:00")
    found.act("adherence", "unexcept", actor="3001", exception="X-260302-1", reason="mistaken")
    found.restart()
    assert excepted(found, "08:00", "09:00").result == {"exception": "X-260302-2"}


@pytest.mark.parametrize("mode", ["observe", "notify", "enforce"])
@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"actor": "2000"}, "adherence_oneself"),
        ({"actor": "2001"}, "adherence_not_a_lead"),
        ({"actor": "9999"}, "adherence_not_a_lead"),
        ({"kind": "holiday"}, "adherence_no_kind"),
    ],
)
def test_who_may_not_except_is_told_why(given: dict[str, str], rule: str, mode: str) -> None:
    found = worked("10:00", adherence={"mode": mode})
    answer = excepted(found, "08:00", "10:00", **given)
    assert (answer.accepted, answer.rule) == (False, rule)
    assert found.of(ExceptionAdded) == []


@pytest.mark.parametrize("actor", ["3001", "3002", "4001", "4002"])
def test_the_teams_lead_a_duty_lead_and_managers_may(actor: str) -> None:
    assert excepted(worked("10:00"), "08:00", "10:00", actor=actor).accepted


@pytest.mark.parametrize(
    ("since", "until", "rule"),
    [
        ("2026-03-02T08:00", "2026-03-02T10:00+08:00", "adherence_no_time"),
        ("soon", "2026-03-02T10:00+08:00", "adherence_no_time"),
        ("2026-03-02T10:00+08:00", "2026-03-02T10:00+08:00", "adherence_no_span"),
        ("2026-03-02T10:00+08:00", "2026-04-02T10:00:01+08:00", "adherence_no_span"),
        ("2026-01-31T16:39+08:00", "2026-02-02T10:00+08:00", "adherence_too_far"),
        ("2026-01-31T16:41+08:00", "2026-02-02T10:00+08:00", "adherence_excepted"),
        ("2026-06-10T08:00+08:00", "2026-06-11T08:00+08:00", "adherence_too_far"),
    ],
)
def test_a_time_that_cannot_be_excepted_is_refused(since: str, until: str, rule: str) -> None:
    found = worked("10:00")
    values = {"since": since, "until": until, "kind": "trip", "reason": "fair"}
    assert found.act("adherence", "except", "2000", actor="3001", **values).rule == rule


def test_a_time_to_come_may_be_excepted_and_holds_when_it_comes() -> None:
    found = scene()
    excepted(found, "08:00", "12:00")
    found.run(to=local(f"{DAY} 12:00"))
    found.sign("arrive", "2000", "A1")
    found.run(to=local(f"{DAY} 16:31"))
    (verdict,) = verdicts(found)
    assert (verdict.ignored_s, verdict.out_s) == (14_400, 0)
    assert found.of(SevereDeviation) == []


# --- memory -----------------------------------------------------------------------------------------------


def test_a_verdict_known_before_a_restart_is_not_told_again() -> None:
    found = worked("10:00")
    excepted(found, "08:00", "09:00")
    count = len(verdicts(found))
    found.restart(600)
    reread(found)
    found.run(300)
    assert len(verdicts(found)) == count


def test_what_is_old_is_forgotten() -> None:
    found = worked("10:00")
    excepted(found, "08:00", "09:00")
    state = found.world.adherence
    assert state.judged
    assert state.exceptions
    state.forget(found.at + timedelta(days=66))
    assert (state.judged, state.exceptions, state.named, state.asked) == ({}, {}, {}, {})


def test_told_twice_a_fact_changes_nothing() -> None:
    found = worked("10:00")
    excepted(found, "08:00", "10:00")
    found.act("adherence", "unexcept", actor="3001", exception="X-260302-1", reason="mistaken")
    before = (dict(found.world.adherence.judged), dict(found.world.adherence.exceptions))
    for fact in [one for one in found.facts if isinstance(one, e.ShiftFact)]:
        found.world.apply(fact)
    assert (found.world.adherence.judged, found.world.adherence.exceptions) == before


def test_played_again_the_same_comes_of_it() -> None:
    found = worked("10:00")
    excepted(found, "08:00", "09:00")
    world = World(found.settings, found.inputs[0].at)
    engine, facts = Engine(world), []
    for event in found.inputs:
        facts += engine.step(event).facts
    kinds = (AdherenceJudged, ExceptionAdded, SevereDeviation, SevereDeviationEnded)
    assert [one for one in facts if isinstance(one, kinds)] == [
        one for one in found.facts if isinstance(one, kinds)
    ]
