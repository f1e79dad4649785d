"""AMI Originate: phones rung for an administrator, and for an emergency."""

from __future__ import annotations

import re
from functools import partial

from ccd.simulator.emergencies import PLAN
from ccd.simulator.parts import TRUNK, Channel
from ccd.simulator.pbx import Pbx
from ccd.simulator.requests import Request

__all__ = ["originate"]

_TRUE = ("yes", "true", "y", "t", "1", "on")


def originate(pbx: Pbx, ask: Request) -> None:
    """To a phone, and on to an extension. Without Async the answer comes when the phone has answered."""
    channel, context, exten = ask.get("Channel"), ask.get("Context"), ask.get("Exten")
    if not channel:
        ask.error("Channel not specified")
        return
    if "@ccd-whisper" in channel:
        _whispered(pbx, ask)
        return
    if not context or not exten:
        ask.error("Originate with 'Exten' requires 'Context' and 'Priority'" if exten else "Originate failed")
        return
    soon = ask.get("Async").casefold() in _TRUE
    channel, emergency = (_rung(channel), True) if context in PLAN else (channel, False)
    reachable = channel in pbx.phones or (emergency and channel == TRUNK)
    if not reachable and not soon:
        ask.error("Originate failed")
        return
    if soon:
        ask.success("Originate successfully queued")
    number, name = _caller_id(ask.get("CallerID"))

    def ended(leg: Channel | None, reason: int) -> None:
        if soon:
            pbx.wire.tell("OriginateResponse", *_originated(ask, leg, reason, number, name))
        else:
            ask.outcome("" if reason == 4 else "Originate failed", "Originate successfully queued")

    uniqueid = ask.get("ChannelId") if emergency else ""
    timeout = ask.get("Timeout")
    if reachable and not (uniqueid and pbx.switch.find(uniqueid)):
        pbx.originate(
            channel,
            context,
            exten,
            number,
            name,
            ended,
            uniqueid=uniqueid,
            variables=dict(_split(text) for text in ask.all("Variable")),
            ring_s=int(timeout) / 1000 if timeout.isdecimal() else 30.0,
        )
    else:
        pbx.timeline.after(0, partial(ended, None, 0))


def _whispered(pbx: Pbx, ask: Request) -> None:
    """Nobody but the agent hears it, and no event tells what was heard."""
    ask.success("Originate successfully queued")
    pbx.wire.tell("OriginateResponse", *_originated(ask, None, 4, "", ""))


def _rung(channel: str) -> str:
    """People outside, and the police on behalf of nobody, are reached by the trunk."""
    return TRUNK if channel.startswith("Local/") else channel


def _split(variable: str) -> tuple[str, str]:
    name, _, value = variable.partition("=")
    return name.lstrip("_"), value


def _originated(ask: Request, leg: Channel | None, reason: int, number: str, name: str) -> list[str]:
    return [
        *([f"ActionID: {ask.action_id}"] if ask.action_id else []),
        f"Response: {'Success' if reason == 4 else 'Failure'}",
        f"Channel: {leg.name if leg else ask.get('Channel')}",
        f"Context: {ask.get('Context')}",
        f"Exten: {ask.get('Exten')}",
        f"Reason: {reason}",
        f"Uniqueid: {leg.uniqueid if leg else '<null>'}",
        f"CallerIDNum: {number or '<unknown>'}",
        f"CallerIDName: {name or '<unknown>'}",
    ]


def _caller_id(text: str) -> tuple[str, str]:
    """``"Name" <number>`` as number and name."""
    match = re.fullmatch(r'\s*"?([^"<]*?)"?\s*<([^>]*)>\s*', text)
    return (match[2], match[1]) if match else (text.strip(), "")
