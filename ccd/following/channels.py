"""Channels, bridges and holds; and which channels make one call.

A call is the connected set of Linkedids and Uniqueids: two calls that come to share a Linkedid (an attended
transfer) were one. It is over when all its channels are (asterisk.md, "What the events mean").
"""

from __future__ import annotations

from datetime import datetime

from ccd.events import CallHeld, CallMerged, CallResumed, CallStarted, LegAnswered, LegEnded, LegStarted
from ccd.following import calls, queuecalls, recordings
from ccd.following.agents import refresh
from ccd.following.picture import Call, Channel, Pbx, interface_of, is_local
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
    call = pbx.call_by_link.get(linkedid) or _start_call(pbx, at, m, linkedid, interface, seen)
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
    if not channel.local:
        call.interfaces.add(interface)
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
    return channel


def _start_call(pbx: Pbx, at: datetime, m: Message, linkedid: str, interface: str, seen: bool) -> Call:
    ghost = pbx.ghosts.get(m.get("Uniqueid"))
    call = Call(
        id=ghost.call if ghost else linkedid,
        started=ghost.started if ghost else at,
        caller_number=known(m.get("CallerIDNum")),
        caller_name=known(m.get("CallerIDName")),
        called_number=m.get("Exten"),
        origin=interface,
        seen=seen,
    )
    pbx.calls[call.id] = call
    pbx.call_by_link[linkedid] = call
    call.linkedids.add(linkedid)
    if ghost is None:
        pbx.emit(
            CallStarted(
                at=at,
                pbx=pbx.name,
                call=call.id,
                kind=calls.kind_of(pbx, call),
                caller_number=call.caller_number,
                caller_name=call.caller_name,
                called_number=call.called_number,
                interface=interface,
                seen=seen,
            )
        )
    return call


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


def on_bridge_enter(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None:
        return
    relink(pbx, at, channel, m.get("Linkedid"))
    channel.bridge = m.get("BridgeUniqueid")
    calls.talk_changed(pbx, at, channel.call)


def on_bridge_leave(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None:
        return
    if channel.bridge == m.get("BridgeUniqueid"):
        channel.bridge = ""
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


def on_hangup(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None:
        return
    relink(pbx, at, channel, m.get("Linkedid"))
    close_channel(pbx, at, channel, cause=_number(m.get("Cause")), seen=True)


def close_channel(pbx: Pbx, at: datetime, channel: Channel, *, cause: int, seen: bool) -> None:
    """A channel is gone; with the last one its call is over."""
    end_hold(pbx, at, channel)
    channel.bridge = ""
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


def relink(pbx: Pbx, at: datetime, channel: Channel, linkedid: str) -> None:
    """Follow a changed Linkedid; where it is another call's, the two were one and the older lives on."""
    if not linkedid or linkedid == channel.linkedid:
        return
    channel.linkedid = linkedid
    call, other = channel.call, pbx.call_by_link.get(linkedid)
    if other is None:
        pbx.call_by_link[linkedid] = call
        call.linkedids.add(linkedid)
    elif other is not call:
        merge(pbx, at, call, other)


def merge(pbx: Pbx, at: datetime, one: Call, two: Call) -> Call:
    """Make one call of two; gives the one that lives on (the older)."""
    old, young = (one, two) if (one.started, one.id) <= (two.started, two.id) else (two, one)
    for channel in young.channels.values():
        channel.call = old
    old.channels.update(young.channels)
    old.interfaces |= young.interfaces
    old.linkedids |= young.linkedids
    for linkedid in young.linkedids:
        pbx.call_by_link[linkedid] = old
    old.queued = old.queued or young.queued
    old.voicemail = old.voicemail or young.voicemail
    old.answered = min(filter(None, (old.answered, young.answered)), default=None)
    old.talk_s += young.talk_s
    old.hold_s += young.hold_s
    old.wait_s += young.wait_s
    if old.talking_since is None:
        old.talking_since = young.talking_since
    for visit in pbx.visits.values():
        if visit.call is young:
            visit.call = old
    for recording in pbx.recordings.values():
        if recording.call is young:
            recording.call = old
    pbx.calls.pop(young.id, None)
    pbx.emit(CallMerged(at=at, pbx=pbx.name, call=young.id, into=old.id))
    return old


def _answered(pbx: Pbx, at: datetime, channel: Channel) -> None:
    channel.answered = at
    pbx.emit(LegAnswered(at=at, pbx=pbx.name, call=channel.call.id, uniqueid=channel.uniqueid))


def known(text: str) -> str:
    """Asterisk writes ``<unknown>`` for a number or name it does not have."""
    return "" if text == "<unknown>" else text


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
