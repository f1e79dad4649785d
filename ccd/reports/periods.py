"""The days a report is of, and when it is due (manual.md, "Rhythm").

A day is that on which shifts begin, by the local calendar. A week is one of ISO 8601: Monday to Sunday, named
by the year that its Thursday is in (``2026-W53`` ends on 2027-01-03).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccd.config_reports import ReportsSettings

__all__ = ["KINDS", "Due", "Period", "due", "named", "period_before", "period_of", "span"]

KINDS = ("daily", "weekly", "monthly")
DAY = timedelta(days=1)
_WEEK = re.compile(r"([0-9]{4})-?[Ww]([0-9]{1,2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


class Period(NamedTuple):
    """Both days included. ``name`` tells the kind by its form: 2026-03-02, 2026-W10, 2026-03."""

    kind: str
    first: date
    last: date

    @property
    def name(self) -> str:
        if self.kind == "weekly":
            year, week, _ = self.first.isocalendar()
            return f"{year:04}-W{week:02}"
        return self.first.isoformat() if self.kind == "daily" else f"{self.first:%Y-%m}"

    @property
    def days(self) -> Iterator[date]:
        return (self.first + number * DAY for number in range((self.last - self.first).days + 1))


class Due(NamedTuple):
    """``at``: aware UTC."""

    at: datetime
    period: Period


def period_of(kind: str, day: date) -> Period:
    """The one that this day is in. Raises ValueError for an unknown kind, and at the calendar's end."""
    if kind == "daily":
        return Period(kind, day, day)
    try:
        if kind == "weekly":
            monday = day - (day.isoweekday() - 1) * DAY
            return Period(kind, monday, monday + 6 * DAY)
        if kind == "monthly":
            first = day.replace(day=1)
            return Period(kind, first, (first + 31 * DAY).replace(day=1) - DAY)
    except OverflowError:
        raise ValueError(f"{day} is at the end of the calendar") from None
    raise ValueError(f"no report is called {kind!r}; there are: {', '.join(KINDS)}")


def named(text: str) -> Period:
    """The period of a name. Raises ValueError."""
    if found := _DAY.fullmatch(text):
        return period_of("daily", date(*(int(part) for part in found.groups())))
    if found := _WEEK.fullmatch(text):
        return period_of("weekly", date.fromisocalendar(int(found[1]), int(found[2]), 1))
    if found := _MONTH.fullmatch(text):
        return period_of("monthly", date(int(found[1]), int(found[2]), 1))
    raise ValueError(f"{text!r} is no period")


def period_before(period: Period) -> Period:
    return period_of(period.kind, period.first - DAY)


def span(period: Period, zone: str) -> tuple[datetime, datetime]:
    """From the first local midnight to the one after the last day, aware UTC."""
    begin, end = (
        datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        for day in (period.first, period.last + DAY)
    )
    return begin, end


def due(settings: ReportsSettings, zone: str, now: datetime) -> tuple[Due, ...]:
    """What was due by now and not longer ago than ``catch_up_days``, the earliest first."""
    today = now.astimezone(ZoneInfo(zone)).date()
    earliest = now - timedelta(days=settings.catch_up_days)
    found = [
        each
        for number in range(settings.catch_up_days + 2)
        for each in _due_on(settings, zone, today - number * DAY)
        if earliest <= each.at <= now
    ]
    return tuple(sorted(found, key=lambda each: (each.at, KINDS.index(each.period.kind))))


def _due_on(settings: ReportsSettings, zone: str, day: date) -> Iterator[Due]:
    for kind, clock, its_day in (
        ("daily", settings.daily_at, True),
        ("weekly", settings.weekly_at, day.isoweekday() == 1),
        ("monthly", settings.monthly_at, day.day == settings.monthly_on),
    ):
        if clock and its_day:
            wall = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone))
            yield Due(wall.astimezone(UTC), period_before(period_of(kind, day)))
