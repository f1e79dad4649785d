"""Shifts that change hands: what the plan has of them, and the rules of swaps (manual.md, "Leave and swaps").

==========================  ==============================================================================
rule                        broken where
==========================  ==============================================================================
leave_swap_role, _language  the two have not that of ``comparable`` in common, by the roster
and _team
leave_swap_in_row           连班: whoever takes a shift has less than ``min_rest_hours`` between it and the
                            shift before or after, or these adjoin
leave_swap_consecutive      连续换班: somebody would work shifts taken by swaps on two days that follow each
                            other (or on one); it is the day on which a shift begins that counts
leave_swap_month            one of the two is part of more than ``month_swaps`` swaps that move a shift of a
                            month
leave_month_days            more than ``month_days`` in a month; a shift that is given is a day
leave_holiday               a shift that begins on a public holiday is moved; not in a special case
leave_ahead, leave_by_other as of leave
==========================  ==============================================================================

A return obeys all of them. What the plan cannot hold is refused in every mode, and raises Refused: a shift
that its giver does not have, two shifts of a person at a time, or one on leave.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccd.config_leave import LeaveSettings
from ccd.events import PlanDay
from ccd.events.leave import Breach, Move
from ccd.leave.looking import World
from ccd.leave.request import Phase, Request, month_of
from ccd.leave.rules import Found, is_holiday, month_breach
from ccd.leave.times import local_day
from ccd.shifts.acts import Refused
from ccd.shifts.plan import Assignment, Cell, Duty, encode_day

__all__ = ["Swap", "days_of", "hold", "is_done", "move_of", "swap_breaches"]

NEAR = 2
"""Days: so near each other shifts may be in a row."""


class Swap(NamedTuple):
    """What is held to the rules; ``id`` and ``granted`` as in ``rules.Ask``."""

    id: str
    person: str
    partner: str
    actor: str
    at: datetime
    special: bool
    moves: tuple[Move, ...]
    granted: bool = False


# --- the plan ---------------------------------------------------------------------------------------------


def _moved(world: World, move: Move) -> bool:
    people = world.plan.day(move.day).people
    taken = any(
        (one.shift, one.seat, one.pbx) == (move.shift, move.seat, move.pbx)
        for one in people.get(move.taker, ())
    )
    given = all(
        (one.shift, one.seat, one.pbx) != (move.shift, move.seat, move.pbx)
        for one in people.get(move.giver, ())
    )
    return taken and given


def is_done(world: World, moves: tuple[Move, ...]) -> bool:
    """Whether the plan has a swap already."""
    return all(_moved(world, move) for move in moves)


def _cells(world: World, person: str, day: date, moves: tuple[Move, ...] = ()) -> list[Cell]:
    """What somebody works that day once these moves are in the plan."""
    cells = [one[2:] for one in world.plan.day(day).people.get(person, ())]
    for move in moves:
        if move.day == day and move.giver == person:
            cells = [cell for cell in cells if cell[:3] != (move.shift, move.seat, move.pbx)]
    for move in moves:
        if move.day == day and move.taker == person:
            cells.append((move.shift, move.seat, move.pbx, move.meal_group))
    return cells


def days_of(world: World, one: Request) -> tuple[PlanDay, ...]:
    """The days of both people as the swap makes them; everybody else keeps theirs."""
    return tuple(
        PlanDay(day, encode_day({person: _cells(world, person, day, one.moves) for person in one.people}))
        for day in sorted({move.day for move in one.moves})
    )


def move_of(world: World, giver: str, taker: str, day: date, shift: str) -> Move:
    """The shift as the plan has it. Raises Refused."""
    known = world.plan.shifts.called(shift)
    if known is None:
        raise Refused("leave_unknown_shift", shift=shift[:40])
    times = world.plan.shifts.occurrence(known.name, day)
    for cell in _cells(world, giver, day):
        if cell[0] == known.name and times is not None:
            return Move(day, known.name, giver, taker, times.starts, times.ends, *cell[1:])
    raise Refused("leave_not_on_shift", person=giver, day=day, shift=known.label or known.name)


def _duties(world: World, person: str, swap: Swap, near: Move) -> list[Duty]:
    """What somebody works around a shift once the swap is in the plan."""
    found = []
    for n in range(-NEAR, NEAR + 1):
        day = near.day + timedelta(days=n)
        for cell in _cells(world, person, day, swap.moves):
            times = world.plan.shifts.occurrence(cell[0], day)
            if times is not None:
                found.append(Duty(times.starts, times.ends, Assignment(person, day, *cell)))
    return sorted(found)


# --- what cannot be ---------------------------------------------------------------------------------------


def hold(world: World, swap: Swap) -> None:
    """Raises Refused for what the plan cannot hold, and for what another request has already."""
    for move in swap.moves:
        label = world.plan.shifts.by_name[move.shift].label or move.shift
        if (move.shift, move.seat, move.pbx) not in [
            cell[:3] for cell in _cells(world, move.giver, move.day)
        ]:
            raise Refused("leave_not_on_shift", person=move.giver, day=move.day, shift=label)
        for person in (move.giver, move.taker):
            _hold_requests(world, person, swap.id, move)
        mine = _duties(world, move.taker, swap, move)
        for first, second in pairwise(mine):
            if second.starts < first.ends:
                raise Refused("leave_swap_overlap", person=move.taker, day=move.day, shift=label)


def _hold_requests(world: World, person: str, but: str, move: Move) -> None:
    for one in world.leave.of(person):
        if one.id == but or not one.stands:
            continue
        if one.swap and one.phase is Phase.APPROVED:  # on its way into the plan
            meets = any(abs((each.day - move.day).days) <= NEAR for each in one.moves)
        elif one.swap:
            meets = one.open and any(m.starts < move.ends and move.starts < m.ends for m in one.moves)
        else:
            meets = one.since < move.ends and move.starts < one.until
        if meets:
            raise Refused("leave_overlap", person=person, request=one.id)


# --- the rules --------------------------------------------------------------------------------------------


def swap_breaches(world: World, swap: Swap) -> list[Breach]:
    settings = world.settings.policies.leave
    rules = (_by_other, _alike, _in_row, _consecutive, _month_swaps, _month_days, _holiday, _ahead)
    return [one for rule in rules for one in rule(world, swap, settings)]


def _by_other(world: World, swap: Swap, settings: LeaveSettings) -> Found:
    if swap.actor != swap.person:
        yield Breach("leave_by_other", {"person": swap.person, "actor": swap.actor})


def _alike(world: World, swap: Swap, settings: LeaveSettings) -> Found:
    one, other = world.roster.by_code(swap.person), world.roster.by_code(swap.partner)
    for name in settings.comparable:
        has, had = getattr(one, name, ""), getattr(other, name, "")
        if has != had:
            people = {"person": swap.person, "partner": swap.partner}
            yield Breach(f"leave_swap_{name}", {**people, "has": has or "-", "other": had or "-"})


def _in_row(world: World, swap: Swap, settings: LeaveSettings) -> Found:
    rest = timedelta(hours=settings.min_rest_hours)
    for move in swap.moves:
        mine = _duties(world, move.taker, swap, move)
        for first, second in pairwise(mine):
            gap = second.starts - first.ends
            if (gap < rest or not gap) and move.starts in (first.starts, second.starts):
                hours = f"{gap.total_seconds() / 3600:.4g}"
                values = {"person": move.taker, "day": str(move.day), "shift": move.shift}
                yield Breach(
                    "leave_swap_in_row", {**values, "hours": hours, "rest": f"{settings.min_rest_hours:g}"}
                )
                break


def _consecutive(world: World, swap: Swap, settings: LeaveSettings) -> Found:
    for move in swap.moves:
        others = [
            each.day
            for one in world.leave.of(move.taker)
            if one.swap and one.id != swap.id and (one.granted if swap.granted else one.stands)
            for each in one.moves
            if each.taker == move.taker
        ]
        near = next((day for day in others if abs((day - move.day).days) <= 1), None)
        if near is not None:
            values = {"person": move.taker, "day": str(move.day), "other": str(near)}
            yield Breach("leave_swap_consecutive", values)


def _month_swaps(world: World, swap: Swap, settings: LeaveSettings) -> Found:
    for person in (swap.person, swap.partner):
        for month in sorted({month_of(move.day) for move in swap.moves}):
            had = world.leave.swaps(person, month, but=swap.id, granted=swap.granted)
            if had + 1 > settings.month_swaps:
                values = {"person": person, "month": f"{month[0]}-{month[1]:02}", "had": str(had)}
                yield Breach("leave_swap_month", {**values, "most": str(settings.month_swaps)})


def _month_days(world: World, swap: Swap, settings: LeaveSettings) -> Found:
    for move in swap.moves:
        month = month_of(move.day)
        had = world.leave.used(move.giver, month, settings.month_kinds, but=swap.id, granted=swap.granted)
        if had + 1 > Fraction(settings.month_days):
            yield month_breach(move.giver, month, had, Fraction(1), settings)


def _holiday(world: World, swap: Swap, settings: LeaveSettings) -> Found:
    for move in swap.moves:
        if not swap.special and is_holiday(world, move.day):
            yield Breach("leave_holiday", {"day": str(move.day), "name": world.calendar.day(move.day).name})
            return


def _ahead(world: World, swap: Swap, settings: LeaveSettings) -> Found:
    if swap.special:
        return
    first = min(swap.moves, key=lambda move: move.starts)
    zone = ZoneInfo(world.plan.shifts.by_name[first.shift].zone)
    left = (first.day - local_day(swap.at, zone)).days
    if left < settings.ahead_days:
        yield Breach("leave_ahead", {"days": str(max(left, 0)), "needed": str(settings.ahead_days)})
