"""The core of the PBX: channels, bridges and devices, each change told in Asterisk's order.

Nothing here decides anything: calls.py and queueing.py do, with these moves.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable

from ccd.simulator.parts import (
    DEVICE_RINGING,
    DEVICE_STATES,
    INUSE,
    NOT_INUSE,
    ONHOLD,
    RING,
    RINGING,
    RINGINUSE,
    UNKNOWN,
    UP,
    Bridge,
    Channel,
)
from ccd.simulator.timeline import Timeline
from ccd.simulator.wire import Wire, clean

__all__ = ["CAUSES", "Switch"]

CAUSES = {0: "Unknown", 16: "Normal Clearing", 17: "User busy", 19: "User alerting, no answer",
          21: "Call Rejected", 26: "Answered elsewhere", 127: "Interworking, unspecified"}  # fmt: skip


class Switch:
    """``first_id`` is where the counter of Uniqueids begins; it goes on over restarts: ids stay unique."""

    def __init__(self, timeline: Timeline, wire: Wire, first_id: int = 0) -> None:
        self.timeline = timeline
        self.wire = wire
        self.channels: dict[str, Channel] = {}
        self.device_states: dict[str, str] = {}
        self.device_changed: Callable[[str, int], None] = lambda interface, status: None
        self.gone: list[Callable[[Channel], None]] = []
        """Called after a channel's Hangup."""
        self.processed = 0
        self._ids = first_id
        self._names = 0
        self._random = random.Random(first_id)
        self._dirty: dict[str, None] = {}
        self._of_device: dict[str, list[Channel]] = {}

    # --- channels

    def create(
        self,
        interface: str,
        state: int,
        *,
        number: str = "",
        name: str = "",
        context: str,
        exten: str = "s",
        parent: Channel | None = None,
        uniqueid: str = "",
    ) -> Channel:
        uniqueid = uniqueid or f"{int(self.timeline.now)}.{self._ids}"
        channel = Channel(
            name=f"{interface}-{self._names:08x}",
            interface=interface,
            uniqueid=uniqueid,
            linkedid=parent.linkedid if parent else uniqueid,
            created=self.timeline.now,
            state=state,
            number=clean(number) or UNKNOWN,
            caller_name=clean(name) or UNKNOWN,
            context=context,
            exten=exten,
        )
        self._ids += 1
        self._names += 1
        self.channels[channel.name] = channel
        self._of_device.setdefault(interface, []).append(channel)
        self.wire.channel("Newchannel", channel)
        self.touch(channel)
        return channel

    def find(self, name: str) -> Channel | None:
        """By name or by Uniqueid."""
        found = self.channels.get(name)
        return found or next((c for c in self.channels.values() if c.uniqueid == name), None)

    def set_state(self, channel: Channel, state: int) -> None:
        if channel.state == state:
            return
        channel.state = state
        self.wire.channel("Newstate", channel)
        self.touch(channel)

    def connected_line(self, channel: Channel, other: Channel) -> None:
        new = (other.number, other.caller_name)
        if (channel.connected_number, channel.connected_name) != new:
            channel.connected_number, channel.connected_name = new
            self.wire.channel("NewConnectedLine", channel)

    def caller_id(self, channel: Channel, number: str, name: str = "") -> None:
        channel.number, channel.caller_name = clean(number) or UNKNOWN, clean(name) or UNKNOWN
        self.wire.channel(
            "NewCallerid", channel, **{"CID-CallingPres": "0 (Presentation Allowed, Not Screened)"}
        )

    def variable(self, channel: Channel, name: str, value: str) -> None:
        self.wire.channel("VarSet", channel, Variable=name, Value=value)

    def executes(self, channel: Channel, application: str, data: str) -> None:
        channel.application, channel.application_data = application, data
        self.wire.channel("Newexten", channel, Extension=channel.exten, Application=application, AppData=data)

    def music(self, channel: Channel, on: bool) -> None:
        if on:
            self.wire.channel("MusicOnHoldStart", channel, Class="default")
        else:
            self.wire.channel("MusicOnHoldStop", channel)

    def hangup_request(self, channel: Channel, cause: int | None = None) -> None:
        if cause is None:
            self.wire.channel("HangupRequest", channel)
        else:
            self.wire.channel("HangupRequest", channel, Cause=cause)

    def soft_hangup(self, channel: Channel, cause: int = 16) -> None:
        self.wire.channel("SoftHangupRequest", channel, Cause=cause)

    def destroy(self, channel: Channel, cause: int = 16) -> None:
        """The end of a channel: it must be out of its bridge."""
        assert channel.bridge is None
        if not channel.alive:
            return
        channel.alive = False
        if channel.wait is not None:
            channel.wait.cancel()
        self.processed += channel.program is not None
        self.wire.channel("Hangup", channel, Cause=cause, **{"Cause-txt": CAUSES.get(cause, "Unknown")})
        del self.channels[channel.name]
        self._of_device[channel.interface].remove(channel)
        self.touch(channel)
        for tell in self.gone:
            tell(channel)

    def forget(self) -> None:
        """Everything is gone, as after a restart; ids go on."""
        self.channels.clear()
        self._of_device.clear()
        self._dirty.clear()
        self._names = self.processed = 0
        for device in self.device_states:
            self.device_states[device] = "NOT_INUSE"

    # --- bridges

    def join(self, *channels: Channel) -> Bridge:
        """A new bridge; the channels enter in the order given."""
        bridge = Bridge(str(uuid.UUID(int=self._random.getrandbits(128), version=4)))
        self.wire.bridge("BridgeCreate", bridge)
        for channel in channels:
            self.enter(bridge, channel)
        for channel in channels:
            peer = channel.peer
            if peer is not None:
                self.variable(channel, "BRIDGEPEER", peer.name)
        return bridge

    def enter(self, bridge: Bridge, channel: Channel, swap: Channel | None = None) -> None:
        bridge.channels.append(channel)
        channel.bridge = bridge
        oldest = min((c.linkedid for c in bridge.channels), key=_age)
        for member in bridge.channels:
            member.linkedid = oldest
        if swap is None:
            self.wire.bridge("BridgeEnter", bridge, channel)
        else:
            self.wire.bridge("BridgeEnter", bridge, channel, SwapUniqueid=swap.uniqueid)

    def leave(self, channel: Channel) -> None:
        bridge = channel.bridge
        assert bridge is not None
        bridge.channels.remove(channel)
        channel.bridge = None
        self.wire.bridge("BridgeLeave", bridge, channel)

    def dissolve(self, bridge: Bridge) -> None:
        """Say that an empty bridge is gone."""
        assert not bridge.channels
        self.wire.bridge("BridgeDestroy", bridge)

    # --- devices

    def touch(self, channel: Channel) -> None:
        """Its device may have changed; said by the next ``settle``, as by another thread of Asterisk."""
        self._dirty[channel.interface] = None

    def settle(self) -> None:
        while self._dirty:
            dirty, self._dirty = tuple(self._dirty), {}
            for interface in dirty:
                status = self.device_status(interface)
                if self.device(interface, DEVICE_STATES[status]):
                    self.device_changed(interface, status)

    def device(self, device: str, state: str) -> bool:
        """Tell a device's state where it is new. True where it was."""
        unseen = "" if device.startswith("Queue:") else "NOT_INUSE"
        if self.device_states.get(device, unseen) == state:
            return False
        self.device_states[device] = state
        self.wire.tell("DeviceStateChange", Device=device, State=state)
        return True

    def device_status(self, interface: str) -> int:
        """The state of a phone, from its channels as Asterisk aggregates them."""
        return _aggregate(self._of_device.get(interface, ()))

    def of_device(self, interface: str) -> list[Channel]:
        return list(self._of_device.get(interface, ()))


def _age(uniqueid: str) -> tuple[int, int]:
    epoch, _, number = uniqueid.partition(".")
    return int(epoch), int(number)


def _aggregate(channels: Iterable[Channel]) -> int:
    held = in_use = ringing = False
    for channel in channels:
        if channel.held:
            held = True
        elif channel.state == RINGING:
            ringing = True
        elif channel.state in (RING, UP):
            in_use = True
    if ringing:
        return RINGINUSE if in_use or held else DEVICE_RINGING
    if in_use:
        return INUSE
    return ONHOLD if held else NOT_INUSE
