"""A forecast as a file: a row for each part of a day of a team. docs/staffing.md describes the columns.

Either every row is good or nothing is taken: ``TableError`` then lists every fault by line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from ccd import csv_tables
from ccd.csv_tables import Faults, Header, decode, rows, unguarded
from ccd.events import ForecastRow
from ccd.roster_cells import CELLS, shown
from ccd.shifts.calendar import day_in
from ccd.staffing.erlang import MOST_LOAD, load_of

__all__ = ["FIELDS", "dump", "parse"]

FIELDS = ("team", "weekday", "date", "start", "minutes", "calls", "aht_s")
_MAX_BYTES = 16 * 1024 * 1024
_MAX_ROWS = 200_000
DAY_MINUTES = 24 * 60
_MOST_CALLS = 1_000_000
_LONGEST_S = 4 * 3600

_HEADER = Header(
    FIELDS,
    ("team", "start", "minutes", "calls", "aht_s"),
    {
        **{field: field for field in FIELDS},
        **dict.fromkeys(("班组", "组别"), "team"),
        **dict.fromkeys(("星期", "周几"), "weekday"),
        **dict.fromkeys(("day", "日期"), "date"),
        **dict.fromkeys(("时间", "开始时间", "时段"), "start"),
        **dict.fromkeys(("分钟", "时长"), "minutes"),
        **dict.fromkeys(("来电量", "话务量", "呼叫量"), "calls"),
        **dict.fromkeys(("aht", "平均处理时长", "处理时长"), "aht_s"),
    },
)
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("1", "mon", "monday", "周一", "星期一", "一"),
            ("2", "tue", "tuesday", "周二", "星期二", "二"),
            ("3", "wed", "wednesday", "周三", "星期三", "三"),
            ("4", "thu", "thursday", "周四", "星期四", "四"),
            ("5", "fri", "friday", "周五", "星期五", "五"),
            ("6", "sat", "saturday", "周六", "星期六", "六"),
            ("7", "sun", "sunday", "周日", "星期日", "星期天", "日"),
        ),
        1,
    )
    for name in names
}
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::00)?")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


def parse(data: bytes, *, filename: str) -> tuple[ForecastRow, ...]:
    """Raises TableError."""
    faults = Faults(filename)
    if len(data) > _MAX_BYTES:
        faults.whole(f"{len(data)} bytes; a forecast has at most {_MAX_BYTES}: is this the right file?")
        raise faults.end()
    found = rows(decode(data, faults), _HEADER, faults)
    line, names = next(found, (1, []))
    columns = _HEADER.columns(line, names, faults)
    if columns is None:
        raise faults.end()
    if not {"weekday", "date"} & {field for field, _ in columns}:
        faults.add(line, "", "the header has neither weekday (星期) nor date (日期); add one of them")
        raise faults.end()
    reader, taken = _Reader(columns, faults), []
    for line, cells in found:
        if (row := reader.read(line, cells)) is not None:
            taken.append(row)
        if len(taken) > _MAX_ROWS:
            faults.add(line, "", f"more than {_MAX_ROWS} rows; leave out days that are past")
            break
    if faults.texts:
        raise faults.end()
    return tuple(taken)


def dump(forecast: Iterable[ForecastRow]) -> bytes:
    """``parse`` reads it back; calls and handling times are rounded to hundredths."""
    return csv_tables.dump(
        FIELDS,
        (
            (
                row.team,
                str(row.weekday or ""),
                row.day.isoformat() if row.day else "",
                f"{row.start_min // 60:02}:{row.start_min % 60:02}",
                str(row.minutes),
                f"{row.calls:.2f}",
                f"{row.aht_s:.2f}",
            )
            for row in forecast
        ),
    )


class _Reader:
    def __init__(self, columns: list[tuple[str, str]], faults: Faults) -> None:
        self._columns = columns
        self._written = dict(columns)
        self._faults = faults
        self._parts: dict[tuple[str, int, date | None], dict[int, int]] = {}
        """Of a team's day: minute -> the line that has it."""

    def read(self, line: int, cells: list[str]) -> ForecastRow | None:
        if len(cells) < len(self._columns) or any(cells[len(self._columns) :]):
            what = f"{len(cells)} cells where the header has {len(self._columns)}; see to the separators"
            self._faults.add(line, "", what)
            return None
        before = len(self._faults.texts)
        values = {
            field: self._value(line, field, name, unguarded(cell))
            for (field, name), cell in zip(self._columns, cells, strict=False)
        }
        if len(self._faults.texts) > before:
            return None
        row = ForecastRow(
            team=values["team"],
            start_min=values["start"],
            minutes=values["minutes"],
            calls=values["calls"],
            aht_s=values["aht_s"],
            weekday=values.get("weekday") or 0,
            day=values.get("date"),
        )
        return row if self._fits(line, row) else None

    def _value(self, line: int, field: str, name: str, cell: str) -> Any:
        value, wrong = _CHECKS[field](cell)
        if wrong:
            self._faults.add(line, name, wrong)
        return value

    def _fits(self, line: int, row: ForecastRow) -> bool:
        """What no single cell can tell."""
        end = row.start_min + row.minutes
        if bool(row.weekday) == (row.day is not None):
            what = "give a weekday (星期) or a date (日期), one of them"
            self._faults.add(line, "", what)
        elif end > DAY_MINUTES:
            self._faults.add(line, self._written["minutes"], "goes past midnight; write two rows")
        elif load_of(row.calls, row.aht_s, row.minutes * 60) > MOST_LOAD:
            self._faults.add(line, self._written["calls"], "is more than any floor can answer; correct it")
        elif taken := self._overlapping(line, row, end):
            self._faults.add(line, self._written["start"], f"overlaps with line {taken}; correct either")
        else:
            return True
        return False

    def _overlapping(self, line: int, row: ForecastRow, end: int) -> int:
        """The line of a part of the same day that has a minute of this one; 0 where there is none."""
        parts = self._parts.setdefault((row.team, row.weekday, row.day), {})
        minutes = range(row.start_min, end)
        for minute in minutes:
            if minute in parts:
                return parts[minute]
        parts.update(dict.fromkeys(minutes, line))
        return 0


