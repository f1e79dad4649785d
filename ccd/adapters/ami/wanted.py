"""Which AMI events ccd follows: those ``following`` has a function for, and the marks of a session.

All else is skipped before it is decoded.

A predicate sees the raw bytes of one message (headers with CRLF between them, no final empty line) and says
whether that one is wanted. It runs in the read path: no I/O, well under a microsecond.

``EVENT_CLASSES`` is asked for at login, so that the PBX does not send what no event of the table belongs to
(RTCP reports, security events, AGI steps): an event added here must belong to one of these classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping

__all__ = ["EVENT_CLASSES", "WANTED", "Predicate", "Wanted", "names_a_phone", "names_wanted_variable"]

Predicate = Callable[[bytes], bool]

EVENT_CLASSES = "system,call,agent,user,dialplan"
"""``call``: channels, bridges, queues' callers; ``agent``: queues' members; ``dialplan``: VarSet only."""

VARIABLES = frozenset(
    (
        b"MIXMONITOR_FILENAME",  # MixMonitorStart carries no file name
        b"QUEUESTATUS",  # how a caller left a queue: TIMEOUT, JOINEMPTY, LEAVEEMPTY, CONTINUE …
        b"VMSTATUS",  # whether a voicemail was left
    )
)


def names_wanted_variable(raw: bytes) -> bool:
    """Whether a VarSet is of one of ``VARIABLES``. A value holds no CRLF, so it cannot pose as the header."""
    return raw.rpartition(b"\r\nVariable: ")[2].partition(b"\r")[0] in VARIABLES


def names_a_phone(raw: bytes) -> bool:
    """Not the states of queues and Local channels, of which members and phones tell the same."""
    return b"\r\nDevice: Queue:" not in raw and b"\r\nDevice: Local/" not in raw


WANTED: Mapping[str, Predicate | None] = {
    # Queue members: agents, per queue.
    "QueueMemberAdded": None,  # logged in to a queue
    "QueueMemberRemoved": None,  # logged out of it
    "QueueMemberPause": None,  # paused and unpaused, with reason
    "QueueMemberStatus": None,  # device state as the queue sees it, InCall, LastCall, wrap-up
    # Queue callers.
    "QueueCallerJoin": None,
    "QueueCallerLeave": None,  # answered, or left by time-out or key
    "QueueCallerAbandon": None,  # hung up, or timed out into a second queue
    "AgentCalled": None,  # a member begins to ring
    "AgentConnect": None,  # answered: wait and ring times
    "AgentComplete": None,  # over: talk time, who hung up; late or missing after transfers
    "AgentRingNoAnswer": None,
    # Snapshots (replies to our own list actions), and where each ends.
    "QueueParams": None,
    "QueueMember": None,
    "QueueEntry": None,
    "QueueStatusComplete": None,
    "CoreShowChannel": None,
    "CoreShowChannelsComplete": None,
    "DeviceStateListComplete": None,
    # Channels: legs of calls.
    "Newchannel": None,
    "Newstate": None,  # ringing, up
    "Rename": None,  # a masquerade: the channel's name changes
    "Hangup": None,
    "HangupRequest": None,  # whose party ended a call
    "SoftHangupRequest": None,  # … or that the PBX itself did, as it does when it stops
    "DialEnd": None,  # answer, busy, no answer, cancel
    "BridgeEnter": None,  # who hears whom
    "BridgeLeave": None,
    "Hold": None,
    "Unhold": None,
    "BlindTransfer": None,
    "AttendedTransfer": None,
    "ParkedCall": None,
    "ConfbridgeJoin": None,
    "ChanSpyStart": None,  # a listener is on a call
    # Recordings and results.
    "MixMonitorStop": None,
    "MixMonitorMute": None,  # card data: silence in the file
    "VarSet": names_wanted_variable,
    "DeviceStateChange": names_a_phone,
    # What the dialplan reports (threat codes among them).
    "UserEvent": None,
    "OriginateResponse": None,  # that a phone we rang did not answer
    # The PBX itself.
    "Reload": None,  # its queues may be others now
    "FullyBooted": None,
    "Shutdown": None,
}

_VITAL = ("Shutdown", "FullyBooted")


def _never(raw: bytes) -> bool:
    return False


class Wanted(MutableMapping[str, Predicate | None]):
    """The table one session reads by; change it at any time, the next message obeys.

    ``by_first_line`` is the same keyed by a message's first header line, which is what the read path has in
    hand: (name, predicate, whether the session itself must see it).
    """

    def __init__(self, wanted: Mapping[str, Predicate | None] = WANTED) -> None:
        self._predicates: dict[str, Predicate | None] = {}
        self.by_first_line: dict[bytes, tuple[str, Predicate | None, bool]] = {}
        for name in _VITAL:
            self.by_first_line[_first_line(name)] = (name, _never, True)
        self.update(wanted)

    def __getitem__(self, name: str) -> Predicate | None:
        return self._predicates[name]

    def __setitem__(self, name: str, predicate: Predicate | None) -> None:
        self._predicates[name] = predicate
        self.by_first_line[_first_line(name)] = (name, predicate, name in _VITAL)

    def __delitem__(self, name: str) -> None:
        del self._predicates[name]
        if name in _VITAL:
            self.by_first_line[_first_line(name)] = (name, _never, True)
        else:
            del self.by_first_line[_first_line(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._predicates)

    def __len__(self) -> int:
        return len(self._predicates)


def _first_line(name: str) -> bytes:
    return b"Event: " + name.encode()
