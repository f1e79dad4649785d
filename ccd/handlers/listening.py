"""Listening: leads and analysts on a live call (manual.md, "Quality"). docs/listening.md.

Every input finds its place here:

==================  =========================================================================================
ShiftAct            listen, whisper, barge (``asking``); turn, stop, note (``changing``)
ListeningTold       what came of the listener's phone, and how it listens (``telling``)
LegEnded            the listener has hung up
BlindEnded          what is not there any more has ended unseen; what is there goes on
IncidentOpened      who speaks into the call of an emergency, and may not there, hears only
DeadlineDue         nothing came of a ring
==================  =========================================================================================

Rights are enforced in every mode but ``off``, which refuses all and lets what is under way end by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ccd.config_listening import ListeningSettings
from ccd.effects import Effect
from ccd.events import BlindEnded, DeadlineDue, Event, IncidentOpened, LegEnded, ShiftAct
from ccd.events.quality import ListeningTold
from ccd.listening import changing, telling
from ccd.listening.asking import RING, ask
from ccd.listening.world import Items, World

NAME = "listening"


def decide(event: Event, world: World, settings: ListeningSettings) -> Iterable[Event | Effect]:
    """One input. Each fact must be applied before the next item is asked for: ``ccd.engine`` does."""
    if type(event) is LegEnded and event.uniqueid not in world.listening.live:
        return ()  # the hot path
    return _DECIDE[type(event)](event, world, settings)


def _act(event: ShiftAct, world: World, settings: ListeningSettings) -> Items:
    if event.policy == NAME:
        yield from _ACTS[event.act](event, world, settings)


def _told(event: ListeningTold, world: World, settings: ListeningSettings) -> Items:
    yield from telling.told(event, world)


def _leg_ended(event: LegEnded, world: World, settings: ListeningSettings) -> Items:
    yield from telling.leg_ended(event, world)


def _seen_again(event: BlindEnded, world: World, settings: ListeningSettings) -> Items:
    yield from telling.seen_again(event, world)


def _incident(event: IncidentOpened, world: World, settings: ListeningSettings) -> Items:
    yield from telling.emergency(world, settings, event.at)


def _due(event: DeadlineDue, world: World, settings: ListeningSettings) -> Items:
    if event.key.startswith(RING):
        yield from telling.due(event.key.removeprefix(RING), event.at, world)


_ACTS: dict[str, Callable[[ShiftAct, World, ListeningSettings], Items]] = {
    "listen": ask,
    "whisper": ask,
    "barge": ask,
    "turn": changing.turn,
    "stop": changing.stop,
    "note": changing.note,
}
_DECIDE: dict[type[Event], Callable[[Any, World, ListeningSettings], Items]] = {
    BlindEnded: _seen_again,
    DeadlineDue: _due,
    IncidentOpened: _incident,
    LegEnded: _leg_ended,
    ListeningTold: _told,
    ShiftAct: _act,
}
CONSUMES: tuple[type[Event], ...] = tuple(_DECIDE)
