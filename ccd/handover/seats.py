"""Which shifts follow each other at a seat, and the moments at which one gives way to the next."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from ccd.config import Settings
from ccd.roster import Roster
from ccd.shifts.plan import Assignment, Duty, Plan

__all__ = [
    "LOOK_BACK",
    "Boundary",
    "BoundaryId",
    "Place",
    "SeatPlan",
    "ShiftId",
    "World",
    "person_id",
    "planned",
    "shift_id",
    "team_of",
]

Place = tuple[str, str]
"""(pbx, seat)"""
ShiftId = tuple[str, str, str, str]
"""(pbx, seat, day, shift): a shift at a seat, whoever works it."""
BoundaryId = tuple[str, str, str, str, str]
"""The same, and which side of it: start | end (where nobody follows)."""

LOOK_BACK = timedelta(hours=48)
"""So far back verdicts are made, and made again."""
_SLICE = timedelta(hours=6)
_BEFORE, _AFTER = LOOK_BACK + timedelta(hours=30), timedelta(hours=36)
_DAY = timedelta(days=1)


class Kept(Protocol):
    """What is remembered between two looks, and is no fact."""

    planned: Any


class State(Protocol):
    @property
    def looking(self) -> Kept: ...


class World(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def pbxs(self) -> Mapping[str, Any]: ...


class _Keeping(World, Protocol):
    @property
    def handover(self) -> State: ...


class Boundary(NamedTuple):
    """``at``: the incoming shift's start; where nobody follows, the outgoing one's end. Aware UTC.

    ``outgoing`` is None at an opening (nobody sat there before), ``incoming`` at a closing.
    """

    at: datetime
    pbx: str
    seat: str
    outgoing: Duty | None
    incoming: Duty | None

    @property
    def place(self) -> Place:
        return self.pbx, self.seat

    @property
    def about(self) -> Assignment:
        """The incoming shift; where none follows, the outgoing one."""
        duty = self.incoming or self.outgoing
        assert duty is not None
        return duty.assignment

    @property
    def id(self) -> BoundaryId:
        return (*shift_id(self.place, self.about), "start" if self.incoming else "end")

    @property
    def out_id(self) -> ShiftId | None:
        return shift_id(self.place, self.outgoing.assignment) if self.outgoing else None

    @property
    def in_id(self) -> ShiftId | None:
        return shift_id(self.place, self.incoming.assignment) if self.incoming else None


def shift_id(place: Place, one: Assignment) -> ShiftId:
    return (*place, one.day.isoformat(), one.shift)


def person_id(shift: ShiftId, person: str) -> str:
    return "|".join((*shift, person))


def place_of(world: World, one: Assignment) -> Place:
    """An assignment names its PBX only where several have a seat of that name."""
    if one.pbx:
        return one.pbx, one.seat
    known = world.roster.by_code(one.person)
    if known is not None and known.pbx and known.seat == one.seat:
        return known.pbx, one.seat
    names = tuple(world.settings.pbx or world.pbxs)
    having = (name for name in names if world.roster.interface_of(name, one.seat))
    return next(having, names[0] if names else ""), one.seat


def team_of(world: World, place: Place) -> str:
    interface = world.roster.interface_of(*place)
    return world.roster.team_of_interface(place[0], interface) if interface else ""


class SeatPlan:
    """The plan of the days around a moment, seat by seat."""

    def __init__(self, world: World, at: datetime) -> None:
        self.since = _slice(at)
        self.until = self.since + _SLICE
        self._of = _made_of(world)
        follows = timedelta(minutes=world.settings.policies.handover.follows_within_minutes)
        self.duties: dict[Place, list[Duty]] = {}
        for duty in _duties(world.plan, self.since - _BEFORE, self.until + _AFTER):
            self.duties.setdefault(place_of(world, duty.assignment), []).append(duty)
        self._of_seat = {
            place: _boundaries(place, sorted(duties), follows) for place, duties in self.duties.items()
        }
        self._all = sorted(
            (one for of_seat in self._of_seat.values() for one in of_seat), key=lambda one: (one.at, one.id)
        )
        self._times = [one.at for one in self._all]
        self._of_person: dict[str, list[Boundary]] = {}
        for one in self._all:
            people = {duty.assignment.person for duty in (one.outgoing, one.incoming) if duty is not None}
            for person in people:
                self._of_person.setdefault(person, []).append(one)

    def still(self, world: World, at: datetime) -> bool:
        """Whether it is of this plan, and reaches to this moment. What is told late looks back on it."""
        return at < self.until and all(a is b for a, b in zip(self._of, _made_of(world), strict=True))

    def between(self, since: datetime, until: datetime) -> Sequence[Boundary]:
        """Both included."""
        return self._all[bisect_left(self._times, since) : bisect_right(self._times, until)]

    def of_person(self, person: str) -> Sequence[Boundary]:
        """Those that they are planned on either side of."""
        return self._of_person.get(person, ())

    def of_seat(self, place: Place) -> Sequence[Boundary]:
        return self._of_seat.get(place, ())


def planned(world: _Keeping, at: datetime) -> SeatPlan:
    """Made anew every few hours, and when the plan, the roster or the settings change."""
    kept = world.handover.looking
    if not isinstance(kept.planned, SeatPlan) or not kept.planned.still(world, at):
        kept.planned = SeatPlan(world, at)
    found: SeatPlan = kept.planned
    return found


def _made_of(world: World) -> tuple[object, ...]:
    return world.plan, world.plan.version, world.plan.shifts, world.roster, world.settings


def _slice(at: datetime) -> datetime:
    of_day = at.astimezone(UTC)
    return of_day.replace(hour=of_day.hour // 6 * 6, minute=0, second=0, microsecond=0)


def _duties(plan: Plan, since: datetime, until: datetime) -> Iterator[Duty]:
    """Those at a seat that have a minute in this time. Of a day only the kinds of shift that do are read."""
    first, last = _near(since, until)
    for day in plan.days:
        if not first <= day <= last:
            continue
        running = {
            name: times
            for name in plan.shifts.by_name
            if (times := plan.shifts.occurrence(name, day)) and times.starts < until and since < times.ends
        }
        for one in plan.day(day) if running else ():
            if one.seat and one.shift in running:
                yield Duty(*running[one.shift], one)


def _near(since: datetime, until: datetime) -> tuple[date, date]:
    return (since - 2 * _DAY).astimezone(UTC).date(), (until + 2 * _DAY).astimezone(UTC).date()


def _boundaries(place: Place, duties: Sequence[Duty], follows: timedelta) -> list[Boundary]:
    """``duties`` by their starts. Of two plans for one shift at one seat the first counts."""
    row = list({(one.assignment.day, one.assignment.shift): one for one in reversed(duties)}.values())[::-1]
    found: list[Boundary] = []
    for number, duty in enumerate(row):
        before = row[number - 1] if number and row[number - 1].ends + follows >= duty.starts else None
        found.append(Boundary(duty.starts, *place, before, duty))
        after = row[number + 1] if number + 1 < len(row) else None
        if after is None or after.starts > duty.ends + follows:
            found.append(Boundary(duty.ends, *place, duty, None))
    return found
