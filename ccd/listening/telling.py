"""What the PBX tells of listenings, and what is known of them once it is in sight again."""

from __future__ import annotations

from datetime import datetime

from ccd.config_listening import HOWS, ListeningSettings
from ccd.effects import CancelDeadline, EndListening
from ccd.events import BlindEnded, LegEnded
from ccd.events import listening as facts
from ccd.events.quality import ListeningTold
from ccd.listening.asking import RING
from ccd.listening.changing import narrow
from ccd.listening.rights import incident_on, modes_of
from ccd.listening.state import Listening
from ccd.listening.world import Items, World, about

__all__ = ["due", "emergency", "leg_ended", "seen_again", "told"]

_FAILED = frozenset(("refused", "busy", "no_answer", "failed"))
_WHY = {"over": "over", "left": "hung_up", "longest": "longest"}


def told(event: ListeningTold, world: World) -> Items:
    one = world.listening.live.get(event.listening)
    if one is None or one.pbx != event.pbx:
        return
    if event.what == "answered":
        yield from _answered(world, one, event.at)
    elif event.what == "on":
        yield from _on(world, one, event)
    elif event.what in _FAILED and one.began is None:
        yield from ended(world, one, event.at, event.what, event.detail)
    elif event.what in _WHY:
        why = "stopped" if one.stopped_by else _WHY[event.what]
        yield from ended(world, one, event.at, why, "as the PBX told it")


def _answered(world: World, one: Listening, at: datetime) -> Items:
    if one.answered is None:
        yield facts.ListeningAnswered(**about(world, one, "answered", at))


def _on(world: World, one: Listening, event: ListeningTold) -> Items:
    how = event.detail if event.detail in HOWS else one.how
    if event.channel != one.spied:
        because = f"the PBX put the phone onto {event.channel}, and {one.spied} was asked for"
        yield EndListening(key=f"{one.id}-end", because=because, pbx=one.pbx, listening=one.id)
        yield from ended(world, one, event.at, "failed", because)
    elif one.began is None:
        because = "as the PBX told it" if event.seen else "it was under way when we looked again"
        fields = about(world, one, "began", event.at, because=because)
        yield facts.ListeningBegan(**fields, how=how, call=one.call, seen=event.seen)
    elif how != one.how:
        fields = about(world, one, f"turned|{event.at.isoformat()}", event.at)
        yield facts.ListeningTurned(**fields, how=how)


def leg_ended(event: LegEnded, world: World) -> Items:
    """The listener's leg is gone. One that was not answered is told of by the failed Originate; one that
    went out of sight by ``seen_again``.
    """
    one = world.listening.live.get(event.uniqueid)
    if one is None or one.pbx != event.pbx or not event.seen or one.answered is None:
        return
    if one.stopped_by:
        why = "stopped"
    elif one.began is None and one.spied not in world.pbxs[one.pbx].channels:
        why = "over"  # between the answer and the ChanSpy()
    else:
        why = "hung_up"
    yield from ended(world, one, event.at, why, "the listener's phone has hung up")


def seen_again(event: BlindEnded, world: World) -> Items:
    """What is not there any more is over, since nobody knows when; what is there goes on."""
    pbx = world.pbxs[event.pbx]
    for one in [one for one in world.listening.live.values() if one.pbx == event.pbx]:
        if one.id in pbx.channels:
            continue
        because = f"it was over when the PBX was seen again, out of sight since {event.began.isoformat()}"
        known = (event.began - one.began).total_seconds() if one.began is not None else 0.0
        yield from ended(world, one, event.at, "unknown", because, seconds=max(known, 0.0))


def due(name: str, at: datetime, world: World) -> Items:
    """By now something must have come of the ring."""
    one = world.listening.live.get(name)
    if one is None or one.began is not None:
        return
    pbx = world.pbxs.get(one.pbx)
    if pbx is None or (name not in pbx.channels and pbx.blind_since is None):
        yield from ended(world, one, at, "failed", "nothing came of the ring")


def emergency(world: World, settings: ListeningSettings, at: datetime) -> Items:
    """An incident has begun: who is on its call and may not speak there, hears only."""
    for one in list(world.listening.live.values()):
        incident = incident_on(world, one.person, one.pbx, one.seat)
        if incident is None or one.incident:
            continue
        let = modes_of(world, settings, one.actor, one.person, incident=True, why="")
        modes = tuple(how for how in one.modes if how in let)
        if modes != one.modes:
            yield from narrow(world, one, modes, incident.id, at)


def ended(
    world: World, one: Listening, at: datetime, why: str, because: str, seconds: float | None = None
) -> Items:
    if seconds is None:
        seconds = (at - one.began).total_seconds() if one.began is not None else 0.0
    yield facts.ListeningEnded(
        **about(world, one, "ended", at, because=because),
        why=why,
        seconds=max(seconds, 0.0),
        call=one.call,
        how=one.how,
    )
    yield CancelDeadline(f"{RING}{one.id}", "it is over")
