"""Who may not leave a seat yet: until relief has come, and while the team would fall under its floor.

Pure questions about one moment. The presence policy asks ``held`` before it lets anybody go.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from ccd.config import Mode, Settings
from ccd.events.handover import LeftIll
from ccd.handover import floor
from ccd.handover.seats import Boundary, Place, person_id, planned
from ccd.handover.state import HandoverState
from ccd.roster import Roster
from ccd.shifts.away import Away
from ccd.shifts.emergencies import live_incident_of
from ccd.shifts.plan import Duty, Plan

__all__ = [
    "Held",
    "World",
    "awaited",
    "clock",
    "freed",
    "held",
    "hold_at",
    "left_ill",
    "outgoing_people",
    "relief_since",
    "unread",
]


class Leave(Protocol):
    def away(self, person: str, since: datetime, until: datetime) -> tuple[Away, ...]:
        """Approved leave that touches this time."""


class World(Protocol):
    """What is looked at."""

    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def pbxs(self) -> Mapping[str, Any]: ...
    @property
    def presence(self) -> Mapping[Place, Mapping[str, datetime]]: ...
    @property
    def incidents(self) -> Mapping[str, Any]: ...
    @property
    def handover(self) -> HandoverState: ...
    @property
    def leave(self) -> Leave: ...


class Held(NamedTuple):
    """``rule`` and ``values`` as ``ccd.rules`` says them; ``enforced`` where the sign-out is to be refused.

    ``outgoing`` is the shift whose person is held, ``until`` when that is over whatever happens.
    """

    rule: str
    values: dict[str, str]
    because: str
    outgoing: Duty
    until: datetime
    enforced: bool


def held(world: World, person: str, pbx: str, seat: str, at: datetime) -> Held | None:
    """Why this person may not leave this seat at this moment; None where they may."""
    settings = world.settings.policies.handover
    if settings.mode is Mode.OFF:
        return None
    found = hold_at(world, person, (pbx, seat), at)
    if found is not None:
        boundary, until = found
        assert boundary.outgoing is not None
        relief = ", ".join(awaited(world, boundary))
        values = {"person": person, "seat": seat, "relief": relief, "until": clock(world, until)}
        because = f"handover_held: {relief} has not arrived at {seat}, until {until.isoformat()} at most"
        return Held("handover_held", values, because, boundary.outgoing, until, settings.mode is Mode.ENFORCE)
    duty = _duty_here(world, person, (pbx, seat), at)
    if duty is None or freed(world, person, (pbx, seat)) or _let_go(world, person, (pbx, seat), duty):
        return None
    under = floor.under(world, person, (pbx, seat), at)
    if under is None:
        return None
    until = duty.ends + timedelta(minutes=settings.max_hold_minutes)
    values = {
        **under._asdict(),
        "person": person,
        "staffed": f"{under.staffed}",
        "need": f"{under.need}",
    }
    because = f"handover_floor: team {under.team} would have {under.staffed} seats staffed of {under.need}"
    return Held("handover_floor", values, because, duty, until, settings.mode is Mode.ENFORCE)


def left_ill(world: World, person: str, pbx: str, seat: str, at: datetime, by: str) -> LeftIll:
    """That they leave because of illness, with the shift they leave."""
    duty = _duty_here(world, person, (pbx, seat), at)
    return LeftIll(
        at=at,
        key=f"handover|ill|{pbx}|{seat}|{person}|{at.isoformat()}",
        person=person,
        day=duty.assignment.day if duty is not None else None,
        pbx=pbx,
        seat=seat,
        by=by,
        because="illness is never refused",
    )


def hold_at(
    world: World, person: str, place: Place, at: datetime, absent: Collection[str] = ()
) -> tuple[Boundary, datetime] | None:
    """The boundary whose relief this person awaits at this seat, and when the hold is over at the latest.

    Whether they are there themselves is not asked. ``absent`` are taken not to be there, whatever presence
    says: the question is about the moment before they came.
    """
    settings = world.settings.policies.handover
    before = timedelta(minutes=settings.hold_from_minutes)
    after = timedelta(minutes=settings.max_hold_minutes)
    for boundary in planned(world, at).of_seat(place):
        duty = boundary.outgoing
        if duty is None or boundary.incoming is None or not duty.ends - before <= at < duty.ends + after:
            continue
        if person not in outgoing_people(world, boundary) or person in awaited(world, boundary):
            continue
        there = set(world.presence.get(place, ())) - set(absent) - {person}
        waits = awaited(world, boundary)
        if not waits or there & set(waits) or boundary.in_id in world.handover.came:
            continue
        if _let_go(world, person, place, duty) or freed(world, person, place):
            continue
        return boundary, duty.ends + after
    return None


def outgoing_people(world: World, boundary: Boundary) -> tuple[str, ...]:
    """Who works the outgoing shift: as planned, and whom a lead named to relieve at its beginning."""
    return _people(world, boundary.out_id, boundary.outgoing)


def awaited(world: World, boundary: Boundary) -> tuple[str, ...]:
    """Any of them is relief: whom a lead named first, then whoever is planned. Nobody relieves themselves:
    who works both shifts is awaited by nobody.
    """
    found = _people(world, boundary.in_id, boundary.incoming)
    planned_out = boundary.outgoing.assignment.person if boundary.outgoing else ""
    return () if found == (planned_out,) else tuple(one for one in found if one != planned_out)


def relief_since(world: World, boundary: Boundary) -> datetime | None:
    """Since when relief is at the seat now."""
    here = world.presence.get(boundary.place, {})
    found = [here[one] for one in awaited(world, boundary) if one in here]
    return min(found, default=None)


def _people(world: World, shift: tuple[str, str, str, str] | None, duty: Duty | None) -> tuple[str, ...]:
    if shift is None or duty is None:
        return ()
    named = world.handover.named.get(shift)
    people = (named.person,) if named is not None else ()
    return tuple(dict.fromkeys((*people, duty.assignment.person)))


def _duty_here(world: World, person: str, place: Place, at: datetime) -> Duty | None:
    """The shift they work at this seat, or did until lately. Who came of their own accord has none."""
    after = timedelta(minutes=world.settings.policies.handover.max_hold_minutes)
    for boundary in planned(world, at).of_seat(place):
        duty = boundary.incoming
        if duty is None or not duty.starts <= at < duty.ends + after:
            continue
        if person in _people(world, boundary.in_id, duty):
            return duty
    return None


def _let_go(world: World, person: str, place: Place, duty: Duty) -> bool:
    """Released by a lead, gone ill, or their hold has ended once: it never begins again."""
    state = world.handover
    shift = (*place, duty.assignment.day.isoformat(), duty.assignment.shift)
    released, ill = state.released.get(shift), state.ill.get((*place, person))
    return (
        (released is not None and released.person == person)
        or person_id(shift, person) in state.ended
        or (ill is not None and ill >= duty.starts)
    )


def freed(world: World, person: str, place: Place) -> bool:
    """By an emergency, or because what people did while ccd was not running is not known yet."""
    incidents, ladders = world.incidents.values(), world.settings.policies.handover.free_ladders
    return (
        unread(world, place[0])
        or live_incident_of(incidents, person, (place,)) is not None
        or any(one.live and one.ladder in ladders for one in incidents)
    )


def unread(world: World, pbx: str) -> bool:
    """Out of sight since before this daemon started: relief may have signed in while nobody answered.

    A PBX that is lost later does not matter here, for sign-ins come another way (AGI).
    """
    began, known = world.handover.looking.began, world.pbxs.get(pbx)
    blind = known.blind_since if known is not None else None
    return began is not None and blind is not None and blind < began


def clock(world: World, at: datetime) -> str:
    """By the site's clock."""
    return f"{at.astimezone(ZoneInfo(world.settings.daemon.timezone)):%H:%M}"
