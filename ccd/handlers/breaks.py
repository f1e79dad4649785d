"""Breaks: pauses for other reasons than meals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ccd.config_breaks import BreaksSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "breaks"
CONSUMES: tuple[type[Event], ...] = ()


class World(Protocol):
    """What this policy looks at."""


def decide(event: Event, world: World, settings: BreaksSettings) -> Iterable[Event | Effect]:
    return ()
