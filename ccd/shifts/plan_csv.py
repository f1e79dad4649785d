"""The plan as a file: a row for each person, day and shift. docs/shifts.md describes the columns.

Either every row is good or nothing is taken: ``PlanError`` then lists every fault by line and column. What
one row alone cannot tell (shifts that overlap, a seat used twice at a time) is ``check``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from ccd import csv_tables
from ccd.csv_tables import Faults, Header, TableError, decode, rows, unguarded
from ccd.roster import Roster
from ccd.roster_cells import CELLS, shown
from ccd.shifts.calendar import Calendar, day_in
from ccd.shifts.plan import Assignment, Cell
from ccd.shifts.shift import Shifts

__all__ = ["FIELDS", "MAX_BYTES", "Known", "PlanError", "Row", "by_day", "dump", "parse"]

FIELDS = ("person", "name", "date", "shift", "seat", "pbx", "meal_group")
MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 1_000_000
PAST, AHEAD = timedelta(days=400), timedelta(days=800)
"""Days further away than this are typing errors."""
OFF = frozenset(("off", "休", "休息", "公休"))
"""In place of a shift: the person has none that day."""

_HEADER = Header(
    FIELDS,
    ("person", "date", "shift"),
    {
        **{field: field for field in FIELDS},
        **dict.fromkeys(("code", "工号", "员工号", "员工编号"), "person"),
        **dict.fromkeys(("姓名", "名字"), "name"),
        **dict.fromkeys(("day", "日期"), "date"),
        **dict.fromkeys(("班次", "班别", "班"), "shift"),
        **dict.fromkeys(("机台", "机台号", "工作台", "工作台号码"), "seat"),
        **dict.fromkeys(("交换机", "话务平台"), "pbx"),
        **dict.fromkeys(("meal group", "用餐组", "用餐批次", "用餐分组"), "meal_group"),
    },
)


class PlanError(TableError):
    """A plan that cannot be used. ``faults`` has one text per fault: file, line, column, what, the mend."""


class Known(NamedTuple):
    """What a plan is held against. ``today`` is the local date."""

    shifts: Shifts
    roster: Roster
    calendar: Calendar
    today: date


class Row(NamedTuple):
    """``cell`` is None for a day off."""

    line: int
    person: str
    day: date
    cell: Cell | None


def parse(data: bytes, *, faults: Faults, known: Known) -> list[Row]:
    """The rows that are good by themselves; what is wrong with the others is added to ``faults``.

    ``csv_tables`` says what form the file may have. Raises PlanError where it cannot be read at all. A seat
    that is left empty is the person's own of the roster.
    """
    if len(data) > MAX_BYTES:
        faults.whole(f"{len(data)} bytes; a plan has at most {MAX_BYTES}: is this the right file?")
        raise faults.end()
    found = rows(decode(data, faults), _HEADER, faults)
    line, names = next(found, (1, []))
    columns = _HEADER.columns(line, names, faults)
    if columns is None:
        raise faults.end()
    reader = _Reader(columns, faults, known)
    taken: list[Row] = []
    for line, cells in found:
        row = reader.read(line, cells)
        if row is not None:
            taken.append(row)
        if len(taken) > MAX_ROWS:
            faults.add(line, "", f"more than {MAX_ROWS} rows; import it month by month")
            break
    return taken


def dump(assignments: Iterable[Assignment], roster: Roster) -> bytes:
    """The plan as CSV; ``parse`` reads it back unchanged. Names are there for people to read."""
    named: dict[str, str] = {person.code: person.name for person in roster.people}
    return csv_tables.dump(
        FIELDS,
        ((one.person, named.get(one.person, ""), one.day.isoformat(), *one[2:]) for one in assignments),
    )


Check = Callable[[str], tuple[Any, str]]
"""Takes a cell, gives its value and what is wrong with it ("" where nothing is)."""


class _Reader:
    """Every different cell is looked at once: a plan has half a million rows, and few different cells."""

    def __init__(self, columns: list[tuple[str, str]], faults: Faults, known: Known) -> None:
        self._columns = columns
        self._written = dict(columns)
        self._faults = faults
        self._known = known
        self._seats_at: dict[str, set[str]] = {}
        for person in known.roster.people:
            if person.seat:
                self._seats_at.setdefault(person.seat, set()).add(person.pbx)
        checks: Mapping[str, Check] = {
            "person": self._person,
            "name": lambda cell: (cell, ""),
            "date": self._date,
            "shift": self._shift,
            "seat": CELLS["seat"],
            "pbx": CELLS["pbx"],
            "meal_group": CELLS["seat"],
        }
        self._checks: list[tuple[str, Check, dict[str, tuple[Any, str]]]] = [
            (name, checks[field], {}) for field, name in columns
        ]
        index = {field: number for number, (field, _) in enumerate(columns)}
        self._in_order = itemgetter(*(index.get(field, len(columns)) for field in FIELDS))
        self._places: dict[tuple[str, str, str], tuple[str, str, str, str]] = {}
        self._runs: dict[tuple[str, date], str] = {}
        self._cells: dict[Cell, Cell] = {}

    def read(self, line: int, cells: list[str]) -> Row | None:
        columns = self._columns
        if len(cells) < len(columns) or any(cells[len(columns) :]):
            wrong = f"{len(cells)} cells where the header has {len(columns)}; add or remove separators"
            self._faults.add(line, "", wrong)
            return None
        values: list[Any] = []
        good = True
        for (column, check, seen), cell in zip(self._checks, cells, strict=False):
            answer = seen.get(cell)
            if answer is None:
                answer = seen[cell] = check(unguarded(cell))
            value, wrong = answer
            values.append(value)
            if wrong:
                good = False
                self._faults.add(line, column, wrong)
        return self._row(line, values) if good else None

    def _row(self, line: int, values: list[Any]) -> Row | None:
        values.append("")  # of the columns that are left out
        person, name, day, shift, seat, pbx, meal_group = self._in_order(values)
        good = True
        if name and name != self._name_of(person):
            good = False
            known = self._name_of(person)
            self._fault(line, "name", f"{person} is {known} in the roster, not {shown(name)}")
        if not shift:
            return Row(line, person, day, None) if good else None
        if wrong := self._runs_on(shift, day):
            good = False
            self._fault(line, "date", wrong)
        seat, pbx, column, wrong = self._place(person, seat, pbx)
        if wrong:
            good = False
            self._fault(line, column, wrong)
        if not good:
            return None
        cell = (shift, seat, pbx, meal_group)
        return Row(line, person, day, self._cells.setdefault(cell, cell))

    def _fault(self, line: int, field: str, wrong: str) -> None:
        self._faults.add(line, self._written.get(field, field), wrong)

    # --- one cell -----------------------------------------------------------------------------------------

    def _person(self, cell: str) -> tuple[str, str]:
        if self._known.roster.by_code(cell) is None:
            return cell, f"nobody in the roster has the code {shown(cell)!r}; `ccd roster show` lists them"
        return cell, ""

    def _date(self, cell: str) -> tuple[date | None, str]:
        day, wrong = day_in(cell)
        if day is not None and not self._known.today - PAST <= day <= self._known.today + AHEAD:
            wrong = f"{day} is too far from today; at most {PAST.days} days back and {AHEAD.days} ahead"
        return day, wrong

    def _shift(self, cell: str) -> tuple[str, str]:
        """The name of the shift; "" for a day off."""
        if cell.casefold() in OFF:
            return "", ""
        shift = self._known.shifts.called(cell)
        if shift is None:
            names = ", ".join(self._known.shifts.by_name) or "none; add [shifts.kinds.NAME] to the settings"
            return cell, f"there is no shift {shown(cell)!r}; there are: {names}"
        return shift.name, ""

    # --- what several cells say ---------------------------------------------------------------------------

    def _name_of(self, person: str) -> str:
        known = self._known.roster.by_code(person)
        return known.name if known else ""

    def _runs_on(self, name: str, day: date) -> str:
        key = (name, day)
        if key not in self._runs:
            self._runs[key] = self._wrong_day(name, day)
        return self._runs[key]

    def _wrong_day(self, name: str, day: date) -> str:
        shift = self._known.shifts.by_name[name]
        if not shift.runs(day, self._known.calendar):
            told = self._known.calendar.day(day)
            what = " ".join(part for part in (f"{day:%a}", told.kind.replace("_", "-"), told.name) if part)
            return f"{name} does not run on {day} ({what}); correct the day or [shifts.kinds.{name}]"
        if self._known.shifts.occurrence(name, day) is None:
            return f"on {day} the clock leaps over the whole of {name}; there is nothing to work"
        return ""

    def _place(self, person: str, seat: str, pbx: str) -> tuple[str, str, str, str]:
        """(seat, pbx, column at fault, what is wrong)."""
        key = (person, seat, pbx)
        if key not in self._places:
            self._places[key] = self._placed(person, seat, pbx)
        return self._places[key]

    def _placed(self, code: str, seat: str, pbx: str) -> tuple[str, str, str, str]:
        person = self._known.roster.by_code(code)
        assert person is not None
        if not seat:
            return person.seat, pbx or person.pbx, "", ""
        owners = self._seats_at.get(seat)
        if owners is None:
            return seat, pbx, "seat", f"the roster has no seat {shown(seat)!r}; `ccd roster show` lists them"
        pbx = pbx or (person.pbx if person.pbx in owners or "" in owners else "")
        if not pbx and "" not in owners:
            if len(owners) > 1:
                named = ", ".join(sorted(owners))
                return seat, pbx, "pbx", f"there is a seat {seat} on each of {named}; say on which"
            pbx = next(iter(owners))
        if pbx and not owners & {"", pbx}:
            return seat, pbx, "seat", f"the roster has no seat {seat} on the PBX {pbx}; correct either"
        return seat, pbx, "", ""


def by_day(rows: Iterable[Row]) -> dict[date, list[Row]]:
    days: dict[date, list[Row]] = {}
    for row in rows:
        days.setdefault(row.day, []).append(row)
    return days
