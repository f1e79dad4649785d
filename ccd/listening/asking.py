"""Somebody asks to listen: may they, is there a call, and which phone rings for it?

Nothing rings before ``ListeningAsked`` is stored. Who was refused by their post is kept as well.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from ccd.config_listening import ListeningSettings
from ccd.config_section import Mode
from ccd.effects import AnswerAsked, ListenTo, SetDeadline
from ccd.events import AgentState, ShiftAct
from ccd.events import listening as facts
from ccd.following.picture import Agent, Channel
from ccd.listening.rights import Refusal, incident_on, modes_of, refusal
from ccd.listening.world import Items, World, day_of
from ccd.shifts.people import name_of, places_of

__all__ = ["RING", "ask", "refused"]

RING = "listening|ring|"
"""The deadline by which something must have come of a ring, before the listening's id."""
GRACE_S = 20.0
UP = 6

_DOING: dict[str, str] = {
    AgentState.READY: "listening_is_ready",
    AgentState.RINGING: "listening_is_ringing",
    AgentState.WRAP_UP: "listening_is_in_wrap_up",
    AgentState.PAUSED: "listening_is_paused",
    AgentState.UNAVAILABLE: "listening_is_unavailable",
    AgentState.LOGGED_OFF: "listening_is_logged_off",
    AgentState.UNKNOWN: "listening_out_of_sight",
}


class _Call(NamedTuple):
    pbx: str
    seat: str
    interface: str
    channel: Channel


def ask(event: ShiftAct, world: World, settings: ListeningSettings) -> Items:
    """``event.act`` is listen, whisper or barge. Answer and ring both wait for the store."""
    found = _asked(event, world, settings)
    if isinstance(found, Refusal):
        yield from _refused_to(event, world, found)
        return
    call, phone, incident = found
    why = event.values.get("why", "")
    actor, person = event.actor, event.person
    modes = modes_of(world, settings, actor, person, incident=incident != "", why=why)
    told = f"{event.request}|{call.pbx}|{actor}|{call.channel.uniqueid}"
    name = "listen-1" + hashlib.sha256(told.encode()).hexdigest()[:20]
    yield facts.ListeningAsked(
        at=event.at,
        key=f"listening|asked|{name}",
        listening=name,
        person=person,
        actor=actor,
        by=event.by,
        because=f"asked to {event.act}" + (f": {why}" if why else ""),
        day=day_of(world, event.at),
        pbx=call.pbx,
        seat=call.seat,
        how=event.act,
        call=call.channel.call.id,
        channel=call.channel.name,
        interface=call.interface,
        listener=phone,
        spied=call.channel.uniqueid,
        modes=modes,
        why=why,
        incident=incident,
    )
    values = {"name": name_of(world, person), "phone": phone}
    result = {"listening": name, "how": event.act, "phone": phone, "call": call.channel.call.id}
    because = f"{actor} {event.act}s to {person}"
    yield AnswerAsked(event.request, because, True, f"listening_{event.act}", values, result=result)
    known = world.roster.by_code(actor)
    language = known.language if known is not None and known.language else world.settings.daemon.language
    yield ListenTo(
        key=name,
        because=because,
        pbx=call.pbx,
        listening=name,
        channel=call.channel.uniqueid,
        phone=phone,
        how=event.act,
        language="zh" if language.startswith("zh") else "en",
        modes=modes,
        ring_s=settings.ring_s,
        longest_s=settings.longest_minutes * 60,
        tone=settings.announce,
    )
    late = "the ring has come to nothing that was told"
    yield SetDeadline(f"{RING}{name}", late, after_s=settings.ring_s + GRACE_S, durable=True)


def refused(event: ShiftAct, why: Refusal) -> AnswerAsked:
    return AnswerAsked(event.request, why.rule, False, why.rule, dict(why.values))


def _refused_to(event: ShiftAct, world: World, why: Refusal) -> Items:
    """What somebody's post forbids is on record; that there is no call to listen to is not."""
    places = places_of(world, event.person)
    pbx, seat = places[0][:2] if places else ("", "")
    incident = incident_on(world, event.person, pbx, seat)
    if why.rule.startswith(_OF_POSTS):
        yield facts.ListeningRefused(
            at=event.at,
            key=f"listening|refused|{event.request}",
            person=event.person,
            actor=event.actor,
            by=event.by,
            because=why.rule,
            day=day_of(world, event.at),
            pbx=pbx,
            seat=seat,
            how=event.act,
            rule=why.rule,
            incident=incident.id if incident is not None else "",
        )
    yield refused(event, why)


_OF_POSTS = (
    "listening_oneself",
    "listening_may_not",
    "listening_no_whisper",
    "listening_no_barge",
    "listening_emergency_",
)


