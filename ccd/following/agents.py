"""What each agent is shown as, as intervals with begin, end and cause.

Precedence (asterisk.md, "What the events mean"): logged off, talking or hold, ringing, wrap-up, paused,
unavailable, ready; *unknown* while we are blind. A device whose channels we see is judged by them; the device
state decides only where no channel of it was ever seen (a phone behind another PBX).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.effects import SetDeadline
from ccd.events import AgentChanged, AgentState, InterfaceUnknown
from ccd.following.picture import Agent, Channel, Pbx, Shown, Visit

UP, RINGING, DIALING, RING = 6, 5, 3, 4  # channel states of Asterisk

# Device states as numbers: asterisk.md.
_UNAVAILABLE = {4, 5}
_BY_DEVICE = {
    2: AgentState.TALKING,
    3: AgentState.TALKING,
    7: AgentState.TALKING,
    8: AgentState.HOLD,
    6: AgentState.RINGING,
}
DEVICE_STATES = {
    "UNKNOWN": 0,
    "NOT_INUSE": 1,
    "INUSE": 2,
    "BUSY": 3,
    "INVALID": 4,
    "UNAVAILABLE": 5,
    "RINGING": 6,
    "RINGINUSE": 7,
    "ONHOLD": 8,
}


def refresh(pbx: Pbx, at: datetime, agent: Agent, cause: str, by: str = "") -> None:
    """Compare what the agent should be shown as with what it is, and begin a new interval if they differ."""
    state, reason = _judge(pbx, at, agent)
    if state is agent.state and reason == agent.reason:
        return
    _change(pbx, at, agent, state, reason, cause, by)


def _judge(pbx: Pbx, at: datetime, agent: Agent) -> tuple[AgentState, str]:
    if pbx.blind_since is not None:
        return AgentState.UNKNOWN, ""
    if not agent.members and not agent.people:
        return AgentState.LOGGED_OFF, ""
    phone = _on_the_phone(agent)
    if phone is not None:
        return phone, _listening(agent) if phone is AgentState.TALKING else ""
    if agent.wrapup_until is not None and at < agent.wrapup_until:
        return AgentState.WRAP_UP, ""
    paused = [member for member in agent.members.values() if member.paused]
    if paused and len(paused) == len(agent.members):
        return AgentState.PAUSED, paused[-1].reason
    if agent.status in _UNAVAILABLE:
        return AgentState.UNAVAILABLE, ""
    return AgentState.READY, ""


def _on_the_phone(agent: Agent) -> AgentState | None:
    found = {_doing(channel) for channel in agent.channels.values()}
    for state in (AgentState.TALKING, AgentState.HOLD, AgentState.RINGING):
        if state in found:
            return state
    return None if agent.has_channels else _BY_DEVICE.get(agent.status)


def _listening(agent: Agent) -> str:
    """``listening`` where the phone listens to another's call, and talks to nobody."""
    up = [channel for channel in agent.channels.values() if _doing(channel) is AgentState.TALKING]
    return "listening" if up and all(channel.listens for channel in up) else ""


def _doing(channel: Channel) -> AgentState | None:
    """What the agent would be shown as if this were the only channel of the phone."""
    if channel.code:
        return None
    if channel.state == UP:
        return AgentState.TALKING if channel.held_since is None else AgentState.HOLD
    if channel.state in (RING, DIALING) and not channel.dialed:
        return None if _only_a_code(channel) else AgentState.TALKING
    return AgentState.RINGING if channel.state == RINGING else None


def _only_a_code(channel: Channel) -> bool:
    """*… was dialled and nobody has been rung for it: most likely a code, which the dialplan then announces.
    One that it does not announce is a call as soon as it is answered.
    """
    return channel.call.called_number.startswith("*") and len(channel.call.channels) == 1


