"""Answers to acts, in the words of their rules."""

from __future__ import annotations

from ccd.effects import AnswerAsked
from ccd.events import ShiftAct
from ccd.sampling.world import World
from ccd.shifts.people import name_of

__all__ = ["done", "refused"]


def done(event: ShiftAct, world: World, rule: str, **values: str) -> AnswerAsked:
    told = {"actor": name_of(world, event.actor), "reason": event.values.get("reason", ""), **values}
    return AnswerAsked(event.request, f"sampling: {event.act} by {event.actor}", True, rule, told)


def refused(event: ShiftAct, rule: str, **values: str) -> AnswerAsked:
    return AnswerAsked(event.request, f"sampling: {rule}", False, rule, values)
