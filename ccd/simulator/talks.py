"""Two parties talking: bridged, held, transferred, parted; told as Asterisk's bridges tell it."""

from __future__ import annotations

from ccd.simulator.parts import Channel
from ccd.simulator.queueing import Queues
from ccd.simulator.switch import Switch
from ccd.simulator.wire import bridge_headers, channel_headers

__all__ = ["NotNowError", "Talks"]


class NotNowError(Exception):
    """A channel is asked for what it cannot do in its state: hold without a peer, answer without ringing."""


class Talks:
    def __init__(self, switch: Switch, queues: Queues) -> None:
        self._switch = switch
        self._queues = queues

    def hold(self, channel: Channel) -> None:
        """The phone holds the other side: that side hears music, and *its* device is the one on hold."""
        peer = _peer(channel)
        if channel.holding:
            raise NotNowError(f"{channel.name} holds already")
        channel.holding = peer.held = True
        self._switch.wire.channel("Hold", channel, MusicClass="default")
        self._switch.music(peer, True)
        self._switch.touch(peer)
        self._switch.settle()

    def unhold(self, channel: Channel) -> None:
        if not channel.holding:
            raise NotNowError(f"{channel.name} does not hold")
        self._switch.wire.channel("Unhold", channel)
        self._release(channel)
        self._switch.settle()

    def _release(self, channel: Channel) -> None:
        if not channel.holding:
            return
        channel.holding = False
        peer = channel.peer
        if peer is not None:
            peer.held = False
            self._switch.music(peer, False)
            self._switch.touch(peer)

    def part(self, channel: Channel) -> None:
        """``channel`` hangs up; the call between the two is over."""
        switch, peer = self._switch, _peer(channel)
        served = channel.served
        switch.hangup_request(channel, None if served else 16)
        if served is not None:
            self._queues.complete(served, "agent" if channel is served.agent else "caller")
        self._separate(channel, peer)
        for gone in sorted((channel, peer), key=lambda c: c.program is not None):
            if gone.program is not None:
                switch.soft_hangup(gone)
            switch.destroy(gone)
        switch.settle()

    def _separate(self, first: Channel, second: Channel) -> None:
        bridge = first.bridge
        assert bridge is not None
        for channel in (first, second):
            self._switch.variable(channel, "BRIDGEPEER", "")
            self._switch.leave(channel)
            channel.held = channel.holding = False
        self._switch.dissolve(bridge)

    def blind(self, channel: Channel, context: str, exten: str) -> Channel:
        """``channel`` sends its peer to an extension and is gone. Returns the peer, out of its bridge."""
        switch, peer = self._switch, _peer(channel)
        bridge = channel.bridge
        assert bridge is not None
        switch.wire.channel("Unhold", channel)  # a REFER ends a hold, and is told so even without one
        self._release(channel)
        switch.wire.tell(
            "BlindTransfer",
            "Result: Success",
            channel_headers(channel, "Transferer"),
            channel_headers(peer, "Transferee"),
            bridge_headers(bridge),
            IsExternal="Yes",
            Context=context,
            Extension=exten,
        )
        if channel.served is not None:
            self._queues.complete(channel.served, "transfer")
        peer.context, peer.exten, peer.priority = context, exten, 1
        self._separate(channel, peer)
        switch.destroy(channel)
        switch.settle()
        return peer

    def attended(self, first: Channel, second: Channel) -> tuple[Channel, Channel]:
        """The phone joins the peers of its two calls and leaves both. Returns the two who talk now."""
        switch, peer, target = self._switch, _peer(first), _peer(second)
        bridge, other = first.bridge, second.bridge
        assert bridge is not None
        assert other is not None
        if bridge is other or first.interface != second.interface:
            raise NotNowError(f"{first.name} and {second.name} are not two calls of one phone")
        blocks = (
            "Result: Success",
            channel_headers(first, "OrigTransferer"),
            bridge_headers(bridge, "Orig"),
            channel_headers(second, "SecondTransferer"),
            bridge_headers(other, "Second"),
            channel_headers(peer, "Transferee"),
            channel_headers(target, "TransferTarget"),
        )
        for channel in (first, second):
            switch.wire.channel("Unhold", channel)
            self._release(channel)
        switch.leave(target)
        switch.leave(first)
        switch.enter(bridge, target, swap=first)
        if second.program is not None:
            switch.soft_hangup(second, cause=1)
        headers = {"IsExternal": "No", "DestType": "Bridge", "DestBridgeUniqueid": bridge.uniqueid}
        switch.wire.tell("AttendedTransfer", *blocks, **headers)
        switch.connected_line(target, peer)
        switch.connected_line(peer, target)
        switch.leave(second)
        switch.dissolve(other)
        for gone in (first, second):
            if gone.program is not None:
                switch.soft_hangup(gone)
            switch.destroy(gone)
        for served in (first.served, second.served):
            if served is not None:
                self._queues.complete(served, "transfer")
        switch.settle()
        return peer, target


def _peer(channel: Channel) -> Channel:
    peer = channel.peer
    if peer is None:
        raise NotNowError(f"{channel.name} talks to nobody")
    return peer
