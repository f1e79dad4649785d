"""The roster as a file: CSV in, ``Person`` out, and back again. docs/roster.md describes the format.

Either every row is good or nothing is read: ``RosterError`` then lists every fault by line and column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ccd import csv_tables
from ccd.csv_tables import Faults, Header, TableError, decode, rows, unguarded
from ccd.events import Person
from ccd.roster_cells import CELLS

__all__ = ["FIELDS", "RosterError", "dump", "parse"]

FIELDS = ("code", "name", "role", "team", "seat", "interface", "pbx", "agency", "language", "phone", "email")
REQUIRED = ("code", "name", "role")
MAX_BYTES = 20 * 1024 * 1024
MAX_PEOPLE = 50_000


_HEADERS: Mapping[str, str] = {
    **{field: field for field in FIELDS},
    **dict.fromkeys(("工号", "员工号", "员工编号"), "code"),
    **dict.fromkeys(("姓名", "名字"), "name"),
    **dict.fromkeys(("角色", "岗位", "职务"), "role"),
    **dict.fromkeys(("班组", "小组", "组别"), "team"),
    **dict.fromkeys(("机台", "机台号", "工作台", "工作台号码"), "seat"),
    **dict.fromkeys(("接口", "话机", "话机接口"), "interface"),
    **dict.fromkeys(("交换机", "话务平台"), "pbx"),
    **dict.fromkeys(("派工单位", "派遣单位"), "agency"),
    **dict.fromkeys(("语言", "语种"), "language"),
    **dict.fromkeys(("手机", "手机号", "手机号码", "电话", "电话号码"), "phone"),
    **dict.fromkeys(("邮箱", "电子邮箱", "电子邮件", "邮件"), "email"),
}

_HEADER = Header(FIELDS, REQUIRED, _HEADERS)


class RosterError(TableError):
    """A roster that cannot be used. ``faults`` has one text per fault: file, line, column, what, the mend."""


def parse(data: bytes, *, filename: str) -> tuple[Person, ...]:
    """Every person of the file, in its order. Raises RosterError with all faults; then nothing is imported.

    ``csv_tables`` says what form the file may have.
    """
    faults = Faults(filename, RosterError)
    if len(data) > MAX_BYTES:
        faults.whole(f"{len(data)} bytes; a roster has at most {MAX_BYTES}: is this the right file?")
        raise faults.end()
    found = rows(decode(data, faults), _HEADER, faults)
    line, names = next(found, (1, []))
    columns = _HEADER.columns(line, names, faults)
    people = _People(faults)
    if columns is not None:
        for line, cells in found:
            people.read(line, columns, cells)
            if len(people.found) > MAX_PEOPLE:
                faults.add(line, "", f"more than {MAX_PEOPLE} people; split the roster by site")
                break
    if faults.texts:
        raise faults.end()
    return tuple(people.found)


def dump(people: Iterable[Person]) -> bytes:
    """The roster as CSV; ``parse`` reads it back unchanged."""
    return csv_tables.dump(FIELDS, ([getattr(person, field) for field in FIELDS] for person in people))


class _People:
    """The rows read so far, and what they have taken: codes, and which seat goes with which interface."""

    def __init__(self, faults: Faults) -> None:
        self.found: list[Person] = []
        self._faults = faults
        self._codes: dict[str, int] = {}
        self._interfaces = _Pairs("seat", "interface")
        self._seats = _Pairs("interface", "seat")

    def read(self, line: int, columns: list[tuple[str, str]], cells: list[str]) -> None:
        if len(cells) < len(columns) or any(cells[len(columns) :]):
            wrong = f"{len(cells)} cells where the header has {len(columns)}; add or remove separators"
            self._faults.add(line, "", wrong)
            return
        row = dict.fromkeys(FIELDS, "")
        bad: set[str] = set()
        for (field, name), cell in zip(columns, cells, strict=False):
            row[field], wrong = CELLS[field](unguarded(cell))
            if not wrong and not row[field] and field in REQUIRED:
                wrong = "is empty; fill it in"
            if wrong:
                bad.add(field)
                self._faults.add(line, name, wrong)
        written = dict(columns)
        for field, wrong in self._conflicts(line, row, bad):
            self._faults.add(line, written.get(field, field), wrong)
        self.found.append(Person(**row))

    def _conflicts(self, line: int, row: Mapping[str, str], bad: set[str]) -> Iterator[tuple[str, str]]:
        """(field, what is wrong with it beside the lines before); nothing is said of what is bad already."""
        code, seat, interface, pbx = row["code"], row["seat"], row["interface"], row["pbx"]
        if "code" not in bad and (first := self._codes.setdefault(code, line)) != line:
            yield "code", f"{code} is taken by line {first}; a code belongs to one person"
        if bad & {"seat", "interface", "pbx"}:
            return
        if bool(seat) != bool(interface):
            empty, given = ("interface", "seat") if seat else ("seat", "interface")
            yield empty, f"is empty beside the {given}; give both, or neither for a person without a seat"
        elif seat:
            if wrong := self._interfaces.clash(pbx, seat, interface, line):
                yield "interface", wrong
            elif wrong := self._seats.clash(pbx, interface, seat, line):
                yield "seat", wrong


class _Pairs:
    """Each ``one`` goes with exactly one ``other`` on a PBX; the empty PBX name stands for every PBX."""

    def __init__(self, one: str, other: str) -> None:
        self._names = one, other
        self._known: dict[str, dict[str, tuple[str, int]]] = {}

    def clash(self, pbx: str, one: str, other: str, line: int) -> str:
        """What is wrong with this pair, or "" where it agrees with all lines before."""
        known = self._known.setdefault(one, {})
        for elsewhere, (taken, first) in known.items():
            if taken != other and (elsewhere == pbx or not elsewhere or not pbx):
                name = self._names[0]
                return f"{name} {one} goes with {taken} in line {first}, not with {other}; make them agree"
        known.setdefault(pbx, (other, line))
        return ""
