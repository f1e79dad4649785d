"""Events as Asterisk 22 writes them: which headers, in which order, under which privilege.

Texts are in the form of ``ccd.message.Message.text``: CRLF between headers, no empty line at the end.
"""

from __future__ import annotations

from collections.abc import Callable

from ccd.simulator.parts import Bridge, Channel, Member
from ccd.simulator.timeline import Timeline

__all__ = ["Listener", "Wire", "bridge_headers", "channel_headers", "clean", "member_headers"]

Listener = Callable[[str, str], None]
"""Called with the privilege class (``call``) and the text of an event."""

CHANNEL_STATES = ("Down", "Rsrvd", "OffHook", "Dialing", "Ring", "Ringing", "Up", "Busy")

_PRIVILEGES = {
    "agent": ("Agent", "Queue"),
    "dialplan": ("Newexten", "VarSet"),
    "system": ("FullyBooted", "Shutdown", "Reload"),
    "user": ("UserEvent",),
}


def clean(value: str) -> str:
    """A value that cannot end its header: control characters become spaces."""
    return value if value.isprintable() else "".join(c if c.isprintable() else " " for c in value)


def channel_headers(c: Channel, prefix: str = "") -> str:
    p = prefix
    return (
        f"{p}Channel: {c.name}\r\n{p}ChannelState: {c.state}\r\n"
        f"{p}ChannelStateDesc: {CHANNEL_STATES[c.state]}\r\n"
        f"{p}CallerIDNum: {c.number}\r\n{p}CallerIDName: {c.caller_name}\r\n"
        f"{p}ConnectedLineNum: {c.connected_number}\r\n{p}ConnectedLineName: {c.connected_name}\r\n"
        f"{p}Language: en\r\n{p}AccountCode: \r\n{p}Context: {c.context}\r\n{p}Exten: {c.exten}\r\n"
        f"{p}Priority: {c.priority}\r\n{p}Uniqueid: {c.uniqueid}\r\n{p}Linkedid: {c.linkedid}"
    )


def bridge_headers(b: Bridge, prefix: str = "") -> str:
    p = prefix
    return (
        f"{p}BridgeUniqueid: {b.uniqueid}\r\n{p}BridgeType: basic\r\n"
        f"{p}BridgeTechnology: simple_bridge\r\n{p}BridgeCreator: <unknown>\r\n{p}BridgeName: <unknown>\r\n"
        f"{p}BridgeNumChannels: {len(b.channels)}\r\n{p}BridgeVideoSourceMode: none"
    )


def member_headers(m: Member) -> str:
    """The headers of QueueMemberAdded, …Status, …Pause and …Removed."""
    return (
        f"Queue: {m.queue.name}\r\nMemberName: {m.name}\r\nInterface: {m.interface}\r\n"
        f"StateInterface: {m.interface}\r\nMembership: {'dynamic' if m.dynamic else 'static'}\r\n"
        f"Penalty: {m.penalty}\r\nCallsTaken: {m.calls_taken}\r\nLastCall: {m.last_call}\r\n"
        f"LastPause: {m.last_pause}\r\nLoginTime: {m.login_time}\r\nInCall: {int(m.in_call)}\r\n"
        f"Status: {m.status}\r\nPaused: {int(m.paused)}\r\nPausedReason: {m.reason}\r\n"
        f"Ringinuse: 0\r\nWrapuptime: {m.wrapup_s}"
    )


def _privilege(event: str) -> str:
    for privilege, starts in _PRIVILEGES.items():
        if event.startswith(starts):
            return privilege
    return "call"


class Wire:
    """Hands every event to every listener. Without listeners nothing is even formatted."""

    def __init__(self, timeline: Timeline) -> None:
        self.listeners: list[Listener] = []
        self.count = 0
        """Events told so far, listened to or not."""
        self.clock: Callable[[], float] = lambda: timeline.now
        """What Timestamp says, epoch seconds."""
        self._stamp = 0.0
        self._privileges: dict[str, str] = {}

    def tell(self, event: str, *blocks: str, **headers: object) -> None:
        self.count += 1
        if not self.listeners:
            return
        privilege = self._privileges.get(event)
        if privilege is None:
            privilege = self._privileges.setdefault(event, _privilege(event))
        # A burst is spread by microseconds, as on a real PBX: no two stamps are the same.
        self._stamp = max(self.clock(), self._stamp + 0.000007)
        lines = [f"Event: {event}\r\nPrivilege: {privilege},all\r\nTimestamp: {self._stamp:.6f}", *blocks]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        text = "\r\n".join(lines)
        for listener in tuple(self.listeners):
            listener(privilege, text)

    def channel(self, event: str, channel: Channel, **headers: object) -> None:
        if self.listeners:
            self.tell(event, channel_headers(channel), **headers)
        else:
            self.count += 1

    def pair(self, event: str, caller: Channel | None, dest: Channel, **headers: object) -> None:
        if self.listeners:
            blocks = [channel_headers(caller)] if caller else []
            self.tell(event, *blocks, channel_headers(dest, "Dest"), **headers)
        else:
            self.count += 1

    def bridge(self, event: str, bridge: Bridge, channel: Channel | None = None, **headers: object) -> None:
        if self.listeners:
            blocks = [channel_headers(channel)] if channel else []
            self.tell(event, bridge_headers(bridge), *blocks, **headers)
        else:
            self.count += 1

    def member(self, event: str, member: Member) -> None:
        if self.listeners:
            self.tell(event, member_headers(member))
        else:
            self.count += 1
