"""A person, a shift and a record of it, written down by clock times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ccd.adherence.actual import Known
from ccd.adherence.judging import Planned, Result, adherence
from ccd.adherence.rules import Rules
from ccd.config import Settings
from ccd.events import Blind, Doing, RecordRead, Stay
from ccd.events.adherence import Grant
from ccd.shifts.away import Away
from ccd.shifts.plan import Assignment, Duty
from ccd.shifts.shift import Shift

DAY = date(2026, 3, 2)
ZONE = "Asia/Shanghai"
ME, OTHER, SEAT, PHONE = "2001", "2002", "A1", "PJSIP/1"
SEATS = {("main", "A1"): PHONE, ("main", "A2"): "PJSIP/2", ("west", "W1"): "PJSIP/9"}


def at(clock: str, day: date = DAY, zone: str = ZONE) -> datetime:
    """``08:00`` or ``08:00:30`` on that day's wall, as aware UTC; ``+08:00`` is of the next day."""
    after, text = (1, clock[1:]) if clock.startswith("+") else (0, clock)
    wall = datetime.combine(day + timedelta(days=after), time.fromisoformat(text), ZoneInfo(zone))
    return wall.astimezone(UTC)


def duty_of(
    start: str = "08:00", minutes: int = 480, *, day: date = DAY, zone: str = ZONE, name: str = "early"
) -> Duty:
    times = Shift(name, time.fromisoformat(start), minutes, zone).occurrence(day)
    assert times is not None
    return Duty(times.starts, times.ends, Assignment(ME, day, name, SEAT, "main"))


def stay(begin: str, end: str | None, *, person: str = ME, seat: str = SEAT, pbx: str = "main") -> Stay:
    return Stay(person, pbx, seat, at(begin), None if end is None else at(end))


def doing(state: str, begin: str, end: str | None, reason: str = "", phone: str = PHONE) -> Doing:
    return Doing("main", phone, state, at(begin), None if end is None else at(end), reason)


def paused(begin: str, end: str | None, reason: str = "break") -> Doing:
    return doing("paused", begin, end, reason)


def blind(begin: str, end: str | None, pbx: str = "main") -> Blind:
    return Blind(pbx, at(begin), None if end is None else at(end))


def rules_of(**settings: Any) -> Rules:
    """Keys of adherence; ``meals`` and ``breaks`` are sections of their own."""
    sections = {name: settings.pop(name) for name in ("meals", "breaks") if name in settings}
    return Rules(Settings.model_validate({"policies": {"adherence": settings, **sections}}).policies)


def record_of(
    duty: Duty,
    stays: Iterable[Stay] = (),
    doings: Iterable[Doing] = (),
    blinds: Iterable[Blind] = (),
    read: datetime | None = None,
) -> RecordRead:
    stays = tuple(stays)
    return RecordRead(
        at=read or duty.ends + timedelta(hours=3),
        key="test",
        people=(ME,),
        since=duty.starts - timedelta(hours=2),
        until=duty.ends + timedelta(hours=2),
        stays=tuple(one for one in stays if one.person == ME),
        others=tuple(one for one in stays if one.person != ME),
        doings=tuple(doings),
        blind=tuple(blinds),
    )


def judged(
    *happened: Stay | Doing | Blind,
    duty: Duty | None = None,
    duties: tuple[Duty, ...] = (),
    away: tuple[Away, ...] = (),
    grants: tuple[Grant, ...] = (),
    exceptions: tuple[Away, ...] = (),
    zone: str = ZONE,
    team: str = "A",
    read: datetime | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Result:
    duty = duty or duty_of()
    record = record_of(
        duty,
        [one for one in happened if isinstance(one, Stay)],
        [one for one in happened if isinstance(one, Doing)],
        [one for one in happened if isinstance(one, Blind)],
        read,
    )
    known = Known(record, lambda pbx, seat: SEATS.get((pbx, seat)))
    planned = Planned(team, zone, duties, away, grants)
    return adherence(duty, known, planned, exceptions, rules_of(**(settings or {})))


def sums(result: Result) -> tuple[int, int, int, int, int]:
    """Adherent, out, ignored, unknown, unscheduled."""
    return (
        result.adherent_s,
        result.out_s,
        result.ignored_s,
        result.unknown_s,
        result.unscheduled_s,
    )
