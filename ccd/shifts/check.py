"""A change of the plan, held to what no single row can tell, before any of it is taken.

Nobody works two shifts at a time, and a seat has one person at a time; what ends when the other begins does
not overlap. Rows are held against each other and against what is planned already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
_Item = tuple[int, int, Assignment, int]
"""Starts, ends (seconds since the epoch), whose, its line (0: planned already)."""


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
    new: dict[date, dict[str, list[Cell]]] = {}
    lines: dict[tuple[date, str], list[int]] = {}
    for day, of_day in by_day(rows):
        if replace is not None and not replace[0] <= day <= replace[1]:
            faults.add(of_day[0].line, "date", f"{day} is not in the span that is replaced; correct either")
        new[day] = _people_of(of_day, lines, faults)
    if replace is not None:
        for n in range((replace[1] - replace[0]).days + 1):
            new.setdefault(replace[0] + timedelta(days=n), {})
    _find_overlaps(new, lines, known.shifts, planned, replace is not None, faults)
    days = tuple(
        PlanDay(day=day, people=encode_day(people), whole=replace is not None)
        for day, people in sorted(new.items())
    )
    return Change(
        days=days,
        people=len({person for people in new.values() for person in people}),
        assignments=sum(len(cells) for people in new.values() for cells in people.values()),
        removed=sum(_removed(planned.day(day), new[day], replace is not None) for day in new),
    )


def _people_of(
    rows: list[Row], lines: dict[tuple[date, str], list[int]], faults: Faults
) -> dict[str, list[Cell]]:
    people: dict[str, list[Cell]] = {}
    off: dict[str, int] = {}
    for row in rows:
        cells = people.setdefault(row.person, [])
        if row.cell is None:
            off[row.person] = row.line
            continue
        cells.append(row.cell)
        lines.setdefault((row.day, row.person), []).append(row.line)
    for person, line in off.items():
        if people[person]:
            faults.add(line, "shift", f"{person} is off here, and has a shift that day in another line")
    return people


def _removed(before: DayPlan, people: dict[str, list[Cell]], whole: bool) -> int:
    count = 0
    for person, mine in before.people.items():
        if whole or person in people:
            kept = {cell[0] for cell in people.get(person, ())}
            count += sum(one.shift not in kept for one in mine)
    return count


# --- overlaps ---------------------------------------------------------------------------------------------


def _find_overlaps(
    new: dict[date, dict[str, list[Cell]]],
    lines: dict[tuple[date, str], list[int]],
    shifts: Shifts,
    planned: Plan,
    whole: bool,
    faults: Faults,
) -> None:
    items = _items_of(new, lines, shifts)
    near = sorted({day + timedelta(days=n) for day in new for n in range(-MARGIN.days, MARGIN.days + 1)})
    for day in near:
        replaced = new.get(day)
        if replaced is not None and whole:
            continue
        for one in planned.day(day):
            if replaced is None or one.person not in replaced:
                items += _timed(one, 0, shifts)
    items.sort()
    people: dict[str, _Item] = {}
    seats: dict[str, list[_Item]] = {}
    for item in items:
        one = item[2]
        _hold_against(people.get(one.person), item, "shift", faults)
        people[one.person] = _later(people.get(one.person), item)
        if one.seat:
            at_seat = seats.setdefault(one.seat, [])
            for other in at_seat:
                if other[2].person != one.person and _meets(other[2].pbx, one.pbx):
                    _hold_against(other, item, "seat", faults)
            at_seat[:] = [other for other in at_seat if other[1] > item[0]] + [item]


def _items_of(
    new: dict[date, dict[str, list[Cell]]], lines: dict[tuple[date, str], list[int]], shifts: Shifts
) -> list[_Item]:
    items: list[_Item] = []
    for day, people in new.items():
        for person, cells in people.items():
            for cell, line in zip(cells, lines.get((day, person), ()), strict=True):
                items += _timed(Assignment(person, day, *cell), line, shifts)
    return items


def _timed(one: Assignment, line: int, shifts: Shifts) -> Iterator[_Item]:
    times = shifts.occurrence(one.shift, one.day)
    if times is not None:
        yield int(times.starts.timestamp()), int(times.ends.timestamp()), one, line


def _meets(pbx: str, other: str) -> bool:
    return not pbx or not other or pbx == other


def _later(known: _Item | None, item: _Item) -> _Item:
    return item if known is None or item[1] >= known[1] else known


def _hold_against(other: _Item | None, item: _Item, column: str, faults: Faults) -> None:
    """The later line is at fault; two that were planned already are nobody's fault now."""
    if other is None or other[1] <= item[0]:
        return
    at, first = (item, other) if item[3] >= other[3] else (other, item)
    if not at[3]:
        return
    where = f"in line {first[3]}" if first[3] else "which is planned already"
    one, taken = at[2], first[2]
    if column == "seat":
        what = f"seat {one.seat} is taken by {taken.person} for {taken.shift} of {taken.day}, {where}"
    else:
        what = f"{one.shift} of {one.day} overlaps with {taken.shift} of {taken.day} of {one.person}, {where}"
    faults.add(at[3], column, what)


# --- warnings ---------------------------------------------------------------------------------------------


def plan_warnings(days: Iterable[date], plan: Plan, known: Known, span: SpanSettings) -> list[str]:
    """What is better known of these days; none of it is refused."""
    found: list[str] = []
    years: set[int] = set()
    for day in days:
        if day.year not in years and not known.calendar.knows(day.year):
            found.append(
                f"the holidays of {day.year} are not all known; update ccd, or fill in shifts.holidays_file"
            )
        years.add(day.year)
        for name in dict.fromkeys(one.shift for one in plan.day(day)):
            shift = known.shifts.by_name.get(name)
            if shift is not None and shift.leapt(day):
                found.append(f"{day}: the clock leaps over the start of {name}; it begins when it has leapt")
        found += span_warnings_of(plan.day(day), known.roster, span)
    return found


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
