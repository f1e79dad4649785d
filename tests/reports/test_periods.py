"""Which days a report is of, and when it is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ccd.config_reports import ReportsSettings
from ccd.reports.periods import due, named, period_before, period_of, span


@pytest.mark.parametrize(
    ("kind", "day", "name", "first", "last"),
    [
        ("daily", "2026-03-02", "2026-03-02", "2026-03-02", "2026-03-02"),
        ("weekly", "2026-03-02", "2026-W10", "2026-03-02", "2026-03-08"),  # its Monday
        ("weekly", "2026-03-08", "2026-W10", "2026-03-02", "2026-03-08"),  # its Sunday
        ("weekly", "2026-03-09", "2026-W11", "2026-03-09", "2026-03-15"),
        ("weekly", "2027-01-03", "2026-W53", "2026-12-28", "2027-01-03"),  # across a year's end
        ("weekly", "2027-01-04", "2027-W01", "2027-01-04", "2027-01-10"),
        ("weekly", "2024-12-30", "2025-W01", "2024-12-30", "2025-01-05"),  # in the new year's week already
        ("monthly", "2026-02-28", "2026-02", "2026-02-01", "2026-02-28"),
        ("monthly", "2028-02-29", "2028-02", "2028-02-01", "2028-02-29"),  # a leap day
        ("monthly", "2026-12-31", "2026-12", "2026-12-01", "2026-12-31"),
        ("monthly", "2026-04-01", "2026-04", "2026-04-01", "2026-04-30"),
    ],
)
def test_a_day_is_in_one_period_of_each_kind(kind: str, day: str, name: str, first: str, last: str) -> None:
    period = period_of(kind, date.fromisoformat(day))
    assert (period.name, str(period.first), str(period.last)) == (name, first, last)
    assert named(name) == period


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("2026-03-01", "2026-02-28"),
        ("2028-03-01", "2028-02-29"),
        ("2026-W01", "2025-W52"),
        ("2027-W01", "2026-W53"),
        ("2026-01", "2025-12"),
    ],
)
def test_the_period_before_one(name: str, before: str) -> None:
    assert period_before(named(name)).name == before


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-02-29", "2026-W54", "2025-W53", "2026-W00", "yesterday", "0000-01"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        named(text)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Shanghai", "2026-03-29", 24),
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(zone: str, day: str, hours: int) -> None:
    begin, end = span(named(day), zone)
    assert end - begin == timedelta(hours=hours)


def names_due(now: str, zone: str = "Asia/Shanghai", days: int = 1, **changes: object) -> list[str]:
    settings = ReportsSettings.model_validate({"catch_up_days": days, **changes})
    return [each.period.name for each in due(settings, zone, datetime.fromisoformat(now).astimezone(UTC))]


@pytest.mark.parametrize(
    ("now", "names"),
    [
        ("2026-03-03T06:59:59+08:00", ["2026-03-01", "2026-W09"]),
        ("2026-03-03T07:00:01+08:00", ["2026-W09", "2026-03-02"]),
        ("2026-03-03T08:00:00+08:00", ["2026-W09", "2026-03-02", "2026-02"]),
        ("2026-03-04T07:00:01+08:00", ["2026-02", "2026-03-03"]),
    ],
)
def test_each_report_is_due_at_its_time_and_for_as_long_as_it_is_made_up_for(
    now: str, names: list[str]
) -> None:
    assert names_due(now) == names


def test_the_weekly_report_is_there_on_monday_before_nine() -> None:
    assert "2026-W10" not in names_due("2026-03-09T07:59:00+08:00")
    assert "2026-W10" in names_due("2026-03-09T08:00:00+08:00")


def test_the_monthly_report_is_there_before_the_fifth() -> None:
    assert "2026-02" in names_due("2026-03-04T23:59:00+08:00", days=3)


def test_an_empty_time_is_never_due() -> None:
    assert names_due("2026-03-03T09:00:00+08:00", daily_at="", weekly_at="", monthly_at="") == []


@pytest.mark.parametrize(
    ("zone", "now"),
    [("Europe/Berlin", "2026-03-29T03:30:00+02:00"), ("America/New_York", "2026-03-08T03:30:00-04:00")],
)
def test_a_time_that_the_clock_leaps_over_is_due_all_the_same(zone: str, now: str) -> None:
    """02:30 is none on these days; the report comes once."""
    day = datetime.fromisoformat(now).date()
    names = names_due(now, zone, 1, daily_at="02:30", weekly_at="", monthly_at="")
    assert names.count(str(day - timedelta(days=1))) == 1


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai"])
def test_of_forty_days_every_day_is_due_once(zone: str) -> None:
    names = names_due("2026-11-05T12:00:00+00:00", zone, 40, weekly_at="", monthly_at="")
    assert len(names) == len(set(names)) == 40
