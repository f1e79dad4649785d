"""Breaks: pauses for other reasons than meals (manual.md, "Attendance"; docs/breaks.md).

Who asks is let or refused by the rules of ``ccd.breaks.rules``; what is paused all the same is recorded and
told, and never undone. While a break goes on there is one deadline for what it comes to next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ccd.breaks import leads
from ccd.breaks.asking import asked
from ccd.breaks.overstay import ahead, come_to, deadline_of
from ccd.breaks.taking import arrived, began, ended, in_sight, left, looked_at
from ccd.breaks.world import Items, World
from ccd.config import Mode
from ccd.config_breaks import BreaksSettings
from ccd.effects import SetDeadline
from ccd.events import (
    BlindEnded,
    DeadlineDue,
    Event,
    PauseAsked,
    PauseBegan,
    PauseEnded,
    PersonArrived,
    PersonLeft,
    ShiftAct,
    ShiftsRestored,
)
from ccd.shifts.sweeping import is_sweep, next_sweep

NAME = "breaks"

LOOK = "breaks|look"
LOOK_S = 1.0
"""After a PBX is back in sight; what its snapshot shows is told by then."""


def decide(event: Event, world: World, settings: BreaksSettings) -> Items:
    """One input. Each fact must be applied before the next item is asked for: ``ccd.engine`` does."""
    yield from _DECIDE[type(event)](event, world, settings)


def _asked(event: PauseAsked, world: World, settings: BreaksSettings) -> Items:
    if event.reason != world.settings.policies.meals.reason:
        yield from asked(event, world, settings)


def _act(event: ShiftAct, world: World, settings: BreaksSettings) -> Items:
    if event.policy == NAME:
        yield from leads.act(event, world, settings)


def _due(event: DeadlineDue, world: World, settings: BreaksSettings) -> Items:
    if is_sweep(NAME, event):
        world.breaks.forget(event.at)
        yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)
    if settings.mode is Mode.OFF:
        return
    if is_sweep(NAME, event) or event.key == LOOK:
        yield from looked_at(world, settings, event.at)
    elif key := deadline_of(event.key):
        yield from come_to(world, settings, key, event.at)


def _restored(event: ShiftsRestored, world: World, settings: BreaksSettings) -> Items:
    """Deadlines are kept by themselves; they are set again all the same, for the settings may be others."""
    yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)
    if settings.mode is not Mode.OFF:
        for one in list(world.breaks.on.values()):
            yield from ahead(world, settings, one.key, event.at)


def _in_sight(event: BlindEnded, world: World, settings: BreaksSettings) -> Items:
    yield from in_sight(event, world, settings)
    if any(one.pbx == event.pbx for one in world.breaks.on.values()):
        yield SetDeadline(LOOK, f"breaks: {event.pbx} is in sight again", LOOK_S, durable=False)


def _while_on(work: Callable[[Any, World, BreaksSettings], Items]) -> Callable[..., Items]:
    """``off`` keeps nothing; what was on when it was switched off is ended as it ends."""

    def run(event: Any, world: World, settings: BreaksSettings) -> Items:
        if settings.mode is not Mode.OFF:
            yield from work(event, world, settings)

    return run


_DECIDE: dict[type[Event], Callable[[Any, World, BreaksSettings], Items]] = {
    BlindEnded: _in_sight,
    DeadlineDue: _due,
    PauseAsked: _asked,
    PauseBegan: _while_on(began),
    PauseEnded: ended,
    PersonArrived: _while_on(arrived),
    PersonLeft: left,
    ShiftAct: _act,
    ShiftsRestored: _restored,
}
CONSUMES: tuple[type[Event], ...] = tuple(_DECIDE)
