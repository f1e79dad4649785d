"""Attendance: late, early, off post, absent, with evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ccd.config_attendance import AttendanceSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "attendance"
CONSUMES: tuple[type[Event], ...] = ()


class World(Protocol):
    """What this policy looks at."""


def decide(event: Event, world: World, settings: AttendanceSettings) -> Iterable[Event | Effect]:
    return ()
