"""The rules of leave (manual.md, "Leave and swaps"), held at the request and again at each approval.

===================  ====================================  =================================================
rule                 holds for                             broken where
===================  ====================================  =================================================
leave_ahead          all but sick and special              asked less than ``ahead_days`` days before
leave_day_before     personal, other; not special          asked less than ``personal_days`` days before
leave_two_hours      personal, other; special, no night    asked later than ``special_minutes`` before a shift
leave_night          personal, other; not special          a shift of the night is touched
leave_night_noon     personal, other; special              that, and not asked before ``night_before``
leave_holiday        personal, other; not special          a shift that begins on a public holiday is touched
leave_month_days     ``month_kinds``                       more than ``month_days`` in a month, with swaps
leave_by_other       all but sick                          somebody else asks
leave_call_before    sick                                  neither asked nor rung up before the shift began
===================  ====================================  =================================================

A shift counts as of the day on which it begins, so the night before a holiday is no holiday's. Whether it was
asked in time goes by when it was asked, also at an approval; the rest by how things stand then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccd.config_leave import LeaveSettings
from ccd.config_section import Mode
from ccd.events.leave import Breach, UsedDay
from ccd.leave.looking import World
from ccd.leave.request import month_of
from ccd.leave.times import Wanted, local_day, noon_before
from ccd.shifts.plan import Duty

__all__ = ["Ask", "days_told", "is_holiday", "is_night", "leave_breaches", "local", "refusing", "zone_of"]

CHOSEN = ("personal", "other")
"""Leave that somebody chooses to take; the others befall them."""


class Ask(NamedTuple):
    """What is held to the rules. ``id`` is "" while it is none of ours yet; ``granted``: of the month only
    what is approved counts, since this one is to be.
    """

    id: str
    kind: str
    person: str
    actor: str
    at: datetime
    special: bool
    wanted: Wanted
    used: tuple[UsedDay, ...]
    called: datetime | None = None
    granted: bool = False


def refusing(settings: LeaveSettings, found: list[Breach]) -> Breach | None:
    """The first that refuses; in ``enforce`` only, and notice given too late only where that is set."""
    if settings.mode is not Mode.ENFORCE:
        return None
    return next((one for one in found if one.rule != "leave_ahead" or settings.ahead == "refuse"), None)


def leave_breaches(world: World, ask: Ask) -> list[Breach]:
    return [one for rule in RULES for one in rule(world, ask, world.settings.policies.leave)]


def zone_of(world: World, duty: Duty) -> ZoneInfo:
    return ZoneInfo(world.plan.shifts.by_name[duty.assignment.shift].zone)


def is_night(world: World, shift: str) -> bool:
    known = world.plan.shifts.by_name.get(shift)
    return known is not None and known.night


def is_holiday(world: World, day: date) -> bool:
    """A weekend day that is worked to make up for one is none."""
    return world.calendar.day(day).kind == "holiday"


def local(world: World, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(world.settings.daemon.timezone)):%Y-%m-%d %H:%M}"


def _label(world: World, duty: Duty) -> str:
    name = duty.assignment.shift
    known = world.plan.shifts.by_name.get(name)
    return (known.label if known else "") or name


def days_told(days: Fraction) -> str:
    return f"{float(days):.4g}"


Found = Iterator[Breach]


def _ahead(world: World, ask: Ask, settings: LeaveSettings) -> Found:
    if ask.kind == "sick" or ask.special:
        return
    first = ask.wanted.parts[0][0]
    left = (ask.wanted.day - local_day(ask.at, zone_of(world, first))).days
    if left < settings.ahead_days:
        yield Breach("leave_ahead", {"days": str(max(left, 0)), "needed": str(settings.ahead_days)})


def _day_before(world: World, ask: Ask, settings: LeaveSettings) -> Found:
    if ask.kind not in CHOSEN or ask.special:
        return
    first = ask.wanted.parts[0][0]
    if (ask.wanted.day - local_day(ask.at, zone_of(world, first))).days < settings.personal_days:
        yield Breach("leave_day_before", {"day": str(ask.wanted.day), "needed": str(settings.personal_days)})


def _two_hours(world: World, ask: Ask, settings: LeaveSettings) -> Found:
    if ask.kind not in CHOSEN or not ask.special:
        return
    for duty, _, _ in ask.wanted.parts:
        late = ask.at > duty.starts - timedelta(minutes=settings.special_minutes)
        if late and not is_night(world, duty.assignment.shift):
            values = {"shift": _label(world, duty), "starts": local(world, duty.starts)}
            yield Breach("leave_two_hours", {**values, "minutes": str(settings.special_minutes)})
            return


def _night(world: World, ask: Ask, settings: LeaveSettings) -> Found:
    if ask.kind not in CHOSEN:
        return
    for duty, _, _ in ask.wanted.parts:
        if not is_night(world, duty.assignment.shift):
            continue
        values = {"shift": _label(world, duty), "day": str(duty.assignment.day)}
        until = noon_before(duty.starts, settings.night_before, zone_of(world, duty))
        if not ask.special:
            yield Breach("leave_night", values)
            return
        if ask.at >= until:
            yield Breach("leave_night_noon", {**values, "until": local(world, until)})
            return


def _holiday(world: World, ask: Ask, settings: LeaveSettings) -> Found:
    if ask.kind not in CHOSEN or ask.special:
        return
    for duty, _, _ in ask.wanted.parts:
        if is_holiday(world, duty.assignment.day):
            name = world.calendar.day(duty.assignment.day).name
            yield Breach("leave_holiday", {"day": str(duty.assignment.day), "name": name})
            return


def _month(world: World, ask: Ask, settings: LeaveSettings) -> Found:
    if ask.kind not in settings.month_kinds:
        return
    months: dict[tuple[int, int], Fraction] = {}
    for one in ask.used:
        month = month_of(one.day)
        months[month] = months.get(month, Fraction(0)) + Fraction(one.away_s, one.planned_s)
    for month, days in months.items():
        had = world.leave.used(ask.person, month, settings.month_kinds, but=ask.id, granted=ask.granted)
        if had + days > Fraction(settings.month_days):
            yield month_breach(ask.person, month, had, days, settings)


def month_breach(
    person: str, month: tuple[int, int], had: Fraction, days: Fraction, settings: LeaveSettings
) -> Breach:
    values = {"person": person, "month": f"{month[0]}-{month[1]:02}", "most": f"{settings.month_days:g}"}
    return Breach("leave_month_days", {**values, "had": days_told(had), "days": days_told(days)})


def _by_other(world: World, ask: Ask, settings: LeaveSettings) -> Found:
    if ask.kind != "sick" and ask.actor != ask.person:
        yield Breach("leave_by_other", {"person": ask.person, "actor": ask.actor})


def _call_before(world: World, ask: Ask, settings: LeaveSettings) -> Found:
    """Who falls ill at work has begun their shift: they leave it, and were no call short."""
    if ask.kind != "sick":
        return
    rang = min(ask.called or ask.at, ask.at)
    for duty, since, _ in ask.wanted.parts:
        if since <= duty.starts < rang:
            values = {"shift": _label(world, duty), "starts": local(world, duty.starts)}
            yield Breach("leave_call_before", values)
            return


RULES: tuple[Callable[[World, Ask, LeaveSettings], Found], ...] = (
    _by_other,
    _day_before,
    _two_hours,
    _night,
    _holiday,
    _month,
    _call_before,
    _ahead,
)
