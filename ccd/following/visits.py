"""Callers in queues: joining and leaving.

Asterisk says that a caller left a queue before it says why: an AgentConnect follows an answer, the channel
variable QUEUESTATUS a time-out or an emptied queue, and nothing at all an exit by key; and a caller who timed
out is reported as QueueCallerAbandon, like one who hung up. A visit stays open until the next thing that
happens to the caller decides it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ccd.events import CallerJoined, CallerLeft, QueueOutcome
from ccd.following.picture import Channel, Pbx, Visit, known
from ccd.message import Message

_STATUS = {
    "TIMEOUT": QueueOutcome.TIMEOUT,
    "LEAVEEMPTY": QueueOutcome.EMPTY,
    "LEAVEUNAVAIL": QueueOutcome.EMPTY,
}
# QUEUESTATUS of a caller who was never let in: no visit, nothing to decide.
_NEVER_JOINED = {"FULL", "JOINEMPTY", "JOINUNAVAIL"}


def on_join(pbx: Pbx, at: datetime, m: Message) -> None:
    uniqueid, queue = m.get("Uniqueid"), m.get("Queue")
    channel = pbx.channels.get(uniqueid)
    current = pbx.visits.get(uniqueid)
    if channel is None or (current is not None and current.queue == queue and current.left is None):
        return
    if current is not None and current.connected is None:
        # Gone on without a word. Who "abandoned" and is still on the line had run out of time.
        current.left = current.left or at
        decide(pbx, current, QueueOutcome.TIMEOUT if current.abandoned else QueueOutcome.KEY)
        forget(pbx, current)
    join(pbx, at, m, channel, joined=at, seen=True)


def join(pbx: Pbx, at: datetime, m: Message, channel: Channel, *, joined: datetime, seen: bool) -> Visit:
    call = channel.call
    call.queued = True
    call.caller_number = call.caller_number or known(m.get("CallerIDNum"))
    call.caller_name = call.caller_name or known(m.get("CallerIDName"))
    queue = pbx.queue(m.get("Queue"))
    position = m.get("Position")
    visit = Visit(
        queue=queue.name,
        uniqueid=channel.uniqueid,
        call=call,
        joined=joined,
        position=int(position) if position.isdecimal() else 0,
        gen=pbx.gen,
        earlier=pbx.visits.get(channel.uniqueid),
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
    """Also the last word on the place: others may leave between a caller's abandoning and leaving."""
    visit = pbx.visits.get(m.get("Uniqueid"))
    if visit is None or visit.queue != m.get("Queue") or (visit.left is not None and not visit.abandoned):
        return
    visit.left = visit.left or at
    position = m.get("Position")
    if position.isdecimal():
        visit.position = int(position)


def on_queue_status(pbx: Pbx, at: datetime, m: Message) -> None:
    """VarSet QUEUESTATUS: why Queue() came back."""
    value = m.get("Value")
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is not None and value in _NEVER_JOINED:
        channel.call.queue_outcome = "not_admitted"
        return
    visit = pbx.visits.get(m.get("Uniqueid"))
    if visit is None or visit.connected is not None or not value:
        return
    visit.left = visit.left or at
    decide(pbx, visit, _STATUS.get(value, QueueOutcome.OTHER))
    forget(pbx, visit)


def of_leg(pbx: Pbx, uniqueid: str) -> list[Visit]:
    """The visits that this channel is a leg of, the latest first: mostly one, if any."""
    return [v for v in chain(pbx.visits.get(uniqueid) or pbx.agent_visits.get(uniqueid)) if not v.over]


def chain(visit: Visit | None) -> Iterator[Visit]:
    """A visit and those before it that the same caller never took leave of."""
    while visit is not None:
        yield visit
        visit = visit.earlier


def missed_end(pbx: Pbx, at: datetime, visit: Visit) -> None:
    """A snapshot no longer shows the caller waiting, though the channel lives: how it left is unknown."""
    visit.left = visit.left or at
    decide(pbx, visit, QueueOutcome.UNKNOWN)
    forget(pbx, visit)


def give_place(pbx: Pbx, at: datetime, uniqueid: str, channel: Channel) -> None:
    """Who waits hands his place in the queue to somebody else: an agent, to the caller he transfers.

    No event tells of it, and queue_log only later, by the other's Uniqueid.
    """
    visit = pbx.visits.get(uniqueid)
    if visit is None or visit.connected is not None:
        return
    visit.left = visit.left or at
    decide(pbx, visit, QueueOutcome.OTHER)
    forget(pbx, visit)
    place = Message.of(Queue=visit.queue, Position=str(visit.position or ""))
    join(pbx, at, place, channel, joined=at, seen=False)


def decide(pbx: Pbx, visit: Visit, outcome: QueueOutcome) -> None:
    """It is known how the caller left."""
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


def forget(pbx: Pbx, visit: Visit) -> None:
    """The visit is over: neither waiting nor connected."""
    visit.over = True
    if pbx.visits.get(visit.uniqueid) is visit:
        del pbx.visits[visit.uniqueid]
        earlier = next((v for v in chain(visit) if not v.over), None)
        if earlier is not None:
            pbx.visits[visit.uniqueid] = earlier
    for leg in (visit.agent_uniqueid, visit.caller_leg):
        if pbx.agent_visits.get(leg) is visit:
            del pbx.agent_visits[leg]
    queue = pbx.queues.get(visit.queue)
    if queue is not None and queue.visits.get(visit.uniqueid) is visit:
        del queue.visits[visit.uniqueid]
