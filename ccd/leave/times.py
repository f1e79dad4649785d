"""Which work a request is about: days and times as they are typed, set against the plan.

Times are by the clock on the wall, in the zone of the daemon. Leave is asked for by days (all shifts that
begin on them), for one shift, or from one time to another.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccd.events.leave import UsedDay
from ccd.shifts.acts import Refused
from ccd.shifts.calendar import day_in
from ccd.shifts.plan import Duty, Plan

__all__ = ["Wanted", "duties_of", "local_day", "moment", "noon_before", "used_days", "wanted"]

NEAR = timedelta(days=2)
REACH = timedelta(days=800)
"""No plan reaches further."""


class Wanted(NamedTuple):
    """``parts``: the shifts that are touched, each with the time that is."""

    since: datetime
    until: datetime
    parts: tuple[tuple[Duty, datetime, datetime], ...]

    @property
    def begins(self) -> datetime:
        return self.parts[0][1]

    @property
    def ends(self) -> datetime:
        return self.parts[-1][2]

    @property
    def day(self) -> date:
        """That of the first shift."""
        return self.parts[0][0].assignment.day


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def noon_before(starts: datetime, clock: str, zone: ZoneInfo) -> datetime:
    """The latest such time before a shift begins: of one that begins at midnight that of the day before."""
    at = datetime.combine(starts.astimezone(zone).date(), time.fromisoformat(clock), zone).astimezone(UTC)
    if at < starts:
        return at
    day = starts.astimezone(zone).date() - timedelta(days=1)
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A time as typed. Raises Refused for none, and for one that the clock leaps over."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("leave_no_time", text=text[:40]) from None
    if not 1971 <= typed.year <= 9000:
        raise Refused("leave_no_time", text=text[:40])
    if typed.tzinfo is not None:
        return typed.astimezone(UTC)
    at = typed.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != typed:
        raise Refused("leave_leapt", time=text[:40])
    return at


def duties_of(plan: Plan, person: str, first: date, last: date) -> list[Duty]:
    """Somebody's shifts that begin on these days."""
    days = ((first + timedelta(days=n)) for n in range((last - first).days + 1))
    return sorted(duty for day in days for duty in plan.of(person, day))


def wanted(
    plan: Plan, person: str, since: str, until: str, shift: str, *, at: datetime, zone: ZoneInfo, longest: int
) -> Wanted:
    """What ``since``, ``until`` (may be empty) and ``shift`` (may be empty) ask for. Raises Refused."""
    first, _ = day_in(since)
    if shift:
        return _of_shift(plan, person, first, since, until, shift)
    last = first if not until else day_in(until)[0]
    for day in (first, last):
        if day is not None and abs(day - at.date()) > REACH:
            raise Refused("leave_no_shift", person=person, since=since, until=until or since)
    begin = _midnight(first, zone) if first else moment(since, zone)
    end = _midnight(last + timedelta(days=1), zone) if last else moment(until or since, zone)
    if begin >= end:
        raise Refused("leave_backwards", since=since, until=until or since)
    if end - begin > timedelta(days=longest, hours=1):  # a day may have 25 hours
        raise Refused("leave_too_long", longest=longest)
    days = (local_day(begin, zone) - NEAR, local_day(end, zone) + NEAR)
    mine = duties_of(plan, person, *days)
    asked = [
        duty
        for duty in mine
        if (duty.ends > begin if first is None else duty.assignment.day >= first)
        and (duty.starts < end if last is None else duty.assignment.day <= last)
    ]
    if first is not None:  # a night that began the day before is no part of it
        begin = max([begin, *(duty.ends for duty in mine if duty.assignment.day < first)])
        begin = min([begin, *(duty.starts for duty in asked)])
        if begin < at:
            begin = min([at, *(duty.starts for duty in asked)])
    if last is not None:
        end = max([end, *(duty.ends for duty in asked)])
    parts = tuple((duty, max(duty.starts, begin), min(duty.ends, end)) for duty in asked)
    if not parts:
        raise Refused("leave_no_shift", person=person, since=since, until=until or since)
    return Wanted(begin, end, parts)


def _of_shift(plan: Plan, person: str, day: date | None, since: str, until: str, shift: str) -> Wanted:
    known = plan.shifts.called(shift)
    if known is None:
        raise Refused("leave_unknown_shift", shift=shift[:40])
    if day is None:
        raise Refused("leave_shift_day", text=since[:40])
    if until and day_in(until)[0] != day:
        raise Refused("leave_shift_until", day=day)
    for duty in plan.of(person, day):
        if duty.assignment.shift == known.name:
            return Wanted(duty.starts, duty.ends, ((duty, duty.starts, duty.ends),))
    raise Refused("leave_not_on_shift", person=person, day=day, shift=known.label or known.name)


def used_days(
    plan: Plan, person: str, parts: Iterable[tuple[Duty, datetime, datetime]]
) -> tuple[UsedDay, ...]:
    """Of each day that is touched, how much of its work."""
    away: dict[date, float] = {}
    for duty, since, until in parts:
        day = duty.assignment.day
        away[day] = away.get(day, 0) + (until - since).total_seconds()
    return tuple(
        UsedDay(
            day,
            round(seconds),
            round(sum((one.ends - one.starts).total_seconds() for one in plan.of(person, day))),
        )
        for day, seconds in away.items()
    )
