"""Recordings: when one has stopped, have its file found and measured."""

from __future__ import annotations

from ccd.config import Mode, RecordingsSettings
from ccd.effects import Effect, MeasureRecording
from ccd.events import Event, RecordingStopped

NAME = "recordings"
CONSUMES: tuple[type[Event], ...] = (RecordingStopped,)


def decide(event: Event, world: object, settings: RecordingsSettings) -> list[Event | Effect]:
    """The file is final only after MixMonitorStop or hangup (asterisk.md): never look at it before."""
    if settings.mode is Mode.OFF or not isinstance(event, RecordingStopped):
        return []
    return [
        MeasureRecording(
            key=f"recording|{event.pbx}|{event.recording}",
            because="a recording is measured when its channel has stopped recording",
            pbx=event.pbx,
            call=event.call,
            recording=event.recording,
            path=event.path,
        )
    ]
