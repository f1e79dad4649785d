"""Everything known of an agent's call, frozen when an emergency is reported. Nothing is changed here.

A leg is an agent's when its device is a queue's member or in the roster. Of a call from a queue only the leg
that the queue called is: also a rostered phone is a caller like any other while it waits in a queue or talks
to the agent who was found for it. Of other calls between two of our phones either may report.

Refusals: ``unknown_pbx``, ``unknown_seat`` (no row of the roster names it), ``no_call_at_seat``,
``no_such_call``, ``not_an_agents_leg``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from ccd.events import CallFacts
from ccd.following import visits
from ccd.following.picture import Agent, Call, Channel, Pbx, Visit
from ccd.roster import Roster

__all__ = ["call_facts"]

Presence = Mapping[tuple[str, str], Mapping[str, datetime]]

UP = 6


def call_facts(
    pbx: Pbx | None,
    roster: Roster,
    presence: Presence,
    *,
    uniqueid: str = "",
    seat: str = "",
    call: str = "",
    at: datetime,
) -> CallFacts | str:
    """The call of the leg ``uniqueid``; else of the call ``call``; else the one at ``seat``. Or a refusal.

    A leg that hears nobody (a code was dialled on it) stands for the other call of its phone, where there is
    one; else its facts are those of the phone alone, and the caller's are empty.
    """
    if pbx is None:
        return "unknown_pbx"
    if uniqueid:
        channel = pbx.channels.get(uniqueid)
        if channel is None:
            return "no_such_call"
        leg = _other_call(pbx, channel) or channel
        return _facts(pbx, roster, presence, leg, at) if _is_agents(pbx, leg) else "not_an_agents_leg"
    if call:
        known = pbx.calls.get(call) or pbx.call_by_link.get(call)
        found = _best(pbx, known.channels.values() if known else ())
        if found is None:
            return "not_an_agents_leg" if known else "no_such_call"
        return _facts(pbx, roster, presence, found, at)
    interface = roster.interface_of(pbx.name, seat) if seat else None
    if interface is None:
        return "unknown_seat" if seat else "no_such_call"
    agent = pbx.agents.get(interface)
    found = _best(pbx, agent.channels.values() if agent else ())
    if found is None or found.state != UP or found.code:
        return "no_call_at_seat"
    return _facts(pbx, roster, presence, found, at)


# --- which leg --------------------------------------------------------------------------------------------


def _is_agents(pbx: Pbx, leg: Channel) -> bool:
    agent = _agent_of(pbx, leg)
    if agent is None or agent.retired:
        return False
    if leg.uniqueid in pbx.agent_visits and pbx.agent_visits[leg.uniqueid].agent_uniqueid == leg.uniqueid:
        return True
    return not any(leg.uniqueid in (v.uniqueid, v.caller_leg) for v in visits.of_leg(pbx, leg.uniqueid))


def _agent_of(pbx: Pbx, leg: Channel) -> Agent | None:
    """By its device; or, of a member that is a Local channel, by the phone behind it."""
    visit = pbx.agent_visits.get(leg.uniqueid)
    if leg.local and visit is not None and visit.agent_uniqueid == leg.uniqueid:
        queue = pbx.queues.get(visit.queue)
        member = queue.members.get(visit.interface) if queue else None
        return pbx.agents.get(member.device if member else visit.interface)
    return pbx.agents.get(leg.interface)


def _best(pbx: Pbx, legs: Iterable[Channel]) -> Channel | None:
    """Of several legs the one most likely meant: in conversation, no code, answered, the phone's, latest."""
    found = [leg for leg in legs if _is_agents(pbx, leg)]
    return max(
        found,
        key=lambda leg: (bool(leg.bridge), not leg.code, leg.state == UP, not leg.local, leg.created),
        default=None,
    )


def _other_call(pbx: Pbx, leg: Channel) -> Channel | None:
    """Where a code is dialled on a second line: the leg of the same phone on which it talks."""
    agent = pbx.agents.get(leg.interface)
    if agent is None or leg.bridge or leg.dialed or visits.of_leg(pbx, leg.uniqueid):
        return None
    return _best(pbx, (other for other in agent.channels.values() if other is not leg and other.bridge))


# --- what is known of it ----------------------------------------------------------------------------------


def _facts(pbx: Pbx, roster: Roster, presence: Presence, leg: Channel, at: datetime) -> CallFacts:
    visit = _visit(pbx, leg)
    call = visit.call if visit else leg.call
    caller = _caller_leg(pbx, leg, visit)
    agent = _agent_of(pbx, leg)
    device = agent.device if agent else leg.interface
    seat = roster.seat_of(pbx.name, device) or ""
    person = next(iter(presence.get((pbx.name, seat), ())), "") if seat else ""
    known = roster.by_code(person)
    number, name = _who(call, caller)
    answered = visit.connected if visit else call.answered
    return CallFacts(
        pbx=pbx.name,
        call=call.id,
        uniqueid=leg.uniqueid,
        channel=leg.name,
        interface=device,
        seat=seat,
        agent=person,
        agent_name=known.name if known else "",
        caller_uniqueid=caller.uniqueid if caller else "",
        caller_channel=caller.name if caller else "",
        caller_number=number,
        caller_name=name,
        called_number=call.called_number,
        queue=visit.queue if visit else "",
        trunk=_trunk(pbx, call, caller),
        started=call.started,
        answered=answered,
        ran_s=max((at - (answered or call.started)).total_seconds(), 0.0),
        recordings=_recordings(pbx, call),
    )


def _visit(pbx: Pbx, leg: Channel) -> Visit | None:
    """The queue's call that this is the agent's leg of: also the phone behind a Local member."""
    own = pbx.agent_visits.get(leg.uniqueid)
    if own is not None and own.agent_uniqueid == leg.uniqueid:
        return own
    agent = pbx.agents.get(leg.interface)
    if agent is None:
        return None
    connected = (visit for visit in pbx.visits.values() if visit.call is leg.call and visit.connected)
    return next((visit for visit in connected if (visit.queue, visit.interface) in agent.members), None)


def _caller_leg(pbx: Pbx, leg: Channel, visit: Visit | None) -> Channel | None:
    """Whom the agent talks to: the queue's caller, else who is in the same bridge, else who is left."""
    if visit is not None:
        caller = pbx.channels.get(visit.caller_leg) or pbx.channels.get(visit.uniqueid)
        if caller is not None and not caller.local:
            return caller
    own = leg.interface
    heard = [other for other in pbx.bridges.get(leg.bridge, {}).values() if other is not leg]
    every = [other for other in leg.call.channels.values() if other is not leg and other.interface != own]
    for others in (heard, every):
        real = [other for other in others if not other.local]
        if real:
            return max(real, key=lambda other: (bool(other.bridge), not _is_agents(pbx, other)))
    return next(iter(heard), None)


def _who(call: Call, caller: Channel | None) -> tuple[str, str]:
    """Number and name of the other party: of somebody we called, the number that was dialled."""
    if caller is None:
        return "", ""
    number = caller.number or (call.called_number if caller.dialed else call.caller_number)
    return number, call.caller_name if number == call.caller_number else ""


def _trunk(pbx: Pbx, call: Call, caller: Channel | None) -> str:
    legs = [caller, *call.channels.values()] if caller else list(call.channels.values())
    return next((leg.interface for leg in legs if pbx.is_trunk(leg.interface)), "")


def _recordings(pbx: Pbx, call: Call) -> tuple[str, ...]:
    running = [recording for leg in call.channels for recording in pbx.recordings.get(leg, {}).values()]
    return tuple(dict.fromkeys(recording.path for recording in running))
