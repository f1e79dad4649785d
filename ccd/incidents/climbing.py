"""Climbing the ladder: rungs one after the other, on each rung one person after the other.

A rung begins at its time, or at once when the one before it was acknowledged, or when its list has been gone
through once without that. Within a rung the next turn comes when its time is over, or earlier when the phone
of the one before is busy, not answered or hung up and somebody is left on the list.
"""

from __future__ import annotations

from datetime import datetime

from ccd import events as e
from ccd.config import Mode
from ccd.config_incidents import RungSettings
from ccd.effects import Notify
from ccd.incidents.making import cancel, deadline, fact, scaled
from ccd.incidents.people import World, candidates, ladder_of
from ccd.incidents.state import Incident
from ccd.incidents.telling import EVERYBODY, Items, tell, tell_everybody

__all__ = [
    "acknowledged",
    "arm",
    "begin",
    "cannot_come",
    "fell_through",
    "halt",
    "means_due",
    "rung_of",
    "turn_over",
    "unanswered",
]


PICK_UP_S = 5.0
"""Also in a fast drill people have the time to pick up a phone and to press a key."""


def arm(world: World, incident: Incident, at: datetime) -> Items:
    """The first rung now, the others at their times, as far as they have not passed already."""
    elapsed = (at - incident.opened).total_seconds()
    for number, rung in enumerate(ladder_of(world, incident).rungs):
        after_s = scaled(incident, rung.after_s, world.settings.policies.incidents) - elapsed
        if number == 0 or after_s <= 0:
            yield from begin(world, incident, at, number, "report")
        elif number not in incident.rungs:
            yield deadline(incident, f"rung-{number}", after_s, f"rung {number} begins {rung.after_s:g} s on")


def begin(world: World, incident: Incident, at: datetime, number: int, why: str) -> Items:
    """Nothing where the ladder ends, or this rung has begun already."""
    ladder = ladder_of(world, incident)
    if number >= len(ladder.rungs) or number in incident.rungs or not incident.live:
        return
    rung = ladder.rungs[number]
    found = candidates(world, rung.role, incident.facts)
    yield cancel(incident, f"rung-{number}", "it has begun")
    yield fact(incident, at, e.RungBegan, rung=number, role=rung.role.value, people=found.people, why=why)
    if not found.people or (number == 0 and not found.on_duty):
        yield Notify(
            key=f"{incident.id}-nobody-{number}",
            because=f"incidents: nobody who is {rung.role} is signed in",
            audience="admin",
            text=f"incident {incident.id}: no {rung.role} on duty",
        )
        yield from tell_everybody(world, incident, at, "nobody_on_duty", f"no {rung.role} is signed in")
    if not found.people:
        yield fact(incident, at, e.RungExhausted, rung=number, round=0)
        yield from begin(world, incident, at, number + 1, "nobody")
        return
    yield from _turn(world, incident, at, number, 0, 1)


def _turn(world: World, incident: Incident, at: datetime, number: int, turn: int, round_: int) -> Items:
    rung = _rung(world, incident, number)
    person = incident.rungs[number].people[turn]
    yield fact(incident, at, e.TurnBegan, rung=number, person=person, turn=turn, round=round_)
    settings = world.settings.policies.incidents
    length = scaled(incident, rung.turn_s, settings, least=rung.ring_s + PICK_UP_S)
    yield deadline(incident, f"turn-{number}", length, f"{person} has {length:g} s to acknowledge")
    if settings.mode in (Mode.OBSERVE, Mode.OFF):
        return
    because = f"incidents: {incident.ladder}, rung {number} ({rung.role}), turn {turn + 1}, round {round_}"
    for means, after_s in rung.means.items():
        if means != "phone" and round_ > 1:
            continue  # written once is enough
        if after_s <= 0:
            yield from tell(world, incident, at, rung=number, person=person, means=means, because=because)
        else:
            wait = scaled(incident, after_s, settings)
            yield deadline(incident, f"means-{number}-{means}", wait, f"{means} comes {after_s:g} s later")


def means_due(world: World, incident: Incident, at: datetime, number: int, means: str) -> Items:
    rung = incident.rungs.get(number)
    if rung is None or rung.acknowledged or not incident.live:
        return
    person = rung.people[rung.turn]
    because = f"incidents: {incident.ladder}, rung {number} ({rung.role}), {means} after its pause"
    yield from tell(world, incident, at, rung=number, person=person, means=means, because=because)


