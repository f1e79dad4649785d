"""When meals may be taken, by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from ccd.config_meals import MealsSettings
from ccd.meals.windows import Window, next_window, open_windows, slot_of

SHANGHAI, BERLIN, NEW_YORK = "Asia/Shanghai", "Europe/Berlin", "America/New_York"


def wall(text: str, zone: str = SHANGHAI, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def settings(**windows: dict[str, object]) -> MealsSettings:
    return MealsSettings.model_validate({"windows": windows})


NIGHT = settings(night={"start": "23:30", "minutes": 60})


def names(given: MealsSettings, at: datetime, *, team: str = "A", zone: str = SHANGHAI) -> list[str]:
    return [one.name for one in open_windows(given, team, zone, at)]


@pytest.mark.parametrize(
    ("clock", "found"),
    [
        ("11:29:59.999999", []),
        ("11:30", ["lunch"]),
        ("12:29:59.999999", ["lunch"]),
        ("12:30", []),
        ("17:29:59", []),
        ("17:30", ["dinner"]),
        ("18:29:59", ["dinner"]),
        ("18:30", []),
    ],
)
def test_the_windows_of_the_manual(clock: str, found: list[str]) -> None:
    assert names(MealsSettings(), wall(f"2026-03-02 {clock}")) == found


@pytest.mark.parametrize(
    ("time", "found"),
    [
        ("2026-02-28 23:29:59", []),
        ("2026-02-28 23:30", ["night"]),
        ("2026-03-01 00:00", ["night"]),
        ("2026-03-01 00:29:59", ["night"]),
        ("2026-03-01 00:30", []),
        ("2028-02-29 00:10", ["night"]),
        ("2028-02-29 23:59", ["night"]),
        ("2027-01-01 00:29", ["night"]),
    ],
)
def test_a_night_meal_goes_on_across_midnight_and_the_months_end(time: str, found: list[str]) -> None:
    assert names(NIGHT, wall(time)) == found
    for one in open_windows(NIGHT, "A", SHANGHAI, wall(time)):
        assert one.day == one.opens.astimezone(ZoneInfo(SHANGHAI)).date()


@pytest.mark.parametrize(
    ("day", "zone", "start", "length", "minutes"),
    [
        ("2026-03-28", BERLIN, "23:30", 60, 60),
        ("2026-03-29", BERLIN, "01:30", 90, 30),  # 02:00 leaps to 03:00: ends at 03:00 on the wall
        ("2026-03-29", BERLIN, "01:30", 120, 60),
        ("2026-03-29", BERLIN, "02:15", 60, 15),  # begins with the leap, ends at 03:15
        ("2026-10-25", BERLIN, "01:30", 90, 150),  # 02:00 comes twice: 03:00 is an hour later
        ("2026-03-08", NEW_YORK, "01:30", 60, 30),
        ("2026-11-01", NEW_YORK, "00:30", 120, 180),
        ("2026-11-02", NEW_YORK, "00:30", 120, 120),
    ],
)
def test_a_window_ends_by_the_wall_where_the_clock_is_changed(
    day: str, zone: str, start: str, length: int, minutes: int
) -> None:
    given = settings(night={"start": start, "minutes": length})
    before = wall(f"{day} 00:00", zone) - timedelta(hours=1)
    found = next_window(given, "A", zone, before)
    assert found is not None
    assert found.name == "night"
    assert found.closes - found.opens == timedelta(minutes=minutes)
    assert names(given, found.opens, zone=zone) == ["night"]
    assert names(given, found.closes - timedelta(seconds=1), zone=zone) == ["night"]
    assert names(given, found.closes, zone=zone) == []


def test_a_window_goes_by_the_zone_it_is_asked_for() -> None:
    at = wall("2026-03-02 11:45", SHANGHAI)
    assert names(MealsSettings(), at) == ["lunch"]
    assert names(MealsSettings(), at, zone="Asia/Urumqi") == []


def test_a_window_may_be_for_some_teams_and_weekdays() -> None:
    given = settings(
        lunch={"teams": ["A"], "weekdays": [1, 2, 3, 4, 5]}, late={"start": "12:00", "minutes": 60}
    )
    monday, sunday = wall("2026-03-02 12:10"), wall("2026-03-01 12:10")
    assert names(given, monday) == ["lunch", "late"]
    assert names(given, monday, team="B") == ["late"]
    assert names(given, sunday) == ["late"]


def test_the_weekday_is_that_of_the_beginning() -> None:
    given = settings(night={"start": "23:30", "minutes": 60, "weekdays": [7]})
    assert names(given, wall("2026-03-01 23:45")) == ["night"]  # a Sunday
    assert names(given, wall("2026-03-02 00:15")) == ["night"]
    assert names(given, wall("2026-03-01 00:15")) == []


def test_a_default_window_keeps_what_is_not_said_and_can_be_switched_off() -> None:
    given = settings(lunch={"start": "12:00"}, dinner={"enabled": False})
    assert given.windows["lunch"].minutes == 60
    assert names(given, wall("2026-03-02 12:45")) == ["lunch"]
    assert names(given, wall("2026-03-02 18:00")) == []


def test_the_next_window_may_be_days_ahead() -> None:
    given = settings(
        lunch={"weekdays": [1]},
        dinner={"enabled": False},
    )
    found = next_window(given, "A", SHANGHAI, wall("2026-03-02 12:30"))
    assert found is not None
    assert found.day == date(2026, 3, 9)
    none = settings(lunch={"enabled": False}, dinner={"enabled": False})
    assert next_window(none, "A", SHANGHAI, wall("2026-03-02 12:30")) is None


def lunch(day: date) -> Window:
    (found,) = open_windows(MealsSettings(), "A", SHANGHAI, wall(f"{day} 12:00"))
    return found


class TestSlots:
    GROUPS = ("a", "b", "c")

    def test_groups_share_out_the_window_without_gap_or_overlap(self) -> None:
        window = lunch(date(2026, 3, 2))
        slots = sorted(slot_of(window, group, self.GROUPS) for group in self.GROUPS)
        assert slots[0][0] == window.opens
        assert slots[-1][1] == window.closes
        assert all(before[1] == after[0] for before, after in pairwise(slots))

    def test_the_order_moves_on_by_one_each_day(self) -> None:
        def first(day: date) -> str:
            window = lunch(day)
            return min(self.GROUPS, key=lambda group: slot_of(window, group, self.GROUPS))

        days = [date(2026, 2, 27) + timedelta(days=number) for number in range(6)]
        firsts = [first(day) for day in days]
        assert set(firsts[:3]) == set(self.GROUPS)
        assert firsts[:3] == firsts[3:]

    @pytest.mark.parametrize("group", ["", "unheard-of"])
    def test_who_is_in_no_group_has_all_of_the_window(self, group: str) -> None:
        window = lunch(date(2026, 3, 2))
        assert slot_of(window, group, self.GROUPS) == (window.opens, window.closes)