def _team(cell: str) -> tuple[str, str]:
    if not cell:
        return cell, "is empty; write the team as in the roster"
    return CELLS["team"](cell)


def _weekday(cell: str) -> tuple[int, str]:
    if not cell:
        return 0, ""
    number = _WEEKDAYS.get(cell.casefold(), 0)
    return number, "" if number else f"{shown(cell)!r} is no weekday; write 1 (Monday) to 7, or 周一"


def _date(cell: str) -> tuple[date | None, str]:
    return day_in(cell) if cell else (None, "")


def _start(cell: str) -> tuple[int, str]:
    found = _CLOCK.fullmatch(cell.replace("：", ":"))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return 0, f"{shown(cell)!r} is no time of day; write it as 08:30"
    return int(found[1]) * 60 + int(found[2]), ""


def _minutes(cell: str) -> tuple[int, str]:
    if not cell.isascii() or not cell.isdigit() or not 1 <= int(cell[:9]) <= DAY_MINUTES:
        return 0, f"{shown(cell)!r} is no number of minutes from 1 to {DAY_MINUTES}"
    return int(cell), ""


def _calls(cell: str) -> tuple[float, str]:
    return _number(cell, 0, _MOST_CALLS, "calls")


def _aht_s(cell: str) -> tuple[float, str]:
    return _number(cell, 1, _LONGEST_S, "seconds")


def _number(cell: str, least: float, most: float, what: str) -> tuple[float, str]:
    if not _NUMBER.fullmatch(cell) or not least <= float(cell) <= most:
        return 0.0, f"{shown(cell)!r} is no number of {what} from {least} to {most}"
    return float(cell), ""


_CHECKS = {
    "team": _team,
    "weekday": _weekday,
    "date": _date,
    "start": _start,
    "minutes": _minutes,
    "calls": _calls,
    "aht_s": _aht_s,
}