def turn_over(world: World, incident: Incident, at: datetime, number: int) -> Items:
    """Time is up for whoever was told last on this rung."""
    rung = incident.rungs.get(number)
    if rung is None or rung.acknowledged or rung.exhausted or not incident.live:
        return
    settings = _rung(world, incident, number)
    left = _left(rung.people, rung.turn + 1, rung.cannot)
    if left is not None:
        yield from _turn(world, incident, at, number, left, rung.round)
        return
    yield from begin(world, incident, at, number + 1, "not_acknowledged")
    first = _left(rung.people, 0, rung.cannot)
    if first is None or rung.round >= settings.rounds:
        yield fact(incident, at, e.RungExhausted, rung=number, round=rung.round)
        yield from tell_everybody(world, incident, at, "nobody_on_duty", f"nobody of rung {number} answered")
        return
    yield from _turn(world, incident, at, number, first, rung.round + 1)


def unanswered(world: World, incident: Incident, at: datetime, key: str) -> Items:
    """A phone was busy, not answered or put down: whoever is left on the list need not wait."""
    told = incident.told[key]
    rung = incident.rungs.get(told.rung)
    if rung is None or rung.acknowledged or rung.people[rung.turn] != told.person or not incident.live:
        return
    if _left(rung.people, rung.turn + 1, rung.cannot) is not None:
        yield from turn_over(world, incident, at, told.rung)


def fell_through(incident: Incident, pbx: str) -> list[int]:
    """The rungs on which the phone of whoever's turn it is could not be rung, since their PBX was away."""
    found = []
    for number, rung in incident.rungs.items():
        rings = [one for one in incident.told.values() if one.rung == number and one.means == "phone"]
        waiting = bool(rings) and not rung.acknowledged and not rung.exhausted
        if waiting and (last := rings[-1]).person == rung.people[rung.turn] and last.result == "failed":
            found += [number] if last.where.startswith(f"{pbx}/") else []
    return found


def acknowledged(world: World, incident: Incident, at: datetime, number: int, person: str, how: str) -> Items:
    """The rung rests, and the next begins at once (manual.md: the lead tells the manager at once)."""
    if person in incident.rungs[number].acknowledged:
        return
    yield fact(incident, at, e.Acknowledged, rung=number, person=person, how=how)
    yield from _rest(world, incident, number)
    yield from begin(world, incident, at, number + 1, "acknowledged")


def cannot_come(world: World, incident: Incident, at: datetime, number: int, person: str, how: str) -> Items:
    """The next one's turn. What it means for the clock is for ``ccd.incidents.police`` to say."""
    rung = incident.rungs[number]
    if person in rung.cannot:
        return
    yield fact(incident, at, e.CannotCome, rung=number, person=person, how=how)
    if person in rung.acknowledged or rung.people[rung.turn] != person:
        return
    yield from turn_over(world, incident, at, number)


def halt(world: World, incident: Incident, at: datetime, why: str) -> Items:
    """Nobody is told in turn any more. Whoever was left out is told afterwards (manual.md, 请示报告)."""
    for number in range(max(len(ladder_of(world, incident).rungs), len(incident.rungs))):
        yield cancel(incident, f"rung-{number}", why)
        yield from _rest(world, incident, number)
    told = {one.person for one in incident.told.values() if one.rung != EVERYBODY}
    for number, rung in enumerate(ladder_of(world, incident).rungs):
        began = incident.rungs.get(number)
        people = began.people if began else candidates(world, rung.role, incident.facts).people
        if any(person not in told for person in people):
            yield from tell_everybody(world, incident, at, "level_skipped", f"rung {number} was left out")
            return


def rung_of(incident: Incident, person: str) -> int | None:
    """The rung that a person stands on: the lowest that they have not acknowledged, else the lowest."""
    stands = [number for number, rung in sorted(incident.rungs.items()) if person in rung.people]
    waits = (number for number in stands if person not in incident.rungs[number].acknowledged)
    return next(waits, stands[0] if stands else None)


def _rest(world: World, incident: Incident, number: int) -> Items:
    yield cancel(incident, f"turn-{number}", "nobody is waited for on this rung any more")
    for means in _rung(world, incident, number).means:
        yield cancel(incident, f"means-{number}-{means}", "nobody is waited for on this rung any more")


def _left(people: tuple[str, ...], start: int, cannot: list[str]) -> int | None:
    return next((turn for turn in range(start, len(people)) if people[turn] not in cannot), None)


def _rung(world: World, incident: Incident, number: int) -> RungSettings:
    """A reload may have made the ladder shorter than it was when the incident began."""
    rungs = ladder_of(world, incident).rungs
    return rungs[min(number, len(rungs) - 1)]
