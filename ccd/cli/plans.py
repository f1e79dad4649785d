"""The plan as the store has it, for commands that read: beside the daemon, and without one."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from ccd.cli.session import CommandError, Exit, Session

if TYPE_CHECKING:
    from ccd.adapters.store.queries import Archive
    from ccd.roster import Roster
    from ccd.shifts.calendar import Calendar
    from ccd.shifts.plan import Plan

__all__ = [
    "Planned",
    "as_json",
    "clock_in",
    "day_of",
    "days_of",
    "near_day",
    "planned",
    "read_plan",
    "span_near",
    "today",
]


class Planned(NamedTuple):
    """``made``: when the version in force was, aware UTC."""

    plan: Plan
    roster: Roster
    calendar: Calendar
    made: datetime | None


def today(session: Session) -> date:
    return datetime.now(ZoneInfo(session.settings.daemon.timezone)).date()


_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}


def near_day(session: Session, text: str) -> date | None:
    """Of a day that is named by a word; None for any other text."""
    ahead = _NEAR.get(text)
    return None if ahead is None else today(session) + timedelta(days=ahead)


def day_of(session: Session, text: str | None) -> date:
    """Today where none is named. Raises CommandError."""
    from ccd.shifts.calendar import day_in

    if text is None:
        return today(session)
    day = near_day(session, text) or day_in(text)[0]
    if day is None:
        raise CommandError(Exit.USAGE, session.words("no_day", text=text))
    return day


def days_of(session: Session, text: str) -> tuple[date, date]:
    """``FROM..TO``, both included. Raises CommandError."""
    first, dots, last = text.partition("..")
    if not dots:
        raise CommandError(Exit.USAGE, session.words("no_days", text=text))
    return day_of(session, first), day_of(session, last)


def planned(session: Session, first: date, last: date) -> Planned:
    """The plan of these days. Raises StoreError, and ConfigError of the calendar's file."""
    from ccd.cli.stored import reading

    async def work(archive: Archive) -> Planned:
        return await read_plan(session, archive, first, last)

    return reading(session.settings, work)


async def read_plan(session: Session, archive: Archive, first: date, last: date) -> Planned:
    from ccd.adapters.special_days import read_special_days
    from ccd.roster import Roster
    from ccd.shifts.calendar import Calendar
    from ccd.shifts.plan import Plan
    from ccd.shifts.shift import Shifts

    settings = session.settings
    kept = await archive.plan(first, last)
    roster = await archive.roster()
    _, made = await archive.plan_made()
    plan = Plan(Shifts.of(settings.shifts, settings.daemon.timezone), kept.days)
    plan.version = kept.version
    calendar = Calendar(settings.shifts.country, read_special_days(settings), session.words.language)
    return Planned(plan, Roster(roster.people if roster else ()), calendar, made)


def span_near(at: datetime) -> tuple[date, date]:
    """The days whose shifts may run near that moment."""
    return at.date() - timedelta(days=3), at.date() + timedelta(days=3)


def clock_in(session: Session, at: datetime, beside: datetime | None = None) -> str:
    """The time by the site's clock; with its day where that of ``beside`` is another."""
    zone = ZoneInfo(session.settings.daemon.timezone)
    local = at.astimezone(zone)
    if beside is not None and beside.astimezone(zone).date() == local.date():
        return f"{local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"


def as_json(session: Session, told: Any) -> None:
    """One object; times by the site's clock, with their offset."""
    zone = ZoneInfo(session.settings.daemon.timezone)

    def plain(value: Any) -> str:
        if isinstance(value, datetime):
            return value.astimezone(zone).isoformat()
        return str(value)

    print(json.dumps(told, ensure_ascii=False, indent=2, default=plain))
