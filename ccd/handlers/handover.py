"""Handover: from one shift to the next, seat by seat."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ccd.config_handover import HandoverSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "handover"
CONSUMES: tuple[type[Event], ...] = ()


class World(Protocol):
    """What this policy looks at."""


def decide(event: Event, world: World, settings: HandoverSettings) -> Iterable[Event | Effect]:
    return ()
