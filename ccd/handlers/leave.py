"""Leave and swaps: asked for, approved, taken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ccd.config_leave import LeaveSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "leave"
CONSUMES: tuple[type[Event], ...] = ()


class World(Protocol):
    """What this policy looks at."""


def decide(event: Event, world: World, settings: LeaveSettings) -> Iterable[Event | Effect]:
    return ()
