"""Leave is asked for: each rule just inside and just outside, and what is wrong input."""

from __future__ import annotations

import pytest

from ccd.effects import AnswerAsked
from ccd.events import ShiftFact
from ccd.events import leave as facts
from tests.handlers.leave_scene import LeaveScene, local

REFUSE = {"ahead": "refuse"}


@pytest.mark.parametrize(
    ("at", "day", "rule"),
    [
        ("2026-03-02 23:59:59", "2026-03-05", ""),
        ("2026-03-03 00:00:00", "2026-03-05", "leave_ahead"),
        ("2026-03-29 12:00", "2026-04-01", ""),  # a month's end
        ("2026-03-30 12:00", "2026-04-01", "leave_ahead"),
        ("2026-12-29 12:00", "2026-12-31", "leave_ahead"),
        ("2026-12-31 12:00", "2027-01-03", ""),
        ("2028-02-27 12:00", "2028-03-01", ""),  # over a leap day
        ("2028-02-28 12:00", "2028-03-01", "leave_ahead"),
        ("2027-02-27 12:00", "2027-03-01", "leave_ahead"),  # no leap day
    ],
)
def test_leave_is_asked_for_three_days_ahead(at: str, day: str, rule: str) -> None:
    scene = LeaveScene(at, f"2000 {day} early", leave=REFUSE)
    assert _rule(scene.ask("2000", day)) == rule


def test_less_than_three_days_is_only_noted_by_default_even_where_rules_are_enforced() -> None:
    scene = LeaveScene("2026-03-02 12:00", "2000 2026-03-04 early")
    scene.asked("2000", "2026-03-04")
    assert [one.rule for one in scene.latest(facts.LeaveAsked).warned] == ["leave_ahead"]


@pytest.mark.parametrize(
    ("at", "special", "rule"),
    [
        ("2026-03-02 23:59:59", "", ""),
        ("2026-03-03 00:00:00", "", "leave_day_before"),
        ("2026-03-03 05:59:59", "yes", ""),
        ("2026-03-03 06:00:00", "yes", ""),
        ("2026-03-03 06:00:01", "yes", "leave_two_hours"),
    ],
)
def test_personal_leave_is_asked_for_the_day_before_special_cases_two_hours(
    at: str, special: str, rule: str
) -> None:
    scene = LeaveScene(at, "2000 2026-03-03 early")
    assert _rule(scene.ask("2000", "2026-03-03", special=special)) == rule


@pytest.mark.parametrize(
    ("zone", "starts", "rule"),
    [
        # The clock leaps from 2 to 3: 03:30 is one real hour after 01:30, and 04:30 two.
        ("America/New_York", "03:30", "leave_two_hours"),
        ("America/New_York", "04:30", ""),
    ],
)
def test_two_hours_are_real_ones_where_the_clock_is_put_forward(zone: str, starts: str, rule: str) -> None:
    kinds = {"dawn": {"start": starts, "minutes": 240, "night": False}}
    scene = LeaveScene("2026-03-08 01:30", "2000 2026-03-08 dawn", zone=zone, kinds=kinds)
    assert _rule(scene.ask("2000", "2026-03-08", special="yes")) == rule


def test_two_hours_are_real_ones_where_the_clock_is_put_back() -> None:
    kinds = {"dawn": {"start": "03:30", "minutes": 240, "night": False}}
    scene = LeaveScene("2026-10-25 02:00", "2000 2026-10-25 dawn", zone="Europe/Berlin", kinds=kinds)
    scene.asked("2000", "2026-10-25", special="yes")


@pytest.mark.parametrize(
    ("at", "shift", "day", "special", "rule"),
    [
        ("2026-03-02 11:00", "eve", "2026-03-05", "", "leave_night"),
        ("2026-03-02 11:00", "late", "2026-03-05", "", ""),
        ("2026-03-05 11:59:59", "eve", "2026-03-05", "yes", ""),
        ("2026-03-05 12:00:00", "eve", "2026-03-05", "yes", "leave_night_noon"),
        ("2026-03-04 11:59:59", "night", "2026-03-05", "yes", ""),  # it begins at midnight: the noon before
        ("2026-03-04 12:00:00", "night", "2026-03-05", "yes", "leave_night_noon"),
    ],
)
def test_no_leave_from_a_night_shift_but_in_special_cases_asked_before_noon(
    at: str, shift: str, day: str, special: str, rule: str
) -> None:
    scene = LeaveScene(at, f"2000 {day} {shift}")
    assert _rule(scene.ask("2000", day, special=special)) == rule


