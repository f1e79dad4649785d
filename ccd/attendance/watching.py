"""Who is not there while their shift runs: the lead is told so many minutes after its start, and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ccd.attendance.floor import Items, World, away, pbxs_of, rules_of, running
from ccd.attendance.proposing import told
from ccd.config_section import Mode
from ccd.effects import Page
from ccd.events import PersonLeft
from ccd.events.attendance import LateNoticed
from ccd.shifts.people import leads_to_tell, places_of
from ccd.shifts.plan import Assignment, Duty, same_seat

__all__ = ["expected", "left", "missing", "notices", "was_there"]


def expected(world: World, at: datetime) -> tuple[Duty, ...]:
    """Whose shift runs, but for those who are away by right."""
    return tuple(duty for duty in world.plan.on_duty(at) if not _away(world, duty, at))


def missing(world: World, at: datetime) -> Iterator[Duty]:
    """Expected, and signed in nowhere (or not where it counts). Not while nothing is known of the seat."""
    here = {code for people in world.presence.values() for code in people}
    strict = rules_of(world).elsewhere == "look"
    for duty in world.plan.on_duty(at):
        one = duty.assignment
        there = one.person in here and (not (strict and one.seat) or _at_seat(world, one))
        if not there and not _away(world, duty, at) and not _blind(world, duty):
            yield duty


def _at_seat(world: World, one: Assignment) -> bool:
    places = places_of(world, one.person)
    return any(same_seat(one, pbx=pbx, seat=seat) for pbx, seat, _ in places)


def _away(world: World, duty: Duty, at: datetime) -> bool:
    return bool(away(world, duty, at, at + timedelta(seconds=1)))


def _blind(world: World, duty: Duty) -> bool:
    seats = (world.pbxs.get(name) for name in pbxs_of(world, duty.assignment))
    return any(pbx is not None and pbx.blind_since is not None for pbx in seats)


def notices(world: World, at: datetime) -> Items:
    """Each level once; of several that passed while ccd was away only the highest."""
    levels = sorted(rules_of(world).notice_minutes)
    for duty in tuple(missing(world, at)) if levels else ():
        one, waited = duty.assignment, (at - duty.starts).total_seconds() / 60
        level = max((each for each in levels if each <= waited), default=None)
        known = world.attendance.told.get(one.day, {}).get((one.person, one.shift), -1.0)
        if level is None or level <= known or was_there(world, duty):
            continue
        yield from _notice(world, at, duty, level, last=level == levels[-1])


def was_there(world: World, duty: Duty) -> bool:
    one = duty.assignment
    return (one.person, one.shift) in world.attendance.seen.get(one.day, ())


def _notice(world: World, at: datetime, duty: Duty, level: float, *, last: bool) -> Items:
    one = duty.assignment
    person = world.roster.by_code(one.person)
    key = f"attendance|late|{one.person}|{one.day}|{one.shift}|{level:g}"
    values = {
        "person": one.person,
        "name": person.name if person else "",
        "seat": one.seat or "-",
        "minutes": f"{level:g}",
    }
    pages = tuple(
        told(
            world,
            f"{key}|page",
            leads_to_tell(world, person.team if person else ""),
            one.person,
            "attendance_not_at_seat",
            values,
            ring=last,
            pbx=one.pbx,
            seat=one.seat,
        )
    )
    yield LateNoticed(
        at=at,
        key=key,
        person=one.person,
        day=one.day,
        pbx=one.pbx,
        seat=one.seat,
        because=f"attendance: not signed in {level:g} min after the start of {one.shift}",
        shift=one.shift,
        starts=duty.starts,
        minutes=level,
        told=tuple(code for page in pages if isinstance(page, Page) for code in page.people),
    )
    yield from pages


def left(world: World, event: PersonLeft) -> None:
    """Whoever goes in the midst of their shift was there, and is not late any more."""
    if rules_of(world).mode is Mode.OFF:
        return
    for duty in running(world, event.person, event.at):
        one = duty.assignment
        world.attendance.seen.setdefault(one.day, set()).add((one.person, one.shift))
