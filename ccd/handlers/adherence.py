"""Adherence: what was done against what was scheduled, by the minute."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ccd.config_adherence import AdherenceSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "adherence"
CONSUMES: tuple[type[Event], ...] = ()


class World(Protocol):
    """What this policy looks at."""


def decide(event: Event, world: World, settings: AdherenceSettings) -> Iterable[Event | Effect]:
    return ()
