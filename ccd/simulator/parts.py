"""The things a PBX is made of, as plain records: channels, bridges, queues, members, callers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ccd.simulator.timeline import Due

__all__ = ["DEVICE_STATES", "Attempt", "Bridge", "Channel", "Entry", "Member", "Queue", "Step"]

UNKNOWN = "<unknown>"

TRUNK = "PJSIP/trunk"
"""The way outside."""

PHONES = "phones"
"""The context phones dial in, and transfer to."""

DOWN, RING, RINGING, UP = 0, 4, 5, 6
"""The channel states that occur here (AST_STATE_*)."""

NOT_INUSE, INUSE, BUSY, INVALID, UNAVAILABLE, DEVICE_RINGING, RINGINUSE, ONHOLD = range(1, 9)
"""Device states (AST_DEVICE_*), as ``Status`` of a queue member shows them."""

DEVICE_STATES = (
    "UNKNOWN",
    "NOT_INUSE",
    "INUSE",
    "BUSY",
    "INVALID",
    "UNAVAILABLE",
    "RINGING",
    "RINGINUSE",
    "ONHOLD",
)
"""The same, as ``State`` of DeviceStateChange writes them."""

Step = tuple[str, str]
"""One line of dialplan: application and its data."""


@dataclass(slots=True, eq=False)
class Channel:
    name: str
    interface: str
    uniqueid: str
    linkedid: str
    created: float
    state: int
    number: str
    caller_name: str
    context: str
    exten: str
    priority: int = 1
    connected_number: str = UNKNOWN
    connected_name: str = UNKNOWN
    application: str = ""
    application_data: str = ""
    program: list[Step] | None = None
    """Its dialplan; None for a channel that only was dialled."""
    returns: list[tuple[str, str, int, list[Step]]] = field(default_factory=list)
    """Where Gosub came from: context, exten, priority, the rest of the dialplan."""
    bridge: Bridge | None = None
    attempt: Attempt | None = None
    """The dial that made this channel ring, or that this channel waits for."""
    entry: Entry | None = None
    served: Served | None = None
    """Set on both channels of a queue's call from connect to completion."""
    held: bool = False
    """The other side has put it on hold."""
    holding: bool = False
    recordings: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    """As an Originate has set them."""
    wait: Due | None = None
    cause: int = 16
    """The hang-up cause its dialplan ends with: that of the last dial that failed."""
    alive: bool = True

    def timers(self) -> Iterator[Due]:
        """What is still due for it."""
        attempt, entry = self.attempt, self.entry
        dues = [self.wait, attempt and attempt.timeout, entry and entry.timeout, entry and entry.retry]
        return (due for due in dues if due)

    @property
    def peer(self) -> Channel | None:
        if self.bridge is None:
            return None
        return next((other for other in self.bridge.channels if other is not self), None)


@dataclass(slots=True, eq=False)
class Bridge:
    uniqueid: str
    channels: list[Channel] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Attempt:
    """One channel being rung for another (or, originated, for nobody)."""

    caller: Channel | None
    dest: Channel
    began: float
    entry: Entry | None = None
    member: Member | None = None
    timeout: Due | None = None
    answered: Callable[[], None] | None = None
    failed: Callable[[str], None] | None = None
    """Called with the dial status (BUSY, NOANSWER, CANCEL) where nobody else knows what follows."""


@dataclass(slots=True, eq=False)
class Member:
    queue: Queue
    interface: str
    name: str
    dynamic: bool = True
    penalty: int = 0
    paused: bool = False
    reason: str = ""
    status: int = NOT_INUSE
    in_call: bool = False
    calls_taken: int = 0
    last_call: int = 0
    last_pause: int = 0
    login_time: int = 0
    wrapup_s: int = 0
    """The member's own; 0 is the queue's, which AMI does not show."""


@dataclass(slots=True, eq=False)
class Entry:
    """A caller in a queue."""

    queue: Queue
    channel: Channel
    joined: float
    original_position: int
    attempt: Attempt | None = None
    timeout: Due | None = None
    retry: Due | None = None
    refused: set[str] = field(default_factory=set)
    """Phones that have said busy in this round."""


@dataclass(slots=True, eq=False)
class Served:
    """A caller of a queue with the member who answered."""

    queue: Queue
    member: Member
    caller: Channel
    agent: Channel
    hold_s: int
    connected: float


@dataclass(slots=True, eq=False)
class Queue:
    name: str
    ring_s: float = 15.0
    retry_s: float = 1.0
    wrapup_s: int = 0
    member_wrapup_s: int = 0
    """What members get as their own when they log in."""
    record: bool = False
    """``monitor-format``: MixMonitor starts when a member answers."""
    members: dict[str, Member] = field(default_factory=dict)
    callers: list[Entry] = field(default_factory=list)
    turn: int = 0
    """Round robin with memory: whose turn it is."""
    hold_s: int = 0
    talk_s: int = 0
    completed: int = 0
    completed_in_sl: int = 0
    abandoned: int = 0
    service_level_s: int = 20
    joined: int = 0
    answered: int = 0
