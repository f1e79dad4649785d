"""Meals: windows, rotation, how many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ccd.config_meals import MealsSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "meals"
CONSUMES: tuple[type[Event], ...] = ()


class World(Protocol):
    """What this policy looks at."""


def decide(event: Event, world: World, settings: MealsSettings) -> Iterable[Event | Effect]:
    return ()
