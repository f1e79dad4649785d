"""Callers in queues: joining, ringing agents, connecting, completing, leaving.

Asterisk says that a caller left a queue before it says why: an AgentConnect follows an answer, the channel
variable QUEUESTATUS a time-out or an emptied queue, and nothing at all an exit by key; and a caller who timed
out is reported as QueueCallerAbandon, like one who hung up. A visit stays open until the next thing that
happens to the caller decides it. A completed call is announced by AgentComplete; where that does not come
(both legs gone at once, some transfers), it is closed shortly after a leg has gone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.effects import SetDeadline
from ccd.events import (
    AgentCompleted,
    AgentConnected,
    AgentRang,
    CallerJoined,
    CallerLeft,
    QueueOutcome,
    RingNoAnswer,
)
from ccd.following.agents import completed
from ccd.following.calls import answered
from ccd.following.picture import Channel, Pbx, Visit
from ccd.message import Message

COMPLETE_GRACE_S = 2.0

_STATUS = {
    "TIMEOUT": QueueOutcome.TIMEOUT,
    "LEAVEEMPTY": QueueOutcome.EMPTY,
    "LEAVEUNAVAIL": QueueOutcome.EMPTY,
}
# QUEUESTATUS of a caller who was never let in: no visit, nothing to decide.
_NEVER_JOINED = {"FULL", "JOINEMPTY", "JOINUNAVAIL"}
_REASONS = {"agent", "caller", "transfer"}


def on_join(pbx: Pbx, at: datetime, m: Message) -> None:
    uniqueid, queue = m.get("Uniqueid"), m.get("Queue")
    channel = pbx.channels.get(uniqueid)
    current = pbx.visits.get(uniqueid)
    if channel is None or (current is not None and current.queue == queue and current.left is None):
        return
    if current is not None and current.connected is None:
        # Gone on without a word. Who "abandoned" and is still on the line had run out of time.
        current.left = current.left or at
        _decide(pbx, current, QueueOutcome.TIMEOUT if current.abandoned else QueueOutcome.KEY)
        _forget(pbx, current)
    join(pbx, at, m, channel, joined=at, seen=True)


def join(pbx: Pbx, at: datetime, m: Message, channel: Channel, *, joined: datetime, seen: bool) -> Visit:
    call = channel.call
    call.queued = True
    call.caller_number = call.caller_number or m.get("CallerIDNum").replace("<unknown>", "")
    call.caller_name = call.caller_name or m.get("CallerIDName").replace("<unknown>", "")
    queue = pbx.queue(m.get("Queue"))
    position = m.get("Position")
    visit = Visit(
        queue=queue.name,
        uniqueid=channel.uniqueid,
        call=call,
        joined=joined,
        position=int(position) if position.isdecimal() else 0,
        gen=pbx.gen,
    )
    queue.visits[channel.uniqueid] = visit
    pbx.visits[channel.uniqueid] = visit
    pbx.emit(
        CallerJoined(
            at=joined,
            pbx=pbx.name,
            call=call.id,
            uniqueid=channel.uniqueid,
            queue=queue.name,
            caller_number=call.caller_number,
            caller_name=call.caller_name,
            position=visit.position,
            seen=seen,
        )
    )
    return visit


def on_called(pbx: Pbx, at: datetime, m: Message) -> None:
    visit = pbx.visits.get(m.get("Uniqueid"))
    if visit is not None and visit.queue == m.get("Queue"):
        pbx.emit(
            AgentRang(
                at=at,
                pbx=pbx.name,
                call=visit.call.id,
                uniqueid=visit.uniqueid,
                queue=visit.queue,
                interface=m.get("Interface"),
                member=m.get("MemberName"),
            )
        )


def on_ring_no_answer(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None:
        return
    pbx.emit(
        RingNoAnswer(
            at=at,
            pbx=pbx.name,
            call=channel.call.id,
            uniqueid=channel.uniqueid,
            queue=m.get("Queue"),
            interface=m.get("Interface"),
            member=m.get("MemberName"),
            ring_s=_seconds(m.get("RingTime")) / 1000.0,
        )
    )


def on_connect(pbx: Pbx, at: datetime, m: Message) -> None:
    visit = pbx.visits.get(m.get("Uniqueid")) or _unseen_visit(pbx, at, m)
    if visit is None or visit.connected is not None:
        return
    visit.connected = at
    visit.interface = m.get("Interface")
    visit.member = m.get("MemberName")
    visit.agent_uniqueid = m.get("DestUniqueid")
    visit.wait_s = _seconds(m.get("HoldTime"))
    visit.left = visit.left or at
    pbx.agent_visits[visit.agent_uniqueid] = visit
    _decide(pbx, visit, QueueOutcome.ANSWERED)
    answered(pbx, at, visit.call)
    pbx.emit(
        AgentConnected(
            at=at,
            pbx=pbx.name,
            call=visit.call.id,
            uniqueid=visit.uniqueid,
            queue=visit.queue,
            interface=visit.interface,
            member=visit.member,
            agent_uniqueid=visit.agent_uniqueid,
            wait_s=visit.wait_s,
            ring_s=_seconds(m.get("RingTime")),
            joined=visit.joined,
        )
    )


def _unseen_visit(pbx: Pbx, at: datetime, m: Message) -> Visit | None:
    """The visit of a caller whose joining we missed; None where nothing is known of the channel."""
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None or not m.get("Queue"):
        return None
    joined = at - timedelta(seconds=_seconds(m.get("HoldTime")))
    return join(pbx, at, m, channel, joined=joined, seen=False)


def on_complete(pbx: Pbx, at: datetime, m: Message) -> None:
    key = f"{m.get('Uniqueid')}|{m.get('DestUniqueid')}"
    if key in pbx.ended:
        return
    visit = pbx.visits.get(m.get("Uniqueid"))
    if visit is None or visit.connected is None or visit.queue != m.get("Queue"):
        visit = _unseen_connection(pbx, at, m)
        if visit is None:
            return
    reason = m.get("Reason")
    talk_s = _seconds(m.get("TalkTime"))
    _complete(pbx, at, visit, reason if reason in _REASONS else "unknown", talk_s, seen=True)


def _unseen_connection(pbx: Pbx, at: datetime, m: Message) -> Visit | None:
    """What ends here was answered while we were blind: the event itself tells enough."""
    channel = pbx.channels.get(m.get("Uniqueid")) or pbx.channels.get(m.get("DestUniqueid"))
    if channel is None or not m.get("Queue"):
        return None
    wait_s = _seconds(m.get("HoldTime"))
    connected = at - timedelta(seconds=_seconds(m.get("TalkTime")))
    return Visit(
        queue=m.get("Queue"),
        uniqueid=m.get("Uniqueid"),
        call=channel.call,
        joined=connected - timedelta(seconds=wait_s),
        position=0,
        gen=pbx.gen,
        connected=connected,
        interface=m.get("Interface"),
        member=m.get("MemberName"),
        agent_uniqueid=m.get("DestUniqueid"),
        wait_s=wait_s,
    )


def _complete(pbx: Pbx, at: datetime, visit: Visit, reason: str, talk_s: float, *, seen: bool) -> None:
    pbx.emit(
        AgentCompleted(
            at=at,
            pbx=pbx.name,
            call=visit.call.id,
            uniqueid=visit.uniqueid,
            queue=visit.queue,
            interface=visit.interface,
            member=visit.member,
            reason=reason,
            wait_s=visit.wait_s,
            talk_s=talk_s,
            seen=seen,
            joined=visit.joined,
        )
    )
    pbx.remember_end(f"{visit.uniqueid}|{visit.agent_uniqueid}")
    completed(pbx, at, visit)
    _forget(pbx, visit)


def on_abandon(pbx: Pbx, at: datetime, m: Message) -> None:
    visit = pbx.visits.get(m.get("Uniqueid"))
    if visit is None or visit.connected is not None:
        return
    visit.abandoned = True
    visit.left = visit.left or at
    position = m.get("Position")
    if position.isdecimal():
        visit.position = int(position)


def on_leave(pbx: Pbx, at: datetime, m: Message) -> None:
    visit = pbx.visits.get(m.get("Uniqueid"))
    if visit is None or visit.queue != m.get("Queue") or visit.left is not None:
        return
    visit.left = at
    position = m.get("Position")
    if position.isdecimal():
        visit.position = int(position)


def on_queue_status(pbx: Pbx, at: datetime, m: Message) -> None:
    """VarSet QUEUESTATUS: why Queue() came back."""
    value = m.get("Value")
    visit = pbx.visits.get(m.get("Uniqueid"))
    if visit is None or visit.connected is not None or value in _NEVER_JOINED or not value:
        return
    visit.left = visit.left or at
    _decide(pbx, visit, _STATUS.get(value, QueueOutcome.OTHER))
    _forget(pbx, visit)


def channel_gone(pbx: Pbx, at: datetime, channel: Channel, *, seen: bool) -> None:
    visit = pbx.visits.get(channel.uniqueid)
    if visit is not None and visit.connected is None:
        if not seen:
            outcome = QueueOutcome.UNKNOWN
        elif visit.left is not None and not visit.abandoned:
            outcome = QueueOutcome.KEY
        else:
            outcome = QueueOutcome.ABANDONED
        visit.left = visit.left or at
        _decide(pbx, visit, outcome)
        _forget(pbx, visit)
        return
    visit = visit or pbx.agent_visits.get(channel.uniqueid)
    if visit is None:
        return
    if not seen:
        _complete(pbx, at, visit, "unknown", _since(visit, at), seen=False)
    elif visit.ended is None:
        visit.ended = at
        visit.ended_by = "caller" if channel.uniqueid == visit.uniqueid else "agent"
        pbx.emit(
            SetDeadline(
                key=f"complete|{pbx.name}|{visit.uniqueid}",
                because=f"queue {visit.queue}: a leg has gone and AgentComplete may be late",
                after_s=COMPLETE_GRACE_S,
                durable=False,
            )
        )


def missed_end(pbx: Pbx, at: datetime, visit: Visit) -> None:
    """A snapshot no longer shows the caller waiting, though the channel lives: how it left is unknown."""
    visit.left = visit.left or at
    _decide(pbx, visit, QueueOutcome.UNKNOWN)
    _forget(pbx, visit)


def complete_overdue(pbx: Pbx, uniqueid: str) -> None:
    """AgentComplete never came (Asterisk loses it when both legs go at once): say what we saw ourselves.

    Whose leg went first ended it, as app_queue judges.
    """
    visit = pbx.visits.get(uniqueid)
    if visit is None or visit.ended is None:
        return
    reason = "transfer" if visit.transferred else visit.ended_by
    _complete(pbx, visit.ended, visit, reason, _since(visit, visit.ended), seen=True)


def _since(visit: Visit, at: datetime) -> float:
    return max((at - visit.connected).total_seconds(), 0.0) if visit.connected else 0.0


def _decide(pbx: Pbx, visit: Visit, outcome: QueueOutcome) -> None:
    left = visit.left or visit.joined
    wait = max((left - visit.joined).total_seconds(), 0.0)
    visit.call.wait_s += wait
    visit.call.queue_outcome = outcome
    pbx.emit(
        CallerLeft(
            at=left,
            pbx=pbx.name,
            call=visit.call.id,
            uniqueid=visit.uniqueid,
            queue=visit.queue,
            outcome=outcome,
            wait_s=wait,
            position=visit.position,
            joined=visit.joined,
        )
    )


def _forget(pbx: Pbx, visit: Visit) -> None:
    if pbx.visits.get(visit.uniqueid) is visit:
        del pbx.visits[visit.uniqueid]
    if visit.agent_uniqueid and pbx.agent_visits.get(visit.agent_uniqueid) is visit:
        del pbx.agent_visits[visit.agent_uniqueid]
    queue = pbx.queues.get(visit.queue)
    if queue is not None and queue.visits.get(visit.uniqueid) is visit:
        del queue.visits[visit.uniqueid]


def _seconds(text: str) -> float:
    try:
        return max(float(text), 0.0)
    except ValueError:
        return 0.0
