"""What is held in memory of one PBX. A cache: rebuilt from AMI snapshots after every (re)connect.

Objects carry ``gen``, the number of the snapshot (or of the link in which a live event touched them): what a
finished snapshot has not confirmed is swept (see ``snapshot``).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase

from ccd.effects import Effect
from ccd.events import AgentState, Event, OpenCall, OpenRecording
from ccd.message import Message

__all__ = [
    "Agent",
    "Announced",
    "Call",
    "Channel",
    "Member",
    "Pause",
    "Pbx",
    "Queue",
    "Recording",
    "Shown",
    "Visit",
    "interface_of",
]

REMEMBERED_ENDS = 20_000  # Uniqueids of ended channels, so that a late or doubled event revives nothing
REMEMBERED_ACTS = 256


@dataclass(slots=True)
class Channel:
    uniqueid: str
    linkedid: str
    name: str
    interface: str
    local: bool
    state: int
    call: Call
    number: str
    created: datetime
    gen: int
    answered: datetime | None = None
    code: bool = False
    """True for a call to one of our codes: nobody is talked to."""
    listens: str = ""
    """It spies on another by ChanSpy, and how: listen | whisper | barge."""
    bridge: str = ""
    alone_in: str = ""
    """A bridge where this channel hears none of the others: it is parked, or put on hold there."""
    recordings_stopped: int = 0
    """How many MixMonitorStop it had while several recordings ran: which of them stopped is not told."""
    held_since: datetime | None = None
    hold_s: float = 0.0
    dialed: bool = False
    """True where somebody called this channel; False where it calls."""


@dataclass(slots=True)
class Call:
    id: str
    started: datetime
    caller_number: str
    caller_name: str
    called_number: str
    origin: str
    seen: bool
    channels: dict[str, Channel] = field(default_factory=dict)
    linkedids: set[str] = field(default_factory=set)
    dialed: set[str] = field(default_factory=set)
    """The devices this call was taken to."""
    queued: bool = False
    answered: datetime | None = None
    under_way: bool = False
    """A conversation already when a snapshot showed it: since when is not known."""
    talking_since: datetime | None = None
    talk_s: float = 0.0
    hold_s: float = 0.0
    wait_s: float = 0.0
    queue_outcome: str = ""
    dial_status: str = ""
    voicemail: bool = False
    marked: bool = False
    """What is said is not to be given out (card data)."""
    cause: int = 0


@dataclass(slots=True)
class Visit:
    """A caller in a queue, from joining until it is known how it ended and, if answered, until completed."""

    queue: str
    uniqueid: str
    call: Call
    joined: datetime
    position: int
    gen: int
    left: datetime | None = None
    abandoned: bool = False
    connected: datetime | None = None
    interface: str = ""
    member: str = ""
    agent_uniqueid: str = ""
    wait_s: float = 0.0
    transferred: bool = False
    caller_leg: str = ""
    """The caller's channel where that is no longer ``uniqueid``: a Local one may be optimised away."""
    earlier: Visit | None = None
    """One of the same caller's that is connected still: he was taken away from its agent, to this queue."""
    over: bool = False
    first_out: str = ""
    """The leg first asked to hang up, by its Uniqueid."""
    ended: datetime | None = None
    """When the first of the two legs went, and below who ended the call."""
    ended_by: str = ""


@dataclass(slots=True)
class Member:
    queue: str
    interface: str
    name: str
    device: str
    membership: str
    gen: int
    paused: bool = False
    reason: str = ""
    status: int = 0
    wrapup_s: int = 0
    penalty: int = 0


@dataclass(slots=True, frozen=True)
class Shown:
    """What an agent is in one queue: whether there at all, and paused or not."""

    state: AgentState
    reason: str
    since: datetime


@dataclass(slots=True, frozen=True)
class Pause:
    """Paused in every queue; calls that go on meanwhile do not end it."""

    since: datetime
    reason: str
    people: tuple[str, ...]


@dataclass(slots=True)
class Agent:
    """A device that is a queue member or named by the roster, and what it is shown as."""

    device: str
    members: dict[tuple[str, str], Member] = field(default_factory=dict)
    """By queue and member interface: a queue may have the same phone twice. The last paused stands last."""
    in_queue: dict[str, Shown] = field(default_factory=dict)
    """By queue; those it has left among them."""
    channels: dict[str, Channel] = field(default_factory=dict)
    status: int = 0
    has_channels: bool = False
    """True once a channel of it was seen: then channels decide, and the device state only 'unavailable'."""
    rostered: bool = False
    retired: bool = False
    """Named by the roster no more and in no queue: not shown, but its story is not lost should it return."""
    people: tuple[str, ...] = ()
    """Codes of those signed in at its seat."""
    pause: Pause | None = None
    wrapup_until: datetime | None = None
    state: AgentState | None = None
    reason: str = ""
    since: datetime | None = None
    cause: str = ""
    call: str = ""
    reported: bool = False


