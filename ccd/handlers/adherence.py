"""Adherence: what was done against what was scheduled, by the minute.

A shift that is over is judged from its record: whoever asked for one, mostly attendance; where that is off,
this policy asks itself. It is judged anew where an exception, a leave, a lead's word on a meal or break, or
the plan of a day that is past has changed. Once a minute it looks who is out of adherence for too long.

========  ============================================================================
mode      what it does
========  ============================================================================
off       nothing; whoever asks is answered that it is good
observe   judges and keeps the record, tells nobody
notify    tells the lead of severe deviations, once for each
enforce   the same: there is nothing to refuse anybody
========  ============================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ccd.adherence.excepting import excepted, unexcepted
from ccd.adherence.live import severe
from ccd.adherence.verdicts import asked_again, changed, due, judge
from ccd.adherence.world import World
from ccd.config import Mode
from ccd.config_adherence import AdherenceSettings
from ccd.effects import AnswerAsked, Effect
from ccd.events import DeadlineDue, Event, PersonLeft, PlanChanged, RecordRead, ShiftAct, ShiftsRestored
from ccd.events.breaks import BreakWaived
from ccd.events.leave import LeaveApproved, LeaveReturned
from ccd.events.meals import MealExcused
from ccd.shifts.sweeping import is_sweep, next_sweep

NAME = "adherence"
CONSUMES: tuple[type[Event], ...] = (
    *(DeadlineDue, PersonLeft, PlanChanged, RecordRead, ShiftAct, ShiftsRestored),
    *(BreakWaived, LeaveApproved, LeaveReturned, MealExcused),
)


def decide(event: Event, world: World, settings: AdherenceSettings) -> Iterable[Event | Effect]:
    if isinstance(event, ShiftAct):
        return _act(event, world, settings) if event.policy == NAME else ()
    if isinstance(event, ShiftsRestored) or (isinstance(event, DeadlineDue) and is_sweep(NAME, event)):
        return _sweep(event, world, settings)
    if settings.mode is Mode.OFF:
        return ()
    match event:
        case PersonLeft():
            world.adherence.gone_since[event.person] = event.at
        case RecordRead():
            return judge(event, world)
        case PlanChanged():
            return changed(event, world)
        case LeaveApproved():
            return asked_again(event.person, event.since, event.until, event.at, world)
        case LeaveReturned():
            return asked_again(event.person, event.until, event.at, event.at, world)
        case MealExcused():
            return asked_again(event.person, event.began, event.at, event.at, world)
        case BreakWaived():
            began = world.adherence.began(event.person, event.of)
            return asked_again(event.person, began or event.at, event.at, event.at, world)
    return ()


def _act(event: ShiftAct, world: World, settings: AdherenceSettings) -> Iterable[Event | Effect]:
    if settings.mode is Mode.OFF:
        return (AnswerAsked(event.request, "adherence is off", True),)
    return excepted(event, world) if event.act == "except" else unexcepted(event, world)


def _sweep(event: Event, world: World, settings: AdherenceSettings) -> Iterator[Event | Effect]:
    yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)
    if settings.mode is Mode.OFF or isinstance(event, ShiftsRestored):
        return
    world.adherence.forget(event.at)
    yield from severe(world, event.at)
    if world.settings.policies.attendance.mode is Mode.OFF:
        yield from due(event.at, world)
