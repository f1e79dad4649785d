"""Which channels make one call.

A call is the connected set of Linkedids and Uniqueids: two calls that come to share a Linkedid or a bridge
(an attended transfer) were one. It is over when all its channels are (asterisk.md, "What the events mean").
"""

from __future__ import annotations

from datetime import datetime

from ccd.events import CallMerged, CallStarted
from ccd.following import calls
from ccd.following.picture import Call, Channel, Pbx, known
from ccd.message import Message

MANY_LINKS = 200


def start_call(pbx: Pbx, at: datetime, m: Message, linkedid: str, interface: str, seen: bool) -> Call:
    """Begin a call with its first channel; or go on with one that the store held open."""
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
    old.dialed |= young.dialed
    old.linkedids |= young.linkedids
    for linkedid in young.linkedids:
        pbx.call_by_link[linkedid] = old
    old.queued = old.queued or young.queued
    old.voicemail = old.voicemail or young.voicemail
    old.under_way = old.under_way or young.under_way
    old.marked = old.marked or young.marked
    if old.answered is None:
        old.answered, old.talk_s = young.answered, young.talk_s
    # else: a consultation during a call is part of it, its talk does not come on top
    old.hold_s += young.hold_s
    old.wait_s += young.wait_s
    if old.talking_since is None:
        old.talking_since = young.talking_since
    for visit in (*pbx.visits.values(), *pbx.agent_visits.values()):
        if visit.call is young:
            visit.call = old
    for uniqueid in young.channels:
        for recording in pbx.recordings.get(uniqueid, {}).values():
            recording.call = old
    pbx.calls.pop(young.id, None)
    if len(old.linkedids) > MANY_LINKS:
        _drop_links(pbx, old)
    pbx.emit(CallMerged(at=at, pbx=pbx.name, call=young.id, into=old.id))
    return old


def _drop_links(pbx: Pbx, call: Call) -> None:
    """A conference that never empties would gather the Linkedids of all who ever came."""
    gone = call.linkedids - {channel.linkedid for channel in call.channels.values()} - {call.id}
    call.linkedids -= gone
    for linkedid in gone:
        pbx.call_by_link.pop(linkedid, None)
