"""What happened, past tense, frozen. Inputs reach the engine from outside; facts are what it made of them.

``at`` is our clock, aware UTC; no two messages of one PBX share an ``at`` (a burst is spread by microseconds
in the order of arrival), so ``at`` orders them. ``pbx`` is the name of the ``[pbx.NAME]`` section.
``interface`` is a device as Asterisk names it (``PJSIP/1001``), ``call`` the id of a whole call (the
Uniqueid of its first channel), ``uniqueid`` one channel of it. Times called ``*_s`` are seconds.

Facts with ``durable = True`` are written at once, the others within ``store.batch_ms``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from ccd.message import Message


class AgentState(StrEnum):
    """What an agent is shown as. Order of precedence: asterisk.md, "What the events mean"."""

    LOGGED_OFF = "logged_off"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


class CallKind(StrEnum):
    QUEUE = "queue"
    DIRECT = "direct"
    OUTBOUND = "outbound"
    INTERNAL = "internal"
    OTHER = "other"


class QueueOutcome(StrEnum):
    """How a caller left a queue."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMEOUT = "timeout"
    KEY = "key"
    EMPTY = "empty"
    OTHER = "other"
    UNKNOWN = "unknown"  # it happened while we were blind


class Event(msgspec.Struct, frozen=True, tag=True):
    """Anything with a time. Subclasses are inputs or facts."""

    durable: ClassVar[bool] = False
    at: datetime


# --- inputs -----------------------------------------------------------------------------------------------


class AmiReceived(Event, frozen=True):
    pbx: str
    name: str
    text: str

    def message(self) -> Message:
        return Message(self.name, self.text)


class PbxLinked(Event, frozen=True):
    """Logged in; the snapshot lists have been asked for. ``boot`` changes when the PBX has restarted."""

    pbx: str
    version: str
    boot: str


class PbxSynced(Event, frozen=True):
    """Every list of the snapshot has come to its end, but those the PBX refuses us for want of rights."""

    pbx: str
    missing: tuple[str, ...] = ()


class PbxLost(Event, frozen=True):
    """The session is gone. ``last_heard`` is when the PBX last said anything: we are blind since then."""

    pbx: str
    last_heard: datetime
    why: str


class DeadlineDue(Event, frozen=True):
    key: str
    late_s: float


class SignInAsked(Event, frozen=True):
    """Somebody dialled a code (or used the console) to arrive at a seat or leave it.

    ``pin_ok`` is None where no PIN was asked or it could not be checked (ccd was down: ``how="missed"``).
    """

    request: str
    pbx: str
    seat: str
    code: str
    kind: str  # "arrive" | "leave"
    pin_ok: bool | None
    how: str  # "phone" | "console" | "missed"
    by: str = ""  # who vouches for it at the console


class RosterReplaced(Event, frozen=True):
    durable = True
    version: str
    people: tuple[Person, ...]
    by: str


class ConfigReplaced(Event, frozen=True):
    """A valid new configuration, as the JSON of ``ccd.config.Settings`` (secrets blanked)."""

    settings: str


class RecordingMeasured(Event, frozen=True):
    """The adapter has looked at a recording's file. ``state``: final, empty, missing, unreadable, outside."""

    pbx: str
    call: str
    recording: str
    state: str
    path: str
    size: int
    sha256: str


class PictureRestored(Event, frozen=True):
    """What the store held at start: open calls and who was at which seat, as of ``last_alive``."""

    last_alive: datetime | None
    presence: tuple[tuple[str, str, str, datetime], ...]  # pbx, seat, person, since
    open_calls: tuple[OpenCall, ...]
    open_recordings: tuple[OpenRecording, ...] = ()


class EffectDone(Event, frozen=True):
    key: str


class EffectFailed(Event, frozen=True):
    key: str
    error: str


class Stopping(Event, frozen=True):
    pass


class JournalBegan(Event, frozen=True):
    """A file of the journal begins here: with the daemon, or in its midst with what was then in force.

    In its midst ``settings`` is that of the latest ConfigReplaced; with the daemon it is empty.
    """

    settings: str = ""
    roster: RosterReplaced | None = None


class Gap(Event, frozen=True):
    """So many inputs before this one are missing from the journal."""

    missing: int


# --- values -----------------------------------------------------------------------------------------------


class Person(msgspec.Struct, frozen=True):
    """A row of the roster. ``code`` is personal and dialled at a seat; ``role`` as manual.md names it."""

    code: str
    name: str
    role: str
    team: str
    seat: str
    interface: str
    pbx: str = ""
    agency: str = ""
    language: str = ""


class OpenCall(msgspec.Struct, frozen=True):
    """A call the store holds as not ended, with the Uniqueids of its channels."""

    pbx: str
    call: str
    started: datetime
    uniqueids: tuple[str, ...]


class OpenRecording(msgspec.Struct, frozen=True):
    """A recording whose file the store knows nothing of yet."""

    pbx: str
    call: str
    uniqueid: str
    recording: str
    path: str


# --- facts: the PBX ---------------------------------------------------------------------------------------


class PbxRestarted(Event, frozen=True):
    pbx: str
    boot: str


class BlindBegan(Event, frozen=True):
    """Nothing is known of this PBX since ``at`` (which may lie before the moment it was noticed)."""

    durable = True
    pbx: str
    why: str


class BlindEnded(Event, frozen=True):
    durable = True
    pbx: str
    began: datetime


class InterfaceUnknown(Event, frozen=True):
    """A queue member that no row of the roster names. It is followed all the same."""

    pbx: str
    interface: str
    member: str


# --- facts: agents ----------------------------------------------------------------------------------------


class MemberAdded(Event, frozen=True):
    pbx: str
    queue: str
    interface: str
    member: str
    membership: str  # static | dynamic | realtime
    seen: bool  # False: found by a snapshot, when it happened is not known
    by: str = ""


class MemberRemoved(Event, frozen=True):
    pbx: str
    queue: str
    interface: str
    member: str
    seen: bool
    by: str = ""


class MemberPaused(Event, frozen=True):
    pbx: str
    queue: str
    interface: str
    member: str
    reason: str
    by: str
    seen: bool


class MemberUnpaused(Event, frozen=True):
    pbx: str
    queue: str
    interface: str
    member: str
    reason: str  # what the event carries; empty on most versions
    by: str
    seen: bool


class AgentChanged(Event, frozen=True):
    """The interval (``was``, begun at ``since``) ended at ``at`` and one of ``state`` began.

    ``queue`` is empty for the agent as a whole; a queue's name for what differs in that queue.
    ``was`` is empty for the first interval of all.
    """

    pbx: str
    interface: str
    queue: str
    state: str
    reason: str
    cause: str  # the event that brought it about
    by: str
    call: str
    was: str
    since: datetime
    was_reason: str = ""


# --- facts: calls -----------------------------------------------------------------------------------------


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


# --- facts: queue calls -----------------------------------------------------------------------------------


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


# --- facts: recordings ------------------------------------------------------------------------------------


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


# --- facts: people ----------------------------------------------------------------------------------------


class PersonArrived(Event, frozen=True):
    durable = True
    person: str
    pbx: str
    seat: str
    how: str
    by: str = ""


class PersonLeft(Event, frozen=True):
    durable = True
    person: str
    pbx: str
    seat: str
    how: str
    by: str = ""


class SignInRefused(Event, frozen=True):
    """``why`` is the rule's short name (``wrong_pin``). Not ``enforced``: noted, and the person let go."""

    durable = True
    code: str
    pbx: str
    seat: str
    how: str
    why: str
    enforced: bool = True
