"""Handover: who is held, who is told, and what is never done."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from ccd import events as e
from ccd.effects import Page, SendAction
from ccd.events import handover as facts
from ccd.shifts.plan import encode_day
from tests.handlers.handover_scene import DAY, Handover, at

# --- the hold -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "held"),
    [
        ("15:29:59", False),  # earlier than that is a matter of attendance
        ("15:30", True),
        ("16:00", True),
        ("17:59:59", True),
        ("18:00", False),  # the maximum is over
    ],
)
def test_nobody_leaves_the_seat_before_relief_has_come(clock: str, held: bool) -> None:
    scene = Handover()
    scene.staff(clock)
    answer = scene.leave("2000")
    assert answer.accepted is not held
    if held:
        assert answer.prompt == "held"
        assert answer.because.startswith("presence: held: handover_held: 2005 has not arrived at A1")
        refused = scene.latest(e.SignInRefused)
        assert (refused.why, refused.enforced) == ("held", True)
        assert "2000" in scene.world.presence["main", "A1"]


def test_going_to_another_seat_is_leaving_too() -> None:
    scene = Handover()
    scene.staff("16:05")
    answer = scene.come("2000", "A2")
    assert (answer.accepted, answer.prompt) == (False, "held-elsewhere")
    assert "handover_held" in answer.because
    assert "2000" in scene.world.presence["main", "A1"]


def test_relief_at_the_seat_lets_go_and_the_ledger_has_the_seconds() -> None:
    scene = Handover()
    scene.staff("16:20")
    scene.come("2005")
    assert scene.leave("2000").accepted
    ended = scene.latest(facts.HoldEnded)
    assert (ended.person, ended.why, ended.began, ended.held_s) == ("2000", "relief", at("16:00"), 1200.0)
    assert scene.of(facts.LeftWhileHeld) == []


def test_relief_in_time_leaves_nothing_in_the_ledger() -> None:
    scene = Handover()
    scene.staff("15:50")
    scene.come("2005")
    scene.go("16:00:30")
    assert scene.leave("2000").accepted
    scene.go("19:00")
    assert scene.of(facts.HoldEnded) == []
    assert scene.of(facts.HoldBegan) == []


def test_relief_at_another_seat_is_no_relief() -> None:
    scene = Handover()
    scene.staff("15:50")
    scene.come("2005", "A2")
    assert not scene.leave("2000").accepted


@pytest.mark.parametrize("code", ["2006", "3501"])
def test_anybody_else_at_the_seat_is_relief_only_when_a_lead_names_them(code: str) -> None:
    scene = Handover()
    scene.staff("16:10")
    scene.come(code)
    assert not scene.leave("2000").accepted
    assert scene.do("relieve", code, "3001", seat="A1").accepted
    assert scene.latest(facts.HoldEnded).why == "relief"
    assert scene.leave("2000").accepted


def test_whom_a_lead_named_is_held_at_the_end_of_the_shift_like_whoever_was_planned() -> None:
    scene = Handover("15:00")
    scene.plan(("2009", "2026-03-03", "early", "A1"))
    scene.plan(("2008", "2026-03-02", "late", "A4"))
    scene.do("relieve", "2004", "3001", seat="A1")
    scene.come("2004")
    assert scene.world.handover.named
    scene.go("23:50")
    assert scene.leave("2004").accepted  # the early shift begins eight hours later: a closing


@pytest.mark.parametrize("mode", ["observe", "notify"])
def test_without_enforcing_the_held_go_and_it_is_recorded(mode: str) -> None:
    scene = Handover(mode=mode)
    scene.staff("16:10")
    assert scene.leave("2000").accepted
    assert scene.latest(e.SignInRefused).enforced is False
    left = scene.latest(facts.LeftWhileHeld)
    assert (left.person, left.seat, left.shift, left.how) == ("2000", "A1", "early", "console")
    ended = scene.latest(facts.HoldEnded)
    assert (ended.why, ended.held_s) == ("left", 600.0)
    pages = [page for page in scene.of_effects(Page) if page.rule == "handover_left"]
    assert [page.people for page in pages] == ([("3001",)] if mode == "notify" else [])


def test_observing_tells_nobody_anything() -> None:
    scene = Handover(mode="observe")
    scene.staff("18:30")
    assert scene.of(facts.ReliefMissing)
    assert scene.of_effects(Page) == []


def test_off_keeps_nothing_and_accepts_what_is_asked() -> None:
    scene = Handover(mode="off")
    scene.staff("16:10")
    assert scene.do("release", "2000", "3001", reason="x").accepted
    assert scene.leave("2000", reason="illness").accepted
    scene.go("20:00")
    assert [fact for fact in scene.facts if isinstance(fact, facts.HandoverFact)] == []


def test_presence_and_handover_enforce_each_their_own_rules() -> None:
    scene = Handover()
    lax = scene.settings.model_copy(deep=True).model_dump(mode="json")
    lax["policies"]["presence"]["mode"] = "notify"
    scene.take(e.ConfigReplaced(at=scene.at, settings=json.dumps(lax)))
    scene.staff("16:10")
    assert scene.leave("2000").prompt == "held"


def test_the_hold_ends_by_itself_at_the_maximum_and_the_lead_is_told() -> None:
    scene = Handover()
    scene.staff("18:00")
    ended = scene.latest(facts.HoldEnded)
    assert (ended.why, ended.held_s) == ("maximum", 7200.0)
    (page,) = [page for page in scene.of_effects(Page) if page.rule == "handover_maximum"]
    assert (page.people, page.ring, page.seat) == (("3001",), True, "A1")
    assert scene.leave("2000").accepted
    assert len(scene.of(facts.HoldEnded)) == 1


def test_illness_is_never_refused_and_relief_is_searched() -> None:
    scene = Handover()
    scene.staff("16:10")
    assert scene.leave("2000", reason="illness").accepted
    assert scene.latest(facts.LeftIll).person == "2000"
    ended = scene.latest(facts.HoldEnded)
    assert (ended.why, ended.held_s) == ("illness", 600.0)
    assert [page.people for page in scene.of_effects(Page) if page.rule == "handover_ill"] == [("3001",)]
    assert scene.of(facts.LeftWhileHeld) == []
    assert scene.of(e.SignInRefused) == []


@pytest.mark.parametrize("clock", ["15:45", "16:00:20"])
def test_illness_frees_before_a_look_has_found_the_hold(clock: str) -> None:
    scene = Handover()
    scene.staff(clock)
    assert scene.leave("2000", reason="illness").accepted
    assert [one.held_s for one in scene.of(facts.HoldEnded)] == ([20.0] if clock > "16" else [])
    assert scene.of(facts.LeftWhileHeld) == []


# --- a lead's release ---------------------------------------------------------------------------------------


def test_a_lead_releases_and_says_why() -> None:
    scene = Handover()
    scene.staff("16:10")
    assert scene.do("release", "2000", "3001", reason="children at school").accepted
    released = scene.latest(facts.Released)
    assert (released.actor, released.person, released.reason) == ("3001", "2000", "children at school")
    ended = scene.latest(facts.HoldEnded)
    assert (ended.why, ended.held_s) == ("released", 600.0)
    assert scene.leave("2000").accepted


@pytest.mark.parametrize(
    ("person", "actor", "rule"),
    [
        ("2000", "2001", "handover_not_lead"),
        ("2000", "2000", "handover_not_oneself"),
        ("2000", "3501", "handover_not_lead"),  # a deputy, while the lead is here
        ("2009", "3001", "handover_no_shift"),
    ],
)
def test_nobody_else_releases_and_nobody_themselves(person: str, actor: str, rule: str) -> None:
    scene = Handover()
    scene.staff("16:10")
    answer = scene.do("release", person, actor, reason="x")
    assert (answer.accepted, answer.rule) == (False, rule)
    assert scene.of(facts.Released) == []


def test_a_lead_who_is_held_is_not_released_by_themselves() -> None:
    scene = Handover()
    scene.plan(("3001", DAY, "early", "L9"), ("3501", DAY, "late", "L9"))
    scene.go("16:10")
    assert not scene.leave("3001", "L9").accepted
    assert scene.do("release", "3001", "3001", reason="x").rule == "handover_not_oneself"
    assert scene.do("release", "3001", "3002", reason="x").accepted
    assert scene.leave("3001", "L9").accepted


def test_who_is_to_be_relieved_cannot_be_the_relief() -> None:
    scene = Handover()
    scene.staff("16:10")
    assert scene.do("relieve", "2000", "3001", seat="A1").rule == "handover_relief_is_outgoing"


# --- emergencies, blindness, restarts -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "free"),
    [
        ({"ladder": "threat", "seat": "A1"}, True),
        ({"ladder": "threat", "seat": "A2"}, False),
        ({"ladder": "fire", "seat": "A2"}, True),
    ],
)
def test_a_live_incident_frees_its_seat_and_fire_everybody(report: dict[str, str], free: bool) -> None:
    scene = Handover()
    scene.staff("16:10")
    scene.take(e.ReportAsked(at=scene.at, request="r", how="console", pbx="main", **report))
    assert scene.leave("2000").accepted is free
    assert scene.of(facts.LeftWhileHeld) == []


def test_a_pbx_out_of_sight_holds_all_the_same_for_sign_ins_come_another_way() -> None:
    scene = Handover()
    scene.staff("16:05")
    scene.lose()
    scene.go("16:10")
    assert not scene.leave("2000").accepted
    scene.come("2005")
    assert scene.leave("2000").accepted


def test_after_a_restart_nobody_is_held_until_it_is_known_what_was_missed() -> None:
    scene = Handover()
    scene.staff("16:05")
    scene.restart(60)
    assert not scene.leave("2000").accepted  # in sight again
    scene.lose()
    blind = scene.world.pbxs["main"]
    blind.blind_since = at("16:05")  # since before this daemon started
    assert scene.leave("2000").accepted


def test_a_hold_outlives_a_restart_and_is_reckoned_from_the_end_of_the_shift() -> None:
    scene = Handover()
    scene.staff("16:10")
    scene.restart(600)
    assert not scene.leave("2000").accepted
    scene.come("2005")
    (ended,) = scene.of(facts.HoldEnded)
    assert (ended.why, round(ended.held_s)) == ("relief", 1200)


def test_a_hold_whose_maximum_passed_while_ccd_was_down_ends_at_the_maximum() -> None:
    scene = Handover()
    scene.staff("16:10")
    scene.restart(4 * 3600)
    scene.run(120)
    assert [(one.why, one.held_s) for one in scene.of(facts.HoldEnded)] == [("maximum", 7200.0)]


def test_nobody_was_held_by_a_daemon_that_did_not_run() -> None:
    scene = Handover()
    scene.staff("15:55")
    scene.restart(3 * 3600)
    scene.run(120)
    assert scene.of(facts.HoldEnded) == []


def test_relief_that_is_told_late_corrects_the_ledger_by_an_entry_of_its_own() -> None:
    scene = Handover()
    scene.staff("18:01")
    assert scene.latest(facts.HoldEnded).held_s == 7200.0
    scene.come("2005", how="missed", at=at("16:04"))
    entries = scene.of(facts.HoldEnded)
    assert [one.why for one in entries] == ["maximum", "corrected"]
    assert sum(one.held_s for one in entries) == 240.0
    assert entries[1].corrects == entries[0].key


def test_who_left_while_ccd_could_not_answer_is_not_reproached() -> None:
    scene = Handover()
    scene.staff("16:30")
    scene.leave("2000", how="missed", at=at("16:10"))
    assert scene.of(facts.LeftWhileHeld) == []
    assert [(one.why, one.held_s) for one in scene.of(facts.HoldEnded)] == [("left", 600.0)]


# --- a phone that answers no more ---------------------------------------------------------------------------


def test_a_phone_that_goes_away_while_its_person_is_held_is_noted_and_told_once() -> None:
    scene = Handover()
    scene.staff("16:10")
    for _ in range(2):
        for status in ("5", "1"):
            scene.ami(
                "DeviceStateChange", Device="PJSIP/1", State={"5": "UNAVAILABLE", "1": "NOT_INUSE"}[status]
            )
            scene.ami(
                "QueueMemberStatus",
                Queue="support",
                Interface="PJSIP/1",
                MemberName="PJSIP/1",
                Status=status,
                Paused="0",
            )
    gone = scene.of(facts.HeldAway)
    assert [(one.person, one.what, one.count) for one in gone] == [
        ("2000", "unavailable", 1),
        ("2000", "unavailable", 2),
    ]
    assert len([page for page in scene.of_effects(Page) if page.rule == "handover_unavailable"]) == 1


def test_who_lets_it_ring_twice_while_held_is_told_of() -> None:
    scene = Handover()
    scene.staff("15:50")
    for number in (1, 2, 3):
        fact = e.RingNoAnswer(scene.at, "main", f"c{number}", "", "support", "PJSIP/1", "PJSIP/1", 15.0)
        scene.world.pbxs["main"].emit(fact)
        scene.run(1)
        scene.ami("Ignored")
        pages = [page for page in scene.of_effects(Page) if page.rule == "handover_no_answer"]
        assert len(pages) == (number >= 2)
    assert [one.count for one in scene.of(facts.HeldAway)] == [1, 2, 3]


def test_the_same_phone_before_the_time_of_the_hold_concerns_nobody_here() -> None:
    scene = Handover()
    scene.staff("15:20")
    fact = e.RingNoAnswer(scene.at, "main", "c1", "", "support", "PJSIP/1", "PJSIP/1", 15.0)
    scene.world.pbxs["main"].emit(fact)
    scene.ami("Ignored")
    assert scene.of(facts.HeldAway) == []


# --- relief that is missing ---------------------------------------------------------------------------------


def test_the_lead_is_paged_from_the_first_minute_again_and_again_and_then_the_managers() -> None:
    scene = Handover()
    scene.staff("16:00:59")
    assert missing(scene) == []
    scene.go("16:36")
    told = missing(scene)
    times = [(one.at - at("16:00")) // timedelta(minutes=1) for one in scene.of(facts.ReliefMissing)]
    assert times == [1, 6, 11, 16, 21, 26, 31, 36]
    assert {page.people for page in told[:6]} == {("3001",)}
    assert {page.people for page in told[6:]} == {("3001", "4001", "4002")}
    assert all(page.ring and page.seat == "A1" for page in told)


def missing(scene: Handover) -> list[Page]:
    return [page for page in scene.of_effects(Page) if page.rule == "handover_missing"]


@pytest.mark.parametrize("what", ["arrives", "is released", "left after they came"])
def test_paging_ends_when_relief_has_come_or_a_lead_has_decided(what: str) -> None:
    scene = Handover()
    scene.staff("16:02")
    if what == "is released":
        scene.do("release", "2000", "3001", reason="x")
    else:
        scene.come("2005")
    if what == "left after they came":
        scene.leave("2005")
    scene.go("18:30")
    assert len(missing(scene)) == 1


def test_a_restart_repeats_no_page() -> None:
    scene = Handover()
    scene.staff("16:07")
    scene.restart(1)
    scene.go("16:10:30")
    assert len(missing(scene)) == 2


def test_after_a_long_absence_only_the_latest_page_is_sent() -> None:
    scene = Handover()
    scene.staff("15:59")
    scene.restart(40 * 60)
    scene.run(60)
    assert [one.number for one in scene.of(facts.ReliefMissing)] == [8]


@pytest.mark.parametrize("came", ["15:50", "16:00"])
def test_who_relieved_and_went_again_is_missed_by_attendance_and_not_awaited_here(came: str) -> None:
    scene = Handover()
    scene.staff(came)
    scene.come("2005")
    scene.go("16:02")
    assert scene.leave("2005", reason="illness").accepted
    scene.go("16:10")
    assert missing(scene) == []
    assert scene.leave("2000").accepted
    scene.come("2005")
    assert scene.of(facts.ReliefLate) == []
    assert scene.of(facts.HoldEnded) == []
    assert scene.latest(facts.ReliefLeft).person == "2005"


def test_who_came_early_and_went_before_the_start_is_no_relief() -> None:
    scene = Handover()
    scene.staff("15:40")
    scene.come("2005")
    scene.leave("2005")
    scene.go("16:02")
    assert len(missing(scene)) == 1
    assert not scene.leave("2000").accepted


def test_relief_after_the_start_is_late_and_noted() -> None:
    scene = Handover()
    scene.staff("16:07")
    scene.come("2005")
    late = scene.latest(facts.ReliefLate)
    assert (late.person, late.late_s) == ("2005", 420.0)


def test_an_opening_has_no_relief_to_page_for() -> None:
    scene = Handover()
    scene.go("09:00")
    assert missing(scene) == []


def test_who_works_on_at_the_same_seat_is_awaited_by_nobody() -> None:
    scene = Handover()
    scene.change_plan(day_of({"2005": ()}))
    scene.plan(("2000", DAY, "late", "A1"))
    scene.staff("16:10")
    assert missing(scene) == []
    assert scene.leave("2000").accepted


def day_of(people: dict[str, Any]) -> e.PlanDay:
    return e.PlanDay(at("12:00").date(), encode_day(people))


def test_a_change_of_the_plan_ends_a_hold_that_waits_for_nobody_any_more() -> None:
    scene = Handover()
    scene.staff("16:10")
    scene.change_plan(day_of({"2005": ()}))
    scene.run(60)
    assert scene.latest(facts.HoldEnded).why == "released"
    assert scene.leave("2000").accepted


def test_no_phone_is_ever_moved_by_a_handover() -> None:
    scene = Handover()
    scene.staff("16:10")
    scene.leave("2000", reason="illness")
    scene.go("20:00")
    moved = [one for one in scene.of_effects(SendAction) if ("Action", "QueuePause") in one.fields]
    assert [one for one in scene.of_effects(SendAction) if one.key.startswith("handover")] + moved == []
