"""Queue members: added, removed, paused, and their device states. Followed per queue.

Who paused somebody, or logged them in, is in no event of Asterisk's. Our own codes announce themselves
(UserEvent CcdCode) just before they act, so for those ``by`` names the person signed in at that seat, or
``phone`` where that is nobody or more than one; empty means: someone, by other means.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.events import MemberAdded, MemberPaused, MemberRemoved, MemberUnpaused
from ccd.following.agents import DEVICE_STATES, begin_wrapup, refresh, refresh_in_queue, report_unknown
from ccd.following.pauses import refresh_pause
from ccd.following.picture import Agent, Announced, Member, Pbx
from ccd.message import Message

FREE_OR_GONE = {0, 1, 4, 5}  # device states, as numbers
ANNOUNCED_FOR = timedelta(seconds=2)


def on_member_added(pbx: Pbx, at: datetime, m: Message) -> None:
    upsert(pbx, at, m, seen=True)


def upsert(pbx: Pbx, at: datetime, m: Message, *, seen: bool) -> Member:
    """Take in a member as an event or a snapshot's QueueMember shows it."""
    interface = m.get("Interface") or m.get("Location")
    name = m.get("MemberName") or m.get("Name")
    queue = pbx.queue(m.get("Queue"))
    device = device_of(interface, m.get("StateInterface"))
    member = queue.members.get(interface)
    if member is not None and member.device != device:  # another phone stands behind it now
        remove(pbx, at, member, seen=False)
        member = None
    agent = pbx.agent(device)
    by = _who(pbx, at, interface, device, "login") if seen else ""
    paused, reason = m.get("Paused") == "1", m.get("PausedReason")
    if member is None:
        pbx.ended.pop(f"{queue.name}|{interface}", None)
        member = Member(queue.name, interface, name, device, m.get("Membership"), pbx.gen)
        queue.members[interface] = member
        agent.members[queue.name, interface] = member
        pbx.emit(
            MemberAdded(
                at=at,
                pbx=pbx.name,
                queue=queue.name,
                interface=interface,
                member=name,
                membership=member.membership,
                by=by,
                seen=seen,
            )
        )
        report_unknown(pbx, at, agent, name)
    member.gen = pbx.gen
    member.name = name
    member.wrapup_s = _number(m.get("Wrapuptime")) or pbx.wrapup_s.get(queue.name, 0)
    member.penalty = _number(m.get("Penalty"))
    _set_status(agent, member, m)
    if (paused, reason if paused else "") != (member.paused, member.reason):
        _set_pause(pbx, at, agent, member, paused, reason, by, seen=seen)
    last_call = _number(m.get("LastCall"))
    if not seen and member.wrapup_s and last_call:
        until = last_call + member.wrapup_s
        if until > at.timestamp():
            begin_wrapup(pbx, at, agent, at + timedelta(seconds=until - at.timestamp()))
    cause = m.name if seen else "snapshot"
    refresh_pause(pbx, at, agent, by, seen=seen)
    refresh_in_queue(pbx, at, agent, queue.name, cause, by)
    refresh(pbx, at, agent, cause, by)
    return member


def device_of(interface: str, state_interface: str) -> str:
    """The phone of a member: its state interface, unless that is a mere sign (``Custom:…``, ``hint:…``) and
    the member itself names a phone.
    """
    if state_interface and ("/" in state_interface or interface.startswith("Local/")):
        return state_interface
    return interface


def on_member_removed(pbx: Pbx, at: datetime, m: Message) -> None:
    queue = pbx.queues.get(m.get("Queue"))
    member = queue.members.get(m.get("Interface")) if queue else None
    if member is not None:
        remove(pbx, at, member, seen=True)
        pbx.remember_end(f"{member.queue}|{member.interface}")


def remove(pbx: Pbx, at: datetime, member: Member, *, seen: bool) -> None:
    del pbx.queues[member.queue].members[member.interface]
    agent = pbx.agents[member.device]
    del agent.members[member.queue, member.interface]
    if not agent.members:
        agent.wrapup_until = None
    by = _who(pbx, at, member.interface, member.device, "logout") if seen else ""
    pbx.emit(
        MemberRemoved(
            at=at,
            pbx=pbx.name,
            queue=member.queue,
            interface=member.interface,
            member=member.name,
            by=by,
            seen=seen,
        )
    )
    cause = "QueueMemberRemoved" if seen else "snapshot"
    refresh_pause(pbx, at, agent, by, seen=seen)
    refresh_in_queue(pbx, at, agent, member.queue, cause, by)
    refresh(pbx, at, agent, cause, by)


