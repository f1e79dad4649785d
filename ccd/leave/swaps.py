"""A swap is asked for, of a shift for another or to be covered, and accepted by the partner."""

from __future__ import annotations

from datetime import date
from typing import Any

from ccd.config_leave import LeaveSettings
from ccd.events import ShiftAct
from ccd.events import leave as facts
from ccd.events.leave import Breach, Move
from ccd.leave.approvers import Approvers, steps_of_swap
from ccd.leave.asking import steps_held, yes
from ccd.leave.deciding import UNDECIDED, checked, end, granted, too_late
from ccd.leave.looking import World
from ccd.leave.making import Items, accepted, fact, page, refused, request_of, warned_told, zone
from ccd.leave.request import Phase
from ccd.leave.rules import refusing
from ccd.leave.swapping import Swap, hold, move_of, swap_breaches
from ccd.leave.times import local_day
from ccd.shifts.acts import Refused
from ccd.shifts.calendar import day_in

__all__ = ["accept", "ask_return", "ask_swap"]


def ask_swap(event: ShiftAct, world: World, settings: LeaveSettings) -> Items:
    """``person`` gives a shift to ``partner``, who gives one for it, or (``cover``) later."""
    values, partner = event.values, event.values.get("partner", "")
    _hold_people(world, event.person, partner, event.actor)
    other, cover = (values.get("with_day", ""), values.get("with_shift", "")), yes(event, "cover")
    if cover == any(other) or any(other) != all(other):
        raise Refused("leave_swap_what")
    given = move_of(world, event.person, partner, _day(values.get("day", "")), values.get("shift", ""))
    moves = [given]
    if not cover:
        taken = move_of(world, partner, event.person, _day(other[0]), other[1])
        if (taken.day, taken.shift) == (given.day, given.shift) and taken.seat == given.seat:
            raise Refused("leave_swap_same", day=given.day, shift=given.shift)
        moves.append(taken)
    yield from _ask(event, world, settings, "cover" if cover else "exchange", (event.person, partner), moves)


def ask_return(event: ShiftAct, world: World, settings: LeaveSettings) -> Items:
    """The shift that is given back for a cover: it obeys the same rules. Either of the two may ask."""
    cover = request_of(world, event)
    if cover.kind != "cover" or not cover.granted:
        raise Refused("leave_no_cover", request=cover.id)
    if (known := world.leave.returned_by(cover)) is not None:
        raise Refused("leave_returns_already", request=cover.id, other=known.id)
    if event.actor not in cover.people:
        raise Refused("leave_withdraw_own", request=cover.id, person=cover.person)
    other = cover.partner if event.actor == cover.person else cover.person
    move = move_of(
        world, cover.partner, cover.person, _day(event.values.get("day", "")), event.values.get("shift", "")
    )
    yield from _ask(event, world, settings, "return", (event.actor, other), [move], cover.id)


def _hold_people(world: World, person: str, partner: str, actor: str) -> None:
    for code in (person, partner, actor):
        if world.roster.by_code(code) is None:
            raise Refused("leave_unknown_person", person=code[:40])
    if person == partner:
        raise Refused("leave_swap_self", person=person)


def _day(text: str) -> date:
    day, _ = day_in(text)
    if day is None:
        raise Refused("leave_no_time", text=text[:40])
    return day


def _ask(
    event: ShiftAct,
    world: World,
    settings: LeaveSettings,
    kind: str,
    people: tuple[str, str],
    moves: list[Move],
    returns: str = "",
) -> Items:
    person, partner = people
    for move in moves:
        if move.starts <= event.at:
            raise Refused("leave_past", time=f"{move.day} {move.shift}")
    swap = Swap("", person, partner, event.actor, event.at, yes(event, "special"), tuple(moves))
    hold(world, swap)
    steps = steps_of_swap(world, settings, people, [(move.day, move.shift) for move in moves])
    steps_held(world, event.at, steps, people)
    found = swap_breaches(world, swap)
    name = world.leave.next_id("S", local_day(event.at, zone(world)))
    common: dict[str, Any] = {
        "at": event.at,
        "request": name,
        "person": person,
        "day": min(move.day for move in moves),
        "actor": event.actor,
        "by": event.by,
        "kind": kind,
        "reason": event.values.get("reason", ""),
    }
    against = refusing(settings, found)
    if against is not None:
        yield facts.SwapRefused(
            **common,
            key=f"leave|refused|{name}",
            because=against.rule,
            rule=against.rule,
            values=against.values,
        )
        yield refused(event, against, request=name)
        return
    yield facts.SwapAsked(
        **common,
        key=f"leave|asked|{name}",
        because=", ".join(one.rule for one in found),
        partner=partner,
        moves=tuple(moves),
        steps=steps,
        special=swap.special,
        returns=returns,
        asked_as=event.request,
        warned=tuple(found),
        enforced=not found,
    )
    yield from page(world, world.leave.requests[name], event.at, (partner,), "leave_swap_waits")
    result = {"request": name, "waits_for": partner, **warned_told(tuple(found))}
    yield accepted(event, "leave_asked", result=result, request=name, waits_for=partner)


def accept(event: ShiftAct, world: World, settings: LeaveSettings) -> Items:
    """The partner says yes, before anybody approves."""
    one = request_of(world, event)
    if not one.swap or event.actor != one.partner:
        raise Refused("leave_not_partner", request=one.id, partner=one.partner or "-")
    if one.phase is not Phase.ASKED:
        if one.stands:
            yield accepted(event, "leave_accepted", request=one.id, waits_for="-")
            return
        raise Refused("leave_not_waiting", request=one.id, phase=one.phase.value)
    if event.at >= one.begins:
        yield from too_late(world, one, event.at)
        yield refused(event, Breach(UNDECIDED, {"request": one.id}))
        return
    found, against, _ = checked(event.at, world, settings, one)
    if against is not None:
        yield from end(world, one, event.at, against, event)
        yield refused(event, against)
        return
    yield fact(
        facts.SwapAccepted,
        world,
        one,
        event.at,
        "accepted",
        actor=event.actor,
        by=event.by,
        because=", ".join(each.rule for each in found),
    )
    if not one.missing:
        yield from granted(event.at, world, one, (), event)
    waits = Approvers(world, event.at).all_of(one) if one.open else ()
    yield from page(world, one, event.at, waits, "leave_waits")
    yield accepted(event, "leave_accepted", request=one.id, waits_for=", ".join(waits) or "-")