@dataclass(slots=True, frozen=True)
class Announced:
    """What one of our codes is about to do at a phone, and whose doing it is."""

    act: str
    by: str
    at: datetime


@dataclass(slots=True)
class Queue:
    name: str
    gen: int
    members: dict[str, Member] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)

    def waiting(self) -> list[Visit]:
        return [v for v in self.visits.values() if v.left is None and v.connected is None]


@dataclass(slots=True)
class Recording:
    id: str
    call: Call
    path: str
    started: datetime | None = None
    """None for one of before our own restart."""
    muted: frozenset[str] = frozenset()
    """Directions: read, write."""
    paused: dict[str, datetime] = field(default_factory=dict)
    """How -> since when: muted, marked."""


class Pbx:
    """The picture of one PBX. ``emit`` takes the facts and effects that the functions here produce."""

    def __init__(
        self, name: str, trunks: tuple[str, ...] = (), wrapup_s: Mapping[str, int] | None = None
    ) -> None:
        self.name = name
        self.trunks = trunks
        self.wrapup_s = wrapup_s or {}
        self.version = ""
        self.boot = ""
        self.linked = False
        self.synced = False
        self.missing: tuple[str, ...] = ()
        """Lists of the snapshot that the PBX refuses us."""
        self.blind_since: datetime | None = None
        self.last_blind: tuple[datetime, datetime] | None = None
        """The latest time in which it was out of sight, when it was over."""
        self.gen = 0
        self.queues: dict[str, Queue] = {}
        self.agents: dict[str, Agent] = {}
        self.announced: dict[str, Announced] = {}
        """Interface -> what the dialplan has said within the last seconds."""
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, dict[str, Channel]] = {}
        self.calls: dict[str, Call] = {}
        self.call_by_link: dict[str, Call] = {}
        self.visits: dict[str, Visit] = {}
        """By the caller's Uniqueid: the visit that is waiting, undecided or connected."""
        self.agent_visits: dict[str, Visit] = {}
        """Connected ones, by the Uniqueid of the agent's leg and of what stands in for the caller's."""
        self.recordings: dict[str, dict[str, Recording]] = {}
        """Running ones, by the Uniqueid they record and by their own id."""
        self.ghosts: dict[str, OpenCall] = {}
        self.ghost_recordings: list[OpenRecording] = []
        self.ended: OrderedDict[str, None] = OrderedDict()
        self.busy_rings: OrderedDict[str, None] = OrderedDict()
        """Channels with an id of our own choice whose phone was busy, until Originate tells its failure."""
        self.listed: list[Message] = []
        """Channels of a snapshot whose list is not complete yet."""
        self.recounts = 0  # lists of the queues, asked for after a reload, that are not whole yet
        self.acts: OrderedDict[str, None] = OrderedDict()
        self.last_event: datetime | None = None
        self.out: list[Event | Effect] = []
        self.emit = self.out.append

    def queue(self, name: str) -> Queue:
        queue = self.queues.get(name)
        if queue is None:
            queue = self.queues[name] = Queue(name, self.gen)
        return queue

    def agent(self, device: str) -> Agent:
        agent = self.agents.get(device)
        if agent is None:
            agent = self.agents[device] = Agent(device)
            for channel in self.channels.values():
                if channel.interface == device:
                    agent.channels[channel.uniqueid] = channel
                    agent.has_channels = True
        return agent

    def remember_end(self, uniqueid: str) -> None:
        self.ended[uniqueid] = None
        if len(self.ended) > REMEMBERED_ENDS:
            self.ended.popitem(last=False)

    def repeats(self, message: Message) -> bool:
        """Was this very message taken in a moment ago? Only its microseconds can tell: without
        ``timestampevents`` two acts may look alike, and both count.
        """
        if "Timestamp" not in message:
            return False
        text = message.text
        if text in self.acts:
            return True
        self.acts[text] = None
        if len(self.acts) > REMEMBERED_ACTS:
            self.acts.popitem(last=False)
        return False

    def is_trunk(self, interface: str) -> bool:
        """Does this interface lead outside? One that is an agent's never does."""
        if interface in self.agents:
            return False
        return any(fnmatchcase(interface, pattern) for pattern in self.trunks)


def interface_of(channel: str) -> str:
    """The device of a channel name: ``PJSIP/1001-0000000a`` -> ``PJSIP/1001``.

    ``Local/1001@agents-00000003;1`` -> ``Local/1001@agents``; suffixes of masquerades are dropped.
    """
    head, dash, tail = channel.rpartition("-")
    if not dash or "/" in tail:
        return channel.partition("<")[0]
    return head


def is_local(channel: str) -> bool:
    return channel.startswith("Local/")


def known(text: str) -> str:
    """Asterisk writes ``<unknown>`` for a number or name it does not have."""
    return "" if text == "<unknown>" else text
