"""What comes due by itself, found at each look over what is kept: nothing here has a timer of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.config_leave import LeaveSettings
from ccd.config_section import Mode
from ccd.events import leave as facts
from ccd.leave.approvers import Approvers
from ccd.leave.deciding import too_late
from ccd.leave.looking import World
from ccd.leave.making import Items, deadline, fact, page
from ccd.leave.planning import put_into_plan, try_again
from ccd.leave.request import Phase, Request
from ccd.leave.returning import certificate_by, needs_certificate, return_by
from ccd.leave.rules import local
from ccd.shifts.people import leads_to_tell

__all__ = ["look", "restore"]


def look(world: World, settings: LeaveSettings, at: datetime) -> Items:
    for one in list(world.leave.requests.values()):
        if one.open:
            yield from _waiting(world, settings, one, at)
        elif one.swap:
            yield from _swap(world, one, at)
        elif one.granted:
            yield from _leave(world, settings, one, at)
    world.leave.forget(at)


def restore(world: World, at: datetime) -> Items:
    """After a start: whether the plan took what was approved is not known."""
    for one in list(world.leave.requests.values()):
        if one.swap and one.phase is Phase.APPROVED and at < one.until:
            yield from put_into_plan(world, one, at)


def _waiting(world: World, settings: LeaveSettings, one: Request, at: datetime) -> Items:
    until = deadline(world, one)
    if at >= until:
        yield from too_late(world, one, at)
        return
    if settings.mode is Mode.OBSERVE:
        return
    last = not one.last_call and at >= until - timedelta(hours=settings.last_call_hours)
    if last or at >= (one.told or one.at) + timedelta(hours=settings.remind_hours):
        people = Approvers(world, at).all_of(one)
        yield fact(
            facts.RequestReminded, world, one, at, "reminded", because="it waits", people=people, last=last
        )
        yield from page(world, one, at, people, "leave_still_waits", until=local(world, until))


def _swap(world: World, one: Request, at: datetime) -> Items:
    if one.phase is Phase.APPROVED:
        yield from try_again(world, one, at)
    elif one.kind == "cover" and one.phase is Phase.PLANNED and one.until <= at and not one.return_due:
        known = world.leave.returned_by(one)
        if known is None or known.open:
            yield fact(
                facts.SwapReturnDue, world, one, at, "return_due", because="covered", partner=one.partner
            )
            yield from page(world, one, at, one.people, "leave_return_owed", partner=one.partner)


def _leave(world: World, settings: LeaveSettings, one: Request, at: datetime) -> Items:
    if one.phase is Phase.APPROVED and one.begins <= at:
        yield fact(facts.LeaveBegan, world, one, at, "began", because="its first shift has begun")
    if one.until > at:
        return
    if one.phase is Phase.TAKEN and at >= (due := return_by(world, one)):
        yield fact(facts.ReturnOverdue, world, one, at, "overdue", because="not signed off", due=due)
        yield from page(world, one, at, _told(world, one), "leave_return_overdue", due=local(world, due))
    yield from _certificate(world, settings, one, at)


def _certificate(world: World, settings: LeaveSettings, one: Request, at: datetime) -> Items:
    if not one.certificate and needs_certificate(one, settings):
        due = certificate_by(world, one)
        yield fact(facts.CertificateDue, world, one, at, "certificate_due", because="sick leave", due=due)
        yield from page(world, one, at, (one.person,), "leave_certificate_due", due=local(world, due))
    if one.certificate == "due" and one.certificate_by is not None and at >= one.certificate_by:
        due = one.certificate_by
        yield fact(
            facts.CertificateOverdue,
            world,
            one,
            at,
            "certificate_overdue",
            because="no certificate",
            due=due,
        )
        rule = "leave_certificate_overdue"
        yield from page(world, one, at, _told(world, one), rule, due=local(world, due))


def _told(world: World, one: Request) -> tuple[str, ...]:
    """The person, and whoever leads them."""
    known = world.roster.by_code(one.person)
    leads = leads_to_tell(world, known.team) if known else ()
    return tuple(dict.fromkeys((one.person, *leads)))
