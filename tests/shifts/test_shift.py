"""Shifts begin and end by the clock on the wall, whatever is done to the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.config_shifts import ShiftsSettings
from ccd.shifts.calendar import Calendar
from ccd.shifts.shift import Shift, Shifts
from tests.shifts.made import SHIFTS

NY, HOWE, SHANGHAI = "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"


def shift(zone: str, start: str, minutes: int) -> Shift:
    return Shift("x", time.fromisoformat(start), minutes, zone)


# zone, start, minutes -> starts, ends (UTC), real minutes
TIMES = {
    "an ordinary day": (SHANGHAI, "2026-03-02 08:00", 480, "2026-03-02 00:00", "2026-03-02 08:00", 480),
    "across midnight": (SHANGHAI, "2026-03-02 22:00", 600, "2026-03-02 14:00", "2026-03-03 00:00", 600),
    "the whole day": (SHANGHAI, "2026-03-02 00:00", 1440, "2026-03-01 16:00", "2026-03-02 16:00", 1440),
    "into the leap day": (SHANGHAI, "2028-02-28 22:00", 600, "2028-02-28 14:00", "2028-02-29 00:00", 600),
    "out of the leap day": (SHANGHAI, "2028-02-29 22:00", 600, "2028-02-29 14:00", "2028-03-01 00:00", 600),
    "no leap day": (SHANGHAI, "2026-02-28 22:00", 600, "2026-02-28 14:00", "2026-03-01 00:00", 600),
    "a month's end": (SHANGHAI, "2026-04-30 16:00", 480, "2026-04-30 08:00", "2026-04-30 16:00", 480),
    "a year's end": (SHANGHAI, "2026-12-31 22:00", 600, "2026-12-31 14:00", "2027-01-01 00:00", 600),
    "a night made shorter": (NY, "2026-03-07 23:00", 480, "2026-03-08 04:00", "2026-03-08 11:00", 420),
    "a day of 23 hours": (NY, "2026-03-08 00:00", 1440, "2026-03-08 05:00", "2026-03-09 04:00", 1380),
    "a night made longer": (NY, "2026-10-31 23:00", 480, "2026-11-01 03:00", "2026-11-01 12:00", 540),
    "a day of 25 hours": (NY, "2026-11-01 00:00", 1440, "2026-11-01 04:00", "2026-11-02 05:00", 1500),
    "a start that does not exist": (NY, "2026-03-08 02:30", 480, "2026-03-08 07:00", "2026-03-08 14:30", 450),
    "an end that does not exist": (NY, "2026-03-07 18:30", 480, "2026-03-07 23:30", "2026-03-08 07:00", 450),
    "a start that exists twice": (NY, "2026-11-01 01:30", 480, "2026-11-01 05:30", "2026-11-01 14:30", 540),
    "an end that exists twice": (NY, "2026-10-31 17:30", 480, "2026-10-31 21:30", "2026-11-01 05:30", 480),
    "half an hour shorter": (HOWE, "2026-10-03 22:00", 480, "2026-10-03 11:30", "2026-10-03 19:00", 450),
    "half an hour longer": (HOWE, "2026-04-04 22:00", 480, "2026-04-04 11:00", "2026-04-04 19:30", 510),
    "a start in the half hour": (HOWE, "2026-10-04 02:15", 60, "2026-10-03 15:30", "2026-10-03 16:15", 45),
}  # fmt: skip


@pytest.mark.parametrize("case", TIMES.values(), ids=TIMES)
def test_a_shift_begins_and_ends_by_the_clock_on_the_wall(case: tuple[str, str, int, str, str, int]) -> None:
    zone, start, minutes, starts, ends, real = case
    times = shift(zone, start[11:], minutes).occurrence(date.fromisoformat(start[:10]))
    assert times is not None
    assert times.starts == datetime.fromisoformat(starts).replace(tzinfo=UTC)
    assert times.ends == datetime.fromisoformat(ends).replace(tzinfo=UTC)
    assert times.minutes == real
    assert times.starts.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day", "start", "leapt"),
    [
        (NY, "2026-03-08", "01:59", False),
        (NY, "2026-03-08", "02:00", True),
        (NY, "2026-03-08", "02:59", True),
        (NY, "2026-03-08", "03:00", False),
        (NY, "2026-11-01", "01:30", False),
        (HOWE, "2026-10-04", "02:29", True),
        (HOWE, "2026-10-04", "02:30", False),
        (SHANGHAI, "2026-03-08", "02:30", False),
    ],
)
def test_a_start_that_the_clock_leaps_over_is_known(zone: str, day: str, start: str, leapt: bool) -> None:
    assert shift(zone, start, 60).leapt(date.fromisoformat(day)) is leapt


def test_a_shift_that_the_clock_leaps_over_does_not_exist() -> None:
    assert shift(NY, "02:10", 20).occurrence(date(2026, 3, 8)) is None
    assert shift("Pacific/Apia", "09:00", 480).occurrence(date(2011, 12, 30)) is None
    assert shift(NY, "02:10", 20).occurrence(date(2026, 3, 9)) is not None


@given(
    st.sampled_from([NY, HOWE, SHANGHAI, "Pacific/Apia", "Europe/London"]),
    st.dates(date(2000, 1, 1), date(2037, 1, 1)),
    st.lists(st.integers(0, 1439), min_size=2, max_size=6, unique=True),
)
def test_shifts_around_the_clock_join_without_gap_or_overlap(zone: str, day: date, cuts: list[int]) -> None:
    """Whatever the clock does: where one ends the next begins, and the day's minutes add up."""
    cuts.sort()
    turns = [(a, b - a) for a, b in pairwise([*cuts, cuts[0] + 1440])]
    day_in = [Shift("x", time(a // 60, a % 60), n, zone).occurrence(day) for a, n in turns]
    next_ = Shift("x", time(cuts[0] // 60, cuts[0] % 60), turns[0][1], zone).occurrence(
        day + timedelta(days=1)
    )
    known = [times for times in (*day_in, next_) if times is not None]
    for one, other in pairwise(known):
        assert one.ends == other.starts
    for times in known:
        assert times.starts < times.ends


@given(st.dates(date(1990, 1, 1), date(2037, 1, 1)), st.integers(0, 1439))
def test_a_time_that_exists_is_kept(day: date, minute: int) -> None:
    kind = Shift("x", time(minute // 60, minute % 60), 1440, NY)
    times = kind.occurrence(day)
    assert times is not None
    shown = times.starts.astimezone(ZoneInfo(NY))
    if not kind.leapt(day):
        assert (shown.date(), shown.hour * 60 + shown.minute) == (day, minute)


@pytest.mark.parametrize(
    ("day", "office", "weekly"),
    [
        ("2026-02-13", True, True),  # a Friday
        ("2026-02-14", True, False),  # a Saturday worked to make up
        ("2026-02-15", False, False),  # a Sunday
        ("2026-02-17", False, True),  # the Spring Festival, a Tuesday
        ("2026-02-28", True, False),  # a Saturday worked to make up, at a month's end
        ("2026-05-09", True, False),
        ("2026-05-16", False, False),  # any other Saturday
    ],
)
def test_a_shift_of_workdays_follows_the_calendar(day: str, office: bool, weekly: bool) -> None:
    calendar, asked = Calendar("CN"), date.fromisoformat(day)
    week = Shift("week", time(9), 480, SHANGHAI, weekdays=(1, 2, 3, 4, 5))
    assert SHIFTS.by_name["office"].runs(asked, calendar) is office
    assert week.runs(asked, calendar) is weekly


def test_shifts_are_found_by_name_and_label() -> None:
    settings = ShiftsSettings.model_validate(
        {
            "kinds": {
                "day": {"start": "08:00", "minutes": 480, "label": "早班"},
                "n": {"start": "23:00", "minutes": 60},
            }
        }
    )
    shifts = Shifts.of(settings, SHANGHAI)
    for typed, name in (("早班", "day"), (" DAY", "day"), ("N", "n"), ("夜班", None), ("", None)):
        found = shifts.called(typed)
        assert (found.name if found else None) == name
    assert shifts.by_name["n"].zone == SHANGHAI
    assert shifts.occurrence("gone", date(2026, 3, 2)) is None
