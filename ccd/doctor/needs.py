"""What ccd needs of a PBX with the features that are on: the measure for rights and filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ccd.adapters.ami.wanted import EVENT_CLASSES, VARIABLES, WANTED
from ccd.config import AgiSettings, Mode, Policies
from ccd.message import Message

__all__ = ["EVENTS", "Needs", "needs_of"]

_REPLIES = frozenset(
    (
        "QueueParams",
        "QueueMember",
        "QueueEntry",
        "QueueStatusComplete",
        "CoreShowChannel",
        "CoreShowChannelsComplete",
        "DeviceStateListComplete",
    )
)
"""Answers to our own questions: no right and no filter keeps them away."""

_LEGS = ("PJSIP/1001-00000001", "Local/1001@agents-00000001;1")
"""An ordinary channel and one of a Local member: a filter by channel may hide either."""


@dataclass(frozen=True)
class Needs:
    """``write`` and ``actions`` give the reason, so that a finding can say what does not work without."""

    read: frozenset[str]
    write: Mapping[str, str]
    actions: Mapping[str, str]
    """Action → the class to add to write= where the user may not call it."""
    sign_in: bool
    recordings: bool
    emergencies: bool = False
    """People are rung in an emergency."""
    police: bool = False
    """Some ladder has the police called."""
    pauses: bool = False
    """Phones ask before they pause."""
    pauses_enforced: bool = False
    listening: bool = False
    """Leads and analysts listen to calls."""
    pages: bool = False
    """People are paged about shifts, at their phone too."""


def needs_of(policies: Policies, agi: AgiSettings) -> Needs:
    sign_in = agi.enabled and policies.presence.mode is not Mode.OFF
    write = {"reporting": "the snapshot after every connect"}
    actions = dict.fromkeys(("CoreSettings", "CoreStatus", "CoreShowChannels"), "reporting")
    if sign_in:
        write["system"] = "taking over sign-ins that the dialplan noted while ccd was away (DBDel)"
        actions |= {"DBDel": "system"}
    if policies.incidents.mode in (Mode.NOTIFY, Mode.ENFORCE):
        write.setdefault("system", "recording a call that was reported, and its marks in AstDB")
        write["originate"] = "ringing people in an emergency ([policies.incidents])"
        actions |= {"DBPut": "system", "DBDel": "system", "MixMonitor": "system", "Originate": "originate"}
    asked = (policies.meals.mode, policies.breaks.mode)
    if any(mode is not Mode.OFF for mode in asked):
        write["agent"] = "pausing a phone for a meal or break that the console asks for"
        actions["QueuePause"] = "agent"
    paging = (*asked, policies.handover.mode, policies.attendance.mode)
    pages = any(mode in (Mode.NOTIFY, Mode.ENFORCE) for mode in paging)
    if pages:
        write.setdefault("originate", "ringing people about their shifts (meals, breaks, handover)")
        actions.setdefault("Originate", "originate")
    listening = policies.listening.mode is not Mode.OFF
    if listening:
        write.setdefault("originate", "ringing the phone of whoever listens to a call ([policies.listening])")
        write.setdefault("system", "hanging up the leg of a listener")
        actions.setdefault("Originate", "originate")
        actions["Hangup"] = "system"
    calling = [ladder for ladder in policies.incidents.ladders.values() if ladder.police != "advise"]
    return Needs(
        read=frozenset(EVENT_CLASSES.split(",")),
        write=write,
        actions=actions,
        sign_in=sign_in,
        recordings=policies.recordings.mode is not Mode.OFF,
        emergencies=policies.incidents.mode in (Mode.NOTIFY, Mode.ENFORCE),
        police=policies.incidents.mode is Mode.ENFORCE and any(ladder.enabled for ladder in calling),
        pauses=agi.enabled and any(mode is not Mode.OFF for mode in asked),
        pauses_enforced=agi.enabled and Mode.ENFORCE in asked,
        listening=listening,
        pages=pages,
    )


def _samples() -> tuple[Message, ...]:
    """One message or more for every event ccd follows, with the headers filters are usually written for."""
    found = []
    for name in WANTED:
        if name in _REPLIES:
            continue
        if name == "VarSet":
            found += [
                Message.of(
                    Event=name, Privilege="dialplan,all", Channel=leg, Variable=variable.decode(), Value="x"
                )
                for variable in sorted(VARIABLES)
                for leg in _LEGS
            ]
        elif name == "DeviceStateChange":
            found.append(Message.of(Event=name, Privilege="call,all", Device="PJSIP/1001", State="INUSE"))
        elif name in ("FullyBooted", "Shutdown", "Reload", "UserEvent"):
            found.append(Message.of(Event=name, Privilege="system,all"))
        else:
            found += [
                Message.of(Event=name, Privilege="call,all", Channel=leg, DestChannel=leg) for leg in _LEGS
            ]
    return tuple(found)


EVENTS = _samples()
"""What an eventfilter must let through."""
