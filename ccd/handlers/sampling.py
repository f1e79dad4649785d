"""Sampling: which conversations are scored (manual.md, "Quality"). docs/sampling.md has it for people.

=====================  ====================================================================================
what comes             what is done
=====================  ====================================================================================
a look (``look_s``)    plans and seeds of today and tomorrow; what is over is asked for; a day that is due
                       is closed
``SeedRead``           its digest is published
``ConversationsRead``  each joins its day's population, and is picked if it is under the threshold, or needed
``PopulationRead``     a day is closed; somebody steps in for a pick that cannot be heard; a question for a
                       conversation is answered
a recording is amiss   a finding, where it was picked
``ShiftAct``           exclude, include, mark, ask for
=====================  ====================================================================================

Nothing of it is kept in timers: each look finds out what is due, so a restart loses nothing, and a day whose
closing was slept through is closed afterwards. ``observe`` keeps the same facts, and tells nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ccd.config_sampling import SamplingSettings
from ccd.config_section import Mode
from ccd.effects import AnswerAsked
from ccd.events import DeadlineDue, Event, RecordingMeasured, ShiftAct, ShiftsRestored
from ccd.events.quality import ConversationsRead, PopulationRead, SeedRead
from ccd.events.retention import UNHEARD, AmissEnded, RecordingAmiss
from ccd.sampling import asking, closing, doing, findings, planning, taking
from ccd.sampling.days import begins
from ccd.sampling.world import Items, World, local_day
from ccd.shifts.sweeping import is_sweep, next_sweep

NAME = "sampling"
_FINAL = "final"


def decide(event: Event, world: World, settings: SamplingSettings) -> Items:
    """One input. Each fact must be applied before the next item is asked for: ``ccd.engine`` does."""
    if settings.mode is Mode.OFF:
        yield from _off(event, settings)
    else:
        yield from _DECIDE[type(event)](event, world, settings)


def _off(event: Event, settings: SamplingSettings) -> Items:
    """Nothing is kept; what is asked is accepted. The looks go on, should the mode be changed."""
    if isinstance(event, ShiftAct) and event.policy == NAME:
        yield AnswerAsked(event.request, "sampling is off", True, "sampling_off")
    elif isinstance(event, ShiftsRestored) or (isinstance(event, DeadlineDue) and is_sweep(NAME, event)):
        yield next_sweep(NAME, event.at, settings.look_s)


def _restored(event: ShiftsRestored, world: World, settings: SamplingSettings) -> Items:
    yield from _look(world, settings, event.at)
    yield from findings.remembered(world, settings, event)
    yield next_sweep(NAME, event.at, settings.look_s)


def _due(event: DeadlineDue, world: World, settings: SamplingSettings) -> Items:
    if is_sweep(NAME, event):
        yield from _look(world, settings, event.at)
        yield next_sweep(NAME, event.at, settings.look_s)


def _look(world: World, settings: SamplingSettings, at: datetime) -> Items:
    """What is over is asked for only when every open day has its seed: nothing is passed over."""
    world.sampling.forget(local_day(world, at), at)
    yield from planning.ahead(world, settings, at)
    yield from findings.asked_again(world, at)
    yield from _ask(world, settings, at)


def _ask(world: World, settings: SamplingSettings, at: datetime) -> Items:
    state, today = world.sampling, local_day(world, at)
    days = [day for day in state.open_days() if day <= today]
    if days and all(day in state.underway.seeds for day in days):  # none: the site has moved westwards
        since = begins(days[0], world.settings.daemon.timezone)
        if state.underway.since is not None:
            since = max(since, state.underway.since - taking.OVERLAP)
        yield from taking.ask(world, settings, taking.LOOK, since, at)


def _seed(event: SeedRead, world: World, settings: SamplingSettings) -> Items:
    yield from planning.seed_read(world, event)


def _conversations(event: ConversationsRead, world: World, settings: SamplingSettings) -> Items:
    now = world.sampling.underway
    asked = now.asked.pop(event.key, None)
    yield from taking.took(world, settings, event)
    if asked is None:  # told again, or to the daemon before this one
        return
    if event.key == taking.LOOK:
        now.since = (event.oldest or now.since) if event.unsettled else event.until
        if event.found and event.until < asked.at - taking.OVERLAP:  # there was more than is given at once
            yield from _ask(world, settings, event.at)
    yield from closing.nearer(world, settings, event, asked)


def _population(event: PopulationRead, world: World, settings: SamplingSettings) -> Items:
    world.sampling.underway.asked.pop(event.key, None)
    if event.key.startswith(closing.FREEZE):
        yield from closing.frozen(world, settings, event)
    elif event.key.startswith(findings.UNHEARD):
        yield from findings.stepped_in(world, settings, event)
    elif event.key.startswith(asking.ASK):
        yield from asking.answered(world, settings, event)


def _measured(event: RecordingMeasured, world: World, settings: SamplingSettings) -> Items:
    if event.state == _FINAL:
        world.sampling.underway.amiss.pop((event.pbx, event.recording), None)
    else:
        yield from findings.amiss(world, settings, event.pbx, event.recording, event.state, event.at)


def _amiss(event: RecordingAmiss, world: World, settings: SamplingSettings) -> Items:
    if event.unheard:
        yield from findings.amiss(world, settings, event.pbx, event.recording, event.what, event.at)


def _found_again(event: AmissEnded, world: World, settings: SamplingSettings) -> Items:
    if event.what in ("", *UNHEARD):
        world.sampling.underway.amiss.pop((event.pbx, event.recording), None)
    return iter(())


def _act(event: ShiftAct, world: World, settings: SamplingSettings) -> Items:
    if event.policy == NAME:
        yield from doing.act(event, world, settings)


_DECIDE: dict[type[Event], Callable[[Any, World, SamplingSettings], Items]] = {
    AmissEnded: _found_again,
    ConversationsRead: _conversations,
    DeadlineDue: _due,
    PopulationRead: _population,
    RecordingAmiss: _amiss,
    RecordingMeasured: _measured,
    SeedRead: _seed,
    ShiftAct: _act,
    ShiftsRestored: _restored,
}
CONSUMES: tuple[type[Event], ...] = tuple(_DECIDE)
