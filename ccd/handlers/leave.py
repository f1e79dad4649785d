"""Leave and swaps: asked for, approved, taken (manual.md, "Leave and swaps").

The phases of a request stand as a table at the head of ``ccd.leave.state``, the rules in ``ccd.leave.rules``
and ``ccd.leave.swapping``, who approves in ``ccd.leave.approvers``. Here every input finds its place:

====================  =======================================================================================
ShiftAct              what somebody asks or decides (``ccd.leave.acts``)
DeadlineDue           the look over what is kept: reminders, what nobody decided, returns, certificates
EffectDone, -Failed   the plan has a swap, or not
ShiftsRestored        after a start: an approved swap that the plan may not have is asked for again
====================  =======================================================================================

Modes: ``enforce`` refuses what breaks a rule. ``notify`` and ``observe`` note it with the request, which goes
on to those who approve; ``observe`` tells nobody. ``off`` takes no request. In every mode wrong input is
refused, only those who may approve do, and nobody decides about themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ccd.config_leave import LeaveSettings
from ccd.config_section import Mode
from ccd.effects import Effect
from ccd.events import DeadlineDue, EffectDone, EffectFailed, Event, ShiftAct, ShiftsRestored
from ccd.events.leave import Breach
from ccd.leave.asking import ask_leave
from ccd.leave.deciding import approve, refuse, withdraw
from ccd.leave.looking import World
from ccd.leave.making import Items, accepted, refused
from ccd.leave.planning import answered
from ccd.leave.returning import certificate, sign_off
from ccd.leave.swaps import accept, ask_return, ask_swap
from ccd.leave.sweep import look, restore
from ccd.shifts.acts import Refused
from ccd.shifts.sweeping import is_sweep, next_sweep

NAME = "leave"
CONSUMES: tuple[type[Event], ...] = (DeadlineDue, EffectDone, EffectFailed, ShiftAct, ShiftsRestored)

_ACTS: dict[str, Callable[[ShiftAct, World, LeaveSettings], Items]] = {
    "ask": ask_leave,
    "approve": approve,
    "refuse": refuse,
    "withdraw": withdraw,
    "return": sign_off,
    "certificate": certificate,
    "swap": ask_swap,
    "swap_return": ask_return,
    "accept": accept,
}


def decide(event: Event, world: World, settings: LeaveSettings) -> Iterable[Event | Effect]:
    """One input. Each fact must be applied before the next item is asked for: ``ccd.engine`` does."""
    if isinstance(event, ShiftAct):
        if event.policy == NAME:
            yield from _act(event, world, settings)
    elif isinstance(event, ShiftsRestored):
        yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)
        if settings.mode is not Mode.OFF:
            yield from restore(world, event.at)
    elif isinstance(event, DeadlineDue):
        if is_sweep(NAME, event):
            yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)
            if settings.mode is not Mode.OFF:
                yield from look(world, settings, event.at)
    elif isinstance(event, (EffectDone, EffectFailed)):
        yield from answered(event, world)


def _act(event: ShiftAct, world: World, settings: LeaveSettings) -> Items:
    try:
        if settings.mode is Mode.OFF:
            raise Refused("leave_off")
        work = _ACTS.get(event.act)
        if work is None:
            raise Refused("leave_unknown_act", act=event.act[:40])
        if (before := world.leave.asked_as(event.request)) is not None:  # under the same id: it stands
            yield accepted(event, "leave_asked_before", result={"request": before.id}, request=before.id)
            return
        yield from work(event, world, settings)
    except Refused as error:
        yield refused(event, Breach(error.rule, error.values))
