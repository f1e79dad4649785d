"""Facts: a recording is muted for what must not be kept (card data), or marked so, and goes on."""

from __future__ import annotations

from datetime import datetime

from ccd.events.values import Event


class RecordingPaused(Event, frozen=True):
    """``how``: muted (MixMonitorMute) | marked (our UserEvent: it is in the file, and is not given out) |
    unknown (muted while the PBX was out of sight: ``at`` is when that began).
    """

    pbx: str
    call: str
    uniqueid: str
    recording: str
    how: str


class RecordingUnpaused(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    recording: str
    began: datetime
    how: str
