"""Scoring: who scores what, by which form, and what follows (manual.md, "Quality"). docs/scoring.md.

The states of an evaluation stand as a table at the head of ``ccd.scoring.state``. Here every input finds its
place:

=============================  ==============================================================================
CallPicked                     an evaluation is opened, and assigned at once
PickUnheard, RecordingAmiss    what cannot be heard, and is not scored yet, is void
DayFrozen                      the chances of that day are the final ones
ShiftAct                       what somebody asks or decides (``ccd.scoring.acts``)
DeadlineDue                    a claim, a term or a wait for the release is over; the look once a minute
ConfigReplaced, -Restored      new versions of forms are put on record
=============================  ==============================================================================

Modes: ``notify`` and ``enforce`` hold odd scores for a second look and tell people; ``enforce`` also refuses
that the QA manager gives an analyst more than their cap, or work on a day on which they are away. ``observe``
holds nothing and tells nobody. ``off`` opens nothing and takes no acts; what is open stays as it is. In every
mode only those who may do something do, nobody does about themselves, and wrong input is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from ccd.config_scoring import ScoringSettings
from ccd.config_section import Mode
from ccd.effects import Effect
from ccd.events import ConfigReplaced, DeadlineDue, Event, ShiftAct, ShiftsRestored
from ccd.events import scoring as facts
from ccd.events.retention import RecordingAmiss
from ccd.events.sampling import CallPicked, DayFrozen, PickUnheard
from ccd.scoring import claiming, deciding, marking
from ccd.scoring.acts import ACTS
from ccd.scoring.evaluation import Evaluation, Phase
from ccd.scoring.looking import World, today
from ccd.scoring.making import Items, fact, refuse, refused
from ccd.scoring.opening import claim_over, open_pick, place_waiting, publish
from ccd.scoring.releasing import close, is_over, overdue, released, void
from ccd.shifts.acts import Refused
from ccd.shifts.sweeping import is_sweep, next_sweep

NAME = "scoring"

_ACTS: dict[str, Callable[[ShiftAct, World], Items]] = {
    "claim": claiming.claim,
    "return": claiming.give_back,
    "score": marking.score,
    "edit": marking.edit,
    "hold": marking.hold,
    "release": deciding.release,
    "dispute": deciding.dispute,
    "resolve": deciding.resolve,
    "reassign": deciding.reassign,
    "plan": deciding.plan,
    "void": deciding.void_it,
    "coach": deciding.coach,
}


def decide(event: Event, world: World, settings: ScoringSettings) -> Iterable[Event | Effect]:
    """One input. Each fact must be applied before the next item is asked for: ``ccd.engine`` does."""
    if isinstance(event, ShiftAct):
        if event.policy == NAME:
            yield from _act(event, world, settings)
    elif isinstance(event, ShiftsRestored) or (isinstance(event, DeadlineDue) and is_sweep(NAME, event)):
        yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)
    if settings.mode is not Mode.OFF and not isinstance(event, ShiftAct):
        yield from _DECIDE[type(event)](event, world)


def _act(event: ShiftAct, world: World, settings: ScoringSettings) -> Items:
    """Everything is checked before the first fact: what is refused has changed nothing."""
    try:
        if settings.mode is Mode.OFF:
            refuse("scoring_off")
        work = _ACTS.get(event.act)
        if work is None:
            refuse("scoring_unknown_act", act=event.act[:40])
        for name in ACTS[event.act].needs:
            if not event.values.get(name):
                refuse("scoring_missing", act=event.act, name=name)
        yield from work(event, world)
    except Refused as why:
        yield refused(event, why)


def _config(event: ConfigReplaced, world: World) -> Items:
    """At the start it comes before what is stored is known; then ``ShiftsRestored`` does it."""
    if world.scoring.forms:
        yield from publish(world, event.at)


def _restored(event: ShiftsRestored, world: World) -> Items:
    yield from publish(world, event.at)


def _picked(event: CallPicked, world: World) -> Items:
    yield from open_pick(world, event)


def _unheard(event: PickUnheard, world: World) -> Items:
    for one in _open(world):
        if (one.pbx, one.unit) == (event.pbx, event.unit):
            yield from void(world, one, event.at, event.state, f"its recording is {event.state}")


def _amiss(event: RecordingAmiss, world: World) -> Items:
    for one in _open(world):
        if event.unheard and (one.pbx, one.recording) == (event.pbx, event.recording):
            yield from void(world, one, event.at, event.what, f"its recording is {event.what}")


def _open(world: World) -> list[Evaluation]:
    return [one for one in world.scoring.evaluations.values() if one.open]


def _frozen(event: DayFrozen, world: World) -> Items:
    for one in list(world.scoring.evaluations.values()):
        stratum = event.strata.get(one.stratum)
        if one.counts and one.day == event.day and stratum is not None and one.phase is not Phase.VOID:
            because = f"{stratum[2]} of {stratum[1]} eligible picked in {one.stratum}"
            yield fact(facts.ChanceFixed, one, event.at, "chance", chance=stratum[3], because=because)


def _due(event: DeadlineDue, world: World) -> Items:
    if is_sweep(NAME, event):
        yield from publish(world, event.at)
        world.scoring.forget(event.at, today(world, event.at))
        yield from place_waiting(world, event.at)
        for one in list(world.scoring.evaluations.values()):
            yield from _come_due(one, event, world)
        return
    name, _, rest = event.key.partition("|")
    known = world.scoring.evaluations.get(rest.partition("|")[2])
    if name == NAME and known is not None:
        yield from _come_due(known, event, world)


def _come_due(one: Evaluation, event: DeadlineDue, world: World) -> Items:
    """Whatever is due of it by now: also what came due while the policy was off, or its deadline was lost."""
    at, settings = event.at, world.settings.policies.scoring
    if one.phase is Phase.CLAIMED and one.until is not None and one.until <= at:
        yield from claim_over(world, one, at)
    if (
        one.phase is Phase.SCORED
        and one.sample != "blind"
        and settings.release == "after_days"
        and one.scored is not None
        and one.scored + timedelta(days=settings.release_days) <= at
    ):
        yield from released(world, one, at, f"released after {settings.release_days:g} days")
    yield from overdue(world, one, at)
    if is_over(world, one, at):
        yield from close(one, at)


_DECIDE: dict[type[Event], Callable[[Any, World], Items]] = {
    CallPicked: _picked,
    ConfigReplaced: _config,
    DayFrozen: _frozen,
    DeadlineDue: _due,
    PickUnheard: _unheard,
    RecordingAmiss: _amiss,
    ShiftsRestored: _restored,
}
CONSUMES: tuple[type[Event], ...] = (*_DECIDE, ShiftAct)
