"""What the policies about quality (sampling, scoring, calibration, assessment) have in common.

A conversation is what is sampled and scored: the time one agent talks to one caller. A call that is handed on
has several. It is known by its ``unit``, a name made of what the PBX said (``ccd.quality.units``).
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from ccd.events.values import Event


class Taken(msgspec.Struct, frozen=True):
    """A recording that runs over a conversation, as the store has it. Times are UTC.

    ``state`` as in ``RecordingMeasured``, "" where it was not measured yet. ``paused``: spans in which the
    agent had it stopped, or muted, for what must not be kept (card data).
    """

    recording: str
    path: str
    started: datetime
    stopped: datetime | None
    state: str
    size: int
    sha256: str
    paused: tuple[tuple[datetime, datetime | None], ...] = ()


class Conversation(msgspec.Struct, frozen=True):
    """As the store has it when nothing more is written of it, or when it is waited for no longer.

    ``call`` is the one it lives on in, where calls were joined. ``people`` are those signed in at the seat
    when the two were connected. ``kind``: queue | outbound | direct. ``called_back``: a caller of this number
    had given up waiting before (``policies.sampling.called_back_hours``).
    """

    unit: str
    pbx: str
    call: str
    uniqueid: str
    queue: str
    interface: str
    people: tuple[str, ...]
    kind: str
    caller_number: str
    connected: datetime
    ended: datetime
    talk_s: float
    completed_by: str = ""
    transferred: bool = False
    called_back: bool = False
    seen: bool = True
    settled: bool = True
    """Its call is over and its recordings are measured."""
    taken: tuple[Taken, ...] = ()


class Member(msgspec.Struct, frozen=True):
    """One of the population of a day, as the store has it: each column as ``ConversationSeen`` has it."""

    unit: str
    person: str
    queue: str
    team: str
    eligible: str
    rank: str
    picked: str = ""
    pbx: str = ""
    call: str = ""
    recording: str = ""
    connected: datetime | None = None
    ended: datetime | None = None
    talk_s: float = 0.0
    offset_s: float = 0.0


class Lying(msgspec.Struct, frozen=True):
    """A recording as the store has it, with all that its class goes by. Empty text: not known.

    ``kinds``: of its conversations (queue | outbound | direct), else of its call. ``sampled``: the local day
    of a conversation of it that was picked; ``open``: an evaluation of it is not finished.
    """

    pbx: str
    recording: str
    call: str
    path: str
    started: datetime
    stopped: datetime | None
    state: str
    size: int = 0
    sha256: str = ""
    queues: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    picked: tuple[str, ...] = ()
    sampled: str = ""
    evaluated: bool = False
    open: bool = False


class ConversationSeen(Event, frozen=True, kw_only=True):
    """A conversation has joined the population of the local ``day`` on which it ended.

    ``person`` had it; "" where that is not clear. ``eligible`` is "" or why it can not be drawn. ``rank``:
    16 hex digits, the keyed hash of ``unit`` (``ccd.sampling.draw``); the lower, the sooner it is drawn.
    ``picked``: "" | threshold | minimum | substitute (of the probability sample) | an extra reason.
    ``offset_s``: so far into the recording the conversation begins.
    """

    durable = True
    pbx: str
    unit: str
    day: date
    call: str
    uniqueid: str
    kind: str
    person: str
    team: str
    queue: str
    interface: str
    connected: datetime
    ended: datetime
    talk_s: float
    recording: str
    offset_s: float
    eligible: str
    rank: str
    picked: str


# --- inputs -----------------------------------------------------------------------------------------------


class SeedRead(Event, frozen=True):
    """The seed of a day's draw (64 hex digits), out of the secret that only ccd has: ``ReadSeed``."""

    day: date
    seed: str


