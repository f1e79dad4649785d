"""Facts as short lines, so that a scenario reads as a story."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ccd import events as e
from ccd.events.recording_pauses import RecordingPaused, RecordingUnpaused

_TELL: dict[type[e.Event], Callable[[Any], str | None]] = {
    e.CallerJoined: lambda f: f"{f.caller_number} joins {f.queue}",
    e.AgentRang: lambda f: f"{f.queue} rings {f.member}",
    e.RingNoAnswer: lambda f: f"{f.member} does not answer",
    e.AgentConnected: lambda f: f"{f.queue} connects {f.member}",
    e.AgentCompleted: lambda f: f"{f.queue} call of {f.member} ended by {f.reason}",
    e.CallerLeft: lambda f: None if f.outcome == "answered" else f"leaves {f.queue}: {f.outcome}",
    e.CallTransferred: lambda f: f"{f.interface} transfers {f.how} to {f.to}",
    e.CallHeld: lambda f: f"{f.interface} holds",
    e.CallResumed: lambda f: f"{f.interface} resumes",
    e.CallJoined: lambda f: f"in {f.what} {f.name}",
    e.VoicemailLeft: lambda f: f"voicemail {f.status}",
    e.CallMerged: lambda f: "two calls are one",
    e.MemberAdded: lambda f: f"{f.member} joins queue {f.queue}" if f.seen else None,
    e.MemberRemoved: lambda f: f"{f.member} leaves queue {f.queue}" if f.seen else None,
    e.MemberPaused: lambda f: f"{f.member} pauses in {f.queue}: {f.reason}" if f.seen else None,
    e.MemberUnpaused: lambda f: f"{f.member} is back in {f.queue}" if f.seen else None,
    e.RecordingStarted: lambda f: "recording",
    RecordingPaused: lambda f: f"recording {f.how}",
    RecordingUnpaused: lambda f: f"recording {f.how} no more",
    e.CallEnded: lambda f: f"{f.kind} call ends: {f.outcome}",
}


def story(facts: Iterable[e.Event]) -> list[str]:
    told = []
    for fact in facts:
        tell = _TELL.get(type(fact))
        line = tell(fact) if tell else None
        if line:
            told.append(line)
    return told


def states(facts: Iterable[e.Event], interface: str, queue: str = "") -> list[str]:
    """What the agent was shown as, one after the other, with the reason of a pause."""
    return [
        f"{fact.state}:{fact.reason}" if fact.reason else str(fact.state)
        for fact in facts
        if isinstance(fact, e.AgentChanged) and (fact.interface, fact.queue) == (interface, queue)
    ]
