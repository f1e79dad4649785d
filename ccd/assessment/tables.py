"""Files that are imported: figures of a month, grades of a month, the personnel file. docs/assessment.md.

Either every row is good or nothing is read: ``TableError`` lists every fault by line and column. What form a
file may have ``ccd.csv_tables`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import msgspec

from ccd.config_assessment import GRADES
from ccd.csv_tables import Faults, Header, decode, rows, unguarded
from ccd.roster_cells import CELLS, shown
from ccd.shifts.calendar import day_in

__all__ = ["LEVELS", "STEPS", "FigureRow", "GradeRow", "StaffRow", "parse"]

MAX_BYTES = 20 * 1024 * 1024
MAX_NAME = 64
LEVELS = ("trainee", "junior", "intermediate_1", "intermediate_2", "senior", "principal")
STEPS = ("fair", "good", "excellent")

_LEVELS: Mapping[str, str] = {
    **{name: name for name in LEVELS},
    **dict.fromkeys(("见习", "实习"), "trainee"),
    **dict.fromkeys(("初级",), "junior"),
    **dict.fromkeys(("中级一", "中级1", "中级一级"), "intermediate_1"),
    **dict.fromkeys(("中级二", "中级2", "中级二级"), "intermediate_2"),
    "高级": "senior",
    **dict.fromkeys(("资深", "首席"), "principal"),
}
_STEPS: Mapping[str, str] = {
    **{name: name for name in STEPS},
    "合格": "fair",
    "良好": "good",
    "优秀": "excellent",
}
_TRIALS: Mapping[str, str] = {
    "lead": "lead",
    **dict.fromkeys(("班组长", "组长", "班长"), "lead"),
    "supervisor": "supervisor",
    "主管": "supervisor",
}
_YES = dict.fromkeys(("yes", "true", "1", "是", "y"), True) | dict.fromkeys(
    ("no", "false", "0", "否", "n", ""), False
)


class FigureRow(msgspec.Struct, frozen=True):
    """``line`` is that of the file, for whoever finds a fault later."""

    line: int
    person: str
    part: str
    name: str
    points: float
    source: str = ""


class GradeRow(msgspec.Struct, frozen=True):
    line: int
    person: str
    grade: str
    attitude: bool = False


class StaffRow(msgspec.Struct, frozen=True):
    line: int
    person: str
    hired: date | None = None
    confirmed: bool = False
    dispatched: bool = False
    level: str = ""
    step: str = ""
    rated: date | None = None
    promoted: date | None = None
    post_since: date | None = None
    posted: bool = False
    trial: str = ""
    trial_since: date | None = None


# --- cells: what they hold, and what is wrong ("" where nothing is) ---------------------------------------


def _text(cell: str) -> tuple[Any, str]:
    if len(cell) > MAX_NAME or not cell.isprintable():
        return cell, f"{shown(cell)!r} is no name; at most {MAX_NAME} printable characters"
    return cell, ""


def _points(cell: str) -> tuple[Any, str]:
    try:
        value = float(cell) if cell.isascii() and "_" not in cell else -1.0
    except ValueError:
        value = -1.0
    good = 0.0 <= value <= 100.0
    return value, "" if good else f"{shown(cell)!r} is no number from 0 to 100"


def _day(cell: str) -> tuple[Any, str]:
    return day_in(cell) if cell else (None, "")


def _yes(cell: str) -> tuple[Any, str]:
    known = _YES.get(cell.casefold())
    return known, "" if known is not None else f"{shown(cell)!r} is neither yes (是) nor no (否)"


def _one_of(known: Mapping[str, str], what: str) -> Callable[[str], tuple[Any, str]]:
    def check(cell: str) -> tuple[Any, str]:
        value = known.get(cell.casefold().replace(" ", "_"), "")
        wrong = "" if value or not cell else f"{shown(cell)!r} is no {what}; use one of {', '.join(known)}"
        return value, wrong

    return check


_CELLS: Mapping[str, Callable[[str], tuple[Any, str]]] = {
    "person": CELLS["code"],
    "part": _text,
    "name": _text,
    "points": _points,
    "source": _text,
    "grade": _one_of({grade.casefold(): grade for grade in GRADES}, "grade"),
    **dict.fromkeys(("attitude", "confirmed", "dispatched", "posted"), _yes),
    **dict.fromkeys(("hired", "rated", "promoted", "post_since", "trial_since"), _day),
    "level": _one_of(_LEVELS, "level"),
    "step": _one_of(_STEPS, "step"),
    "trial": _one_of(_TRIALS, "post on trial"),
}
_NAMES: Mapping[str, str] = {
    **{field: field for field in _CELLS},
    **dict.fromkeys(("工号", "员工号", "员工编号", "code"), "person"),
    **dict.fromkeys(("考核项", "项目"), "part"),
    **dict.fromkeys(("指标", "名称"), "name"),
    **dict.fromkeys(("分数", "得分"), "points"),
    "来源": "source",
    **dict.fromkeys(("等级", "绩效等级"), "grade"),
    "态度": "attitude",
    **dict.fromkeys(("入职", "入职日期"), "hired"),
    "转正": "confirmed",
    **dict.fromkeys(("派遣", "劳务派遣"), "dispatched"),
    **dict.fromkeys(("职级", "级别"), "level"),
    **dict.fromkeys(("档次", "档"), "step"),
    **dict.fromkeys(("上次评定", "评定日期"), "rated"),
    **dict.fromkeys(("上次晋升", "晋升日期"), "promoted"),
    **dict.fromkeys(("任职日期", "任职起"), "post_since"),
    "驻场": "posted",
    **dict.fromkeys(("试岗", "试岗岗位"), "trial"),
    **dict.fromkeys(("试岗起", "试岗日期"), "trial_since"),
}
Row = TypeVar("Row", FigureRow, GradeRow, StaffRow)
_REQUIRED: Mapping[Any, tuple[str, ...]] = {
    FigureRow: ("person", "part", "name", "points"),
    GradeRow: ("person", "grade"),
    StaffRow: ("person",),
}
_SAME: Mapping[Any, tuple[str, ...]] = {
    FigureRow: ("person", "part", "name"),
    GradeRow: ("person",),
    StaffRow: ("person",),
}
"""What may stand in a file once only."""


def parse(kind: type[Row], data: bytes, *, filename: str) -> tuple[Row, ...]:
    """Raises TableError with all faults; then nothing is imported."""
    faults = Faults(filename)
    if len(data) > MAX_BYTES:
        faults.whole(f"{len(data)} bytes; at most {MAX_BYTES}: is this the right file?")
        raise faults.end()
    fields = tuple(name for name in kind.__struct_fields__ if name != "line")
    header = Header(fields, _REQUIRED[kind], {name: to for name, to in _NAMES.items() if to in fields})
    found = rows(decode(data, faults), header, faults)
    line, names = next(found, (1, []))
    columns = header.columns(line, names, faults)
    read: list[Row] = []
    seen: dict[tuple[Any, ...], int] = {}
    for line, cells in found if columns is not None else ():
        values = _row(kind, line, columns or [], cells, faults)
        if values is None:
            continue
        same = tuple(values[name] for name in _SAME[kind])
        if (first := seen.setdefault(same, line)) != line:
            faults.add(line, "", f"{' '.join(same)} stands in line {first} already; remove one of them")
            continue
        read.append(kind(line=line, **values))
    if faults.texts:
        raise faults.end()
    return tuple(read)


def _row(
    kind: type[Any], line: int, columns: list[tuple[str, str]], cells: list[str], faults: Faults
) -> dict[str, Any] | None:
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        faults.add(line, "", f"{len(cells)} cells where the header has {len(columns)}; see to the separators")
        return None
    before = len(faults.texts)
    values: dict[str, Any] = {}
    for (field, name), cell in zip(columns, cells, strict=False):
        text = unguarded(cell)
        values[field], wrong = _CELLS[field](text)
        if not text and field in _REQUIRED[kind]:
            wrong = "is empty; fill it in"
        if wrong:
            faults.add(line, name, wrong)
    return values if len(faults.texts) == before else None