def _change(
    pbx: Pbx, at: datetime, agent: Agent, state: AgentState, reason: str, cause: str, by: str
) -> None:
    if agent.since is not None:
        at = max(at, agent.since)
    elif pbx.blind_since is not None:
        at = pbx.blind_since
    call = ""
    if state in (AgentState.TALKING, AgentState.HOLD, AgentState.RINGING):
        call = next((channel.call.id for channel in agent.channels.values() if _doing(channel) is state), "")
    pbx.emit(
        AgentChanged(
            at=at,
            pbx=pbx.name,
            interface=agent.device,
            queue="",
            state=state,
            reason=reason,
            cause=cause,
            by=by,
            call=call,
            was=agent.state or "",
            since=agent.since or at,
            was_reason=agent.reason,
        )
    )
    agent.state, agent.reason, agent.since, agent.cause, agent.call = state, reason, at, cause, call


def refresh_in_queue(pbx: Pbx, at: datetime, agent: Agent, queue: str, cause: str, by: str = "") -> None:
    """The same for what differs from queue to queue: is the agent a member, and paused, in this one?"""
    here = [member for member in agent.members.values() if member.queue == queue]
    state, reason = AgentState.READY, ""
    if pbx.blind_since is not None:
        state = AgentState.UNKNOWN
    elif not here:
        state = AgentState.LOGGED_OFF
    elif all(member.paused for member in here):
        state, reason = AgentState.PAUSED, here[-1].reason
    was = agent.in_queue.get(queue)
    if was is not None and (state, reason) == (was.state, was.reason):
        return
    if was is not None:
        at = max(at, was.since)
    elif pbx.blind_since is not None:
        at = pbx.blind_since
    pbx.emit(
        AgentChanged(
            at=at,
            pbx=pbx.name,
            interface=agent.device,
            queue=queue,
            state=state,
            reason=reason,
            cause=cause,
            by=by,
            call="",
            was=was.state if was else "",
            since=was.since if was else at,
            was_reason=was.reason if was else "",
        )
    )
    agent.in_queue[queue] = Shown(state, reason, at)


def completed(pbx: Pbx, at: datetime, visit: Visit) -> None:
    """A queue call is over for its agent: wrap-up begins where the queue has one."""
    queue = pbx.queues.get(visit.queue)
    member = queue.members.get(visit.interface) if queue else None
    agent = pbx.agents.get(member.device if member else visit.interface)
    if agent is None:
        return
    if member is not None and member.wrapup_s > 0:
        begin_wrapup(pbx, at, agent, at + timedelta(seconds=member.wrapup_s))
    refresh(pbx, at, agent, "AgentComplete")


def begin_wrapup(pbx: Pbx, at: datetime, agent: Agent, until: datetime) -> None:
    """Wrap up until then, or longer where another queue's wrap-up lasts longer."""
    if agent.wrapup_until is not None and agent.wrapup_until >= until:
        return
    agent.wrapup_until = until
    _wake_at(pbx, at, agent, until)


def _wake_at(pbx: Pbx, at: datetime, agent: Agent, until: datetime) -> None:
    pbx.emit(
        SetDeadline(
            key=f"wrapup|{pbx.name}|{agent.device}",
            because="wrap-up of the queue is over",
            after_s=(until - at).total_seconds(),
            durable=False,
        )
    )


def wrapup_over(pbx: Pbx, at: datetime, device: str) -> None:
    agent = pbx.agents.get(device)
    if agent is None or agent.wrapup_until is None:
        return
    if at < agent.wrapup_until:  # the wall clock was set back meanwhile: nobody else would end it
        _wake_at(pbx, at, agent, agent.wrapup_until)
        return
    agent.wrapup_until = None
    refresh(pbx, at, agent, "wrapup_over")


def report_unknown(pbx: Pbx, at: datetime, agent: Agent, member: str) -> None:
    """A member that the roster does not name is followed too, and reported once."""
    if not agent.rostered and not agent.reported:
        agent.reported = True
        pbx.emit(InterfaceUnknown(at=at, pbx=pbx.name, interface=agent.device, member=member))