@pytest.mark.parametrize(
    ("day", "shift", "special", "rule"),
    [
        ("2026-05-01", "early", "", "leave_holiday"),
        ("2026-05-01", "early", "yes", ""),
        ("2026-04-30", "early", "", ""),
        ("2026-05-09", "early", "", ""),  # a Saturday that is worked to make up for it
        ("2026-04-30", "eve", "yes", ""),  # it runs into the holiday, and is of the day before
        ("2026-05-05", "eve", "yes", ""),
    ],
)
def test_no_leave_on_a_public_holiday_but_in_the_most_special_cases(
    day: str, shift: str, special: str, rule: str
) -> None:
    scene = LeaveScene("2026-04-20 09:00", f"2000 {day} {shift}")
    assert _rule(scene.ask("2000", day, special=special)) == rule


@pytest.mark.parametrize(
    ("before", "since", "to", "rule"),
    [
        (("2026-03-10", "2026-03-11"), "2026-03-20", "", "leave_month_days"),
        (("2026-03-10",), "2026-03-20", "", ""),
        (("2026-03-10",), "2026-03-30", "2026-03-31", "leave_month_days"),
        (("2026-03-10",), "2026-03-31", "2026-04-02", ""),  # one in March, two in April
        (("2026-03-10",), "2026-03-31", "2026-04-03", "leave_month_days"),
        (("2026-03-10",), "2026-03-20T08:00", "2026-03-20T16:00", ""),
        (("2026-03-10", "2026-03-11T08:00..2026-03-11T12:00"), "2026-03-20T12:00", "2026-03-20T16:00", ""),
        (("2026-03-10", "2026-03-11T08:00..2026-03-11T12:00"), "2026-03-20T11:59", "2026-03-20T16:00",
         "leave_month_days"),
    ],
)  # fmt: skip
def test_at_most_two_days_of_leave_in_a_month(
    before: tuple[str, ...], since: str, to: str, rule: str
) -> None:
    days = [f"2026-03-{n:02}" for n in range(5, 32)] + [f"2026-04-{n:02}" for n in range(1, 5)]
    scene = LeaveScene("2026-03-02 09:00", *(f"2000 {day} early" for day in days))
    for one in before:
        scene.asked("2000", *one.split(".."))
    assert _rule(scene.ask("2000", since, to)) == rule


def test_the_months_days_are_held_over_the_years_end() -> None:
    days = ("2026-12-29", "2026-12-30", "2026-12-31", "2027-01-04")
    scene = LeaveScene("2026-12-20 09:00", *(f"2000 {day} early" for day in days))
    scene.asked("2000", "2026-12-29", "2026-12-30")
    assert _rule(scene.ask("2000", "2026-12-31")) == "leave_month_days"
    scene.asked("2000", "2027-01-04")


@pytest.mark.parametrize(
    ("kind", "by", "rule"),
    [("personal", "2001", "leave_by_other"), ("trip", "3001", "leave_by_other"), ("sick", "2001", "")],
)
def test_only_sick_leave_is_asked_for_through_another_person(kind: str, by: str, rule: str) -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early")
    assert _rule(scene.ask("2000", "2026-03-10", by=by, kind=kind)) == rule


@pytest.mark.parametrize(
    ("at", "called", "rule"),
    [
        ("2026-03-10 08:00:00", "", ""),
        ("2026-03-10 08:00:01", "", "leave_call_before"),
        ("2026-03-10 08:30", "08:00", ""),
        ("2026-03-10 08:30", "08:01", "leave_call_before"),
        ("2026-03-10 08:30", "08:31", "leave_called_later"),
    ],
)
def test_sudden_illness_is_told_by_a_call_before_the_shift(at: str, called: str, rule: str) -> None:
    scene = LeaveScene(at, "2000 2026-03-10 early")
    assert _rule(scene.ask("2000", "2026-03-10", by="3001", kind="sick", called=called)) == rule


def test_when_somebody_ill_has_called_is_told_by_a_lead_only() -> None:
    scene = LeaveScene("2026-03-10 08:30", "2000 2026-03-10 early", mode="notify")
    answer = scene.ask("2000", "2026-03-10", by="2001", kind="sick", called="07:30")
    assert _rule(answer) == "leave_called_by_lead"


