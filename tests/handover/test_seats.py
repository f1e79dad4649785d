"""Which shift follows which at a seat: just within the limit and just beyond it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ccd import events as e
from ccd.config import Settings
from ccd.handover.seats import SeatPlan
from ccd.shifts.plan import encode_day
from ccd.world import World

ZONE = "Asia/Shanghai"
DAY = date(2026, 3, 2)
PEOPLE = tuple(
    e.Person(code, code, "agent", "A", seat, f"PJSIP/{seat}", pbx)
    for code, seat, pbx in (("1", "A1", ""), ("2", "A1", ""), ("3", "A1", ""), ("4", "N1", "north"))
)


def plan(
    kinds: dict[str, tuple[str, int]],
    cells: dict[str, list[Any]],
    *,
    zone: str = ZONE,
    day: date = DAY,
    **more: Any,
) -> SeatPlan:
    """``kinds``: name -> start and minutes; ``cells``: person -> (shift, seat, pbx, days later)."""
    settings = Settings.model_validate(
        {
            "daemon": {"timezone": zone},
            "pbx": {"main": {"secret": "x"}, "north": {"secret": "x"}},
            "shifts": {"kinds": {name: {"start": at, "minutes": m} for name, (at, m) in kinds.items()}},
            "policies": {"handover": more},
        }
    )
    now = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))
    world = World(settings, now)
    world.apply(e.RosterReplaced(now, "1", PEOPLE, ""))
    for person, each in cells.items():
        for shift, seat, pbx, later in each:
            on = day + timedelta(days=later)
            change = e.PlanDay(on, encode_day({person: [(shift, seat, pbx, "")]}))
            world.apply(e.PlanChanged(now, f"{person}{on}", "", (change,)))
    return SeatPlan(world, now)


def sides(found: SeatPlan, place: tuple[str, str] = ("main", "A1")) -> list[tuple[str, str]]:
    """(outgoing, incoming) of each boundary in its order."""
    return [
        tuple(duty.assignment.person if duty else "" for duty in (one.outgoing, one.incoming))  # type: ignore[misc]
        for one in found.of_seat(place)
    ]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("16:00", [("", "1"), ("1", "2"), ("2", "")]),
        ("16:30", [("", "1"), ("1", "2"), ("2", "")]),
        ("16:31", [("", "1"), ("1", ""), ("", "2"), ("2", "")]),
        ("15:30", [("", "1"), ("1", "2"), ("2", "")]),  # they overlap
    ],
)
def test_who_begins_within_the_limit_follows(second: str, expected: list[tuple[str, str]]) -> None:
    kinds = {"first": ("08:00", 480), "second": (second, 240)}
    found = plan(kinds, {"1": [("first", "A1", "", 0)], "2": [("second", "A1", "", 0)]})
    assert sides(found) == expected


def test_the_limit_is_a_setting() -> None:
    kinds = {"first": ("08:00", 480), "second": ("17:00", 240)}
    cells = {"1": [("first", "A1", "", 0)], "2": [("second", "A1", "", 0)]}
    assert sides(plan(kinds, cells, follows_within_minutes=60)) == [("", "1"), ("1", "2"), ("2", "")]


def test_a_night_is_followed_by_the_next_day() -> None:
    kinds = {"night": ("22:00", 600), "day": ("08:00", 480)}
    found = plan(kinds, {"1": [("night", "A1", "", 0)], "2": [("day", "A1", "", 1)]})
    assert sides(found) == [("", "1"), ("1", "2"), ("2", "")]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", date(2026, 3, 28)),
        ("Europe/Berlin", date(2026, 10, 24)),
        ("America/New_York", date(2026, 3, 7)),
        ("America/New_York", date(2026, 10, 31)),
        ("Australia/Lord_Howe", date(2026, 4, 4)),
        ("Asia/Shanghai", date(2028, 2, 28)),
        ("Asia/Shanghai", date(2026, 12, 31)),
    ],
)
def test_no_change_of_the_clock_makes_a_gap(zone: str, day: date) -> None:
    kinds = {"night": ("22:00", 600), "day": ("08:00", 480)}
    cells: dict[str, list[Any]] = {"1": [("night", "A1", "", 0)], "2": [("day", "A1", "", 1)]}
    found = plan(kinds, cells, zone=zone, day=day, follows_within_minutes=0)
    assert sides(found) == [("", "1"), ("1", "2"), ("2", "")]
    boundary = found.of_seat(("main", "A1"))[1]
    local = boundary.at.astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute, local.date()) == (8, 0, day + timedelta(days=1))


def test_a_seat_without_a_named_pbx_is_where_the_roster_has_it() -> None:
    kinds = {"first": ("08:00", 480)}
    found = plan(kinds, {"4": [("first", "N1", "", 0)], "1": [("first", "A1", "north", 0)]})
    assert sides(found, ("north", "N1")) == [("", "4"), ("4", "")]
    assert sides(found, ("north", "A1")) == [("", "1"), ("1", "")]
    assert sides(found) == []


def test_who_is_planned_without_a_seat_hands_nothing_over() -> None:
    assert list(plan({"first": ("08:00", 480)}, {"1": [("first", "", "", 0)]}).duties) == []


def test_one_shift_at_one_seat_is_one_boundary_whoever_is_planned_twice() -> None:
    kinds = {"first": ("08:00", 480)}
    found = plan(kinds, {"1": [("first", "A1", "", 0)], "2": [("first", "A1", "", 0)]})
    assert sides(found) == [("", "1"), ("1", "")]
