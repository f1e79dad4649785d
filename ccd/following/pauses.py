"""Pauses of a phone as a whole: it is paused where every queue it is in has it paused.

They go on while somebody talks (an agent who is paused may dial), and while the PBX is out of sight: whether
one has ended then is known only afterwards. Another reason is another pause.
"""

from __future__ import annotations

from datetime import datetime

from ccd.events import PauseBegan, PauseEnded
from ccd.following.picture import Agent, Pause, Pbx

__all__ = ["refresh_pause"]


def refresh_pause(pbx: Pbx, at: datetime, agent: Agent, by: str = "", *, seen: bool) -> None:
    """Compare with what was known, and tell what began or ended."""
    if pbx.blind_since is not None:
        return
    members = agent.members.values()
    paused = bool(members) and all(member.paused for member in members)
    reason = next(reversed(agent.members.values())).reason if paused else ""
    was = agent.pause
    if was is not None and paused and was.reason == reason:
        return
    if was is not None:
        agent.pause = None
        at = max(at, was.since)
        pbx.emit(PauseEnded(at, pbx.name, agent.device, was.people, was.reason, was.since, by, seen))
    if paused:
        agent.pause = Pause(at, reason, agent.people)
        pbx.emit(PauseBegan(at, pbx.name, agent.device, agent.people, reason, by, seen))
