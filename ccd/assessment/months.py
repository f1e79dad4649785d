"""Months as ``2026-11``, and the moments at which they are assessed, by the site's clock. Pure."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ccd.config_assessment import AssessmentSettings

__all__ = [
    "after",
    "before",
    "closes",
    "days_of",
    "due",
    "final",
    "is_month",
    "month_here",
    "retake_by",
    "span_of",
]


def is_month(text: str) -> bool:
    year, _, month = text.partition("-")
    digits = text.isascii() and year.isdigit() and month.isdigit()
    return digits and len(year) == 4 and len(month) == 2 and "1900" < year < "3000" and 1 <= int(month) <= 12


def before(month: str, by: int = 1) -> str:
    """So many months earlier."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 - by, 12)
    return f"{year:04d}-{number + 1:02d}"


def after(month: str, by: int = 1) -> str:
    return before(month, -by)


def month_here(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m}"


def span_of(month: str) -> tuple[date, date]:
    """Its first and last day."""
    first = date.fromisoformat(f"{month}-01")
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def days_of(month: str) -> tuple[date, ...]:
    first, last = span_of(month)
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def due(month: str, settings: AssessmentSettings, zone: tzinfo) -> datetime:
    """When it is assessed: aware UTC."""
    day = span_of(after(month))[0].replace(day=settings.day)
    return datetime.combine(day, settings.clock, zone).astimezone(UTC)


def final(month: str, settings: AssessmentSettings, zone: tzinfo) -> datetime:
    """From here on nothing is made again: the midnight that ends the final day."""
    day = span_of(after(month))[0].replace(day=settings.final_day) + timedelta(days=1)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def closes(at: datetime, settings: AssessmentSettings, zone: tzinfo) -> tuple[str, ...]:
    """The months that are due and may still change or have been missed, the earlier first: of a daemon that
    was away a month or longer the one before last is made, too.
    """
    here = month_here(at, zone)
    return tuple(month for month in (before(here, 2), before(here)) if due(month, settings, zone) <= at)


def retake_by(held: date, settings: AssessmentSettings, zone: tzinfo, works: object = None) -> datetime:
    """The midnight that ends the last day for a retake. ``works``: day -> whether it is a workday, where only
    those count; the day of the examination is none of them.
    """
    day, left = held, settings.retake_days
    for _ in range(366):
        if left <= 0:
            break
        day += timedelta(days=1)
        if settings.retake_counts == "days" or not callable(works) or works(day):
            left -= 1
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
