"""What people decide and note about attendance: who may, what becomes of it, and who is told."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ccd import events as e
from ccd.attendance.view import board
from ccd.effects import AnswerAsked, Page
from ccd.events import attendance as facts
from ccd.replay import replay
from tests.handlers.shift_scene import ShiftScene, local
from tests.handlers.test_attendance import DAY, clock, floor, verdict, weights

PROPOSAL = "2000-20260302-early"


def absent(mode: str = "notify", **settings: Any) -> ShiftScene:
    """2000 was absent, 2001 five minutes late."""
    scene = floor(mode=mode, **settings)
    scene.run(to=clock("08:05"))
    scene.sign("arrive", "2001", "A2")
    scene.run(to=clock("17:00"))
    return scene


def act(scene: ShiftScene, what: str, person: str = "", actor: str = "3001", **values: str) -> AnswerAsked:
    return scene.act("attendance", what, person, actor, **values)


def correct(scene: ShiftScene, actor: str, **more: str) -> AnswerAsked:
    given = {"day": DAY, "kind": "late", "weight": "removed", "reason": "the lift"} | more
    return act(scene, "correct", "2001", actor, **given)


def told(scene: ShiftScene, rule: str) -> list[tuple[str, ...]]:
    return [one.people for one in scene.of_effects(Page) if one.rule == rule]


# --- who may ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "rule"),
    [
        ("3001", "attendance_corrected"),
        ("3002", "attendance_corrected"),
        ("4001", "attendance_corrected"),
        ("2000", "attendance_not_allowed"),
        ("2001", "attendance_not_about_oneself"),
        ("3501", "attendance_not_allowed"),
    ],
)
@pytest.mark.parametrize("mode", ["observe", "notify", "enforce"])
def test_a_lead_corrects_and_nobody_about_themselves(actor: str, rule: str, mode: str) -> None:
    scene = absent(mode)
    answer = correct(scene, actor)
    assert (answer.rule, answer.accepted) == (rule, rule == "attendance_corrected")
    assert len(scene.of(facts.Corrected)) == answer.accepted


def test_the_deputy_decides_while_no_lead_is_there() -> None:
    scene = absent()
    scene.sign("arrive", "3501", "S7")
    assert correct(scene, "3501").rule == "attendance_not_allowed"
    scene.sign("leave", "3001", "L9")
    assert correct(scene, "3501").accepted


@pytest.mark.parametrize(
    ("settings", "proposal", "actor", "accepted"),
    [
        ({}, PROPOSAL, "3001", True),
        ({}, PROPOSAL, "2001", False),
        ({}, f"{PROPOSAL}-review", "3001", False),
        ({}, f"{PROPOSAL}-review", "4001", True),
        ({"decide_absence": "manager"}, PROPOSAL, "3001", False),
        ({"decide_review": "lead"}, f"{PROPOSAL}-review", "3001", True),
        ({"decide_review": "lead"}, f"{PROPOSAL}-review", "2000", False),
    ],
)
def test_who_decides_what_is_proposed_is_a_setting(
    settings: dict[str, str], proposal: str, actor: str, accepted: bool
) -> None:
    scene = absent(**settings)
    answer = act(scene, "decide", actor=actor, proposal=proposal, decision="confirm", reason="talked")
    assert answer.accepted is accepted
    assert [one.actor for one in scene.of(facts.ProposalDecided)] == ([actor] if accepted else [])


# --- corrections ------------------------------------------------------------------------------------------


def test_a_correction_refers_to_the_verdict_and_the_person_is_told() -> None:
    scene = absent()
    before = verdict(scene, "2001")
    correct(scene, "3001", weight="note")
    (fact,) = scene.of(facts.Corrected)
    assert (fact.refers, fact.was, fact.weight, fact.actor, fact.by) == (
        before.key,
        "occurrence",
        "note",
        "3001",
        "root",
    )
    assert verdict(scene, "2001") == before
    assert told(scene, "attendance_you_were_corrected") == [("2001",)]


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"kind": "early"}, "attendance_no_finding"),
        ({"weight": "heavy"}, "attendance_no_value"),
        ({"day": "2026-02-30"}, "attendance_no_value"),
        ({"day": "2025-01-01"}, "attendance_no_value"),
        ({"shift": "late"}, "attendance_no_finding"),
        ({"at": "yesterday"}, "attendance_no_value"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(values: dict[str, str], rule: str) -> None:
    scene = absent()
    assert correct(scene, "3001", **values).rule == rule
    assert scene.of(facts.Corrected) == []


def test_of_several_findings_of_a_kind_one_is_to_be_named() -> None:
    scene = floor()
    for hour in ("09", "11"):
        scene.sign("arrive", "2000", "A1")
        scene.run(to=clock(f"{hour}:00"))
        scene.sign("leave", "2000", "A1")
        scene.run(to=clock(f"{hour}:30"))
    scene.sign("arrive", "2000", "A1")
    scene.run(to=clock("17:00"))
    given = {"day": DAY, "kind": "left_post", "weight": "note", "reason": "told me"}
    refused = act(scene, "correct", "2000", **given)
    assert refused.rule == "attendance_several"
    assert "09:00" in refused.values["which"]
    assert act(scene, "correct", "2000", **given, at=f"{DAY}T11:10").accepted
    (fact,) = scene.of(facts.Corrected)
    assert fact.began == clock("11:00")


# --- what is proposed -------------------------------------------------------------------------------------


def test_an_absence_and_a_review_are_proposed_and_only_proposed() -> None:
    scene = absent()
    assert [one.proposal for one in scene.of(facts.AbsenceProposed)] == [PROPOSAL]
    assert [one.proposal for one in scene.of(facts.DismissalReviewProposed)] == [f"{PROPOSAL}-review"]
    assert told(scene, "attendance_absence_proposed") == [("3001",)]
    assert told(scene, "attendance_review_proposed") == [("4001", "4002")]
    waiting = board(scene.world, scene.at)["proposals"]
    assert sorted(row["proposal"] for row in waiting) == [PROPOSAL, f"{PROPOSAL}-review"]


def test_waiving_the_absence_withdraws_the_review() -> None:
    scene = absent()
    act(scene, "decide", proposal=PROPOSAL, decision="waive", reason="was ill")
    assert [one.proposal for one in scene.of(facts.ProposalWithdrawn)] == [f"{PROPOSAL}-review"]
    assert board(scene.world, scene.at)["proposals"] == []
    assert told(scene, "attendance_you_were_decided") == [("2000",)]
    again = act(scene, "decide", proposal=PROPOSAL, decision="confirm", reason="no")
    assert again.rule == "attendance_no_proposal"


def test_three_occurrences_in_a_month_come_together_over_days() -> None:
    scene = floor()
    for n in (2, 3, 4):
        day = f"2026-03-0{n}"
        if n > 2:
            scene.plan(("2001", day, "early", "A2"))
        scene.run(to=clock("08:05", day))
        scene.sign("arrive", "2001", "A2")
        scene.run(to=clock("16:20", day))
        scene.sign("leave", "2001", "A2")
        made = [one for one in scene.of(facts.AbsenceProposed) if one.person == "2001"]
        assert len(made) == (n == 4)
    assert made[0].occurrences == tuple(f"2026-03-0{n} early late" for n in (2, 3, 4))
    correct(scene, "3001", day="2026-03-03")
    gone = {one.proposal for one in scene.of(facts.ProposalWithdrawn) if one.person == "2001"}
    assert gone == {"2001-202603-occurrences-1", "2001-202603-review"}


@pytest.mark.parametrize(
    ("what", "actor", "accepted"),
    [
        ("grave", "3001", True),
        ("grave", "2000", False),
        ("complaint_proven", "4001", True),
        ("complaint_proven", "3001", False),
    ],
)
def test_a_grave_case_and_a_proven_complaint_propose_a_review(what: str, actor: str, accepted: bool) -> None:
    scene = floor()
    assert act(scene, what, "2001", actor, reason="shouted").accepted is accepted
    assert len(scene.of(facts.DismissalReviewProposed)) == accepted


# --- outages ----------------------------------------------------------------------------------------------


def test_an_excused_outage_is_for_everybody_and_can_be_taken_back() -> None:
    scene = absent()
    given = {"pbx": "all", "since": f"{DAY}T07:00", "until": f"{DAY}T17:00", "reason": "flood"}
    answer = act(scene, "excuse_outage", **given)
    assert answer.accepted
    assert (verdict(scene, "2000").state, weights(scene, "2001")) == ("away", [])
    assert {one.person for one in scene.of(facts.ProposalWithdrawn)} == {"2000"}
    assert act(scene, "unexcuse", outage=answer.result["outage"], reason="there was none").accepted
    assert (verdict(scene, "2000").state, weights(scene, "2001")) == ("absent", [("late", "occurrence")])


@pytest.mark.parametrize(
    "wrong",
    [{"pbx": "moon"}, {"until": f"{DAY}T06:00"}, {"until": "2026-03-20T06:00"}, {"since": "x"}],
)
def test_an_outage_that_cannot_be_is_refused(wrong: dict[str, str]) -> None:
    scene = absent()
    given = {"pbx": "main", "since": f"{DAY}T07:00", "until": f"{DAY}T08:00", "reason": "flood"} | wrong
    assert act(scene, "excuse_outage", **given).rule == "attendance_no_value"
    assert act(scene, "unexcuse", outage="X-1", reason="x").rule == "attendance_no_outage"


# --- permissions ------------------------------------------------------------------------------------------


def left_at_noon(mode: str = "notify") -> ShiftScene:
    scene = floor(mode=mode)
    scene.sign("arrive", "2000", "A1")
    scene.run(to=clock("12:00"))
    return scene


@pytest.mark.parametrize("after", [False, True])
def test_a_permission_before_or_afterwards_makes_a_leaving_a_note(after: bool) -> None:
    scene = left_at_noon()
    if not after:
        assert act(scene, "permit", "2000", reason="doctor").accepted
    scene.sign("leave", "2000", "A1")
    scene.run(to=clock("17:00"))
    if after:
        assert weights(scene, "2000") == [("left_post", "absence")]
        assert act(scene, "permit", "2000", reason="doctor").accepted
    assert weights(scene, "2000") == [("early", "note")]
    assert len(scene.of(facts.ProposalWithdrawn)) == (2 if after else 0)


@pytest.mark.parametrize(("mode", "accepted"), [("notify", True), ("enforce", False)])
@pytest.mark.parametrize(("at", "late"), [("2026-03-03T12:00", False), ("2026-03-03T12:01", True)])
def test_a_permission_is_noted_no_later_than_the_rules_let(
    mode: str, accepted: bool, at: str, late: bool
) -> None:
    scene = left_at_noon(mode)
    scene.sign("leave", "2000", "A1")
    scene.run(to=local(at.replace("T", " ")))
    answer = act(scene, "permit", "2000", reason="doctor", since=f"{DAY}T12:00")
    assert answer.accepted is (accepted or not late)
    if answer.accepted:
        assert scene.of(facts.Permitted)[0].enforced is not late


@pytest.mark.parametrize("minutes", ["-1", "soon", "1441", "²"])
def test_minutes_of_a_permission_are_minutes(minutes: str) -> None:
    assert act(floor(), "permit", "2000", reason="x", minutes=minutes).rule == "attendance_no_value"


# --- objections -------------------------------------------------------------------------------------------


def test_a_person_objects_and_somebody_else_than_the_corrector_answers() -> None:
    scene = absent()
    correct(scene, "3001", weight="violation")
    asked = act(scene, "object", "2001", "2001", text="the lift was stuck", day=DAY)
    name = asked.result["objection"]
    assert name == "O-2001-20260302-1"
    assert told(scene, "attendance_objected") == [("3001",)]
    assert [row["objection"] for row in board(scene.world, scene.at)["objections"]] == [name]
    given = {"objection": name, "decision": "upheld", "reason": "it was"}
    assert act(scene, "answer_objection", actor="3001", **given).rule == "attendance_own_correction"
    assert act(scene, "answer_objection", actor="2001", **given).rule == "attendance_not_about_oneself"
    assert act(scene, "answer_objection", actor="4001", **given).accepted
    ledger = scene.world.attendance.ledger("2001", "2026-03")
    assert [one.weight for one in ledger.entries] == ["removed"]
    assert told(scene, "attendance_you_were_answered") == [("2001",)]
    assert act(scene, "answer_objection", actor="4001", **given).rule == "attendance_no_objection"


def test_a_rejected_objection_changes_nothing_but_is_on_record() -> None:
    scene = absent()
    name = act(scene, "object", "2001", "2001", text="no", day=DAY).result["objection"]
    assert act(scene, "answer_objection", objection=name, decision="rejected", reason="seen").accepted
    ledger = scene.world.attendance.ledger("2001", "2026-03")
    assert [one.weight for one in ledger.entries] == ["occurrence"]
    assert [answer.decision for _, answer in ledger.objections if answer] == ["rejected"]


def test_nobody_objects_for_somebody_else() -> None:
    scene = absent()
    assert act(scene, "object", "2001", "2000", text="x").rule == "attendance_only_oneself"


# --- asking for a verdict, replaying ----------------------------------------------------------------------


def test_a_day_is_judged_again_when_asked_for() -> None:
    scene = absent()
    answer = scene.act("attendance", "judge", day=DAY)
    assert answer.values == {"shifts": "2", "day": DAY}
    assert scene.act("attendance", "judge", day="2026-03-03").rule == "attendance_nothing_over"
    off = floor(mode="off")
    off.run(to=clock("17:00"))
    assert off.act("attendance", "judge", day=DAY).rule == "attendance_off"


def test_replaying_gives_the_same_verdicts_and_decisions() -> None:
    scene = absent()
    correct(scene, "3001")
    act(scene, "decide", proposal=PROPOSAL, decision="waive", reason="ill")
    given = {"pbx": "all", "since": f"{DAY}T07:00", "until": f"{DAY}T17:00", "reason": "flood"}
    act(scene, "excuse_outage", **given)
    again: list[bytes] = []

    def take(item: Any) -> None:
        if isinstance(item, e.ShiftFact):
            again.append(msgspec.json.encode(item))

    assert replay(scene.inputs, each=take).errors == 0
    assert again == [msgspec.json.encode(one) for one in scene.of(e.ShiftFact)]


def test_a_restart_keeps_what_was_decided() -> None:
    scene = absent()
    correct(scene, "3001")
    act(scene, "decide", proposal=PROPOSAL, decision="waive", reason="ill")
    before = scene.world.attendance.ledger("2000", "2026-03")
    scene.restart(60)
    scene.run(120)
    assert scene.world.attendance.ledger("2000", "2026-03") == before
    assert [one.weight for one in scene.world.attendance.ledger("2001", "2026-03").entries] == ["removed"]
