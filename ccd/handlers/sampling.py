"""Sampling: which conversations are scored (manual.md, "Quality"). docs/sampling.md."""

from __future__ import annotations

from collections.abc import Iterator

from ccd.config_sampling import SamplingSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "sampling"
CONSUMES: tuple[type[Event], ...] = ()


def decide(event: Event, world: object, settings: SamplingSettings) -> Iterator[Event | Effect]:
    return iter(())
