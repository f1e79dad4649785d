"""Resync after every (re)connect: mark, upsert, sweep.

The lists of the snapshot come in the same stream as live events, in the order in which Asterisk wrote them,
so later always wins: items and live events alike confirm what they touch (``gen``), and when every list has
ended, what none of them confirmed is gone. What went while we were blind is closed as such (``seen=False``)
at the moment we know, and nothing is invented for the time between.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.effects import SendAction
from ccd.events import (
    BlindBegan,
    BlindEnded,
    CallEnded,
    CallMerged,
    LegEnded,
    PbxLinked,
    PbxLost,
    PbxRestarted,
    PbxSynced,
    PictureRestored,
)
from ccd.following import bridges, channels, joining, listening, members, recordings, visits
from ccd.following.agents import refresh, refresh_in_queue
from ccd.following.pauses import refresh_pause
from ccd.following.picture import Pbx
from ccd.message import Message

_READS_QUEUES = {"app_queue.so", "app_queue", "All"}  # Module of a Reload: one by name, or every one


def on_linked(pbx: Pbx, event: PbxLinked) -> None:
    if pbx.boot and event.boot and event.boot != pbx.boot:
        pbx.emit(PbxRestarted(at=event.at, pbx=pbx.name, boot=event.boot))
    pbx.version = event.version
    pbx.boot = event.boot or pbx.boot
    pbx.linked = True
    pbx.gen += 1
    pbx.listed = []
    pbx.recounts = 0
    if pbx.blind_since is None:
        _go_blind(pbx, event.at, "starting")


def on_lost(pbx: Pbx, event: PbxLost) -> None:
    pbx.linked = pbx.synced = False
    if pbx.blind_since is None:
        since = event.last_heard
        if pbx.last_event is not None:
            since = max(since, pbx.last_event)
        _go_blind(pbx, since, event.why)


def _go_blind(pbx: Pbx, since: datetime, why: str) -> None:
    pbx.blind_since = since
    pbx.emit(BlindBegan(at=since, pbx=pbx.name, why=why))
    for agent in pbx.agents.values():
        agent.wrapup_until = None
        refresh(pbx, since, agent, "blind")
        for queue in {member.queue: None for member in agent.members.values()}:
            refresh_in_queue(pbx, since, agent, queue, "blind")


def on_synced(pbx: Pbx, event: PbxSynced) -> None:
    at = event.at
    _sweep(pbx, at, event.missing)
    began, pbx.blind_since, pbx.synced = pbx.blind_since, None, True
    pbx.missing = event.missing
    if began is not None:
        pbx.last_blind = (began, at)
        pbx.emit(BlindEnded(at=at, pbx=pbx.name, began=began))
    for agent in pbx.agents.values():
        refresh_pause(pbx, at, agent, seen=False)
        refresh(pbx, at, agent, "snapshot")
        for queue in agent.in_queue:
            refresh_in_queue(pbx, at, agent, queue, "snapshot")


def _sweep(pbx: Pbx, at: datetime, missing: tuple[str, ...]) -> None:
    if "CoreShowChannels" not in missing:
        for channel in [c for c in pbx.channels.values() if c.gen < pbx.gen]:
            channels.close_channel(pbx, at, channel, cause=0, seen=False)
        _lay_ghosts(pbx, at)
    if "QueueStatus" in missing:
        return
    for visit in [v for v in pbx.visits.values() if v.gen < pbx.gen and v.connected is None]:
        visits.missed_end(pbx, at, visit)
    _sweep_queues(pbx, at)


def _sweep_queues(pbx: Pbx, at: datetime) -> None:
    for queue in [q for q in pbx.queues.values() if q.gen < pbx.gen]:
        for member in list(queue.members.values()):
            members.remove(pbx, at, member, seen=False)
        del pbx.queues[queue.name]
    for queue in pbx.queues.values():
        for member in [m for m in queue.members.values() if m.gen < pbx.gen]:
            members.remove(pbx, at, member, seen=False)


def on_reload(pbx: Pbx, at: datetime, m: Message) -> None:
    """Whom a new queues.conf adds to a queue, takes out or gives another phone, is in no event: ask anew."""
    if pbx.synced and m.get("Module") in _READS_QUEUES:
        if not pbx.recounts:
            pbx.gen += 1
        pbx.recounts += 1
        because = "queues.conf was read again, and no event tells what changed for members"
        fields = (("Action", "QueueStatus"),)
        pbx.emit(
            SendAction(key=f"recount|{pbx.name}", because=because, pbx=pbx.name, fields=fields, feeds=True)
        )


def on_queues_complete(pbx: Pbx, at: datetime, m: Message) -> None:
    """The answer to ``on_reload`` is whole: who is in no queue any more has been taken out."""
    if pbx.recounts:
        pbx.recounts -= 1
        if not pbx.recounts:
            _sweep_queues(pbx, at)


def on_queue_params(pbx: Pbx, at: datetime, m: Message) -> None:
    pbx.queue(m.get("Queue")).gen = pbx.gen


def on_queue_member(pbx: Pbx, at: datetime, m: Message) -> None:
    members.upsert(pbx, at, m, seen=False)


def on_queue_entry(pbx: Pbx, at: datetime, m: Message) -> None:
    """A caller who waits. ``Wait`` is in whole seconds."""
    uniqueid = m.get("Uniqueid")
    visit = pbx.visits.get(uniqueid)
    if visit is not None and visit.queue == m.get("Queue") and visit.connected is None:
        visit.gen = pbx.gen
        return
    if visit is not None and visit.connected is None:
        visits.missed_end(pbx, at, visit)
    channel = pbx.channels.get(uniqueid) or channels.open_channel(pbx, at, m, seen=False)
    wait = m.get("Wait")
    joined = at - timedelta(seconds=int(wait) if wait.isdecimal() else 0)
    visits.join(pbx, at, m, channel, joined=joined, seen=False)


def on_core_show_channel(pbx: Pbx, at: datetime, m: Message) -> None:
    """Kept until the list is complete: it comes in no order, and a call begins with its oldest leg."""
    pbx.listed.append(m)


def on_channels_complete(pbx: Pbx, at: datetime, m: Message) -> None:
    listed, pbx.listed = pbx.listed, []
    parking = {channel.alone_in for channel in pbx.channels.values() if channel.alone_in}
    for item in sorted(listed, key=_age):
        _take_in(pbx, at, item, parking)


def _age(m: Message) -> tuple[int, int, str]:
    """Uniqueids are ``[SYSTEM-]EPOCH.COUNTER``: older channels first."""
    uniqueid = m.get("Uniqueid")
    epoch, _, counter = uniqueid.rpartition("-")[2].partition(".")
    if epoch.isascii() and epoch.isdigit() and counter.isascii() and counter.isdigit():
        return int(epoch), int(counter), uniqueid
    return 0, 0, uniqueid


def _take_in(pbx: Pbx, at: datetime, m: Message, parking: set[str]) -> None:
    """``parking``: bridges where nobody hears the others. The list does not tell which are; we may know."""
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None:
        if m.get("Uniqueid") in pbx.ended:
            return
        channel = channels.open_channel(pbx, at - _duration(m.get("Duration")), m, seen=False)
    channel.gen = pbx.gen
    joining.relink(pbx, at, channel, m.get("Linkedid"))
    channels.on_new_state(pbx, at, m)
    listening.taken_in(pbx, at, channel, m)
    bridge = m.get("BridgeId")
    if bridge != (channel.bridge or channel.alone_in):
        bridges.enter_bridge(pbx, at, channel, bridge, alone=bridge in parking)


def _duration(text: str) -> timedelta:
    """How long a channel has lived: ``HH:MM:SS``."""
    parts = text.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        return timedelta()
    hours, minutes, seconds = map(int, parts)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def on_restored(pbx: Pbx, event: PictureRestored) -> None:
    """What the store held open at start: claimed by the snapshot's channels, or closed when it ends.

    Nobody watched since ``last_alive``: the PBX has been out of sight from there on.
    """
    if event.last_alive is not None and pbx.blind_since is None:
        _go_blind(pbx, event.last_alive, "ccd was not running")
    for call in event.open_calls:
        if call.pbx == pbx.name:
            for uniqueid in call.uniqueids or (call.call,):
                pbx.ghosts[uniqueid] = call
    pbx.ghost_recordings = [item for item in event.open_recordings if item.pbx == pbx.name]


def _lay_ghosts(pbx: Pbx, at: datetime) -> None:
    """Calls of before our own restart: their living channels go on under the old id, the rest has ended."""
    live = set(pbx.calls)
    over = {}
    for uniqueid, ghost in pbx.ghosts.items():
        channel = pbx.channels.get(uniqueid)
        if channel is None:
            pbx.remember_end(uniqueid)
            pbx.emit(
                LegEnded(
                    at=at, pbx=pbx.name, call=ghost.call, uniqueid=uniqueid, cause=0, hold_s=0.0, seen=False
                )
            )
        elif channel.call.id != ghost.call:
            pbx.emit(CallMerged(at=at, pbx=pbx.name, call=ghost.call, into=channel.call.id))
            live.add(ghost.call)
        if ghost.call not in live:
            over[ghost.call] = ghost
    pbx.ghosts.clear()
    recordings.restore(pbx, at)
    for ghost in over.values():
        pbx.emit(
            CallEnded(
                at=at,
                pbx=pbx.name,
                call=ghost.call,
                kind="",
                outcome="unknown",
                started=ghost.started,
                answered=None,
                wait_s=0.0,
                talk_s=0.0,
                hold_s=0.0,
                cause=0,
                seen=False,
            )
        )
