"""Somebody asks for a conversation to be scored: it is looked up in the population of its day.

What is not over yet is remembered, and picked when it is.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from ccd.config_sampling import SamplingSettings
from ccd.effects import AnswerAsked, ReadPopulation
from ccd.events import ShiftAct
from ccd.events import sampling as facts
from ccd.events.quality import Member, PopulationRead
from ccd.quality.people import may_follow
from ccd.sampling.answers import done, refused
from ccd.sampling.extras import HEARABLE
from ccd.sampling.picking import pick, wrong_with
from ccd.sampling.world import Items, World, local_day
from ccd.shifts.people import name_of

__all__ = ["ASK", "answered", "asks"]

ASK = "sampling|ask|"
_KIND = "asked"


def asks(event: ShiftAct, world: World, day: date) -> Items:
    world.sampling.underway.requests[event.request] = event
    yield ReadPopulation(f"{ASK}{event.request}", f"{event.actor} asks for a conversation", day)


def answered(world: World, settings: SamplingSettings, event: PopulationRead) -> Items:
    act = world.sampling.underway.requests.pop(event.key.removeprefix(ASK), None)
    if act is None:
        return
    act = msgspec.structs.replace(act, at=event.at)
    unit, call = act.values.get("unit", ""), act.values.get("call", "")
    found = [one for one in event.members if one.unit == unit or (call and one.call == call)]
    if not found and event.day == local_day(world, event.at):
        yield _wanted(act, event.day, unit or call)
        yield done(act, world, "sampling_wanted", wanted=unit or call)
    elif not found:
        yield refused(act, "sampling_no_such_call", wanted=unit or call, day=str(event.day))
    else:
        yield from _found(act, world, settings, found, event.day, unit or call)


def _found(
    act: ShiftAct,
    world: World,
    settings: SamplingSettings,
    found: list[Member],
    day: date,
    wanted: str,
) -> Items:
    """As many of a call's conversations as can be heard; refused where none can."""
    people = {one.person for one in found if may_follow(world, act.actor, one.person)}
    theirs = [one for one in found if one.person in people]
    if not theirs:
        actor, name = name_of(world, act.actor), name_of(world, found[0].person)
        yield refused(act, "sampling_not_theirs", actor=actor, name=name)
        return
    fresh = [one for one in theirs if not one.picked and not list(world.sampling.picks_of(one.unit))]
    heard = [one for one in fresh if one.eligible in HEARABLE and not wrong_with(world, one)]
    if not fresh:
        yield done(act, world, "sampling_already", wanted=wanted)
    elif not heard:
        why = wrong_with(world, fresh[0]) or fresh[0].eligible
        yield refused(act, "sampling_cannot_hear", wanted=wanted, why=why)
    elif (wrong := _too_many(act, world, settings, day)) is not None:
        yield wrong
    else:
        yield _wanted(act, day, wanted)
        for one in heard:
            yield from pick(world, one, day, _KIND, act.at)
        names = ", ".join(name_of(world, person) for person in sorted({one.person for one in heard}))
        yield done(act, world, "sampling_asked", wanted=wanted, name=names)


def _too_many(act: ShiftAct, world: World, settings: SamplingSettings, day: date) -> AnswerAsked | None:
    limit = settings.extra.asked
    count = world.sampling.extras_of(day)[0][_KIND]
    if limit.enabled and (not limit.per_day or count < limit.per_day):
        return None
    most = str(limit.per_day if limit.enabled else 0)
    return refused(act, "sampling_enough", count=str(count), day=str(day), limit=most)


def _wanted(act: ShiftAct, day: date, wanted: str) -> facts.CallWanted:
    told: dict[str, Any] = {"at": act.at, "key": f"sampling|wanted|{act.request}", "day": day}
    because = f"{act.act} by {act.actor}: {act.values['reason']}"
    return facts.CallWanted(
        **told,
        actor=act.actor,
        by=act.by,
        because=because,
        wanted=wanted,
        reason=act.values["reason"],
    )