def on_member_pause(pbx: Pbx, at: datetime, m: Message) -> None:
    member = _member(pbx, at, m)
    if member is None:
        return
    agent = pbx.agents[member.device]
    paused = m.get("Paused") == "1"
    by = _who(pbx, at, member.interface, member.device, "pause" if paused else "unpause")
    _set_pause(pbx, at, agent, member, paused, m.get("PausedReason"), by, seen=True)
    refresh_pause(pbx, at, agent, by, seen=True)
    refresh_in_queue(pbx, at, agent, member.queue, "QueueMemberPause", by)
    refresh(pbx, at, agent, "QueueMemberPause", by)


def on_member_status(pbx: Pbx, at: datetime, m: Message) -> None:
    member = _member(pbx, at, m)
    if member is None:
        return
    agent = pbx.agents[member.device]
    member.gen = pbx.gen
    _set_status(agent, member, m)
    refresh(pbx, at, agent, "QueueMemberStatus")


def on_device_state(pbx: Pbx, at: datetime, m: Message) -> None:
    """For agents without a queue; for a queue's members QueueMemberStatus says the same."""
    agent = pbx.agents.get(m.get("Device"))
    status = DEVICE_STATES.get(m.get("State"))
    if agent is not None and status is not None and not agent.members:
        agent.status = status
        refresh(pbx, at, agent, "DeviceStateChange")


def on_code_announced(pbx: Pbx, at: datetime, m: Message) -> None:
    """UserEvent CcdCode: one of our codes is about to act for this phone, whose member may be a Local one."""
    pbx.announced = {name: told for name, told in pbx.announced.items() if at - told.at <= ANNOUNCED_FOR}
    people: tuple[str, ...] = ()
    interfaces = [m.get("Interface"), m.get("Local")]
    agents = [agent for name in interfaces if (agent := pbx.agents.get(name)) is not None]
    for agent in agents:
        people += agent.people
    told = Announced(m.get("Act"), people[0] if len(people) == 1 else "phone", at)
    pbx.announced |= dict.fromkeys(filter(None, interfaces), told)
    channel = pbx.channels.get(m.get("Uniqueid"))
    if channel is not None:
        channel.code = True
    for agent in agents:
        refresh(pbx, at, agent, "UserEvent")


def _member(pbx: Pbx, at: datetime, m: Message) -> Member | None:
    """The member an event speaks of; one we do not know yet is taken in, if it has not just been removed."""
    queue = pbx.queues.get(m.get("Queue"))
    member = queue.members.get(m.get("Interface")) if queue else None
    removed = f"{m.get('Queue')}|{m.get('Interface')}" in pbx.ended
    if member is None and not removed and m.get("Interface") and m.get("Queue"):
        upsert(pbx, at, m, seen=False)
        return None
    return member


def _set_status(agent: Agent, member: Member, m: Message) -> None:
    """A sign that is set (``Custom:…``) bars the phone from being rung; that it is used, it does not tell."""
    member.status = agent.status = _number(m.get("Status"))
    if m.get("StateInterface", member.device) != member.device and agent.status not in FREE_OR_GONE:
        agent.status = 1


def _set_pause(
    pbx: Pbx, at: datetime, agent: Agent, member: Member, paused: bool, reason: str, by: str, *, seen: bool
) -> None:
    """Note a pause or its end. One that changes nothing is an act all the same, and stands in queue_log."""
    was = member.reason
    member.paused, member.reason = paused, reason if paused else ""
    if paused:
        # Last paused, last in the dict: its reason is the one shown for the agent.
        key = member.queue, member.interface
        agent.members[key] = agent.members.pop(key, member)
    fact = MemberPaused if paused else MemberUnpaused
    pbx.emit(
        fact(
            at=at,
            pbx=pbx.name,
            queue=member.queue,
            interface=member.interface,
            member=member.name,
            reason=reason or ("" if paused else was),
            by=by,
            seen=seen,
        )
    )


def _who(pbx: Pbx, at: datetime, interface: str, device: str, act: str) -> str:
    """By whom, where one of our codes has just said that it would do this."""
    told = pbx.announced.get(device) or pbx.announced.get(interface)
    return told.by if told is not None and told.act == act and at - told.at <= ANNOUNCED_FOR else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
