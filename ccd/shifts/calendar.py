"""Workdays: public holidays, the weekend days worked to make up for them, and the operator's own days.

The library ``holidays`` knows them by country. In China they are made known each autumn for the next year;
until then next year's holidays are computed without what is moved, and ``missing_year`` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from ccd.csv_tables import Faults, Header, decode, rows, unguarded
from ccd.events import SpecialDay
from ccd.roster_cells import shown

__all__ = ["Calendar", "Day", "day_in", "parse_days"]

ANNOUNCED_FROM = 10
"""The month from which on next year's days are missed."""
WEEKEND = (6, 7)
_MAX_BYTES = 1024 * 1024
_MAX_NAME = 64

_KINDS = {
    **dict.fromkeys(("holiday", "off", "节假日", "假日", "放假", "休", "休息"), False),
    **dict.fromkeys(("workday", "work", "工作日", "上班", "班", "调休", "补班"), True),
}
_HEADER = Header(
    ("date", "kind", "name"),
    ("date", "kind"),
    {
        **{field: field for field in ("date", "kind", "name")},
        **dict.fromkeys(("日期", "day"), "date"),
        **dict.fromkeys(("类型", "性质", "种类"), "kind"),
        **dict.fromkeys(("名称", "节日", "说明"), "name"),
    },
)


@dataclass(frozen=True)
class Day:
    """``kind``: workday, weekend, holiday or make_up (a weekend day that is worked). ``source``: who says so:
    week, library or file. ``name`` is empty for ordinary days.
    """

    day: date
    kind: str
    name: str = ""
    source: str = "week"

    @property
    def workday(self) -> bool:
        return self.kind in ("workday", "make_up")


class Calendar:
    """``country`` as ``shifts.country``; ``special`` are the operator's days, which win over the library's.

    ``language`` (``zh_CN`` or ``en``) is that of the library's names.
    """

    def __init__(self, country: str, special: Iterable[SpecialDay] = (), language: str = "zh_CN") -> None:
        self.country = country
        self.special: Mapping[date, SpecialDay] = {one.day: one for one in special}
        self._language = language

    def day(self, day: date) -> Day:
        weekend = day.isoweekday() in WEEKEND
        own = self.special.get(day)
        if own is not None:
            kind = ("make_up" if weekend else "workday") if own.workday else "holiday"
            return Day(day, kind, own.name, "file")
        if self.country:
            known = _year(self.country, day.year, self._language)
            if day in known.weekend_workdays:
                return Day(day, "make_up", "", "library")
            if day in known:
                return Day(day, "holiday", str(known[day]), "library")
        return Day(day, "weekend" if weekend else "workday")

    def knows(self, year: int) -> bool:
        """False where the country moves days every year, and those of this year are in neither source.

        One day of the operator's in that year is enough: the file is then taken to be complete.
        """
        if not self.country or any(day.year == year for day in self.special):
            return True
        moved = [bool(_moved(self.country, each, self._language)) for each in range(year - 3, year + 1)]
        return moved[-1] or not all(moved[:-1])

    def missing_year(self, today: date) -> int | None:
        """The year whose days are missed by now: this one, or from October on the next."""
        years = (today.year, today.year + 1) if today.month >= ANNOUNCED_FROM else (today.year,)
        return next((year for year in years if not self.knows(year)), None)


@cache
def _year(country: str, year: int, language: str) -> Any:
    """The library's days of a year. The year after is asked for as well: it may move days of this one."""
    import holidays  # takes 60 ms, and many commands need no calendar

    name, _, part = country.partition("-")
    known = holidays.country_holidays(name, subdiv=part or None, years=(year, year + 1), expand=False)
    spoken = {"en": "en_US"}.get(language, language)
    if spoken in known.supported_languages:
        known = holidays.country_holidays(
            name, subdiv=part or None, years=(year, year + 1), expand=False, language=spoken
        )
    return known


def _moved(country: str, year: int, language: str) -> list[date]:
    return [day for day in _year(country, year, language).weekend_workdays if day.year == year]


def parse_days(data: bytes, *, filename: str) -> tuple[SpecialDay, ...]:
    """The operator's days: a CSV file with date, kind (holiday or workday) and name, in order of the days.

    Raises TableError with every fault by line and column.
    """
    faults = Faults(filename)
    if len(data) > _MAX_BYTES:
        faults.whole(f"{len(data)} bytes; a list of days has at most {_MAX_BYTES}: is this the right file?")
        raise faults.end()
    found = rows(decode(data, faults), _HEADER, faults)
    line, names = next(found, (1, []))
    columns = _HEADER.columns(line, names, faults)
    days: dict[date, tuple[SpecialDay, int]] = {}
    for line, cells in found if columns is not None else ():
        special = _special(line, columns or [], cells, faults)
        if special is not None and (first := days.setdefault(special.day, (special, line))[1]) != line:
            faults.add(line, "", f"{special.day} stands in line {first} already; remove one of them")
    if faults.texts:
        raise faults.end()
    return tuple(days[day][0] for day in sorted(days))


def _special(
    line: int, columns: list[tuple[str, str]], cells: list[str], faults: Faults
) -> SpecialDay | None:
    before = len(faults.texts)
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        faults.add(line, "", f"{len(cells)} cells where the header has {len(columns)}; see to the separators")
        return None
    written = {field: (name, unguarded(cell)) for (field, name), cell in zip(columns, cells, strict=False)}
    column, cell = written["date"]
    day, wrong = day_in(cell)
    if wrong:
        faults.add(line, column, wrong)
    column, cell = written["kind"]
    workday = _KINDS.get(cell.casefold())
    if workday is None:
        faults.add(line, column, f"{shown(cell)!r} is neither holiday (节假日) nor workday (工作日)")
    column, name = written.get("name", ("", ""))
    if len(name) > _MAX_NAME or not name.isprintable():
        faults.add(line, column, f"{shown(name)!r} is no name; at most {_MAX_NAME} printable characters")
    if len(faults.texts) > before or day is None or workday is None:
        return None
    return SpecialDay(day=day, workday=workday, name=name)


def day_in(cell: str) -> tuple[date | None, str]:
    """A day as people and spreadsheets write it (2026-03-02, 2026/3/2, 2026年3月2日), and what is wrong."""
    text = cell.replace("年", "-").replace("月", "-").removesuffix("日").replace("/", "-").replace(".", "-")
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts) or len(parts[0]) != 4:
        return None, f"{shown(cell)!r} is no day; write it as 2026-03-02"
    try:
        return date(*(int(part) for part in parts)), ""
    except ValueError:
        return None, f"{shown(cell)!r} does not exist; correct the day"
