"""A small centre with a plan, and facts of its shifts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ccd.config import Settings
from ccd.events import Person, PlanDay, SpecialDay
from ccd.events.adherence import AdherenceJudged
from ccd.events.attendance import AttendanceJudged, Finding
from ccd.events.shifts import ShiftFact
from ccd.reports.build import Known, build
from ccd.reports.periods import Period, named
from ccd.reports.report import Report
from ccd.roster import Roster
from ccd.shifts.calendar import Calendar
from ccd.shifts.plan import Plan, encode_day
from ccd.shifts.shift import Shifts

MONDAY = date(2026, 3, 2)
PEOPLE = {"2001": ("张三", "一组"), "2002": ("李四", "一组"), "2003": ("王五", "二组")}


def settings_of(**sections: Any) -> Settings:
    kinds = {"day": {"start": "08:00", "minutes": 600, "label": "早班"}}
    return Settings.model_validate({"shifts": {"kinds": kinds, "country": "CN"}, **sections})


SETTINGS = settings_of()


def person(code: str, name: str, team: str, role: str = "agent", **more: str) -> Person:
    empty = dict.fromkeys(("seat", "interface", "pbx", "agency", "language", "phone", "email"), "")
    return Person(**{"code": code, "name": name, "team": team, "role": role, **empty, **more})


ROSTER = Roster(person(code, *about) for code, about in PEOPLE.items())


def plan_of(
    days: Iterable[date], people: Iterable[str] = tuple(PEOPLE), settings: Settings = SETTINGS
) -> Plan:
    shifts = Shifts.of(settings.shifts, settings.daemon.timezone)
    text = encode_day({code: [("day", "", "", "")] for code in people})
    return Plan(shifts, [PlanDay(day=day, whole=True, people=text) for day in days])


def begins(day: date) -> datetime:
    """08:00 in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def finding(kind: str, weight: str, minutes: float, day: date = MONDAY) -> Finding:
    began = begins(day)
    return Finding(kind, weight, minutes * 60, began, began + timedelta(minutes=minutes), ())


def judged(
    code: str,
    day: date = MONDAY,
    *found: Finding,
    missed: float = 0,
    away: float = 0,
    unknown: float = 0,
    **more: Any,
) -> AttendanceJudged:
    """Minutes of a shift of 600."""
    count = more.pop("count", 1)
    words: dict[str, Any] = {
        "at": begins(day) + timedelta(hours=11),
        "key": f"attendance|{code}|{day}|{count}",
        "person": code,
        "day": day,
        "shift": "day",
        "starts": begins(day),
        "ends": begins(day) + timedelta(hours=10),
        "state": "present",
        "scheduled_s": 36_000.0,
        "present_s": 36_000.0 - 60 * (missed + away + unknown),
        "missed_s": missed * 60.0,
        "away_s": away * 60.0,
        "unknown_s": unknown * 60.0,
        **dict.fromkeys(("late_s", "early_s", "off_post_s"), 0.0),
        "findings": found,
        "count": count,
    }
    return AttendanceJudged(**{**words, **more})


def adhered(
    code: str, day: date = MONDAY, *, out: float, scheduled: float = 600, unknown: float = 0
) -> AdherenceJudged:
    """Minutes."""
    adherent = scheduled - out - unknown
    return AdherenceJudged(
        at=begins(day) + timedelta(hours=11),
        key=f"adherence|{code}|{day}",
        person=code,
        day=day,
        shift="day",
        starts=begins(day),
        ends=begins(day) + timedelta(hours=10),
        scheduled_s=scheduled * 60,
        adherent_s=adherent * 60,
        out_s=out * 60,
        ignored_s=0.0,
        unknown_s=unknown * 60,
        unscheduled_s=0.0,
        worked_s=adherent * 60,
        adherence=None,
        conformance=None,
    )


def report_of(
    facts: Iterable[ShiftFact],
    period: str | Period = "2026-03-02",
    *,
    plan: Plan | None = None,
    now: datetime | None = None,
    settings: Settings = SETTINGS,
    special: Iterable[SpecialDay] = (),
    roster: Roster = ROSTER,
    **known: Any,
) -> Report:
    wanted = named(period) if isinstance(period, str) else period
    calendar = Calendar(settings.shifts.country, special)
    return build(
        wanted,
        facts,
        plan or plan_of(wanted.days, settings=settings),
        Known(settings, roster, calendar, **known),
        now or begins(wanted.last) + timedelta(days=2),
    )
