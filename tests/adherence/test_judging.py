"""A shift set against what was done in it: on time, early, late, just inside and just outside."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ccd.events import Doing, Stay
from ccd.events.adherence import Grant
from ccd.shifts.away import Away
from tests.adherence.made import (
    OTHER,
    at,
    blind,
    doing,
    duty_of,
    judged,
    paused,
    stay,
    sums,
)

SHIFT = 480 * 60
WHOLE = stay("07:50", "16:00")


def test_who_is_there_and_takes_calls_all_along_is_in_adherence() -> None:
    result = judged(stay("08:00", "16:00"))
    assert sums(result) == (SHIFT, 0, 0, 0, 0)
    assert (result.adherence, result.conformance) == (1.0, 1.0)
    (only,) = result.timeline
    assert (only.scheduled, only.actual, only.state, only.impact) == ("queue", "working", "in", "neutral")


def test_who_never_came_is_out_all_along() -> None:
    result = judged()
    assert sums(result) == (0, SHIFT, 0, 0, 0)
    assert (result.adherence, result.conformance) == (0.0, 0.0)
    assert [(one.actual, one.impact) for one in result.timeline] == [("absent", "negative")]


@pytest.mark.parametrize(("late", "out"), [(59, 0), (60, 60), (61, 61)])
def test_coming_late_is_forgiven_below_the_threshold(late: int, out: int) -> None:
    result = judged(stay(f"08:0{late // 60}:{late % 60:02}", "16:00"))
    assert sums(result) == (SHIFT - out, out, 0, 0, 0)


@pytest.mark.parametrize(("early", "out"), [("15:59:01", 0), ("15:59:00", 60), ("15:58:59", 61)])
def test_going_early_is_forgiven_below_the_threshold(early: str, out: int) -> None:
    assert judged(stay("08:00", early)).out_s == out


@pytest.mark.parametrize("threshold", [0, 1, 30, 300, 7200])
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_threshold_is_that_of_the_settings(threshold: int, over: int) -> None:
    gone = max(threshold + over, 0)
    back = at("12:00") + timedelta(seconds=gone)
    result = judged(
        stay("08:00", "12:00"),
        Stay("2001", "main", "A1", back, at("16:00")),
        settings={"threshold_s": threshold},
    )
    assert result.out_s == (0 if gone < threshold else gone)


@pytest.mark.parametrize(
    ("state", "reason", "forgiven"),
    [
        ("unavailable", "", True),
        ("logged_off", "", False),
        ("paused", "secret", True),
        ("paused", "other", False),
    ],
)
def test_an_activity_may_have_a_tolerance_of_its_own(state: str, reason: str, forgiven: bool) -> None:
    settings = {
        "tolerance_s": {"unavailable": 200, "secret": 200},
        "activities": {"secret": "out", "other": "out"},
    }
    result = judged(WHOLE, doing(state, "10:00", "10:03", reason), settings=settings)
    assert result.out_s == (0 if forgiven else 180)


def test_a_deviation_lasts_through_a_change_of_what_is_done_and_the_least_tolerance_of_it_holds() -> None:
    settings = {"tolerance_s": {"unavailable": 300}}
    gone = stay("08:00", "10:00:40"), stay("10:01:20", "16:00")
    assert judged(*gone, settings=settings).out_s == 0
    assert judged(*gone, doing("unavailable", "10:00", "10:00:40"), settings=settings).out_s == 80


def test_what_is_forgiven_counts_as_adherent_but_not_as_worked() -> None:
    result = judged(stay("08:00:59", "16:00"))
    assert (result.adherent_s, result.worked_s) == (SHIFT, SHIFT - 59)
    assert [one.forgiven for one in result.timeline] == [True, False]


# --- meals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "end", "out"),
    [
        ("11:30", "12:00", 0),
        ("11:45", "12:15", 0),
        ("12:00", "12:30", 0),
        ("11:30", "12:00:59", 0),
        ("11:30", "12:01", 60),
        ("11:30", "12:20", 20 * 60),
        ("11:29:01", "11:50", 0),
        ("11:29", "11:50", 60),
        ("12:10", "12:30:59", 0),
        ("12:10", "12:31", 60),
        ("10:00", "10:30", 30 * 60),
    ],
)
def test_a_meal_is_scheduled_within_its_window_and_allowance(begin: str, end: str, out: int) -> None:
    result = judged(WHOLE, paused(begin, end, "meal"))
    assert result.out_s == out
    assert result.adherent_s == SHIFT - out


def test_two_meals_in_a_window_share_the_allowance() -> None:
    result = judged(WHOLE, paused("11:30", "11:50", "meal"), paused("12:00", "12:20", "meal"))
    assert result.out_s == 10 * 60


def test_each_window_has_an_allowance_of_its_own() -> None:
    result = judged(
        stay("08:00", "20:00"),
        paused("11:30", "12:00", "meal"),
        paused("17:30", "18:00", "meal"),
        duty=duty_of(minutes=720),
    )
    assert result.out_s == 0


@pytest.mark.parametrize(("team", "out"), [("A", 0), ("B", 30 * 60)])
def test_a_window_of_some_teams_is_no_window_of_others(team: str, out: int) -> None:
    meals = {"windows": {"lunch": {"teams": ["A"]}}}
    meal = paused("11:30", "12:00", "meal")
    assert judged(WHOLE, meal, team=team, settings={"meals": meals}).out_s == out


def test_a_meal_that_a_call_moved_past_the_window_is_judged_as_meals_found_it() -> None:
    pause = paused("12:25", "12:55", "meal")
    moved = Grant("", at("12:25"), at("12:55"), at("12:55"))
    assert judged(WHOLE, pause).out_s == 25 * 60
    assert judged(WHOLE, pause, grants=(moved,)).out_s == 0


def test_a_meal_that_meals_found_too_long_is_out_from_then_on() -> None:
    over = Grant("", at("11:30"), at("11:50"), at("12:10"))
    assert judged(WHOLE, paused("11:30", "12:10", "meal"), grants=(over,)).out_s == 20 * 60


# --- breaks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pauses", "out"),
    [
        ([("10:00", "10:15")], 0),
        ([("10:00", "10:15:59")], 0),
        ([("10:00", "10:16")], 60),
        ([("10:00", "10:15"), ("14:00", "14:15")], 0),
        ([("10:00", "10:15"), ("14:00", "14:16")], 60),
        ([("10:00", "10:10"), ("13:00", "13:10"), ("14:00", "14:10")], 0),
        ([("10:00", "10:10"), ("13:00", "13:10"), ("14:00", "14:12")], 2 * 60),
    ],
)
def test_a_break_has_its_allowance_each_and_together(pauses: list[tuple[str, str]], out: int) -> None:
    assert judged(WHOLE, *[paused(*one) for one in pauses]).out_s == out


@pytest.mark.parametrize("reason", ["training", "meeting", "coaching", "paperwork"])
def test_work_of_another_kind_is_scheduled_work(reason: str) -> None:
    result = judged(WHOLE, paused("09:00", "11:00", reason))
    assert (result.out_s, result.worked_s) == (0, SHIFT + 600)
    assert {one.scheduled for one in result.timeline} == {"queue", ""}


def test_a_break_without_an_allowance_has_that_of_the_settings() -> None:
    assert judged(WHOLE, paused("10:00", "10:20", "illness")).out_s == 5 * 60
    assert judged(WHOLE, paused("10:00", "10:20", "illness"), settings={"break_minutes": 20}).out_s == 0
    assert judged(WHOLE, paused("10:00", "10:20", "")).out_s == 5 * 60


@pytest.mark.parametrize(("as_", "out"), [("work", 0), ("break", 15 * 60), ("meal", 30 * 60), ("out", 1800)])
def test_the_settings_may_say_what_a_pause_counts_as(as_: str, out: int) -> None:
    pause = paused("10:00", "10:30", "prayer")
    assert judged(WHOLE, pause, settings={"activities": {"prayer": as_}}).out_s == out


# --- the phone, the seat, other people --------------------------------------------------------------------


@pytest.mark.parametrize("state", ["unavailable", "logged_off"])
def test_a_phone_that_takes_no_calls_is_out(state: str) -> None:
    result = judged(WHOLE, doing(state, "10:00", "10:20"))
    assert result.out_s == 20 * 60


def test_another_seat_than_the_planned_one_is_good_and_its_phone_counts() -> None:
    there = stay("08:00", "16:00", seat="A2")
    assert judged(there, paused("10:00", "11:00")).out_s == 0
    assert judged(there, doing("paused", "10:00", "11:00", "break", "PJSIP/2")).out_s == 45 * 60


def test_a_pause_of_a_phone_with_two_people_at_it_is_nobodys() -> None:
    relief = stay("15:50", "16:30", person=OTHER)
    result = judged(stay("08:00", "16:00"), relief, paused("15:40", "16:00", "secret"))
    assert (result.out_s, result.unknown_s) == (0, 600)
    assert judged(stay("08:00", "16:00"), paused("15:40", "16:00", "secret")).out_s == 300


def test_two_people_at_a_seat_that_takes_calls_both_work() -> None:
    result = judged(stay("08:00", "16:00"), stay("15:50", "16:30", person=OTHER))
    assert sums(result) == (SHIFT, 0, 0, 0, 0)


# --- blind, ignored, unscheduled --------------------------------------------------------------------------


@pytest.mark.parametrize("there", [(), (stay("08:00", "16:00"),)])
def test_what_nobody_could_see_is_unknown_and_against_nobody(there: tuple[Stay, ...]) -> None:
    result = judged(*there, blind("09:00", "10:00"))
    assert result.unknown_s == 3600
    assert result.adherence == (1.0 if there else 0.0)


def test_only_the_pbx_of_the_seat_matters() -> None:
    assert judged(stay("08:00", "16:00"), blind("09:00", "10:00", "west")).unknown_s == 0
    assert judged(blind("09:00", "10:00", "west")).unknown_s == 0


def test_all_of_a_shift_unknown_leaves_nothing_to_judge() -> None:
    result = judged(blind("00:00", None))
    assert (result.adherence, result.conformance) == (None, None)
    assert result.unknown_s == SHIFT


@pytest.mark.parametrize("kind", ["leave", "trip", "outage", "exception"])
def test_leave_trips_and_outages_are_ignored(kind: str) -> None:
    result = judged(stay("08:00", "12:00"), away=(Away(at("12:00"), at("18:00"), kind),))
    assert sums(result) == (4 * 3600, 0, 4 * 3600, 0, 0)
    assert result.adherence == 1.0
    assert result.timeline[-1][2:7] == (kind, "absent", "", "ignored", "neutral")


def test_an_exception_is_ignored_and_a_deviation_around_it_is_two() -> None:
    excepted = (Away(at("10:00:50"), at("10:20"), "exception", "X-1"),)
    result = judged(WHOLE, doing("unavailable", "10:00", "10:20:50"), exceptions=excepted)
    assert (result.out_s, result.ignored_s) == (0, 19 * 60 + 10)


def test_working_while_it_is_ignored_is_positive_and_counts_as_worked() -> None:
    result = judged(stay("08:00", "16:00"), away=(Away(at("12:00"), at("16:00"), "leave"),))
    assert result.timeline[-1].impact == "positive"
    assert result.conformance == 2.0


def test_staying_longer_mends_conformance_but_not_adherence() -> None:
    result = judged(stay("08:30", "16:30"))
    assert (result.out_s, result.unscheduled_s) == (1800, 1800)
    assert result.conformance == 1.0
    assert result.adherence == pytest.approx(15 / 16)
    assert result.timeline[-1].state == "unscheduled"
    assert result.timeline[-1].impact == "positive"


def test_a_pause_outside_the_shift_is_not_worked_and_nothing_else() -> None:
    assert judged(stay("08:00", "17:00"), paused("16:00", "17:00")).unscheduled_s == 0


# --- two shifts a day, midnight, summer time --------------------------------------------------------------


def test_time_between_two_shifts_is_told_once_and_their_own_never_as_unscheduled() -> None:
    first, second = duty_of("08:00", 120, name="one"), duty_of("11:00", 120, name="two")
    there = stay("07:00", "14:00")
    one = judged(there, duty=first, duties=(second,))
    two = judged(there, duty=second, duties=(first,))
    assert (one.scheduled_s, two.scheduled_s) == (7200, 7200)
    assert (one.unscheduled_s, two.unscheduled_s) == (3600 + 3600, 3600)


def test_two_shifts_without_a_gap_have_nothing_between_them() -> None:
    first, second = duty_of("08:00", 120, name="one"), duty_of("10:00", 120, name="two")
    there = stay("08:00", "12:00")
    assert judged(there, duty=first, duties=(second,)).unscheduled_s == 0
    assert judged(there, duty=second, duties=(first,)).unscheduled_s == 0


@pytest.mark.parametrize("day", [date(2026, 3, 31), date(2028, 2, 29), date(2026, 12, 31)])
def test_a_night_across_midnight_and_the_months_end_is_one_shift(day: date) -> None:
    night = duty_of("22:00", 600, day=day, name="night")
    there = Stay("2001", "main", "A1", night.starts, night.ends)
    assert sums(judged(there, duty=night)) == (36_000, 0, 0, 0, 0)


def test_the_night_meal_is_found_after_midnight() -> None:
    night = duty_of("22:00", 600, name="night")
    meals = {"windows": {"night": {"start": "02:00", "minutes": 60}}}
    there = Stay("2001", "main", "A1", night.starts, night.ends)
    right, wrong = paused("+02:00", "+02:30", "meal"), paused("+03:30", "+04:00", "meal")
    assert judged(there, right, duty=night, settings={"meals": meals}).out_s == 0
    assert judged(there, wrong, duty=night, settings={"meals": meals}).out_s == 1800


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 28), 9),
        ("Europe/Berlin", date(2026, 10, 24), 11),
        ("America/New_York", date(2026, 3, 7), 9),
        ("America/New_York", date(2026, 10, 31), 11),
    ],
)
def test_a_night_in_which_the_clock_is_changed_has_its_real_hours(zone: str, day: date, hours: int) -> None:
    night = duty_of("22:00", 600, day=day, zone=zone, name="night")
    there = Stay("2001", "main", "A1", night.starts, night.ends - timedelta(minutes=30))
    result = judged(there, duty=night, zone=zone)
    assert result.scheduled_s == hours * 3600
    assert sums(result) == (hours * 3600 - 1800, 1800, 0, 0, 0)


def test_a_meal_window_on_such_a_night_is_by_the_clock_on_the_wall() -> None:
    zone, day = "Europe/Berlin", date(2026, 10, 24)
    night = duty_of("22:00", 600, day=day, zone=zone, name="night")
    meals: dict[str, Any] = {"windows": {"night": {"start": "05:00", "minutes": 60}}}
    begin = at("+05:00", day, zone)
    pause = Doing("main", "PJSIP/1", "paused", begin, begin + timedelta(minutes=30), "meal")
    there = Stay("2001", "main", "A1", night.starts, night.ends)
    assert judged(there, pause, duty=night, zone=zone, settings={"meals": meals}).out_s == 0


def test_what_still_lasted_when_it_was_read_lasts_until_then() -> None:
    result = judged(stay("08:00", None), paused("15:00", None, "break"), read=at("16:00"))
    assert (result.out_s, result.unscheduled_s) == (45 * 60, 0)
