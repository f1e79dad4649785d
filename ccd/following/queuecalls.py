"""Queue calls from ringing to the end: who rang, who answered, how long, who ended it.

A completed call is announced by AgentComplete; where that does not come (both legs gone at once, some
transfers), it is closed shortly after a leg has gone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.effects import SetDeadline
from ccd.events import AgentCompleted, AgentConnected, AgentRang, QueueOutcome, RingNoAnswer
from ccd.following import visits
from ccd.following.agents import completed
from ccd.following.calls import answered
from ccd.following.picture import Channel, Pbx, Visit
from ccd.message import Message

COMPLETE_GRACE_S = 2.0

_REASONS = {"agent", "caller", "transfer"}


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
    pbx.ended.pop(_closed_key(visit.uniqueid, visit.queue), None)
    visits.decide(pbx, visit, QueueOutcome.ANSWERED)
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
    return visits.join(pbx, at, m, channel, joined=joined, seen=False)


def on_complete(pbx: Pbx, at: datetime, m: Message) -> None:
    """Asterisk 16 leaves out the channel of a side that is already gone: the other tells as well."""
    agent = m.get("DestUniqueid")
    if f"completed|{agent}" in pbx.ended:
        return
    queue = m.get("Queue")
    legs = visits.of_leg(pbx, agent) + visits.of_leg(pbx, m.get("Uniqueid"))
    visit = next((v for v in legs if v.connected is not None and v.queue == queue), None)
    visit = visit or _with_this_agent(pbx, m)
    if visit is None:
        if _closed_key(m.get("Uniqueid"), queue) in pbx.ended:
            return
        visit = _unseen_connection(pbx, at, m)
        if visit is None:
            return
    reason = m.get("Reason")
    talk_s = _seconds(m.get("TalkTime"))
    _complete(pbx, at, visit, reason if reason in _REASONS else "unknown", talk_s, seen=True)
    # Told once more it names this leg again, which need not be the caller's.
    pbx.remember_end(_closed_key(m.get("Uniqueid"), queue))


def _with_this_agent(pbx: Pbx, m: Message) -> Visit | None:
    """Asterisk 16 may name the leg on which the agent consulted instead of the caller's, and not his own."""
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is None or m.get("DestUniqueid"):
        return None
    agent = m.get("Queue"), m.get("Interface")
    connected = (v for v in pbx.agent_visits.values() if v.call is channel.call)
    return next((v for v in connected if (v.queue, v.interface) == agent), None)


def _closed_key(uniqueid: str, queue: str) -> str:
    return f"completed|{uniqueid}|{queue}"


def _unseen_connection(pbx: Pbx, at: datetime, m: Message) -> Visit | None:
    """What ends here was answered while we were blind: the event itself tells enough."""
    channel = pbx.channels.get(m.get("Uniqueid")) or pbx.channels.get(m.get("DestUniqueid"))
    if channel is None or not m.get("Queue"):
        return None
    channel.call.queued = True
    wait_s = _seconds(m.get("HoldTime"))
    connected = at - timedelta(seconds=_seconds(m.get("TalkTime")))
    return Visit(
        queue=m.get("Queue"),
        uniqueid=m.get("Uniqueid") or m.get("DestLinkedid"),
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
    pbx.remember_end(f"completed|{visit.agent_uniqueid}")
    pbx.remember_end(_closed_key(visit.uniqueid, visit.queue))
    completed(pbx, at, visit)
    visits.forget(pbx, visit)


def channel_gone(pbx: Pbx, at: datetime, channel: Channel, *, seen: bool) -> None:
    for visit in visits.of_leg(pbx, channel.uniqueid):
        if visit.connected is None:
            _gave_up(pbx, at, visit, seen=seen)
        elif not (seen and channel.local and _stood_in_for(pbx, visit, channel)):
            _leg_gone(pbx, at, visit, channel, seen=seen)


def _gave_up(pbx: Pbx, at: datetime, visit: Visit, *, seen: bool) -> None:
    if not seen:
        outcome = QueueOutcome.UNKNOWN
    elif visit.left is not None and not visit.abandoned:
        outcome = QueueOutcome.KEY
    else:
        outcome = QueueOutcome.ABANDONED
    visit.left = visit.left or at
    visits.decide(pbx, visit, outcome)
    visits.forget(pbx, visit)


def _stood_in_for(pbx: Pbx, visit: Visit, gone: Channel) -> bool:
    """Was this Local channel optimised away? Then whom it led to is in one bridge with the other side."""
    of_agent = gone.uniqueid == visit.agent_uniqueid
    other = pbx.channels.get((visit.caller_leg or visit.uniqueid) if of_agent else visit.agent_uniqueid)
    inside = pbx.bridges.get(other.bridge, {}) if other is not None else {}
    heir = next((uniqueid for uniqueid, c in inside.items() if c is not other), "")
    if not heir:
        return False
    pbx.agent_visits.pop(gone.uniqueid, None)
    pbx.agent_visits[heir] = visit
    if of_agent:
        visit.agent_uniqueid = heir
    else:
        visit.caller_leg = heir
    if visit.first_out == gone.uniqueid:
        visit.first_out = ""
    return True


def _leg_gone(pbx: Pbx, at: datetime, visit: Visit, channel: Channel, *, seen: bool) -> None:
    if not seen:
        _complete(pbx, at, visit, "unknown", _since(visit, at), seen=False)
    elif visit.ended is None:
        visit.ended = at
        first = visit.first_out or channel.uniqueid
        visit.ended_by = "agent" if first == visit.agent_uniqueid else "caller"
        pbx.emit(
            SetDeadline(
                key=f"complete|{pbx.name}|{visit.agent_uniqueid}",
                because=f"queue {visit.queue}: a leg has gone and AgentComplete may be late",
                after_s=COMPLETE_GRACE_S,
                durable=False,
            )
        )


def on_hangup_request(pbx: Pbx, at: datetime, m: Message) -> None:
    """The first leg asked to hang up is whose party ended the call: it is what app_queue goes by, too.

    The order of BridgeLeave and Hangup tells nothing: both legs go within microseconds.
    """
    uniqueid = m.get("Uniqueid")
    for visit in visits.of_leg(pbx, uniqueid):
        if visit.connected is not None and not visit.first_out:
            visit.first_out = uniqueid


def complete_overdue(pbx: Pbx, agent_uniqueid: str) -> None:
    """AgentComplete never came (Asterisk loses it when both legs go at once): say what we saw ourselves.

    Whose leg was first asked to hang up ended it; without that (filtered out), whose leg went first.
    """
    visit = pbx.agent_visits.get(agent_uniqueid)
    if visit is None or visit.ended is None:
        return
    reason = "transfer" if visit.transferred else visit.ended_by
    _complete(pbx, visit.ended, visit, reason, _since(visit, visit.ended), seen=True)


def _since(visit: Visit, at: datetime) -> float:
    return max((at - visit.connected).total_seconds(), 0.0) if visit.connected else 0.0


def _seconds(text: str) -> float:
    try:
        return max(float(text), 0.0)
    except ValueError:
        return 0.0
