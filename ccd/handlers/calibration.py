"""Calibration: analysts compared on one call (manual.md, "Quality"). docs/calibration.md.

====================  =======================================================================================
ShiftAct              a session is opened, scored (each blind to the others), closed
UnitLooked            the store has said which call it is: the session begins
DeadlineDue           the look over what is due
====================  =======================================================================================

Modes: ``off`` takes no session. ``observe`` tells nobody. ``notify`` tells who is to score, each how far
off the expert they were, and the QA manager of weak agreement and drift. ``enforce`` also refuses to close a
session before its time while somebody is missing. In every mode each scores alone and once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ccd.calibration.closing import close, look, take_score
from ccd.calibration.making import refused
from ccd.calibration.opening import Opening, ask, asked, is_asked, looked
from ccd.config_calibration import CalibrationSettings
from ccd.config_section import Mode
from ccd.effects import Effect
from ccd.events import DeadlineDue, EffectFailed, Event, ShiftAct, ShiftsRestored
from ccd.events.quality import UnitLooked
from ccd.shifts.acts import Refused
from ccd.shifts.sweeping import is_sweep, next_sweep

NAME = "calibration"
CONSUMES: tuple[type[Event], ...] = (DeadlineDue, EffectFailed, ShiftAct, ShiftsRestored, UnitLooked)

_ACTS: dict[str, Callable[[ShiftAct, Opening, CalibrationSettings], Iterator[Event | Effect]]] = {
    "open": ask,
    "score": take_score,
    "close": close,
}


def decide(event: Event, world: Opening, settings: CalibrationSettings) -> Iterator[Event | Effect]:
    """One input. Each fact must be applied before the next item is asked for: ``ccd.engine`` does."""
    if isinstance(event, ShiftAct):
        if event.policy == NAME:
            yield from _act(event, world, settings)
    elif isinstance(event, ShiftsRestored):
        yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)
    elif isinstance(event, DeadlineDue):
        if is_sweep(NAME, event):
            yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)
            if settings.mode is not Mode.OFF:
                yield from look(world, settings, event.at)
    elif isinstance(event, UnitLooked):
        if is_asked(event.key):
            yield from looked(event, world, settings)
    elif isinstance(event, EffectFailed) and is_asked(event.key):
        yield refused(asked(event.key), Refused("calibration_not_read"))


def _act(event: ShiftAct, world: Opening, settings: CalibrationSettings) -> Iterator[Event | Effect]:
    try:
        if settings.mode is Mode.OFF:
            raise Refused("calibration_off")
        yield from _ACTS[event.act](event, world, settings)
    except Refused as error:
        yield refused(event, error)
