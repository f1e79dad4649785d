"""Breaks as they are taken: by the pauses of phones and the sign-ins of people. Nothing is ever undone.

A pause with one person signed in at its seat is that person's break. With several it is nobody's, unless one
of them has asked for it by name.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ccd.breaks.overstay import absence, ahead, level_of, no_deadline, over_s
from ccd.breaks.record import Accepted, Break
from ccd.breaks.rules import Refusal, Verdict, judged
from ccd.breaks.turns import Turn, duty_now, turn_of
from ccd.breaks.world import Items, World, freed, page, to_leads
from ccd.config_breaks import BreaksSettings
from ccd.effects import Page
from ccd.events import BlindEnded, PauseBegan, PauseEnded, PersonArrived, PersonLeft
from ccd.events import breaks as facts
from ccd.shifts.people import name_of

__all__ = ["arrived", "began", "ended", "in_sight", "left", "looked_at"]

UNAVAILABLE = (4, 5)
"""Device states of a phone that is not there (asterisk.md)."""


def began(event: PauseBegan, world: World, settings: BreaksSettings) -> Items:
    """A snapshot that shows a break we know of begins none: it has gone on, as far as can be told."""
    on = world.breaks.on.get((event.pbx, event.interface))
    if on is not None:
        if not event.seen and on.reason == event.reason:
            return
        yield from _end(world, settings, on, event.at if event.seen else on.seen_since)
    if event.reason == world.settings.policies.meals.reason or not event.people:
        return
    person = _whose(event, world)
    if person:
        yield from _begin(world, settings, person, event)
    else:
        yield _ambiguous(event, world)


def _whose(event: PauseBegan, world: World) -> str:
    """Of several people at the seat the one who has asked for it by name; "" where none or several have."""
    if len(event.people) == 1:
        return event.people[0]
    accepted = [world.breaks.accepted.get(person) for person in event.people]
    asked = [one.person for one in accepted if one and one.reason == event.reason and one.holds(event.at)]
    return asked[0] if len(asked) == 1 else ""


def ended(event: PauseEnded, world: World, settings: BreaksSettings) -> Items:
    """Where it was over when we looked again, it is known to have gone on only until we last saw it."""
    on = world.breaks.on.get((event.pbx, event.interface))
    if on is not None:
        yield from _end(world, settings, on, event.at)


def in_sight(event: BlindEnded, world: World, settings: BreaksSettings) -> Items:
    """The time out of sight is noted in every break of that PBX; those that went on go on."""
    for one in [one for one in world.breaks.on.values() if one.pbx == event.pbx]:
        yield facts.BreakUnseen(
            at=event.at,
            key=f"{one.key}|unseen|{event.began.isoformat()}|{event.at.isoformat()}",
            person=one.person,
            day=one.day,
            shift=one.shift,
            pbx=one.pbx,
            seat=one.seat,
            because=f"{event.pbx} was out of sight for {(event.at - event.began).total_seconds():.0f} s",
            of=one.key,
            began=event.began,
        )
        yield from ahead(world, settings, one.key, event.at)


def left(event: PersonLeft, world: World, settings: BreaksSettings) -> Items:
    """Whoever signs out during a break has ended it; in the midst of their shift it may be an absence."""
    one = _on_of(world, event.person, event.pbx, event.seat)
    if one is None or event.at < one.began:
        return
    duty = duty_now(world, event.person, event.at)
    lead = timedelta(minutes=world.settings.shifts.lead_minutes)
    rule = settings.reason(one.reason)
    ill = rule is not None and rule.never_refused
    leaving = duty is not None and event.at < duty.ends - lead and event.how != "moved"
    if leaving and not ill and not freed(world, one.person, one.pbx, one.seat):
        yield from absence(world, settings, one, "signed_out", event.at)
    yield from _end(world, settings, one, event.at)


def arrived(event: PersonArrived, world: World, settings: BreaksSettings) -> Items:
    """Whoever signs in again at the phone that they left paused goes on with a break; another's pause is
    nobody's until it begins anew.
    """
    interface = world.roster.interface_of(event.pbx, event.seat) or ""
    pbx = world.pbxs.get(event.pbx)
    agent = pbx.agents.get(interface) if pbx else None
    pause = agent.pause if agent else None
    alone = tuple(world.presence.get((event.pbx, event.seat), ())) == (event.person,)
    if pause is None or not alone or pause.people != (event.person,) or event.at < pause.since:
        return
    if (event.pbx, interface) in world.breaks.on:
        return
    again = PauseBegan(event.at, event.pbx, interface, (event.person,), pause.reason, "", True)
    yield from began(again, world, settings)


def looked_at(world: World, settings: BreaksSettings, at: datetime) -> Items:
    """Once a minute: breaks that were over when we looked again, and phones that are gone."""
    for one in list(world.breaks.on.values()):
        pbx = world.pbxs.get(one.pbx)
        if pbx is None or pbx.blind_since is not None or not pbx.synced:
            continue
        agent = pbx.agents.get(one.interface)
        if agent is None or agent.pause is None:
            yield from _end(world, settings, one, one.seen_since)
        elif agent.status in UNAVAILABLE and not one.productive:
            rule = settings.reason(one.reason)
            if not (rule and rule.never_refused) and not freed(world, one.person, one.pbx, one.seat):
                yield from absence(world, settings, one, "unavailable", at)


def _on_of(world: World, person: str, pbx: str, seat: str) -> Break | None:
    return next(
        (one for one in world.breaks.on.values() if (one.person, one.pbx, one.seat) == (person, pbx, seat)),
        None,
    )


# --- beginning and ending ---------------------------------------------------------------------------------


def _begin(world: World, settings: BreaksSettings, person: str, event: PauseBegan) -> Items:
    key = f"breaks|began|{person}|{event.pbx}|{event.interface}|{event.at.isoformat()}"
    if world.breaks.known(key) is not None:  # signed out and in again in the same moment
        return
    accepted = world.breaks.accepted.get(person)
    if accepted is not None and not (accepted.reason == event.reason and accepted.holds(event.at)):
        accepted = None
    turn = turn_of(world, person, event.at)
    verdict = _verdict(world, settings, turn, event, accepted)
    seat = world.roster.seat_of(event.pbx, event.interface) or ""
    rule = settings.reason(event.reason)
    if accepted is None and freed(world, person, event.pbx, seat):
        verdict = verdict._replace(refusal=None)
    told = accepted.rule if accepted else verdict.refusal.rule if verdict.refusal else ""
    yield facts.BreakBegan(
        at=event.at,
        key=key,
        person=person,
        day=accepted.day if accepted else turn.day,
        shift=accepted.shift if accepted else turn.shift,
        pbx=event.pbx,
        seat=seat,
        because=verdict.refusal.because if verdict.refusal else "as the rules have it",
        interface=event.interface,
        reason=event.reason,
        allowed_s=verdict.allowed_s,
        productive=rule is not None and rule.productive,
        asked=accepted is not None,
        grant=verdict.grant,
        rule=told,
    )
    if verdict.refusal is not None:
        yield from _past_codes(world, settings, key, verdict.refusal)
    if rule is not None and rule.never_refused:
        yield from _ill(world, settings, key)
    yield from ahead(world, settings, key, event.at)


def _verdict(
    world: World, settings: BreaksSettings, turn: Turn, event: PauseBegan, accepted: Accepted | None
) -> Verdict:
    """What was settled when they asked; who did not ask is judged by the same rules, and only told of."""
    if accepted is not None:
        return Verdict(None, accepted.allowed_s, accepted.grant)
    return judged(world, settings, turn, event.reason, event.at)


def _end(world: World, settings: BreaksSettings, one: Break, at: datetime) -> Items:
    at = max(at, one.began)
    level, because = level_of(one, settings, at), ""
    if level in ("late", "violation") and freed(world, one.person, one.pbx, one.seat):
        level, because = "unknown", "an emergency is on"
    over = over_s(one, at)
    limit = "no limit" if one.limit_s is None else f"limit {one.limit_s:.0f} s"
    yield facts.BreakEnded(
        at=at,
        key=f"{one.key}|ended",
        person=one.person,
        day=one.day,
        shift=one.shift,
        pbx=one.pbx,
        seat=one.seat,
        because=because or f"{level}: {one.seconds(at):.0f} s seen, {limit}, {over:.0f} s over",
        of=one.key,
        reason=one.reason,
        began=one.began,
        seconds=one.seconds(at),
        allowed_s=one.limit_s,
        over_s=over,
        level=level,
        productive=one.productive,
        asked=one.asked,
    )
    yield no_deadline(one)


def _ambiguous(event: PauseBegan, world: World) -> facts.BreakAmbiguous:
    return facts.BreakAmbiguous(
        at=event.at,
        key=f"breaks|ambiguous|{event.pbx}|{event.interface}|{event.at.isoformat()}",
        day=turn_of(world, event.people[0], event.at).day,
        pbx=event.pbx,
        seat=world.roster.seat_of(event.pbx, event.interface) or "",
        because=f"{len(event.people)} people are signed in at the seat: whose pause it is nobody knows",
        people=event.people,
        reason=event.reason,
    )


def _past_codes(world: World, settings: BreaksSettings, key: str, refusal: Refusal) -> Items:
    """Told to the lead in the words of the rule."""
    one = world.breaks.known(key)
    if one is None:
        return
    because = f"breaks: paused all the same: {refusal.because}"
    people = to_leads(world, one.person)
    told = Page(f"{key}|told", because, people, refusal.rule, refusal.values, pbx=one.pbx, seat=one.seat)
    yield from page(settings, told)


def _ill(world: World, settings: BreaksSettings, key: str) -> Items:
    one = world.breaks.known(key)
    if one is None:
        return
    values: dict[str, Any] = {"name": name_of(world, one.person), "seat": one.seat}
    people = to_leads(world, one.person)
    told = Page(f"{key}|ill", "breaks: illness", people, "breaks_ill", values, pbx=one.pbx, seat=one.seat)
    yield from page(settings, told)
