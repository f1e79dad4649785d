"""Leave is asked for. What cannot be is refused in every mode, and nothing is kept of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args

from ccd.config_leave import Kind, LeaveSettings
from ccd.events import ShiftAct
from ccd.events import leave as facts
from ccd.leave.approvers import Approvers, steps_of_leave
from ccd.leave.looking import World
from ccd.leave.making import Items, accepted, page, refused, warned_told, zone
from ccd.leave.request import Phase
from ccd.leave.rules import Ask, leave_breaches, refusing
from ccd.leave.times import Wanted, local_day, moment, used_days, wanted
from ccd.shifts.acts import Refused
from ccd.shifts.people import may_decide

__all__ = ["ask_leave", "steps_held", "yes"]


def ask_leave(event: ShiftAct, world: World, settings: LeaveSettings) -> Items:
    ask, reason = _read(event, world, settings), event.values.get("reason", "")
    shifts = [(duty.assignment.day, duty.assignment.shift) for duty, _, _ in ask.wanted.parts]
    steps = steps_of_leave(world, settings, ask.person, ask.kind, shifts)
    steps_held(world, event.at, steps, (ask.person,))
    name = world.leave.next_id("L", local_day(event.at, zone(world)))
    found = leave_breaches(world, ask)
    against = refusing(settings, found)
    common: dict[str, Any] = {
        "at": event.at,
        "request": name,
        "person": ask.person,
        "day": ask.wanted.day,
        "actor": event.actor,
        "by": event.by,
    }
    if against is not None:
        yield facts.LeaveRefused(
            **common,
            key=f"leave|refused|{name}",
            because=against.rule,
            kind=ask.kind,
            rule=against.rule,
            values=against.values,
            reason=reason,
        )
        yield refused(event, against, request=name)
        return
    yield facts.LeaveAsked(
        **common,
        key=f"leave|asked|{name}",
        because=", ".join(one.rule for one in found),
        kind=ask.kind,
        since=ask.wanted.since,
        until=ask.wanted.until,
        begins=ask.wanted.begins,
        reason=reason,
        used=ask.used,
        steps=steps,
        special=ask.special,
        called=ask.called,
        how=event.values.get("how", ""),
        asked_as=event.request,
        warned=tuple(found),
        enforced=not found,
    )
    one = world.leave.requests[name]
    waits = Approvers(world, event.at).all_of(one)
    yield from page(world, one, event.at, waits, "leave_waits")
    if event.actor != one.person:
        yield from page(world, one, event.at, (one.person,), "leave_filed", actor=event.actor)
    result = {"request": name, "waits_for": ", ".join(waits), **warned_told(tuple(found))}
    yield accepted(event, "leave_asked", result=result, request=name, waits_for=", ".join(waits) or "-")


def steps_held(world: World, at: datetime, steps: tuple[str, ...], own: tuple[str, ...]) -> None:
    """Raises Refused where nobody could ever approve."""
    approvers = Approvers(world, at)
    for step in steps:
        if not approvers.bench(step, own).people:
            raise Refused("leave_no_approver", step=step)


def yes(event: ShiftAct, name: str) -> bool:
    return event.values.get(name, "").casefold() in ("yes", "true", "1", "是")


def _read(event: ShiftAct, world: World, settings: LeaveSettings) -> Ask:
    """Raises Refused."""
    values, at = event.values, event.at
    for code in (event.person, event.actor):
        if world.roster.by_code(code) is None:
            raise Refused("leave_unknown_person", person=code[:40])
    kind = values.get("kind", "")
    if kind not in get_args(Kind):
        raise Refused("leave_kind", kind=kind[:40], kinds=", ".join(get_args(Kind)))
    want = wanted(
        world.plan,
        event.person,
        values.get("from", ""),
        values.get("to", ""),
        values.get("shift", ""),
        at=at,
        zone=zone(world),
        longest=settings.longest_days,
    )
    if want.ends <= at or (want.begins < at and kind != "sick"):
        raise Refused("leave_past", time=values.get("from", "")[:40])
    _hold_others(world, event.person, want)
    return Ask(
        id="",
        kind=kind,
        person=event.person,
        actor=event.actor,
        at=at,
        special=yes(event, "special"),
        wanted=want,
        used=used_days(world.plan, event.person, want.parts),
        called=_called(event, world, kind),
    )


def _hold_others(world: World, person: str, want: Wanted) -> None:
    """Nobody asks twice for the same time."""
    for one in world.leave.of(person):
        if not one.stands:
            continue
        if not one.swap:
            meets = one.since < want.until and want.since < one.until
        else:
            moves = one.moves if one.open or one.phase is Phase.APPROVED else ()
            meets = any(move.starts < want.until and want.since < move.ends for move in moves)
        if meets:
            raise Refused("leave_overlap", person=person, request=one.id)


def _called(event: ShiftAct, world: World, kind: str) -> datetime | None:
    """When somebody ill rang up: told by a lead who files it."""
    text = event.values.get("called", "")
    if not text:
        return None
    known = world.roster.by_code(event.person)
    lead = known is not None and may_decide(world, event.actor, known.team)
    if kind != "sick" or event.actor == event.person or not lead:
        raise Refused("leave_called_by_lead", actor=event.actor)
    if len(text) <= 5:
        text = f"{local_day(event.at, zone(world))}T{text}"
    called = moment(text, zone(world))
    if called > event.at:
        raise Refused("leave_called_later", time=event.values["called"][:40])
    return called