WRONG = {
    "a day without a shift": ("2026-03-12", "", "leave_no_shift"),
    "a day that does not exist": ("2026-02-30", "", "leave_no_time"),
    "no time at all": ("soon", "", "leave_no_time"),
    "the end of time": ("9999-12-31", "", "leave_no_shift"),
    "a time without end": ("9999-12-31T23:59", "9999-12-31", "leave_no_shift"),
    "today, and it has begun": ("2026-03-02", "", "leave_past"),
    "from after to": ("2026-03-11", "2026-03-10", "leave_backwards"),
    "no time between": ("2026-03-10T09:00", "2026-03-10T09:00", "leave_backwards"),
    "longer than two months": ("2026-03-03", "2026-05-10", "leave_too_long"),
}


@pytest.mark.parametrize("mode", ["observe", "notify", "enforce"])
@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_wrong_input_is_refused_in_every_mode_and_leaves_nothing(
    case: tuple[str, str, str], mode: str
) -> None:
    since, to, rule = case
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-02 early", "2000 2026-03-10 early", mode=mode)
    assert _rule(scene.ask("2000", since, to)) == rule
    assert not scene.of(ShiftFact)
    assert not scene.world.leave.requests


def test_a_time_that_the_clock_leaps_over_is_refused() -> None:
    kinds = {"early": {"start": "00:00", "minutes": 480, "night": False}}
    scene = LeaveScene("2026-03-01 09:00", "2000 2026-03-29 early", zone="Europe/Berlin", kinds=kinds)
    assert _rule(scene.ask("2000", "2026-03-29T02:30", "2026-03-29T04:00")) == "leave_leapt"
    scene.asked("2000", "2026-03-29T03:00", "2026-03-29T04:00")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"kind": "fun"}, "leave_kind"),
        ({"shift": "nap"}, "leave_unknown_shift"),
        ({"shift": "late"}, "leave_not_on_shift"),
        ({"by": "9999"}, "leave_unknown_person"),
    ],
)
def test_what_is_not_known_is_refused_by_name(values: dict[str, str], rule: str) -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early", mode="notify")
    assert _rule(scene.ask("2000", "2026-03-10", **values)) == rule


def test_a_time_is_asked_for_once_only() -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early", "2000 2026-03-11 early", mode="notify")
    first = scene.asked("2000", "2026-03-10T08:00", "2026-03-10T12:00")
    scene.asked("2000", "2026-03-10T12:00", "2026-03-10T14:00")
    assert _rule(scene.ask("2000", "2026-03-10T11:59", "2026-03-10T12:00")) == "leave_overlap"
    scene.do("withdraw", first, "2000")
    scene.asked("2000", "2026-03-10T11:59", "2026-03-10T12:00")


def test_off_takes_no_request() -> None:
    scene = LeaveScene("2026-03-02 09:00", "2000 2026-03-10 early", mode="off")
    assert _rule(scene.ask("2000", "2026-03-10")) == "leave_off"


@pytest.mark.parametrize(("mode", "paged"), [("observe", False), ("notify", True)])
def test_a_broken_rule_is_noted_and_the_request_goes_on_unless_it_is_enforced(mode: str, paged: bool) -> None:
    scene = LeaveScene("2026-04-20 09:00", "2000 2026-05-01 early", mode=mode)
    name = scene.approved(scene.asked("2000", "2026-05-01"))
    fact = scene.latest(facts.LeaveAsked)
    assert ([one.rule for one in fact.warned], fact.enforced) == (["leave_holiday"], False)
    assert scene.world.leave.away("2000", local("2026-05-01 08:00"), local("2026-05-01 09:00"))
    assert bool(scene.pages("leave_waits")) is paged
    assert scene.request(name).granted


def test_a_refusal_by_rule_is_a_fact_and_takes_its_number() -> None:
    scene = LeaveScene("2026-04-20 09:00", "2000 2026-05-01 early", "2000 2026-05-08 early")
    answer = scene.ask("2000", "2026-05-01")
    fact = scene.latest(facts.LeaveRefused)
    assert (fact.request, fact.rule, answer.result["request"]) == (
        "L-20260420-1", "leave_holiday", "L-20260420-1",
    )  # fmt: skip
    assert scene.asked("2000", "2026-05-08") == "L-20260420-2"


def _rule(answer: AnswerAsked) -> str:
    """Of a refusal; "" where it was accepted."""
    return "" if answer.accepted else answer.rule
