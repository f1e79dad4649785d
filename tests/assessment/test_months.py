"""Months and the moments at which they are assessed: month's end, leap years, clocks put on and back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ccd.assessment.months import (
    after,
    before,
    closes,
    days_of,
    due,
    final,
    is_month,
    month_here,
    retake_by,
    span_of,
)
from ccd.config_assessment import AssessmentSettings

SHANGHAI, BERLIN, NEW_YORK = (ZoneInfo(n) for n in ("Asia/Shanghai", "Europe/Berlin", "America/New_York"))
RULES = AssessmentSettings()


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("2026-02", True), ("2026-12", True), ("2026-00", False), ("2026-13", False), ("2026-2", False),
        ("26-02", False), ("", False), ("2026", False), ("0000-01", False), ("２０２６-02", False),
    ],
)  # fmt: skip
def test_what_is_a_month(text: str, good: bool) -> None:
    assert is_month(text) is good


def test_months_run_on_over_the_year() -> None:
    assert (before("2026-01"), after("2025-12"), before("2026-01", 13)) == ("2025-12", "2026-01", "2024-12")


@pytest.mark.parametrize(
    ("month", "days"), [("2026-02", 28), ("2028-02", 29), ("2100-02", 28), ("2026-04", 30), ("2026-12", 31)]
)
def test_a_month_has_the_days_of_the_calendar(month: str, days: int) -> None:
    found = days_of(month)
    assert (len(found), found[0].day, found[-1]) == (days, 1, span_of(month)[1])


def test_what_month_it_is_the_site_says() -> None:
    moment = datetime(2026, 2, 28, 16, 0, tzinfo=UTC)
    assert (month_here(moment, SHANGHAI), month_here(moment, NEW_YORK)) == ("2026-03", "2026-02")


@pytest.mark.parametrize(
    ("month", "zone", "when", "over"),
    [
        ("2026-11", SHANGHAI, "2026-12-03T08:00+08:00", "2026-12-11T00:00+08:00"),
        ("2026-12", SHANGHAI, "2027-01-03T08:00+08:00", "2027-01-11T00:00+08:00"),
        ("2028-02", SHANGHAI, "2028-03-03T08:00+08:00", "2028-03-11T00:00+08:00"),
        ("2026-02", NEW_YORK, "2026-03-03T08:00-05:00", "2026-03-11T00:00-04:00"),
        ("2026-10", NEW_YORK, "2026-11-03T08:00-05:00", "2026-11-11T00:00-05:00"),
    ],
)
def test_a_month_is_due_on_its_day_by_the_clock_on_the_wall(
    month: str, zone: ZoneInfo, when: str, over: str
) -> None:
    assert due(month, RULES, zone) == datetime.fromisoformat(when)
    assert final(month, RULES, zone) == datetime.fromisoformat(over)


@pytest.mark.parametrize(
    ("now", "months"),
    [
        ("2026-12-03 07:59", ("2026-10",)),
        ("2026-12-03 08:00", ("2026-10", "2026-11")),
        ("2026-12-31 23:59", ("2026-10", "2026-11")),
        ("2027-01-01 00:00", ("2026-11",)),
    ],
)
def test_after_a_time_away_the_months_that_were_missed_are_due(now: str, months: tuple[str, ...]) -> None:
    assert closes(at(now), RULES, SHANGHAI) == months


@pytest.mark.parametrize(
    ("held", "zone", "until"),
    [
        (date(2026, 3, 2), SHANGHAI, "2026-03-06T00:00+08:00"),  # Monday: to the end of Thursday
        (date(2026, 3, 6), SHANGHAI, "2026-03-10T00:00+08:00"),  # Friday: Saturday and Sunday count
        (date(2026, 2, 27), SHANGHAI, "2026-03-03T00:00+08:00"),
        (date(2028, 2, 27), SHANGHAI, "2028-03-02T00:00+08:00"),  # a leap day is a day
        (date(2026, 3, 28), BERLIN, "2026-04-01T00:00+02:00"),  # the clock is put on
        (date(2026, 10, 23), BERLIN, "2026-10-27T00:00+01:00"),  # and back
        (date(2026, 12, 30), SHANGHAI, "2027-01-03T00:00+08:00"),
    ],
)
def test_a_retake_is_within_three_days(held: date, zone: ZoneInfo, until: str) -> None:
    assert retake_by(held, RULES, zone) == datetime.fromisoformat(until)


@pytest.mark.parametrize(
    ("held", "until"),
    [
        (date(2026, 3, 2), "2026-03-06T00:00+08:00"),
        (date(2026, 3, 6), "2026-03-12T00:00+08:00"),  # Friday: Monday to Wednesday
        (date(2026, 3, 7), "2026-03-12T00:00+08:00"),  # Saturday, too
        (date(2026, 3, 13), "2026-03-18T00:00+08:00"),  # the Saturday is worked to make up
    ],
)
def test_by_setting_only_workdays_count(held: date, until: str) -> None:
    def works(day: date) -> bool:
        return day.isoweekday() < 6 or day == date(2026, 3, 14)

    rules: Any = AssessmentSettings(retake_counts="workdays")
    assert retake_by(held, rules, SHANGHAI, works) == datetime.fromisoformat(until)