def _asked(event: ShiftAct, world: World, settings: ListeningSettings) -> tuple[_Call, str, str] | Refusal:
    """The call, the phone that listens, and the emergency of the call; or why not."""
    actor, person = event.actor, event.person
    places = places_of(world, person)
    incidents = [incident_on(world, person, pbx, seat) for pbx, seat, _ in places]
    incident = next((one for one in incidents if one is not None), None)
    why = event.values.get("why", "")
    if settings.mode is Mode.OFF:
        return Refusal("listening_off", {})
    if no := refusal(world, settings, actor, person, event.act, incident=incident is not None, why=why):
        return no
    call = _call_of(world, person)
    if isinstance(call, Refusal):
        return call
    if no := _bounded(world, settings, actor, call):
        return no
    phone = _phone(world, event, call)
    if isinstance(phone, Refusal):
        return phone
    return call, phone, incident.id if incident is not None else ""


def _call_of(world: World, person: str) -> _Call | Refusal:
    values = {"name": name_of(world, person)}
    doing = Refusal("listening_not_here", values)
    for pbx_name, seat, _ in places_of(world, person):
        pbx = world.pbxs.get(pbx_name)
        interface = world.roster.interface_of(pbx_name, seat) or ""
        agent = pbx.agents.get(interface) if pbx is not None else None
        if pbx is None or pbx.blind_since is not None or not pbx.synced:
            doing = Refusal("listening_out_of_sight", {**values, "pbx": pbx_name})
        elif agent is not None and (channel := _conversation(agent)) is not None:
            return _Call(pbx_name, seat, interface, channel)
        else:
            doing = Refusal(
                _doing(agent), {**values, "pbx": pbx_name, "reason": agent.reason if agent else ""}
            )
    return doing


def _doing(agent: Agent | None) -> str:
    if agent is None:
        return "listening_is_logged_off"
    if any(channel.listens for channel in agent.channels.values()):
        return "listening_is_listening"
    return _DOING.get(agent.state or AgentState.UNKNOWN, "listening_is_dialling")


def _conversation(agent: Agent) -> Channel | None:
    """Where somebody is heard at the phone; of two the one that is not on hold, else the newer."""
    talking = [
        channel
        for channel in agent.channels.values()
        if channel.state == UP and channel.bridge and not channel.code and not channel.listens
    ]
    return max(talking, key=lambda one: (one.held_since is None, one.created), default=None)


def _bounded(world: World, settings: ListeningSettings, actor: str, call: _Call) -> Refusal | None:
    live = world.listening.live
    if (mine := world.listening.of_actor(actor)) is not None:
        return Refusal("listening_already", {"name": name_of(world, mine.person)})
    if len(live) >= settings.at_once:
        return Refusal("listening_at_once", {"limit": str(settings.at_once)})
    here = sum((one.pbx, one.spied) == (call.pbx, call.channel.uniqueid) for one in live.values())
    if here >= settings.per_call:
        return Refusal("listening_per_call", {"limit": str(settings.per_call)})
    return None


def _phone(world: World, event: ShiftAct, call: _Call) -> str | Refusal:
    """A phone of the roster at the call's PBX, idle, and nobody else's at this moment."""
    pbx_name, actor = call.pbx, event.actor
    values = {"actor": name_of(world, actor), "pbx": pbx_name, "phone": event.values.get("phone", "")}
    if phone := values["phone"]:
        if phone not in world.roster.interfaces(pbx_name):
            return Refusal("listening_phone_unknown", values)
    else:
        seats = [seat for pbx, seat, _ in places_of(world, actor) if pbx == pbx_name]
        phone = next((found for seat in seats if (found := world.roster.interface_of(pbx_name, seat))), "")
        if not phone:
            return Refusal("listening_no_phone", values)
    values["phone"] = phone
    seat = world.roster.seat_of(pbx_name, phone) or ""
    others = [code for code in world.presence.get((pbx_name, seat), {}) if code != actor]
    if phone == call.interface or (others and actor not in world.presence.get((pbx_name, seat), {})):
        return Refusal("listening_phone_of_another", values)
    agent = world.pbxs[pbx_name].agents.get(phone)
    if agent is None or agent.state is AgentState.UNKNOWN:
        return Refusal("listening_phone_unseen", values)
    rung = any((one.pbx, one.listener) == (pbx_name, phone) for one in world.listening.live.values())
    if rung or agent.channels:
        return Refusal("listening_phone_busy", values)
    if incident_on(world, actor, pbx_name, seat) is not None:
        return Refusal("listening_phone_protected", values)
    return phone
