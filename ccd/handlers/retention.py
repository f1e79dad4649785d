"""Retention: how long recordings are kept (manual.md, "Quality"). docs/retention.md."""

from __future__ import annotations

from collections.abc import Iterator

from ccd.config_retention import RetentionSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "retention"
CONSUMES: tuple[type[Event], ...] = ()


def decide(event: Event, world: object, settings: RetentionSettings) -> Iterator[Event | Effect]:
    return iter(())
