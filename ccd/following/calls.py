"""Whole calls: what kind, when two parties first heard each other, and how it ended."""

from __future__ import annotations

from datetime import datetime

from ccd.events import (
    CallAnswered,
    CallEnded,
    CallJoined,
    CallKind,
    VoicemailLeft,
)
from ccd.following.picture import Call, Pbx
from ccd.message import Message

# Q.850 causes of Hangup, as far as they decide an outcome: user busy; no user responding, no answer.
_BUSY = {17}
_NO_ANSWER = {18, 19}
_DIALED = {
    "NOANSWER": "no_answer",
    "BUSY": "busy",
    "CANCEL": "abandoned",
    "CONGESTION": "failed",
    "CHANUNAVAIL": "failed",
}


def kind_of(pbx: Pbx, call: Call) -> CallKind:
    """Queue, direct, outbound or internal, from who began it and whom it reached."""
    if call.queued:
        return CallKind.QUEUE
    others = call.dialed - {call.origin}
    if call.origin and not call.origin.startswith("Local/") and not pbx.is_trunk(call.origin):
        if any(pbx.is_trunk(other) for other in others):
            return CallKind.OUTBOUND
        return CallKind.INTERNAL if others else CallKind.OTHER
    return CallKind.DIRECT if any(not pbx.is_trunk(other) for other in others) else CallKind.OTHER


def talk_changed(pbx: Pbx, at: datetime, call: Call) -> None:
    """Two legs in one bridge are a conversation. Talk counts bridged time, holds included."""
    bridges = [channel.bridge for channel in call.channels.values() if channel.bridge]
    if len(bridges) != len(set(bridges)):
        if call.talking_since is None:
            call.talking_since = at
            if pbx.blind_since is not None and call.answered is None:
                call.under_way = True
            else:
                answered(pbx, at, call)
    elif call.talking_since is not None:
        call.talk_s += (at - call.talking_since).total_seconds()
        call.talking_since = None


def answered(pbx: Pbx, at: datetime, call: Call) -> None:
    if call.answered is None and not call.under_way:
        call.answered = at
        pbx.emit(CallAnswered(at=at, pbx=pbx.name, call=call.id))


def on_dial_end(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("DestUniqueid"))
    if channel is not None:
        channel.call.dial_status = m.get("DialStatus")


def on_parked(pbx: Pbx, at: datetime, m: Message) -> None:
    _joined(pbx, at, m.get("ParkeeUniqueid"), "parking", m.get("ParkingSpace"))


def on_confbridge_join(pbx: Pbx, at: datetime, m: Message) -> None:
    _joined(pbx, at, m.get("Uniqueid"), "conference", m.get("Conference"))


def _joined(pbx: Pbx, at: datetime, uniqueid: str, what: str, name: str) -> None:
    channel = pbx.channels.get(uniqueid)
    if channel is not None:
        pbx.emit(
            CallJoined(at=at, pbx=pbx.name, call=channel.call.id, uniqueid=uniqueid, what=what, name=name)
        )


def on_voicemail(pbx: Pbx, at: datetime, m: Message) -> None:
    """VoiceMail() leaves VMSTATUS on the channel when it is done: SUCCESS, USEREXIT or FAILED."""
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None:
        return
    status = m.get("Value")
    channel.call.voicemail = channel.call.voicemail or status == "SUCCESS"
    pbx.emit(
        VoicemailLeft(at=at, pbx=pbx.name, call=channel.call.id, uniqueid=channel.uniqueid, status=status)
    )


def end(pbx: Pbx, at: datetime, call: Call, *, seen: bool) -> None:
    pbx.calls.pop(call.id, None)
    for linkedid in call.linkedids:
        if pbx.call_by_link.get(linkedid) is call:
            del pbx.call_by_link[linkedid]
    wait: float | None = call.wait_s
    if call.under_way:
        wait = None
    elif not call.queued:
        wait = ((call.answered or at) - call.started).total_seconds()
    pbx.emit(
        CallEnded(
            at=at,
            pbx=pbx.name,
            call=call.id,
            kind=kind_of(pbx, call),
            outcome=_outcome(call, seen),
            started=call.started,
            answered=call.answered,
            wait_s=wait,
            talk_s=call.talk_s,
            hold_s=call.hold_s,
            cause=call.cause,
            seen=seen,
            caller_number=call.caller_number,
            caller_name=call.caller_name,
            called_number=call.called_number,
        )
    )


def _outcome(call: Call, seen: bool) -> str:
    if call.answered is not None or call.under_way:
        return "answered"
    if call.voicemail:
        return "voicemail"
    if not seen:
        return "unknown"
    if call.queue_outcome:
        return call.queue_outcome
    if call.dial_status in _DIALED:
        return _DIALED[call.dial_status]
    if call.cause in _BUSY:
        return "busy"
    if call.cause in _NO_ANSWER:
        return "no_answer"
    return "no_party"  # nobody was dialled: an announcement, a feature code
