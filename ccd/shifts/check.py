"""A change of the plan, held to what no single row can tell, before any of it is taken.

Nobody works two shifts at a time, and a seat has one person at a time; what ends when the other begins does
not overlap. Rows are held against each other and against what is planned already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from ccd.config import SpanSettings
from ccd.csv_tables import Faults
from ccd.events import Person, PlanDay
from ccd.roster import Roster, team_warnings
from ccd.shifts.plan import Assignment, Cell, DayPlan, Plan, encode_day
from ccd.shifts.plan_csv import Known, PlanError, Row, by_day, parse
from ccd.shifts.shift import Shifts

__all__ = ["MARGIN", "Change", "Span", "change_of", "plan_warnings", "read_change", "span_warnings_of"]

MARGIN = timedelta(days=2)
"""Shifts of days so near to a change may overlap with it."""

Span = tuple[date, date]
"""First and last day, both of it."""
_People = dict[str, list[Cell]]
_Lines = dict[str, list[int]]
_Item = tuple[int, int, str, date, Cell, int]
"""Starts, ends (seconds since the epoch), person, day, what, its line (0: planned already)."""
KEPT_NEAR = 8
"""More than these of one person or seat are sifted."""


class Change(NamedTuple):
    """``removed``: assignments that were planned on the days of these people, and are not any more."""

    days: tuple[PlanDay, ...]
    people: int
    assignments: int
    removed: int


def read_change(
    data: bytes, *, filename: str, known: Known, planned: Plan, replace: Span | None = None
) -> Change:
    """The file as a change to what is ``planned`` (which must reach ``MARGIN`` beyond it).

    The days of the people that the file names become as the file has them; with ``replace`` every day of that
    span does, for everybody. Raises PlanError with every fault.
    """
    faults = Faults(filename, PlanError)
    rows = parse(data, faults=faults, known=known)
    change = change_of(rows, known=known, planned=planned, replace=replace, faults=faults)
    if faults.texts:
        raise faults.end()
    return change


def change_of(
    rows: list[Row], *, known: Known, planned: Plan, replace: Span | None, faults: Faults
) -> Change:
    """As ``read_change``, of rows that are good by themselves. Day by day: a plan of a quarter is large."""
    whole, new, changed = replace is not None, by_day(rows), []
    for day in new:
        if replace is not None and not replace[0] <= day <= replace[1]:
            faults.add(new[day][0].line, "date", f"{day} is not in the span that is replaced; correct either")
    if replace is not None:
        for n in range((replace[1] - replace[0]).days + 1):
            new.setdefault(replace[0] + timedelta(days=n), [])
    sweep = _Sweep(known.shifts, faults)
    everybody: set[str] = set()
    assignments = removed = 0
    for day in sorted({day + timedelta(days=n) for day in new for n in range(-MARGIN.days, MARGIN.days + 1)}):
        people, lines = _people_of(new.get(day, []), faults)
        sweep.take(day, people, lines)
        before = planned.day(day).people
        if day in new:
            changed.append(PlanDay(day=day, people=encode_day(people), whole=whole))
            everybody |= people.keys()
            assignments += sum(map(len, people.values()))
            removed += _removed(before, people, whole)
        if day not in new or not whole:
            sweep.take(day, {p: [one[2:] for one in mine] for p, mine in before.items() if p not in people})
    return Change(days=tuple(changed), people=len(everybody), assignments=assignments, removed=removed)


def _people_of(rows: list[Row], faults: Faults) -> tuple[_People, _Lines]:
    people: _People = {}
    lines: _Lines = {}
    off: dict[str, int] = {}
    for line, person, _, cell in rows:
        cells = people.setdefault(person, [])
        if cell is None:
            off[person] = line
        else:
            cells.append(cell)
            lines.setdefault(person, []).append(line)
    for person, line in off.items():
        if people[person]:
            faults.add(line, "shift", f"{person} is off here, and has a shift that day in another line")
    return people, lines


def _removed(before: Mapping[str, tuple[Assignment, ...]], people: _People, whole: bool) -> int:
    count = 0
    for person, mine in before.items():
        if whole or person in people:
            kept = {cell[0] for cell in people.get(person, ())}
            count += sum(one.shift not in kept for one in mine)
    return count


class _Sweep:
    """Takes shifts day by day, and holds each against those of its person and its seat that are near it."""

    def __init__(self, shifts: Shifts, faults: Faults) -> None:
        self._shifts = shifts
        self._faults = faults
        self._people: dict[str, list[_Item]] = {}
        self._seats: dict[str, list[_Item]] = {}

    def take(self, day: date, people: _People, lines: _Lines | None = None) -> None:
        """Without ``lines`` they are planned already."""
        times: dict[str, tuple[int, int] | None] = {}
        for person, cells in people.items():
            for n, cell in enumerate(cells):
                shift = cell[0]
                if shift not in times:
                    found = self._shifts.occurrence(shift, day)
                    times[shift] = (int(found[0].timestamp()), int(found[1].timestamp())) if found else None
                if (span := times[shift]) is not None:
                    self._hold((*span, person, day, cell, lines[person][n] if lines is not None else 0))

    def _hold(self, item: _Item) -> None:
        starts, ends, person, _, cell, _ = item
        mine = self._people.setdefault(person, [])
        for other in mine:
            if other[0] < ends and starts < other[1]:
                self._overlap(other, item, "shift")
        _near(mine, item)
        if cell[1]:
            here = self._seats.setdefault(cell[1], [])
            for other in here:
                meets = not cell[2] or not other[4][2] or cell[2] == other[4][2]  # "": every PBX
                if other[0] < ends and starts < other[1] and other[2] != person and meets:
                    self._overlap(other, item, "seat")
            _near(here, item)

    def _overlap(self, other: _Item, item: _Item, column: str) -> None:
        """The later line is at fault; two that were planned already are nobody's fault now."""
        at, first = (item, other) if item[5] >= other[5] else (other, item)
        if not at[5]:
            return
        where = f"in line {first[5]}" if first[5] else "which is planned already"
        taken = f"{first[4][0]} of {first[3]}"
        if column == "seat":
            what = f"seat {at[4][1]} is taken by {first[2]} for {taken}, {where}"
        else:
            what = f"{at[4][0]} of {at[3]} overlaps with {taken} of {first[2]}, {where}"
        self._faults.add(at[5], column, what)


