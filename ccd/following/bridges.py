"""Bridges and holds: who hears whom."""

from __future__ import annotations

from datetime import datetime

from ccd.events import CallHeld, CallResumed
from ccd.following import calls, joining
from ccd.following.agents import refresh
from ccd.following.picture import Channel, Pbx
from ccd.message import Message

HOLDING = "holding_bridge"  # where parked callers and those on hold wait


def on_bridge_enter(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None:
        return
    joining.relink(pbx, at, channel, m.get("Linkedid"))
    enter_bridge(pbx, at, channel, m.get("BridgeUniqueid"), alone=m.get("BridgeTechnology") == HOLDING)


def enter_bridge(pbx: Pbx, at: datetime, channel: Channel, bridge: str, *, alone: bool = False) -> None:
    """Who meets in a bridge is in one call, but not those who wait there each for himself (``alone``)."""
    leave_bridge(pbx, channel)
    channel.bridge, channel.alone_in = ("", bridge) if alone else (bridge, "")
    if channel.bridge:
        inside = pbx.bridges.setdefault(bridge, {})
        other = next(iter(inside.values()), None)
        inside[channel.uniqueid] = channel
        if other is not None and other.call is not channel.call:
            joining.merge(pbx, at, channel.call, other.call)
    calls.talk_changed(pbx, at, channel.call)


def leave_bridge(pbx: Pbx, channel: Channel) -> None:
    inside = pbx.bridges.get(channel.bridge)
    if inside is not None:
        inside.pop(channel.uniqueid, None)
        if not inside:
            del pbx.bridges[channel.bridge]
    channel.bridge = channel.alone_in = ""


def on_bridge_leave(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None:
        return
    if m.get("BridgeUniqueid") in (channel.bridge, channel.alone_in):
        leave_bridge(pbx, channel)
    end_hold(pbx, at, channel)
    calls.talk_changed(pbx, at, channel.call)


def on_hold(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None or channel.held_since is not None:
        return
    channel.held_since = at
    pbx.emit(
        CallHeld(
            at=at, pbx=pbx.name, call=channel.call.id, uniqueid=channel.uniqueid, interface=channel.interface
        )
    )
    agent = pbx.agents.get(channel.interface)
    if agent is not None:
        refresh(pbx, at, agent, "Hold")


def on_unhold(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is not None:
        end_hold(pbx, at, channel)


def end_hold(pbx: Pbx, at: datetime, channel: Channel) -> None:
    if channel.held_since is None:
        return
    held = (at - channel.held_since).total_seconds()
    channel.held_since = None
    channel.hold_s += held
    channel.call.hold_s += held
    pbx.emit(
        CallResumed(
            at=at,
            pbx=pbx.name,
            call=channel.call.id,
            uniqueid=channel.uniqueid,
            interface=channel.interface,
            hold_s=held,
        )
    )
    agent = pbx.agents.get(channel.interface)
    if agent is not None:
        refresh(pbx, at, agent, "Unhold")
