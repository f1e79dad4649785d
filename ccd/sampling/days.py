"""Local days: a conversation belongs to the one on which it ended (``daemon.timezone``)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["after", "before", "begins", "day_of"]


def day_of(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def begins(day: date, zone: str) -> datetime:
    """Its first moment, in UTC. A day may have 23 or 25 hours; where there is no midnight it begins later."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def after(day: date) -> date:
    return day + timedelta(days=1)


def before(day: date) -> date:
    return day - timedelta(days=1)
