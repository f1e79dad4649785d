"""Attendance: late, early, off post, absent, with evidence (manual.md, "Attendance"; docs/attendance.md).

=====================  ======================================================================================
ShiftsRestored         begins to look over the plan, once a minute
DeadlineDue            that look: who is not there yet, and which shifts are to be judged
RecordRead             verdicts, and what they give grounds to propose
PlanChanged            shifts that are over and were changed are judged again, or their verdict is void
Leave… (approved,      the person's shifts of that time are judged again
withdrawn, returned)
PersonArrived,         told late, of a time that is past: likewise
PersonLeft
ShiftAct               what people decide and note (``ccd.attendance.acts``)
=====================  ======================================================================================

Modes: ``observe`` judges and tells nobody; ``notify`` and ``enforce`` tell; ``off`` judges nothing, what
people note is kept all the same. Who may not decide is refused in any mode; a permission that is noted too
late only by ``enforce``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from ccd import events as e
from ccd.attendance import deciding, judging, noting, watching
from ccd.attendance.floor import Items, World
from ccd.attendance.state import REMEMBERED
from ccd.config_attendance import AttendanceSettings
from ccd.config_section import Mode
from ccd.effects import AnswerAsked, Effect
from ccd.events.leave import LeaveApproved, LeaveReturned, LeaveWithdrawn
from ccd.shifts.acts import Refused
from ccd.shifts.plan import decode_day
from ccd.shifts.sweeping import is_sweep, next_sweep

NAME = "attendance"

ACTS: Mapping[str, Callable[[World, e.ShiftAct], Items]] = {
    "answer_objection": deciding.answer_objection,
    "complaint_proven": noting.complaint_proven,
    "correct": deciding.correct,
    "decide": deciding.decide,
    "excuse_outage": noting.excuse_outage,
    "grave": noting.grave,
    "judge": noting.judge_again,
    "object": deciding.object_,
    "permit": noting.permit,
    "unexcuse": noting.unexcuse,
}


def decide(event: e.Event, world: World, settings: AttendanceSettings) -> Iterator[e.Event | Effect]:
    """One input, or a fact of another policy."""
    yield from _DECIDE[type(event)](event, world, settings)


def _restored(event: e.ShiftsRestored, world: World, settings: AttendanceSettings) -> Items:
    yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)


def _due(event: e.DeadlineDue, world: World, settings: AttendanceSettings) -> Items:
    if not is_sweep(NAME, event):
        return
    yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)
    world.attendance.forget(event.at)
    if settings.mode is Mode.OFF:
        return
    yield from watching.notices(world, event.at)
    yield from judging.ask(world, event.at, judging.due(world, event.at), "over and not judged")
    yield from judging.of_late_news(world, event.at)


def _read(event: e.RecordRead, world: World, settings: AttendanceSettings) -> Items:
    if event.key.startswith(judging.READS) and settings.mode is not Mode.OFF:
        yield from judging.judged(world, event)


def _plan_changed(event: e.PlanChanged, world: World, settings: AttendanceSettings) -> Items:
    """Of days that are past what was judged of another seat is judged again; the sweep finds what was not."""
    if settings.mode is Mode.OFF:
        return
    settled = event.at - timedelta(minutes=settings.settle_minutes)
    for each in event.days:
        known = world.attendance.verdicts.get(each.day, {})
        if each.day < (event.at - REMEMBERED).date() or each.day > event.at.date() + timedelta(days=1):
            continue
        people = dict.fromkeys(decode_day(each.people))
        if each.whole:
            people |= dict.fromkeys(person for person, _ in known)
        yield from judging.voided(world, event.at, each.day, people)
        changed = []
        for person in people:
            for duty in world.plan.of(person, each.day):
                one = duty.assignment
                before = known.get((person, one.shift))
                same = before is not None and (before.seat, before.pbx) == (one.seat, one.pbx)
                if duty.ends <= settled and (not same or (before and before.state == "void")):
                    changed.append(duty)
        yield from judging.ask(world, event.at, changed, f"the plan is {event.version} now")


def _leave_approved(event: LeaveApproved, world: World, settings: AttendanceSettings) -> Items:
    if settings.mode is not Mode.OFF:
        yield from judging.again(
            world, event.at, event.person, event.since, event.until, "leave was approved"
        )


def _leave_changed(
    event: LeaveReturned | LeaveWithdrawn, world: World, settings: AttendanceSettings
) -> Items:
    """Every shift of theirs that was judged with leave in it."""
    if settings.mode is Mode.OFF:
        return
    duties = [
        duty
        for day, known in world.attendance.verdicts.items()
        for (person, shift), verdict in known.items()
        if person == event.person and verdict.away
        for duty in world.plan.of(person, day)
        if duty.assignment.shift == shift
    ]
    yield from judging.ask(world, event.at, duties, "leave was changed")


def _signed(event: e.PersonArrived | e.PersonLeft, world: World, settings: AttendanceSettings) -> Items:
    """``missed``: the dialplan noted it while ccd was away. Its ``at`` is past: the next look asks anew."""
    if isinstance(event, e.PersonLeft):
        watching.left(world, event)
    if event.how == "missed" and settings.mode is not Mode.OFF:
        judging.late_news(world, event.person, event.at)
    yield from ()


def _act(event: e.ShiftAct, world: World, settings: AttendanceSettings) -> Items:
    if event.policy != NAME:
        return
    try:
        yield from ACTS[event.act](world, event)
    except Refused as refused:
        yield AnswerAsked(
            event.request,
            f"attendance: {refused.rule} {refused.values}",
            accepted=False,
            rule=refused.rule,
            values=refused.values,
        )


_DECIDE: Mapping[type[e.Event], Callable[[Any, World, AttendanceSettings], Items]] = {
    e.DeadlineDue: _due,
    LeaveApproved: _leave_approved,
    LeaveReturned: _leave_changed,
    LeaveWithdrawn: _leave_changed,
    e.PersonArrived: _signed,
    e.PersonLeft: _signed,
    e.PlanChanged: _plan_changed,
    e.RecordRead: _read,
    e.ShiftAct: _act,
    e.ShiftsRestored: _restored,
}
CONSUMES: tuple[type[e.Event], ...] = tuple(_DECIDE)
