"""Calibration: analysts compared on one call (manual.md, "Quality"). docs/calibration.md."""

from __future__ import annotations

from collections.abc import Iterator

from ccd.config_calibration import CalibrationSettings
from ccd.effects import Effect
from ccd.events import Event

NAME = "calibration"
CONSUMES: tuple[type[Event], ...] = ()


def decide(event: Event, world: object, settings: CalibrationSettings) -> Iterator[Event | Effect]:
    return iter(())
