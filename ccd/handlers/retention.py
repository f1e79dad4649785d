"""Retention: how long recordings are kept (manual.md, "Quality"). docs/recordings.md.

Every input finds its place here:

=======================  ====================================================================================
IncidentOpened           a call of an emergency: its recordings are held (``holding``); once more when closed
CallerMarked             a complaint: those of the caller's calls
EvaluationDisputed       a dispute: the one that is scored
RecordingStopped         one more of such a call or caller
RecordingsLooked         what the store says is to be held
RecordingMeasured        post-processing is over: the copy of what is held must have this hash
CopyKept                 what came of a copy
RecordingsExpired        a page of what may be past its time (``expiring``)
EffectDone, -Failed      a deletion is done, or was not to be
RecordingsFound          what lies on disk (``finding``)
RecordingNotGiven        somebody wants to hear one, and its file is not the one that was measured
DeadlineDue              the look once a minute: is it time for the daily look, for a look at the disk
ShiftsRestored           deletions that were under way, and holds without a proven copy, are taken up again
ShiftAct                 hold, release, explain, reconcile, adopt, remove (``acts``)
=======================  ====================================================================================

Modes: ``enforce`` deletes what is past its time; ``notify`` and ``observe`` say what they would delete, and
``notify`` tells the QA managers; ``off`` looks at nothing. Legal holds are kept in every mode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ccd.config_retention import RetentionSettings
from ccd.effects import Effect
from ccd.events import (
    CopyKept,
    DeadlineDue,
    EffectDone,
    EffectFailed,
    Event,
    IncidentClosed,
    IncidentOpened,
    RecordingMeasured,
    RecordingStopped,
    ShiftAct,
    ShiftsRestored,
)
from ccd.events.quality import RecordingNotGiven, RecordingsExpired, RecordingsFound, RecordingsLooked
from ccd.events.sampling import CallerMarked
from ccd.events.scoring import EvaluationDisputed
from ccd.retention import expiring, finding, holding
from ccd.retention.acts import perform
from ccd.retention.making import NAME, Items, World
from ccd.shifts.sweeping import is_sweep, next_sweep

__all__ = ["CONSUMES", "NAME", "decide"]


def decide(event: Event, world: World, settings: RetentionSettings) -> Iterable[Event | Effect]:
    """One input. Each fact must be applied before the next item is asked for: ``ccd.engine`` does."""
    return _DECIDE[type(event)](event, world, settings)


def _incident(event: IncidentOpened | IncidentClosed, world: World, settings: RetentionSettings) -> Items:
    incident = world.incidents.get(event.incident)
    if incident is not None:
        yield from holding.of_incident(incident)


def _marked(event: CallerMarked, world: World, settings: RetentionSettings) -> Items:
    yield from holding.marked(world, event)


def _disputed(event: EvaluationDisputed, world: World, settings: RetentionSettings) -> Items:
    yield from holding.disputed(world, event)


def _stopped(event: RecordingStopped, world: World, settings: RetentionSettings) -> Items:
    yield from holding.stopped(world, event)


def _looked(event: RecordingsLooked, world: World, settings: RetentionSettings) -> Items:
    if event.key.startswith(holding.LOOK):
        yield from holding.looked(world, event)


def _measured(event: RecordingMeasured, world: World, settings: RetentionSettings) -> Items:
    yield from holding.measured(world, event)


def _copied(event: CopyKept, world: World, settings: RetentionSettings) -> Items:
    if event.key.startswith(holding.COPY):
        yield from holding.copied(world, event)


def _expired(event: RecordingsExpired, world: World, settings: RetentionSettings) -> Items:
    if event.key.startswith(expiring.READ):
        yield from expiring.expired(world, settings, event)


def _done(event: EffectDone | EffectFailed, world: World, settings: RetentionSettings) -> Items:
    if event.key.startswith(expiring.DELETE):
        yield from expiring.done(world, settings, event)


def _found(event: RecordingsFound, world: World, settings: RetentionSettings) -> Items:
    yield from finding.found(world, settings, event)


def _not_given(event: RecordingNotGiven, world: World, settings: RetentionSettings) -> Items:
    yield from finding.not_given(world, event)


def _due(event: DeadlineDue, world: World, settings: RetentionSettings) -> Items:
    if is_sweep(NAME, event):
        world.retention.forget(event.at)
        yield from finding.due(world, settings, event.at)
        yield from expiring.look(world, settings, event.at)
        yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)


def _restored(event: ShiftsRestored, world: World, settings: RetentionSettings) -> Items:
    yield expiring.left_over(event.at)
    yield from holding.unproven(world)
    for incident in world.incidents.values():
        yield from holding.of_incident(incident)
    yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)


def _act(event: ShiftAct, world: World, settings: RetentionSettings) -> Items:
    if event.policy == NAME:
        yield from perform(world, event)


_DECIDE: dict[type[Event], Callable[[Any, World, RetentionSettings], Items]] = {
    CallerMarked: _marked,
    CopyKept: _copied,
    DeadlineDue: _due,
    EffectDone: _done,
    EffectFailed: _done,
    EvaluationDisputed: _disputed,
    IncidentClosed: _incident,
    IncidentOpened: _incident,
    RecordingMeasured: _measured,
    RecordingNotGiven: _not_given,
    RecordingStopped: _stopped,
    RecordingsExpired: _expired,
    RecordingsFound: _found,
    RecordingsLooked: _looked,
    ShiftAct: _act,
    ShiftsRestored: _restored,
}
CONSUMES: tuple[type[Event], ...] = tuple(_DECIDE)