class ConversationsRead(Event, frozen=True):
    """The answer to ``ReadConversations``: those not in the population yet. ``unsettled``: so many more were
    left out since they are not settled, the ``oldest`` of which ended then; ``until``: up to here nothing is
    missing but them.
    """

    key: str
    until: datetime
    found: tuple[Conversation, ...]
    unsettled: int
    oldest: datetime | None = None


class PopulationRead(Event, frozen=True):
    """The answer to ``ReadPopulation``: all of the day, sorted by unit."""

    key: str
    day: date
    members: tuple[Member, ...]


class UnitLooked(Event, frozen=True):
    """The answer to ``LookUpUnit``; with an empty ``unit`` there is none such."""

    key: str
    unit: str = ""
    pbx: str = ""
    call: str = ""
    recording: str = ""
    person: str = ""
    team: str = ""
    queue: str = ""
    talk_s: float = 0.0
    offset_s: float = 0.0


class QualityRead(Event, frozen=True):
    """The answer to ``ReadQuality``: what a month's assessment is made of, one entry a person.

    ``scores``: (score, chance, evaluation) of released evaluations of the probability sample, of calls of
    that month; ``attendance``: counts of occurrence, violation, absence and so on, by kind.
    """

    key: str
    month: str  # 2026-11
    people: tuple[MonthRead, ...]


class MonthRead(msgspec.Struct, frozen=True):
    person: str
    scores: tuple[tuple[float, float, str], ...] = ()
    attendance: dict[str, int] = msgspec.field(default_factory=dict)
    faults: dict[str, int] = msgspec.field(default_factory=dict)
    """Question of a form -> how often it was answered with no, or with fewer points than half."""
    open: int = 0
    """Evaluations of that month not released yet."""


class RecordingsFound(Event, frozen=True):
    """The answer to ``Reconcile``: what lies in a PBX's folder against what the store says.

    Recordings whose file is ``gone``, ``changed`` (another SHA-256) or ``found`` again (or there, and never
    measured); ``orphans`` are files that no recording names, the first of them: (path, size, when it was last
    written).
    """

    key: str
    pbx: str
    looked: int
    gone: tuple[str, ...]
    changed: tuple[tuple[str, str], ...]
    found: tuple[str, ...]
    orphans: tuple[tuple[str, int, datetime], ...]
    orphans_all: int = 0
    orphan_bytes: int = 0
    away: str = ""
    """The folder, where it is not there or not mounted: then nothing else is told."""
    unreadable: tuple[str, ...] = ()
    """Folders and files that could not be looked at; what they hold is neither gone nor an orphan."""
    calls: dict[str, str] = msgspec.field(default_factory=dict)
    """Recording -> call, of those that are named."""
    deep: bool = False
    hashed: int = 0
    unhashed: int = 0
    used: int = 0
    added: int = 0
    free: int = 0
    """Bytes left on the file system of the folder, of ``disk`` in all."""
    disk: int = 0


class RecordingNotGiven(Event, frozen=True):
    """Somebody asked for a recording, and its file is not the one that was measured. ``what``: missing |
    changed; of what is changed ``sha256`` and ``size`` are what it is now.
    """

    pbx: str
    recording: str
    what: str
    sha256: str = ""
    size: int = 0


class RecordingsExpired(Event, frozen=True):
    """The answer to ``ReadExpired``. ``cursor``: where the next page begins, "" after the last."""

    key: str
    found: tuple[Lying, ...]
    cursor: str = ""


class RecordingsLooked(Event, frozen=True):
    """The answer to ``LookUpRecordings``; at most a thousand."""

    key: str
    found: tuple[Lying, ...]


class ListeningTold(Event, frozen=True):
    """What came of a listener's phone. ``what``: answered | on | over | left | longest | refused | busy |
    no_answer | failed. ``on`` is told at each turn too: ``detail`` says how, ``channel`` whom (a Uniqueid).
    ``seen``: as it happened.
    """

    pbx: str
    listening: str
    what: str
    detail: str = ""
    channel: str = ""
    seen: bool = True
