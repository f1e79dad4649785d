"""The plan: who works which shift on which day, at which seat. Folded from changes; asked by policies.

A day belongs to the local date on which its shifts begin, in the zone of each shift. The days stay text until
they are asked for, and of those the latest few are kept at hand: a year of 5,000 people is some megabytes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import msgspec

from ccd.events import PlanDay
from ccd.shifts.shift import Shifts

__all__ = ["Assignment", "Cell", "DayPlan", "Duty", "Plan", "decode_day", "encode_day", "same_seat"]

Cell = tuple[str, str, str, str]
"""Shift, seat, pbx, meal group."""

DAYS_AT_HAND = 16
FOLDED_AT = 8
"""So many changes of a day are made one again, for the room that they take."""
REACH = timedelta(days=2)
"""A shift that runs now began on a local date this near to the date in UTC: 24 hours long, 14 hours ahead."""

decode_day = msgspec.json.Decoder(dict[str, tuple[Cell, ...]]).decode
_encode = msgspec.json.Encoder().encode


def encode_day(people: Mapping[str, Iterable[Cell]]) -> str:
    """``PlanDay.people``."""
    return _encode(people).decode()


class Assignment(NamedTuple):
    """``seat`` is empty for who works without one, ``pbx`` where the seat's name is the same on all."""

    person: str
    day: date
    shift: str
    seat: str = ""
    pbx: str = ""
    meal_group: str = ""


class Duty(NamedTuple):
    """An assignment and its times, aware UTC; it is over at ``ends``."""

    starts: datetime
    ends: datetime
    assignment: Assignment


class DayPlan:
    """One day. ``people``: in the order of the plan, each with their shifts."""

    __slots__ = ("day", "people")

    def __init__(self, day: date, people: Mapping[str, tuple[Assignment, ...]]) -> None:
        self.day = day
        self.people = people

    def __iter__(self) -> Iterator[Assignment]:
        return (one for mine in self.people.values() for one in mine)

    def on_shift(self, shift: str) -> tuple[Assignment, ...]:
        return tuple(one for one in self if one.shift == shift)


class Plan:
    """``shifts`` may be replaced; times are asked of them each time."""

    def __init__(self, shifts: Shifts, days: Iterable[PlanDay] = ()) -> None:
        self.shifts = shifts
        self.version = ""
        """Of the latest change."""
        self._texts: dict[date, tuple[str, ...]] = {}
        self._at_hand: OrderedDict[date, DayPlan] = OrderedDict()
        self.change(days)

    @property
    def days(self) -> tuple[date, ...]:
        """Those that something is planned or was changed for, in order."""
        return tuple(sorted(self._texts))

    def change(self, days: Iterable[PlanDay]) -> None:
        """Fold changes in, in their order."""
        for each in days:
            texts = () if each.whole else self._texts.get(each.day, ())
            self._texts[each.day] = (*texts, each.people)
            self._at_hand.pop(each.day, None)
            if len(self._texts[each.day]) > FOLDED_AT:
                self._texts[each.day] = (encode_day(self._folded(each.day)),)

    def day(self, day: date) -> DayPlan:
        known = self._at_hand.get(day)
        if known is None:
            folded = self._folded(day)
            if len(self._texts.get(day, ())) > 1:
                self._texts[day] = (encode_day(folded),)
            people = {
                person: tuple(Assignment(person, day, *cell) for cell in cells)
                for person, cells in folded.items()
                if cells
            }
            known = self._at_hand[day] = DayPlan(day, people)
            if len(self._at_hand) > DAYS_AT_HAND:
                self._at_hand.popitem(last=False)
        else:
            self._at_hand.move_to_end(day)
        return known

    def _folded(self, day: date) -> dict[str, tuple[Cell, ...]]:
        people: dict[str, tuple[Cell, ...]] = {}
        for text in self._texts.get(day, ()):
            people |= decode_day(text)
        return people

    # --- what is asked ------------------------------------------------------------------------------------

    def of(self, person: str, day: date) -> tuple[Duty, ...]:
        """A person's shifts of a day, the earliest first."""
        return tuple(sorted(self._timed(self.day(day).people.get(person, ()))))

    def on_duty(self, at: datetime, *, lead: timedelta = timedelta(0)) -> tuple[Duty, ...]:
        """Whoever is to work at that moment, by their starts; ``lead``: also who is to begin within it."""
        found: list[Duty] = []
        for day in _days_near(at, at + lead):
            running = {
                name
                for name in self.shifts.by_name
                if (times := self.shifts.occurrence(name, day)) and times.starts - lead <= at < times.ends
            }
            if running and day in self._texts:
                found += self._timed(one for one in self.day(day) if one.shift in running)
        return tuple(sorted(found))

    def duties(self, since: datetime, until: datetime) -> tuple[Duty, ...]:
        """Every shift that has a minute between these moments, by its start."""
        return tuple(
            sorted(
                duty
                for day in _days_near(since, until)
                if day in self._texts
                for duty in self._timed(self.day(day))
                if duty.starts < until and since < duty.ends
            )
        )

    def _timed(self, assignments: Iterable[Assignment]) -> Iterator[Duty]:
        """Without those whose shift the settings do not have any more."""
        for one in assignments:
            if (times := self.shifts.occurrence(one.shift, one.day)) is not None:
                yield Duty(times.starts, times.ends, one)


def same_seat(assignment: Assignment, *, pbx: str, seat: str) -> bool:
    """An empty PBX stands for every one."""
    return bool(seat) and assignment.seat == seat and (not pbx or assignment.pbx in ("", pbx))


def _days_near(since: datetime, until: datetime) -> Iterator[date]:
    first, last = (since - REACH).astimezone(UTC).date(), (until + REACH).astimezone(UTC).date()
    while first <= last:
        yield first
        first += timedelta(days=1)
