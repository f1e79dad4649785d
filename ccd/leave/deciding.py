"""A request is decided: approved step by step, refused, withdrawn. At each approval the rules hold anew."""

from __future__ import annotations

from datetime import datetime

from ccd.config_leave import LeaveSettings
from ccd.events import ShiftAct
from ccd.events import leave as facts
from ccd.events.leave import Breach, UsedDay
from ccd.leave.approvers import Approvers
from ccd.leave.looking import World
from ccd.leave.making import Items, accepted, deadline, fact, page, refused, request_of, warned_told
from ccd.leave.planning import put_into_plan
from ccd.leave.request import Phase, Request
from ccd.leave.rules import Ask, leave_breaches, refusing
from ccd.leave.swapping import Swap, hold, swap_breaches
from ccd.leave.times import Wanted, used_days
from ccd.shifts.acts import Refused

__all__ = ["UNDECIDED", "approve", "checked", "end", "granted", "refuse", "too_late", "withdraw"]

UNDECIDED = "leave_undecided"


def approve(event: ShiftAct, world: World, settings: LeaveSettings) -> Items:
    one = request_of(world, event)
    if one.phase is Phase.ASKED:
        raise Refused("leave_not_accepted", request=one.id, partner=one.partner)
    try:
        steps, instead = _may(event, world, one)
    except Refused:
        if not one.stands or event.actor not in one.approved.values():
            raise
        yield accepted(event, "leave_approved_before", request=one.id, actor=event.actor)
        return
    if event.at >= deadline(world, one):
        yield from too_late(world, one, event.at)
        yield refused(event, Breach(UNDECIDED, {"request": one.id}))
        return
    found, against, used = checked(event.at, world, settings, one)
    if against is not None:
        yield from end(world, one, event.at, against, event)
        yield refused(event, against)
        return
    kind = facts.SwapStepApproved if one.swap else facts.LeaveStepApproved
    yield fact(
        kind,
        world,
        one,
        event.at,
        f"step|{event.actor}",
        actor=event.actor,
        by=event.by,
        because=", ".join(each.rule for each in found),
        steps=steps,
        stood_in_for=instead,
        warned=tuple(found),
        enforced=not found,
    )
    if one.missing:
        waits = ", ".join(Approvers(world, event.at).all_of(one))
        yield accepted(
            event, "leave_step", result=warned_told(tuple(found)), request=one.id, waits_for=waits or "-"
        )
        return
    yield from granted(event.at, world, one, used, event)
    yield accepted(event, "leave_approved", result=warned_told(tuple(found)), request=one.id)


def _may(event: ShiftAct, world: World, one: Request) -> tuple[tuple[str, ...], str]:
    """The steps that the actor decides. Raises Refused."""
    if event.actor in one.people:
        raise Refused("leave_own", request=one.id)
    if one.phase is not Phase.WAITING:
        raise Refused("leave_not_waiting", request=one.id, phase=one.phase.value)
    approvers = Approvers(world, event.at)
    steps, instead = approvers.of(one, event.actor)
    if not steps:
        waits = ", ".join(approvers.all_of(one)) or "-"
        raise Refused("leave_not_approver", request=one.id, actor=event.actor, waits_for=waits)
    return steps, instead


def checked(
    at: datetime, world: World, settings: LeaveSettings, one: Request
) -> tuple[list[Breach], Breach | None, tuple[UsedDay, ...]]:
    """(rules that are broken now, the one that refuses, what is used). As of when it was asked."""
    if any(world.roster.by_code(person) is None for person in one.people):
        gone = Breach("leave_unknown_person", {"person": ", ".join(one.people)})
        return [gone], gone, ()
    if one.swap:
        people = (one.person, one.partner)
        swap = Swap(one.id, *people, one.actor, one.at, one.special, one.moves, granted=True)
        try:
            hold(world, swap)
        except Refused as error:
            breach = Breach(error.rule, error.values)
            return [breach], breach, ()
        found = swap_breaches(world, swap)
        return found, refusing(settings, found), ()
    parts = tuple(
        (duty, max(duty.starts, one.since), min(duty.ends, one.until))
        for duty in world.plan.duties(one.since, one.until)
        if duty.assignment.person == one.person
    )
    if not parts:
        values = {"person": one.person, "since": str(one.since.date()), "until": str(one.until.date())}
        gone = Breach("leave_no_shift", values)
        return [gone], gone, ()
    used = used_days(world.plan, one.person, parts)
    ask = Ask(
        one.id,
        one.kind,
        one.person,
        one.actor,
        one.at,
        one.special,
        Wanted(one.since, one.until, parts),
        used,
        one.called,
        granted=True,
    )
    found = leave_breaches(world, ask)
    return found, refusing(settings, found), used


