"""Back from leave: signing off (销假), and the certificate of who was ill."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from fractions import Fraction

from ccd.config_leave import LeaveSettings
from ccd.events import ShiftAct
from ccd.events import leave as facts
from ccd.leave.looking import World
from ccd.leave.making import Items, accepted, fact, request_of, zone
from ccd.leave.request import Phase, Request
from ccd.leave.times import local_day, used_days
from ccd.shifts.acts import Refused
from ccd.shifts.people import may_decide

__all__ = ["certificate", "certificate_by", "needs_certificate", "return_by", "sign_off"]

LOOKED_AHEAD = 14
"""Days in which the first shift after a leave is looked for."""


def sign_off(event: ShiftAct, world: World, settings: LeaveSettings) -> Items:
    """By the person, or whoever leads them. A leave that still runs is cut short."""
    one = request_of(world, event)
    if one.swap:
        raise Refused("leave_no_leave", request=one.id)
    if event.actor != one.person:
        _lead(event, world, one)
    if one.phase is Phase.RETURNED:
        yield accepted(event, "leave_returned_before", request=one.id)
        return
    if not one.granted:
        raise Refused("leave_not_granted", request=one.id, phase=one.phase.value)
    if event.at < one.begins:
        raise Refused("leave_not_begun", request=one.id)
    until = min(event.at, one.until)
    parts = [
        (duty, max(duty.starts, one.since), min(duty.ends, until))
        for duty in world.plan.duties(one.since, until)
        if duty.assignment.person == one.person
    ]
    used = used_days(world.plan, one.person, parts) if until < one.until else one.used
    yield fact(
        facts.LeaveReturned,
        world,
        one,
        event.at,
        "returned",
        actor=event.actor,
        by=event.by,
        because="cut short" if until < one.until else "signed off",
        until=until,
        used=used,
    )
    yield accepted(event, "leave_returned", request=one.id)


def certificate(event: ShiftAct, world: World, settings: LeaveSettings) -> Items:
    """Somebody who leads the person has it."""
    one = request_of(world, event)
    if one.kind != "sick":
        raise Refused("leave_not_sick", request=one.id)
    _lead(event, world, one)
    if one.certificate == "given":
        yield accepted(event, "leave_certificate_kept", request=one.id)
        return
    if not one.stands:
        raise Refused("leave_not_granted", request=one.id, phase=one.phase.value)
    note = event.values.get("note", "")
    yield fact(
        facts.CertificateGiven,
        world,
        one,
        event.at,
        "certificate",
        actor=event.actor,
        by=event.by,
        because="handed in",
        note=note,
    )
    yield accepted(event, "leave_certificate_kept", request=one.id)


def _lead(event: ShiftAct, world: World, one: Request) -> None:
    """Raises Refused for whoever does not lead the person; nobody leads themselves."""
    known = world.roster.by_code(one.person)
    if event.actor == one.person or not may_decide(world, event.actor, known.team if known else ""):
        raise Refused("leave_not_lead", actor=event.actor, person=one.person)


# --- when these are due -----------------------------------------------------------------------------------


def _back(world: World, one: Request) -> datetime | None:
    """When they work again: at once where a shift of theirs runs on, else at the next that is no leave."""
    first = local_day(one.until, zone(world)) - timedelta(days=2)
    for n in range(LOOKED_AHEAD + 2):
        for duty in world.plan.of(one.person, first + timedelta(days=n)):
            if duty.ends <= one.until:
                continue
            back = max(duty.starts, one.until)
            if not world.leave.away(one.person, back, back + timedelta(microseconds=1)):
                return back
    return None


def return_by(world: World, one: Request) -> datetime:
    """Signing off is overdue from then on. Where no shift is known, two weeks later."""
    grace = timedelta(minutes=world.settings.policies.leave.return_grace_minutes)
    return (_back(world, one) or one.until + timedelta(days=LOOKED_AHEAD)) + grace


def needs_certificate(one: Request, settings: LeaveSettings) -> bool:
    """Emergencies (``special``) excepted."""
    days = sum((Fraction(each.away_s, each.planned_s) for each in one.used), start=Fraction(0))
    return one.kind == "sick" and not one.special and days >= Fraction(settings.certificate_days)


def certificate_by(world: World, one: Request) -> datetime:
    """The end of the first day back, by the clock of the daemon's zone."""
    back = _back(world, one) or one.until + timedelta(days=LOOKED_AHEAD)
    day = local_day(back, zone(world)) + timedelta(days=1)
    return datetime.combine(day, time(0), zone(world)).astimezone(UTC)
