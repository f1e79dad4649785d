"""Scoring: who scores what, by which form, and what follows (manual.md, "Quality"). docs/scoring.md."""

from __future__ import annotations

from collections.abc import Iterator

from ccd.config_scoring import ScoringSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "scoring"
CONSUMES: tuple[type[Event], ...] = ()


def decide(event: Event, world: object, settings: ScoringSettings) -> Iterator[Event | Effect]:
    return iter(())