def _near(items: list[_Item], item: _Item) -> None:
    """Shifts come by day, and no day's meet those of ``MARGIN`` before."""
    if len(items) > KEPT_NEAR:
        items[:] = [other for other in items if other[3] >= item[3] - MARGIN]
    items.append(item)


# --- warnings ---------------------------------------------------------------------------------------------


def plan_warnings(days: Iterable[date], plan: Plan, known: Known, span: SpanSettings) -> Iterator[str]:
    """What is better known of these days; none of it is refused."""
    years: set[int] = set()
    for day in days:
        if day.year not in years and not known.calendar.knows(day.year):
            yield f"the holidays of {day.year} are not all known; update ccd, or fill in shifts.holidays_file"
        years.add(day.year)
        for name in dict.fromkeys(one.shift for one in plan.day(day)):
            shift = known.shifts.by_name.get(name)
            if shift is not None and shift.leapt(day):
                yield f"{day}: the clock leaps over the start of {name}; it begins when it has leapt"
        yield from span_warnings_of(plan.day(day), known.roster, span)


def span_warnings_of(day: DayPlan, roster: Roster, span: SpanSettings) -> list[str]:
    """Where the people who work a shift together break the span of control, shift by shift."""
    shifts: dict[str, list[Person]] = {}
    for one in day:
        person = roster.by_code(one.person)
        if person is not None:
            shifts.setdefault(one.shift, []).append(person)
    return [
        f"{day.day} {shift}: {text}"
        for shift, people in shifts.items()
        for text in team_warnings(people, span)
    ]
