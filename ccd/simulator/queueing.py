"""Queues: members, waiting callers, ringing one member after another; told as app_queue tells it.

Round robin with memory (``rrmemory``), ``autofill`` on, ``ringinuse`` off. Every caller who joins leaves in
exactly one way: answered, abandoned or timed out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from ccd.simulator.members import Members
from ccd.simulator.parts import (
    RINGING,
    UP,
    Attempt,
    Channel,
    Entry,
    Member,
    Queue,
    Served,
)
from ccd.simulator.switch import Switch
from ccd.simulator.wire import channel_headers

__all__ = ["Queues"]


class Floor(Protocol):
    """What the queues need of the rest of the PBX."""

    refuses: Callable[[Attempt], bool]

    def phone(self, interface: str, parent: Channel) -> Channel:
        """A new channel to that phone."""

    def rings(self, attempt: Attempt) -> None:
        """A phone has begun to ring."""

    def record(self, channel: Channel) -> None: ...

    def talk(self, first: Channel, second: Channel) -> None:
        """Bridge two channels."""

    def proceed(self, channel: Channel) -> None:
        """Go on in the channel's dialplan."""


class Queues:
    def __init__(self, switch: Switch, floor: Floor) -> None:
        self.members = Members(switch, self.serve)
        self._switch = switch
        self._floor = floor

    def join(self, channel: Channel, queue: Queue, timeout_s: float) -> Entry:
        timeline = self._switch.timeline
        entry = Entry(queue, channel, timeline.now, len(queue.callers) + 1)
        queue.callers.append(entry)
        queue.joined += 1
        channel.entry = entry
        if timeout_s:
            entry.timeout = timeline.after(timeout_s, partial(self._timed_out, entry))
        if len(queue.callers) == 1:
            self._switch.device(f"Queue:{queue.name}", "RINGING")
        self._switch.wire.channel(
            "QueueCallerJoin",
            channel,
            Queue=queue.name,
            Position=entry.original_position,
            Count=len(queue.callers),
        )
        self._switch.music(channel, True)
        self.serve(queue)
        return entry

    def serve(self, queue: Queue) -> None:
        """Ring a free member for every waiting caller who has none ringing."""
        for entry in tuple(queue.callers):
            if entry.attempt is None and entry.retry is None:
                member = self._next_member(entry)
                if member is not None:
                    self._ring(entry, member)
                elif entry.refused:
                    entry.refused.clear()
                    entry.retry = self._switch.timeline.after(queue.retry_s, partial(self._try_again, entry))
                else:
                    return

    def _next_member(self, entry: Entry) -> Member | None:
        queue, members = entry.queue, list(entry.queue.members.values())
        for offset in range(len(members)):
            place = (queue.turn + offset) % len(members)
            member = members[place]
            if self.members.available(member) and member.interface not in entry.refused:
                queue.turn = place + 1
                return member
        return None

    def _ring(self, entry: Entry, member: Member) -> None:
        switch, caller, queue = self._switch, entry.channel, entry.queue
        dest = self._floor.phone(member.interface, caller)
        as_created = channel_headers(dest, "Dest")
        dest.exten = caller.exten
        dest.connected_number, dest.connected_name = caller.number, caller.caller_name
        attempt = Attempt(caller, dest, switch.timeline.now, entry, member)
        dest.attempt = entry.attempt = attempt
        switch.wire.pair("AgentCalled", caller, dest, **_who(member))
        switch.wire.tell("DialBegin", channel_headers(caller), as_created, DialString=member.interface)
        switch.connected_line(caller, dest)
        if self._floor.refuses(attempt):
            self.rejected(attempt)
            return
        switch.set_state(dest, RINGING)
        switch.wire.channel("NewConnectedLine", dest)
        switch.wire.pair("DialState", caller, dest, DialStatus="RINGING")
        attempt.timeout = switch.timeline.after(queue.ring_s, partial(self._ring_no_answer, attempt))
        switch.settle()
        self._floor.rings(attempt)

    def _ring_no_answer(self, attempt: Attempt) -> None:
        entry = attempt.entry
        assert entry is not None
        self._stop_ringing(attempt)
        entry.retry = self._switch.timeline.after(entry.queue.retry_s, partial(self._try_again, entry))

    def _try_again(self, entry: Entry) -> None:
        entry.retry = None
        self.serve(entry.queue)

    def rejected(self, attempt: Attempt) -> None:
        """The member's phone said busy or declined: the next one is rung at once, the same one not before
        all have been tried."""
        entry, member = attempt.entry, attempt.member
        assert entry is not None
        assert member is not None
        entry.refused.add(member.interface)
        self._switch.hangup_request(attempt.dest, 17)
        self._dial_ended(attempt, "NOANSWER")
        self._told_no_answer(attempt)
        self._hang_up_ringing(attempt, cause=17)
        entry.retry = self._switch.timeline.after(0.001, partial(self._try_again, entry))

    def _stop_ringing(self, attempt: Attempt) -> None:
        """The member has not answered: told as such, and the phone falls silent."""
        self._told_no_answer(attempt)
        self._dial_ended(attempt, "NOANSWER")
        self._dial_ended(attempt, "CANCEL")
        self._hang_up_ringing(attempt)

    def _told_no_answer(self, attempt: Attempt) -> None:
        assert attempt.member is not None
        rang_ms = round((self._switch.timeline.now - attempt.began) * 1000)
        who = _who(attempt.member)
        self._switch.wire.pair("AgentRingNoAnswer", attempt.caller, attempt.dest, **who, RingTime=rang_ms)

    def _dial_ended(self, attempt: Attempt, status: str) -> None:
        self._switch.wire.pair("DialEnd", attempt.caller, attempt.dest, DialStatus=status)

    def _hang_up_ringing(self, attempt: Attempt, cause: int = 0) -> None:
        if attempt.timeout is not None:
            attempt.timeout.cancel()
        attempt.dest.attempt = None
        if attempt.entry is not None:
            attempt.entry.attempt = None
        self._switch.destroy(attempt.dest, cause)
        self._switch.settle()

    def connect(self, attempt: Attempt) -> None:
        """The member has answered."""
        switch, entry, member = self._switch, attempt.entry, attempt.member
        assert entry is not None
        assert member is not None
        caller, agent, now = entry.channel, attempt.dest, switch.timeline.now
        if attempt.timeout is not None:
            attempt.timeout.cancel()
        agent.attempt = entry.attempt = None
        switch.set_state(agent, UP)
        self._dial_ended(attempt, "ANSWER")
        switch.music(caller, False)
        if entry.queue.record:
            self._floor.record(caller)
        entry.queue.answered += 1
        self._leave(entry)
        hold_s = int(now) - int(entry.joined)
        entry.queue.hold_s = _smoothed(entry.queue.hold_s, hold_s)
        rang = int(now) - int(attempt.began)
        switch.wire.pair("AgentConnect", caller, agent, **_who(member), HoldTime=hold_s, RingTime=rang)
        member.in_call = True
        caller.served = agent.served = Served(entry.queue, member, caller, agent, hold_s, now)
        switch.settle()
        self._floor.talk(agent, caller)

    def complete(self, served: Served, reason: str) -> None:
        """The talk with the member has ended: ``agent``, ``caller`` or ``transfer`` ended it."""
        now = int(self._switch.timeline.now)
        talk_s = now - int(served.connected)
        queue, member = served.queue, served.member
        served.caller.served = served.agent.served = None
        self._switch.wire.pair(
            "AgentComplete",
            served.caller,
            served.agent,
            **_who(member),
            HoldTime=served.hold_s,
            TalkTime=talk_s,
            Reason=reason,
        )
        member.calls_taken += 1
        member.last_call = now
        member.in_call = False
        queue.completed += 1
        queue.completed_in_sl += served.hold_s <= queue.service_level_s
        queue.talk_s = _smoothed(queue.talk_s, talk_s)

    def abandon(self, entry: Entry) -> None:
        """The caller has hung up. Their HangupRequest has been told already."""
        attempt = entry.attempt
        self._switch.music(entry.channel, False)
        if attempt is not None:
            # app_queue says it twice: as the caller hangs up, and as the ringing channel is hung up for it.
            self._dial_ended(attempt, "CANCEL")
            self._dial_ended(attempt, "CANCEL")
        self._give_up(entry)
        self._leave(entry)

    def silence(self, entry: Entry) -> None:
        """End the ringing for a caller who has gone."""
        if entry.attempt is not None:
            self._hang_up_ringing(entry.attempt)

    def _timed_out(self, entry: Entry) -> None:
        channel, attempt = entry.channel, entry.attempt
        if attempt is not None:
            self._stop_ringing(attempt)
        self._give_up(entry)
        self._switch.music(channel, False)
        self._leave(entry)
        self._switch.variable(channel, "QUEUESTATUS", "TIMEOUT")
        self._switch.settle()
        self._floor.proceed(channel)

    def _give_up(self, entry: Entry) -> None:
        queue = entry.queue
        queue.abandoned += 1
        self._switch.wire.channel(
            "QueueCallerAbandon",
            entry.channel,
            Queue=queue.name,
            Position=queue.callers.index(entry) + 1,
            OriginalPosition=entry.original_position,
            HoldTime=int(self._switch.timeline.now) - int(entry.joined),
        )

    def _leave(self, entry: Entry) -> None:
        queue = entry.queue
        position = queue.callers.index(entry) + 1
        queue.callers.remove(entry)
        entry.channel.entry = None
        for due in (entry.timeout, entry.retry):
            if due is not None:
                due.cancel()
        if not queue.callers:
            self._switch.device(f"Queue:{queue.name}", "NOT_INUSE")
        self._switch.wire.channel(
            "QueueCallerLeave", entry.channel, Queue=queue.name, Position=position, Count=len(queue.callers)
        )

    def restart(self) -> None:
        for queue in self.members.queues.values():
            queue.callers.clear()
            queue.hold_s = queue.talk_s = queue.completed = queue.completed_in_sl = queue.abandoned = 0
            queue.joined = queue.answered = queue.turn = 0
            self.members.restart(queue)


def _who(member: Member) -> dict[str, str]:
    return {"Queue": member.queue.name, "Interface": member.interface, "MemberName": member.name}


def _smoothed(old: int, new: int) -> int:
    """app_queue's running average."""
    return (old * 3 + new) >> 2
