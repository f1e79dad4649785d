"""Channels: the legs of calls, from Newchannel to Hangup."""

from __future__ import annotations

from datetime import datetime

from ccd.events import LegAnswered, LegEnded, LegStarted
from ccd.following import bridges, calls, joining, queuecalls, recordings
from ccd.following.agents import refresh
from ccd.following.picture import Call, Channel, Pbx, interface_of, is_local, known
from ccd.message import Message

UP = 6


def on_new_channel(pbx: Pbx, at: datetime, m: Message) -> None:
    uniqueid = m.get("Uniqueid")
    if uniqueid in pbx.channels or uniqueid in pbx.ended or not uniqueid:
        return
    open_channel(pbx, at, m, seen=True)


def open_channel(pbx: Pbx, at: datetime, m: Message, *, seen: bool) -> Channel:
    """Hold a channel that a Newchannel or a snapshot's CoreShowChannel tells of."""
    uniqueid, name = m.get("Uniqueid"), m.get("Channel")
    linkedid = m.get("Linkedid") or uniqueid
    interface = interface_of(name)
    call = pbx.call_by_link.get(linkedid) or joining.start_call(pbx, at, m, linkedid, interface, seen)
    channel = Channel(
        uniqueid=uniqueid,
        linkedid=linkedid,
        name=name,
        interface=interface,
        local=is_local(name),
        state=_number(m.get("ChannelState")),
        call=call,
        number=known(m.get("CallerIDNum")),
        created=at,
        gen=pbx.gen,
        dialed=bool(call.channels),
    )
    pbx.channels[uniqueid] = channel
    call.channels[uniqueid] = channel
    if channel.dialed and not channel.local:
        call.dialed.add(interface)
    agent = pbx.agents.get(interface)
    if agent is not None:
        agent.channels[uniqueid] = channel
        agent.has_channels = True
    pbx.emit(
        LegStarted(
            at=at,
            pbx=pbx.name,
            call=call.id,
            uniqueid=uniqueid,
            channel=name,
            interface=interface,
            number=channel.number,
            seen=seen,
        )
    )
    if channel.state == UP:
        _answered(pbx, at, channel)
    if agent is not None:
        refresh(pbx, at, agent, "Newchannel")
    if call.called_number.startswith("*"):
        _no_code_after_all(pbx, at, call)
    return channel


def _no_code_after_all(pbx: Pbx, at: datetime, call: Call) -> None:
    """*… may also stand before a number: with somebody rung for it, its caller is on the phone."""
    for channel in call.channels.values():
        if (agent := pbx.agents.get(channel.interface)) is not None:
            refresh(pbx, at, agent, "Newchannel")


def on_new_state(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None:
        return
    channel.state = _number(m.get("ChannelState"))
    if channel.state == UP and channel.answered is None:
        _answered(pbx, at, channel)
    agent = pbx.agents.get(channel.interface)
    if agent is not None:
        refresh(pbx, at, agent, "Newstate")


def on_rename(pbx: Pbx, at: datetime, m: Message) -> None:
    """A masquerade: the Uniqueid lives on under another name, and so at another device."""
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None:
        return
    before = pbx.agents.get(channel.interface)
    channel.name = m.get("Newname")
    interface = interface_of(channel.name)
    if interface == channel.interface:
        return
    channel.interface = interface
    channel.local = is_local(channel.name)
    after = pbx.agents.get(interface)
    for agent in (before, after):
        if agent is not None:
            agent.channels.pop(channel.uniqueid, None)
            if agent is after and "<ZOMBIE>" not in channel.name:
                agent.channels[channel.uniqueid] = channel
            refresh(pbx, at, agent, "Rename")


def on_hangup(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None:
        pbx.remember_end(m.get("Uniqueid"))
        return
    joining.relink(pbx, at, channel, m.get("Linkedid"))
    close_channel(pbx, at, channel, cause=_number(m.get("Cause")), seen=True)


def close_channel(pbx: Pbx, at: datetime, channel: Channel, *, cause: int, seen: bool) -> None:
    """A channel is gone; with the last one its call is over."""
    bridges.end_hold(pbx, at, channel)
    bridges.leave_bridge(pbx, channel)
    call = channel.call
    del pbx.channels[channel.uniqueid]
    pbx.remember_end(channel.uniqueid)
    call.channels.pop(channel.uniqueid, None)
    if not channel.local and cause:
        call.cause = cause
    calls.talk_changed(pbx, at, call)
    recordings.channel_gone(pbx, at, channel)
    pbx.emit(
        LegEnded(
            at=at,
            pbx=pbx.name,
            call=call.id,
            uniqueid=channel.uniqueid,
            cause=cause,
            hold_s=channel.hold_s,
            seen=seen,
        )
    )
    queuecalls.channel_gone(pbx, at, channel, seen=seen)
    agent = pbx.agents.get(channel.interface)
    if agent is not None:
        agent.channels.pop(channel.uniqueid, None)
        refresh(pbx, at, agent, "Hangup")
    if not call.channels:
        calls.end(pbx, at, call, seen=seen)


def _answered(pbx: Pbx, at: datetime, channel: Channel) -> None:
    channel.answered = at
    pbx.emit(LegAnswered(at=at, pbx=pbx.name, call=channel.call.id, uniqueid=channel.uniqueid))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