def granted(
    at: datetime, world: World, one: Request, used: tuple[UsedDay, ...], event: ShiftAct | None = None
) -> Items:
    """All approvals are there."""
    who = {"actor": event.actor, "by": event.by} if event else {}
    because = ", ".join(f"{step} by {actor}" for step, actor in one.approved.items())
    if one.swap:
        moves, kind = one.moves, facts.SwapApproved
        yield fact(
            kind,
            world,
            one,
            at,
            "approved",
            **who,
            because=because,
            kind=one.kind,
            partner=one.partner,
            moves=moves,
        )
        yield from put_into_plan(world, one, at)
    else:
        yield facts.LeaveApproved(
            at=at,
            key=f"leave|approved|{one.id}",
            request=one.id,
            person=one.person,
            day=used[0].day if used else None,
            **who,
            because=because,
            kind=one.kind,
            since=one.since,
            until=one.until,
            used=used,
        )
    yield from page(world, one, at, one.people, "leave_is_approved")


def end(
    world: World, one: Request, at: datetime, why: Breach, event: ShiftAct | None = None, reason: str = ""
) -> Items:
    """It is refused: by somebody, by a rule, or since nobody decided."""
    who = {"actor": event.actor, "by": event.by} if event else {}
    kind = facts.SwapRefused if one.swap else facts.LeaveRefused
    told = {"kind": one.kind, "rule": why.rule, "values": why.values, "reason": reason}
    yield fact(kind, world, one, at, "refused", **who, because=why.rule, **told)
    if event is not None and reason:
        yield from page(world, one, at, one.people, "leave_is_refused", actor=event.actor, reason=reason)
    elif why.rule == UNDECIDED:
        yield from page(world, one, at, one.people, UNDECIDED)
    else:
        yield from page(world, one, at, one.people, "leave_is_refused_by_rule")


def too_late(world: World, one: Request, at: datetime) -> Items:
    """Nobody decided while there was time."""
    yield from end(world, one, at, Breach(UNDECIDED, {"request": one.id}))


def refuse(event: ShiftAct, world: World, settings: LeaveSettings) -> Items:
    """By an approver, or by the partner who was asked. The reason is needed."""
    one, reason = request_of(world, event), event.values.get("reason", "").strip()
    if not reason:
        raise Refused("leave_no_reason", request=one.id)
    rule = "leave_refused_by"
    if one.phase is Phase.ASKED and event.actor == one.partner:
        rule = "leave_swap_declined"
    elif one.phase is Phase.ASKED and event.actor != one.person:
        raise Refused("leave_not_accepted", request=one.id, partner=one.partner)
    else:
        _may(event, world, one)
    yield from end(world, one, event.at, Breach(rule), event, reason)
    yield accepted(event, "leave_refused_now", request=one.id)


def withdraw(event: ShiftAct, world: World, settings: LeaveSettings) -> Items:
    """By the person, until it begins; of a swap by either, until it is approved."""
    one = request_of(world, event)
    if event.actor not in one.people:
        raise Refused("leave_withdraw_own", request=one.id, person=one.person)
    if one.phase is Phase.WITHDRAWN:
        yield accepted(event, "leave_withdrawn", request=one.id)
        return
    if one.swap and one.granted:
        raise Refused("leave_swap_approved", request=one.id)
    if not one.open and one.phase is not Phase.APPROVED:
        raise Refused("leave_not_waiting", request=one.id, phase=one.phase.value)
    if event.at >= one.begins:
        raise Refused("leave_begun", request=one.id)
    tell = Approvers(world, event.at).all_of(one) if one.open else tuple(one.approved.values())
    kind = facts.SwapWithdrawn if one.swap else facts.LeaveWithdrawn
    reason = event.values.get("reason", "")
    yield fact(
        kind,
        world,
        one,
        event.at,
        "withdrawn",
        actor=event.actor,
        by=event.by,
        because="asked",
        reason=reason,
    )
    others = tuple(person for person in one.people if person != event.actor)
    yield from page(
        world, one, event.at, tuple(dict.fromkeys((*others, *tell))), "leave_is_withdrawn", actor=event.actor
    )
    yield accepted(event, "leave_withdrawn", request=one.id)
