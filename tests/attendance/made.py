"""A shift, a record of it, and the settings: what the tests of this room judge."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ccd.attendance.judge import Basis, Judgement, judge
from ccd.attendance.record import Record
from ccd.config_attendance import AttendanceSettings
from ccd.events import Blind, Doing, RecordRead, Stay
from ccd.shifts.away import Away
from ccd.shifts.judging import MARGIN
from ccd.shifts.plan import Assignment, Duty
from ccd.shifts.shift import Shift

__all__ = ["DAY", "PHONE", "blind", "doing", "duty", "judged", "leave", "stay"]

DAY = date(2026, 3, 2)
PERSON, PBX, SEAT, PHONE = "2001", "main", "A1", "PJSIP/1001"


def duty(
    start: str = "08:00",
    minutes: int = 480,
    *,
    day: date = DAY,
    zone: str = "Asia/Shanghai",
    seat: str = SEAT,
    person: str = PERSON,
    shift: str = "early",
) -> Duty:
    """``start`` by the clock on the wall, as the settings have it."""
    times = Shift(shift, time.fromisoformat(start), minutes, zone).occurrence(day)
    assert times is not None
    return Duty(times.starts, times.ends, Assignment(person, day, shift, seat, PBX))


def after(of: Duty, seconds: float) -> datetime:
    """So long after its start; a negative number is before its end."""
    return (of.starts if seconds >= 0 else of.ends) + timedelta(seconds=seconds)


def stay(
    of: Duty,
    begin: float = 0,
    end: float | None = None,
    *,
    seat: str = SEAT,
    person: str = PERSON,
    pbx: str = PBX,
) -> Stay:
    """Seconds from the start (before the end where negative); without ``end`` to the end of the shift."""
    left = of.ends if end is None else after(of, end)
    return Stay(person, pbx, seat, after(of, begin), left)


def blind(of: Duty, begin: float, end: float | None, *, pbx: str = PBX) -> Blind:
    return Blind(pbx, after(of, begin), None if end is None else after(of, end))


def doing(of: Duty, begin: float, end: float, state: str = "unavailable") -> Doing:
    return Doing(PBX, PHONE, state, after(of, begin), after(of, end))


def leave(of: Duty, begin: float, end: float, kind: str = "leave") -> Away:
    return Away(after(of, begin), after(of, end), kind, "leave|approved|L-1")


def read(of: Duty, *parts: Any) -> RecordRead:
    """Stays of this person and of others, doings and blind intervals, in any order."""
    people = tuple(one for one in parts if isinstance(one, Stay))
    person = of.assignment.person
    return RecordRead(
        at=of.ends + timedelta(hours=3),
        key="attendance|judge|x",
        people=(person,),
        since=of.starts - MARGIN,
        until=of.ends + MARGIN,
        stays=tuple(one for one in people if one.person == person),
        others=tuple(one for one in people if one.person != person),
        doings=tuple(one for one in parts if isinstance(one, Doing)),
        blind=tuple(one for one in parts if isinstance(one, Blind)),
    )


def judged(of: Duty, *parts: Any, basis: Basis | None = None, **settings: Any) -> Judgement:
    away = tuple(one for one in parts if isinstance(one, Away))
    record = Record(
        read(of, *parts),
        lambda pbx, seat: {"A1": PHONE, "A2": "PJSIP/1002"}.get(seat) if pbx == PBX else None,
    )
    return judge(of, record, away, AttendanceSettings(**settings), basis or Basis(zone=UTC, version="7"))
