"""Breaks: who asks is let or refused by a rule, before the phone is paused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ccd import events as e
from ccd.effects import Page, SendAction
from ccd.events.breaks import BreakAccepted, BreakBegan, BreakEnded, BreakGranted, BreakRefused
from ccd.rules import say
from tests.handlers.shift_scene import PEOPLE, ShiftScene, local, person

DAY = "2026-03-02"
NIGHT = {"night": {"start": "22:00", "minutes": 600}}


def floor(at: str = "10:00", *, mode: str = "enforce", reasons: Any = None, **breaks: Any) -> ShiftScene:
    """2000 at A1 and 2001 at A2 in the shift from 08:00 to 16:00; their lead 3001 is there."""
    section = {"mode": mode, **breaks, **({"reasons": reasons} if reasons else {})}
    scene = ShiftScene(local(f"{DAY} 07:55"), mode="off", breaks=section)
    scene.plan(("2000", DAY, "early", "A1"), ("2001", DAY, "early", "A2"))
    for code, seat in (("2000", "A1"), ("2001", "A2"), ("3001", "L9")):
        scene.sign("arrive", code, seat)
    scene.run(to=local(f"{DAY} {at}"))
    return scene


def takes(scene: ShiftScene, minutes: float, reason: str = "break", seat: str = "A1") -> None:
    """Asks, is let, pauses and comes back after so many minutes."""
    assert scene.ask_pause(seat, reason).accepted
    scene.pause(seat, reason)
    scene.run(minutes * 60)
    scene.unpause(seat)


def told(scene: ShiftScene, rule: str) -> list[tuple[str, ...]]:
    return [one.people for one in scene.of_effects(Page) if one.rule == rule]


def pausing(scene: ShiftScene) -> list[SendAction]:
    return [one for one in scene.of_effects(SendAction) if dict(one.fields)["Action"] == "QueuePause"]


# --- the rules, just inside and just outside ---


def test_a_break_within_the_rules_is_let_and_its_end_is_said() -> None:
    scene = floor()
    answer = scene.ask_pause("A1", "break")
    assert (answer.accepted, answer.rule, answer.prompt) == (True, "breaks_accepted", "paused")
    assert answer.values["limit"].endswith("10:15")


@pytest.mark.parametrize(("taken", "let"), [(0, True), (1, True), (2, False)])
def test_so_many_times_a_shift(taken: int, let: bool) -> None:
    scene = floor()
    for _ in range(taken):
        takes(scene, 5)
    answer = scene.ask_pause("A1", "break")
    assert answer.accepted is let
    if not let:
        assert (answer.rule, answer.prompt) == ("breaks_times", "break-times")
        assert say(answer.rule, answer.values, "zh_CN") == "name 2000 (2000)：本班“break”已用 2 次，限 2 次"


@pytest.mark.parametrize(
    ("used", "let", "allowed_s"), [(10, True, 600), (28, True, 120), (29.5, False, None)]
)
def test_so_many_minutes_a_shift_and_the_last_one_gets_what_is_left(
    used: float, let: bool, allowed_s: float | None
) -> None:
    scene = floor(reasons={"break": {"times": 0, "minutes": 10, "minutes_a_shift": 30}})
    for _ in range(3):
        takes(scene, used / 3)
    answer = scene.ask_pause("A1", "break")
    assert answer.accepted is let
    if let:
        assert scene.latest(BreakAccepted).allowed_s == pytest.approx(allowed_s, abs=0.01)
    else:
        assert answer.rule == "breaks_minutes"


@pytest.mark.parametrize(("share", "let"), [(0.0, True), (0.4, False), (0.5, True), (1.0, True)])
def test_the_cap_is_a_share_of_the_team_that_is_there(share: float, let: bool) -> None:
    """Four of the team are there: one of them is away already."""
    scene = floor(reasons={"break": {"cap_share": share}})
    for code, seat in (("2002", "A3"), ("2003", "A4")):
        scene.sign("arrive", code, seat)
    assert scene.ask_pause("A2", "break").accepted
    answer = scene.ask_pause("A1", "break")
    assert answer.accepted is let, answer
    assert let or answer.rule == "breaks_cap"


def test_at_least_one_of_a_team_may_go_and_who_was_let_holds_the_place_for_a_minute() -> None:
    scene = floor(reasons={"break": {"cap_share": 0.01}})
    assert scene.ask_pause("A2", "break").accepted
    scene.run(59)
    assert not scene.ask_pause("A1", "break").accepted
    scene.run(1)
    assert scene.ask_pause("A1", "break").accepted


@pytest.mark.parametrize(
    ("at", "rule"),
    [
        ("08:14", "breaks_near_start"),
        ("08:15", ""),
        ("15:29", ""),
        ("15:30", "breaks_near_end"),
        ("15:59", "breaks_near_end"),
        ("16:00", ""),
    ],
)
def test_none_in_the_first_and_last_minutes_of_the_shift(at: str, rule: str) -> None:
    scene = floor(at, not_after_start_minutes=15, not_before_end_minutes=30)
    answer = scene.ask_pause("A1", "break")
    assert answer.rule == (rule or "breaks_accepted")
    assert scene.ask_pause("A2", "training").accepted, "work of another kind may be done at any time"


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        ("lunchtime", "breaks_unknown_reason"),
        ("callback", "breaks_unknown_reason"),
        ("illness", "breaks_accepted"),
    ],
)
def test_a_reason_that_is_not_there_is_refused_with_those_that_are(reason: str, rule: str) -> None:
    scene = floor(reasons={"callback": {"enabled": False}})
    answer = scene.ask_pause("A1", reason)
    assert answer.rule == rule
    if not answer.accepted:
        assert answer.values["reasons"].startswith("break, training")
        assert "callback" not in answer.values["reasons"]


def test_a_reason_may_be_for_some_posts_only() -> None:
    scene = floor(reasons={"coaching": {"roles": ["team_lead"]}})
    assert scene.ask_pause("A1", "coaching").rule == "breaks_role"
    assert scene.ask_pause("L9", "coaching").accepted


def test_a_reason_may_need_a_lead_whose_grant_is_good_for_one() -> None:
    scene = floor(reasons={"training": {"needs_lead": True}})
    answer = scene.ask_pause("A1", "training")
    assert answer.rule == "breaks_needs_lead"
    assert "3001" in answer.values["leads"]
    assert scene.act("breaks", "grant", "2000", "3001", reason="training", why="new tariff").accepted
    takes(scene, 30, "training")
    assert not scene.ask_pause("A1", "training").accepted


@pytest.mark.parametrize(
    ("setting", "accepted", "pages"), [("allow", True, 0), ("tell", True, 1), ("refuse", False, 0)]
)
def test_a_pause_without_a_reason(setting: str, accepted: bool, pages: int) -> None:
    scene = floor(unnamed=setting)
    answer = scene.ask_pause("A1", "")
    assert answer.accepted is accepted
    assert len(told(scene, "breaks_unnamed")) == pages
    if accepted:
        scene.pause("A1", "")
        assert len(told(scene, "breaks_unnamed")) == pages, "told once"
        assert scene.latest(BreakBegan).rule == ("breaks_unnamed" if setting == "tell" else "")


def test_illness_is_never_refused_and_the_lead_is_told_at_once() -> None:
    scene = floor("15:58", reasons={"illness": {"times": 1}}, not_before_end_minutes=60)
    for _ in range(2):
        takes(scene, 1, "illness")
    assert told(scene, "breaks_ill") == [("3001",), ("3001",)]


def test_the_first_rule_that_is_broken_is_the_one_told() -> None:
    scene = floor("08:05", not_after_start_minutes=15, reasons={"break": {"times": 1, "roles": ["trainer"]}})
    assert scene.ask_pause("A1", "break").rule == "breaks_role"


def test_a_meal_is_no_break() -> None:
    scene = floor()
    scene.pause("A1", "meal")
    scene.unpause("A1")
    assert not scene.of(BreakBegan)


# --- modes ---


@pytest.mark.parametrize(
    ("mode", "accepted", "enforced", "pages"),
    [
        ("off", True, [], 0),
        ("observe", True, [False], 0),
        ("notify", True, [False], 1),
        ("enforce", False, [True], 0),
    ],
)
def test_each_mode_goes_as_far_as_it_says(
    mode: str, accepted: bool, enforced: list[bool], pages: int
) -> None:
    scene = floor(mode=mode)
    answer = scene.ask_pause("A1", "nonsense")
    assert answer.accepted is accepted
    assert [one.enforced for one in scene.of(BreakRefused)] == enforced
    assert len(told(scene, "breaks_unknown_reason")) == pages


def test_who_would_have_been_refused_takes_it_and_it_is_on_record_once() -> None:
    scene = floor(mode="notify")
    for _ in range(3):
        takes(scene, 5)
    assert [one.rule for one in scene.of(BreakBegan)] == ["", "", "breaks_times"]
    assert len(told(scene, "breaks_times")) == 1


# --- who asks ---


def test_the_console_pauses_the_phone_as_the_member_it_is() -> None:
    scene = floor()
    assert scene.ask_pause("A1", "break", "2000", how="console").accepted
    (action,) = pausing(scene)
    assert dict(action.fields) == {
        "Action": "QueuePause",
        "Interface": "PJSIP/1",
        "Paused": "true",
        "Reason": "break",
    }


def test_a_phone_pauses_itself() -> None:
    scene = floor()
    assert scene.ask_pause("A1", "break").accepted
    assert not pausing(scene)


def test_the_console_says_where_a_pause_would_come_to_nothing() -> None:
    scene = floor()
    scene.ami("QueueMemberRemoved", Queue="support", Interface="PJSIP/1", MemberName="PJSIP/1")
    assert scene.ask_pause("A1", "break", "2000", how="console").rule == "breaks_not_in_queue"
    scene.lose()
    assert scene.ask_pause("A2", "break", "2001", how="console").rule == "breaks_out_of_sight"


def test_where_two_sit_at_a_seat_the_phone_asks_whose_break_it_is() -> None:
    scene = floor("15:55")
    scene.sign("arrive", "2005", "A1")
    answer = scene.ask_pause("A1", "break")
    assert (answer.accepted, answer.rule, answer.prompt) == (False, "breaks_whose", "which-person")
    assert scene.ask_pause("A1", "training").accepted, "it makes no difference"
    assert scene.ask_pause("A1", "break", "2005").accepted
    scene.pause("A1", "break")
    assert scene.latest(BreakBegan).person == "2005"


def test_a_live_emergency_frees_its_agent_and_seat() -> None:
    scene = floor()
    for _ in range(2):
        takes(scene, 5)
    report = e.ReportAsked(at=scene.at, request="r1", ladder="threat", how="console", pbx="main", seat="A1")
    scene.take(report)
    answer = scene.ask_pause("A1", "break")
    assert (answer.accepted, answer.rule) == (True, "breaks_freed")
    console = scene.ask_pause("A1", "break", "2000", how="console")
    assert console.rule == "breaks_protected", "ccd itself does not touch the phone of an emergency"
    assert not pausing(scene)
    scene.pause("A1", "break")
    scene.run(50 * 60)
    scene.unpause("A1")
    assert scene.latest(BreakEnded).level == "unknown"
    assert not [one for one in scene.of_effects(Page) if one.rule.startswith("breaks_")]


# --- which shift counts ---


def test_a_shift_across_midnight_is_one_shift() -> None:
    scene = ShiftScene(local(f"{DAY} 21:55"), mode="off", kinds=NIGHT, breaks={"mode": "enforce"})
    scene.plan(("2000", DAY, "night", "A1"))
    scene.sign("arrive", "2000", "A1")
    scene.run(to=local(f"{DAY} 23:30"))
    takes(scene, 10)
    scene.run(to=local("2026-03-03 01:00"))
    takes(scene, 10)
    assert scene.ask_pause("A1", "break").rule == "breaks_times"
    assert {(one.day.isoformat(), one.shift) for one in scene.of(BreakBegan) if one.day} == {(DAY, "night")}


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 9), ("2026-10-24", 11)])
def test_a_night_in_which_the_clock_is_changed_is_one_shift(day: str, hours: int) -> None:
    """Berlin: the last minutes are those before 08:00 by the new time."""
    scene = ShiftScene(
        local(f"{day} 22:00", "Europe/Berlin"),
        mode="off",
        kinds=NIGHT,
        zone="Europe/Berlin",
        breaks={"mode": "enforce", "not_before_end_minutes": 60},
    )
    scene.plan(("2000", day, "night", "A1"))
    scene.sign("arrive", "2000", "A1")
    ends = scene.at + timedelta(hours=hours)
    scene.run(to=ends - timedelta(minutes=61))
    takes(scene, 0.5)
    scene.run(to=ends - timedelta(minutes=60))
    answer = scene.ask_pause("A1", "break")
    assert (answer.rule, answer.values["time"]) == ("breaks_near_end", "08:00")


def test_two_shifts_of_a_day_count_apart_and_so_does_a_day_without_one() -> None:
    scene = floor("09:00")
    scene.plan(("2000", DAY, "late", "A1"))
    for _ in range(2):
        takes(scene, 5)
    assert not scene.ask_pause("A1", "break").accepted
    scene.run(to=local(f"{DAY} 16:00"))
    assert scene.ask_pause("A1", "break").accepted


def test_who_is_not_planned_is_counted_by_the_local_day() -> None:
    scene = ShiftScene(local(f"{DAY} 22:00"), mode="off", breaks={"mode": "enforce"})
    scene.sign("arrive", "2000", "A1")
    for _ in range(2):
        takes(scene, 5)
    assert not scene.ask_pause("A1", "break").accepted
    scene.run(to=local("2026-03-03 00:00"))
    assert scene.ask_pause("A1", "break").accepted


# --- what leads do ---


@pytest.mark.parametrize(
    ("actor", "about", "rule"),
    [
        ("3001", "2000", "breaks_granted"),
        ("3002", "2000", "breaks_granted"),
        ("4001", "2000", "breaks_granted"),
        ("3501", "2000", "breaks_may_not"),
        ("2001", "2000", "breaks_may_not"),
        ("3001", "3001", "breaks_not_yours"),
    ],
)
def test_who_may_grant_a_break(actor: str, about: str, rule: str) -> None:
    """A deputy only while no lead is there; nobody for themselves."""
    scene = floor()
    assert scene.act("breaks", "grant", about, actor, reason="break", why="a hard call").rule == rule


def test_a_grant_is_one_more_and_stands_above_all_but_the_cap() -> None:
    scene = floor("15:50", not_before_end_minutes=30, reasons={"break": {"times": 0, "cap_share": 0.5}})
    assert not scene.ask_pause("A1", "break").accepted
    scene.act("breaks", "grant", "2000", "3001", reason="break", why="a hard call", minutes="5")
    scene.act("breaks", "grant", "2001", "3001", reason="break", why="the same call")
    takes_five = scene.ask_pause("A1", "break")
    assert takes_five.accepted
    assert scene.latest(BreakAccepted).allowed_s == 300
    scene.pause("A1", "break")
    assert scene.ask_pause("A2", "break").rule == "breaks_cap"
    scene.unpause("A1")
    assert scene.ask_pause("A2", "break").accepted
    assert [one.actor for one in scene.of(BreakGranted)] == ["3001", "3001"]


def test_a_grant_given_before_the_shift_is_for_that_shift() -> None:
    scene = floor(reasons={"training": {"needs_lead": True}})
    scene.plan(("2000", "2026-03-03", "early", "A1"))
    scene.sign("leave", "2000", "A1")
    scene.run(to=local(f"{DAY} 20:30"))
    assert scene.act("breaks", "grant", "2000", "3001", reason="training", why="tariff").accepted
    scene.run(to=local("2026-03-03 09:00"))
    scene.sign("arrive", "2000", "A1")
    assert scene.ask_pause("A1", "training").accepted


@pytest.mark.parametrize(
    ("act", "values", "rule"),
    [
        ("grant", {"reason": "nonsense", "why": "w"}, "breaks_no_such_reason"),
        ("grant", {"reason": "break", "why": "w", "minutes": "many"}, "breaks_no_minutes"),
        ("extend", {"minutes": "5", "why": "w"}, "breaks_none_on"),
        ("waive", {"why": "w"}, "breaks_nothing_over"),
    ],
)
def test_an_act_that_makes_no_sense_is_refused_in_words(act: str, values: dict[str, str], rule: str) -> None:
    assert floor().act("breaks", act, "2000", "3001", **values).rule == rule


def test_telesales_of_another_team_do_not_count_in_the_cap() -> None:
    others = tuple(person(str(2900 + n), f"B{n + 21}", "telesales", "T") for n in range(2))
    scene = ShiftScene(
        local(f"{DAY} 10:00"),
        mode="off",
        people=(*PEOPLE, *others),
        breaks={"mode": "enforce", "reasons": {"break": {"cap_share": 0.5}}},
    )
    for code, seat in (("2000", "A1"), ("2001", "A2"), ("2900", "B21"), ("2901", "B22")):
        scene.sign("arrive", code, seat)
    assert scene.ask_pause("B21", "break").accepted
    assert scene.ask_pause("A1", "break").accepted
    assert scene.ask_pause("A2", "break").rule == "breaks_cap"
