"""Breaks as they are taken: what they come to, to the second, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from ccd import events as e
from ccd.breaks.view import board
from ccd.effects import Page
from ccd.events.breaks import (
    BreakAmbiguous,
    BreakBegan,
    BreakEnded,
    BreakOver,
    BreakUnseen,
    BreakWaived,
    PauseIsAbsence,
)
from tests.handlers.shift_scene import ShiftScene, local
from tests.handlers.test_breaks import DAY, floor, takes, told

Row = tuple[float, str]


def ended(scene: ShiftScene) -> BreakEnded:
    return scene.latest(BreakEnded)


def away(scene: ShiftScene, seconds: float, reason: str = "break", seat: str = "A1") -> BreakEnded:
    """Pauses past our codes and comes back."""
    scene.pause(seat, reason)
    scene.run(seconds)
    scene.unpause(seat)
    return ended(scene)


# --- levels, just inside and just outside ---


@pytest.mark.parametrize(
    ("seconds", "level"),
    [
        (899, "ok"),
        (900, "ok"),
        (959, "ok"),
        (960, "late"),
        (2099, "late"),
        (2100, "violation"),
    ],
)
def test_what_a_break_of_15_minutes_comes_to(seconds: float, level: str) -> None:
    found = away(floor(), seconds)
    assert (found.level, found.allowed_s) == (level, 900)
    assert found.seconds == pytest.approx(seconds, abs=0.01)
    assert found.over_s == pytest.approx(max(seconds - 900, 0), abs=0.01)


def test_without_a_grace_a_moment_past_is_late_and_none_past_is_not() -> None:
    scene = floor(late_after_minutes=0)
    assert away(scene, 899.999).level == "ok"
    assert away(scene, 900.001).level == "late"


@pytest.mark.parametrize(("seconds", "level"), [(30 * 60, "ok"), (31 * 60, "late"), (200 * 60, "late")])
def test_work_of_another_kind_is_never_a_violation(seconds: float, level: str) -> None:
    scene = floor(reasons={"paperwork": {"minutes": 30}})
    found = away(scene, seconds, "paperwork")
    assert (found.level, found.productive) == (level, True)
    assert not scene.of(PauseIsAbsence)


def test_a_reason_without_a_limit_is_never_over() -> None:
    found = away(floor(), 4 * 3600, "training")
    assert (found.level, found.allowed_s, found.over_s) == ("ok", None, 0)


def test_another_reason_is_another_break() -> None:
    scene = floor()
    scene.pause("A1", "break")
    scene.run(600)
    scene.pause("A1", "training")
    scene.run(600)
    scene.unpause("A1")
    assert [(one.reason, round(one.seconds)) for one in scene.of(BreakEnded)] == [
        ("break", 600),
        ("training", 600),
    ]


# --- what is told, and when ---


def test_each_is_told_at_its_minute() -> None:
    scene = floor()
    scene.pause("A1", "break")
    begun = scene.at
    scene.run(70 * 60)
    at = [(one.stage, round((one.at - begun).total_seconds())) for one in scene.of(BreakOver)]
    assert at == [("over", 900), ("late", 960), ("violation", 2100)]
    (found,) = scene.of(PauseIsAbsence)
    assert (found.kind, round((found.at - begun).total_seconds())) == ("too_long", 3600)
    pages = [(one.rule, one.people, one.ring) for one in scene.of_effects(Page)]
    assert pages == [
        ("breaks_over", ("2000",), True),
        ("breaks_late", ("3001",), False),
        ("breaks_violation", ("3001",), False),
        ("breaks_absence_too_long", ("3001",), False),
    ]


def test_observing_notes_all_of_it_and_tells_nobody() -> None:
    scene = floor(mode="observe")
    scene.pause("A1", "break")
    scene.run(70 * 60)
    assert len(scene.of(BreakOver)) == 3
    assert not scene.of_effects(Page)


def test_off_keeps_nothing() -> None:
    scene = floor(mode="off")
    scene.pause("A1", "break")
    scene.run(70 * 60)
    scene.unpause("A1")
    assert not [one for one in scene.facts if isinstance(one, e.ShiftFact) and one.policy == "breaks"]


def test_who_pauses_past_our_codes_is_recorded_and_told_and_not_undone() -> None:
    scene = floor()
    for _ in range(2):
        takes(scene, 5)
    scene.pause("A1", "break")
    found = scene.latest(BreakBegan)
    assert (found.asked, found.rule) == (False, "breaks_times")
    assert told(scene, "breaks_times") == [("3001",)]
    assert scene.world.breaks.on


def test_who_was_let_and_waited_over_a_minute_has_not_asked() -> None:
    scene = floor()
    scene.ask_pause("A1", "break")
    scene.run(61)
    scene.pause("A1", "break")
    assert not scene.latest(BreakBegan).asked


# --- whose it is ---


def test_a_pause_at_a_seat_with_two_people_is_nobodys_and_noted() -> None:
    scene = floor("15:55")
    scene.sign("arrive", "2005", "A1")
    scene.pause("A1", "break")
    assert not scene.of(BreakBegan)
    assert scene.latest(BreakAmbiguous).people == ("2000", "2005")


def test_a_pause_of_an_empty_seat_is_nobodys() -> None:
    scene = floor()
    scene.pause("A5", "break")
    assert not scene.of(BreakBegan)
    assert not scene.of(BreakAmbiguous)


# --- a pause that is an absence ---


@pytest.mark.parametrize(
    ("at", "kinds"), [("10:00", ["signed_out"]), ("15:39", ["signed_out"]), ("15:41", []), ("16:10", [])]
)
def test_signing_out_during_a_break_in_the_midst_of_the_shift_is_proposed_as_absence(
    at: str, kinds: list[str]
) -> None:
    """In the last ten minutes whoever is relieved may go."""
    scene = floor(at)
    scene.pause("A1", "training")
    scene.run(600)
    scene.sign("leave", "2000", "A1")
    assert [one.kind for one in scene.of(PauseIsAbsence)] == kinds
    assert told(scene, "breaks_absence_signed_out") == [("3001",)] * len(kinds)
    assert round(ended(scene).seconds) == 600


def test_whoever_goes_home_ill_is_no_absence() -> None:
    scene = floor()
    scene.pause("A1", "illness")
    scene.run(90 * 60)
    scene.sign("leave", "2000", "A1")
    assert not scene.of(PauseIsAbsence)


def test_moving_to_another_seat_is_no_absence() -> None:
    scene = floor()
    scene.pause("A1", "break")
    scene.run(60)
    scene.sign("arrive", "2000", "A4")
    assert not scene.of(PauseIsAbsence)
    assert round(ended(scene).seconds) == 60


@pytest.mark.parametrize(("reason", "count"), [("break", 1), ("equipment", 0), ("illness", 0)])
def test_a_phone_that_goes_during_a_rest_is_proposed_as_absence_once(reason: str, count: int) -> None:
    scene = floor()
    scene.pause("A1", reason)
    phone = {"Queue": "support", "Interface": "PJSIP/1", "MemberName": "PJSIP/1"}
    scene.ami("QueueMemberStatus", **phone, Paused="1", PausedReason=reason, Status="5")
    scene.run(300)
    assert len([one for one in scene.of(PauseIsAbsence) if one.kind == "unavailable"]) == count


@pytest.mark.parametrize(("minutes", "count"), [(59, 0), (61, 1)])
def test_a_pause_without_a_reason_is_an_absence_after_an_hour(minutes: int, count: int) -> None:
    scene = floor()
    scene.pause("A1", "")
    scene.run(minutes * 60)
    assert len(scene.of(PauseIsAbsence)) == count


def test_signing_out_and_in_again_does_not_hide_a_pause() -> None:
    scene = floor()
    scene.pause("A1", "break")
    scene.run(600)
    scene.sign("leave", "2000", "A1")
    scene.run(60)
    scene.sign("arrive", "2000", "A1")
    scene.run(600)
    scene.unpause("A1")
    assert [round(one.seconds) for one in scene.of(BreakEnded)] == [600, 600]


def test_signing_out_and_in_in_one_moment_begins_no_break_twice() -> None:
    scene = floor()
    scene.pause("A1", "break")
    scene.sign("leave", "2000", "A1")
    scene.sign("arrive", "2000", "A1")
    assert len(scene.of(BreakBegan)) == 1


# --- out of sight ---


@pytest.mark.parametrize(
    ("before", "blind", "after", "level"),
    [
        (5, 5, 4, "ok"),  # 14 minutes, whatever happened
        (5, 20, 5, "unknown"),  # may have been two breaks
        (16, 60, 0, "late"),  # it was late already
        (0, 60, 16, "late"),  # it is late by what is seen
        (14, 2, 14, "unknown"),
    ],
)
def test_what_was_out_of_sight_counts_against_nobody(
    before: float, blind: float, after: float, level: str
) -> None:
    scene = floor()
    scene.pause("A1", "break")
    scene.run(before * 60)
    scene.lose()
    scene.run(blind * 60)
    scene.back(("A1", "break"))
    scene.run(after * 60)
    scene.unpause("A1")
    found = ended(scene)
    assert found.level == level
    assert found.seconds == pytest.approx((before + after) * 60, abs=0.01)
    assert len(scene.of(BreakBegan)) == 1


def test_nobody_is_told_of_a_break_that_is_out_of_sight() -> None:
    scene = floor()
    scene.pause("A1", "break")
    scene.run(600)
    scene.lose()
    scene.run(7200)
    assert not scene.of(BreakOver)
    scene.back(("A1", "break"))
    scene.run(899)
    assert not scene.of(BreakOver)
    scene.run(2)
    assert [one.stage for one in scene.of(BreakOver)] == ["over"]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_break_that_was_over_when_we_looked_again_is_ended_with_what_was_seen(restarts: bool) -> None:
    scene = floor()
    scene.pause("A1", "break")
    scene.run(600)
    if restarts:
        agent = scene.world.pbxs["main"].agents["PJSIP/1"]
        agent.pause = None  # it comes back meanwhile: the next snapshot shows it so
        scene.restart(3600)
    else:
        scene.lose()
        scene.run(3600)
        scene.back()
    scene.run(61)
    found = ended(scene)
    assert (found.level, round(found.seconds)) == ("unknown", 600)
    assert not scene.world.breaks.on


def test_a_restart_changes_nothing_of_a_break_that_goes_on() -> None:
    scene = floor()
    scene.ask_pause("A1", "break")
    scene.pause("A1", "break")
    scene.run(600)
    scene.restart()
    assert scene.latest(BreakUnseen).person == "2000"
    scene.run(901)
    assert [one.stage for one in scene.of(BreakOver)] == ["over"]
    scene.unpause("A1")
    assert len(scene.of(BreakBegan)) == 1
    assert scene.ask_pause("A1", "break").accepted
    scene.pause("A1", "break")
    scene.unpause("A1")
    assert scene.ask_pause("A1", "break").rule == "breaks_times"


# --- leads ---


def test_what_is_extended_is_over_later_and_told_anew() -> None:
    scene = floor()
    scene.pause("A1", "break")
    scene.run(901)
    answer = scene.act("breaks", "extend", "2000", "3001", minutes="10", why="the caller of before")
    assert (answer.accepted, answer.values["time"]) == (True, "10:25")
    scene.run(10 * 60)
    scene.unpause("A1")
    assert [(one.stage, one.allowed_s) for one in scene.of(BreakOver)] == [("over", 900), ("over", 1500)]
    assert (ended(scene).level, ended(scene).allowed_s) == ("ok", 1500)


def test_a_waived_overstay_keeps_its_original_and_is_marked_once() -> None:
    scene = floor()
    original = away(scene, 40 * 60)
    assert scene.act("breaks", "waive", "2000", "3001", why="first aid").rule == "breaks_waived"
    found = scene.latest(BreakWaived)
    assert (found.of, found.level, found.actor) == (original.of, "violation", "3001")
    assert ended(scene) == original
    assert scene.act("breaks", "waive", "2000", "3001", why="again").rule == "breaks_nothing_over"


def test_no_lead_waives_their_own() -> None:
    scene = floor()
    away(scene, 40 * 60, seat="L9")
    assert scene.act("breaks", "waive", "3001", "3001", why="mine").rule == "breaks_not_yours"
    assert scene.act("breaks", "waive", "3001", "3002", why="theirs").accepted


# --- the board ---


def test_the_board_tells_who_is_paused_for_what_and_what_is_left() -> None:
    scene = floor()
    takes(scene, 5)
    scene.ask_pause("A1", "break")
    scene.pause("A1", "break")
    scene.act("breaks", "grant", "2001", "3001", reason="break", why="w")
    scene.run(600)
    told_: dict[str, Any] = board(scene.world, scene.at)
    (row,) = told_["on"]
    assert (row["person"], row["reason"], row["times"], row["times_allowed"]) == ("2000", "break", 2, 2)
    assert (round(row["left_s"]), round(row["used_s"]), row["sure"]) == (300, 900, True)
    assert [one["person"] for one in told_["grants"]] == ["2001"]


def test_what_is_old_is_forgotten() -> None:
    scene = floor()
    away(scene, 60)
    scene.act("breaks", "grant", "2001", "3001", reason="break", why="w")
    scene.run(to=local("2026-03-06 10:00"))
    assert scene.world.breaks.known(scene.latest(BreakBegan).key)
    scene.run(to=local("2026-03-06 10:03"))
    assert not scene.world.breaks.known(scene.latest(BreakBegan).key)
    assert not scene.world.breaks.grants
    assert scene.at > local(f"{DAY} 10:00")
