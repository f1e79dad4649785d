"""Facts about calls, callers in queues, and recordings."""

from __future__ import annotations

from datetime import datetime

from ccd.events.values import Event


class CallStarted(Event, frozen=True):
    pbx: str
    call: str
    kind: str
    caller_number: str
    caller_name: str
    called_number: str
    interface: str  # the first channel's device: a trunk, or the phone that dials
    seen: bool


class CallAnswered(Event, frozen=True):
    """Two parties heard each other for the first time."""

    pbx: str
    call: str


class CallMerged(Event, frozen=True):
    """Two calls turned out to be one (an attended transfer): ``call`` lives on in ``into``."""

    pbx: str
    call: str
    into: str


class CallHeld(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    interface: str


class CallResumed(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    interface: str
    hold_s: float


class CallTransferred(Event, frozen=True):
    pbx: str
    call: str
    how: str  # blind | attended
    uniqueid: str  # the transferer's channel
    interface: str
    to: str
    queue: str  # the queue whose call it was, or ""


class CallJoined(Event, frozen=True):
    """A leg entered something where more than two can meet, or was put aside."""

    pbx: str
    call: str
    uniqueid: str
    what: str  # conference | parking
    name: str


class VoicemailLeft(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    status: str


class CallEnded(Event, frozen=True):
    """All legs are gone. Where it ended while we were blind ``seen`` is False and ``at`` is when we knew."""

    pbx: str
    call: str
    kind: str
    outcome: str  # answered | abandoned | timeout | voicemail | no_answer | busy | failed | unknown …
    started: datetime
    answered: datetime | None
    wait_s: float | None  # None: it was answered before we saw it
    talk_s: float
    hold_s: float
    cause: int
    seen: bool
    caller_number: str = ""
    caller_name: str = ""
    called_number: str = ""


class LegStarted(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    channel: str
    interface: str
    number: str
    seen: bool


class LegAnswered(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str


class LegEnded(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    cause: int
    hold_s: float
    seen: bool


# --- queue calls ---


class CallerJoined(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    queue: str
    caller_number: str
    caller_name: str
    position: int
    seen: bool


class AgentRang(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    queue: str
    interface: str
    member: str


class RingNoAnswer(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    queue: str
    interface: str
    member: str
    ring_s: float


class AgentConnected(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    queue: str
    interface: str
    member: str
    agent_uniqueid: str
    wait_s: float
    ring_s: float
    joined: datetime | None = None  # of the caller; with uniqueid and queue it names the visit


class AgentCompleted(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    queue: str
    interface: str
    member: str
    reason: str  # agent | caller | transfer | unknown
    wait_s: float
    talk_s: float
    seen: bool
    joined: datetime | None = None


class CallerLeft(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    queue: str
    outcome: str
    wait_s: float
    position: int
    joined: datetime


# --- recordings ---


class RecordingStarted(Event, frozen=True):
    pbx: str
    call: str
    uniqueid: str
    recording: str
    path: str  # as the PBX names it


class RecordingStopped(Event, frozen=True):
    """No more is written by the PBX; whether the file is there is a ``RecordingMeasured``."""

    pbx: str
    call: str
    uniqueid: str
    recording: str
    path: str
