"""Assessment: the month out of 100, retraining, grades (manual.md, "Quality"). docs/assessment.md."""

from __future__ import annotations

from collections.abc import Iterator

from ccd.config_assessment import AssessmentSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "assessment"
CONSUMES: tuple[type[Event], ...] = ()


def decide(event: Event, world: object, settings: AssessmentSettings) -> Iterator[Event | Effect]:
    return iter(())
