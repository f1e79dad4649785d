"""Listening: leads and analysts on a live call (manual.md, "Quality"). docs/listening.md."""

from __future__ import annotations

from collections.abc import Iterator

from ccd.config_listening import ListeningSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "listening"
CONSUMES: tuple[type[Event], ...] = ()


def decide(event: Event, world: object, settings: ListeningSettings) -> Iterator[Event | Effect]:
    return iter(())
