"""The roster as a file: CSV in, ``Person`` out, and back again. docs/roster.md describes the format.

Either every row is good or nothing is read: ``RosterError`` then lists every fault by line and column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from ccd.events import Person
from ccd.roster_cells import CELLS, shown

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

_FORMULA = tuple("=+-@＝＋－＠")
"""What makes a spreadsheet take a cell for a formula; the full-width forms count in East Asian locales."""


class RosterError(Exception):
    """A roster that cannot be used. ``faults`` has one text per fault: file, line, column, what, the mend."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def parse(data: bytes, *, filename: str) -> tuple[Person, ...]:
    """Every person of the file, in its order. Raises RosterError with all faults; then nothing is imported.

    UTF-8 (with or without BOM) or GB18030; comma, semicolon or tab; the first line that is not blank is
    the header, in English or Chinese. Blank lines are passed over.
    """
    faults = _Faults(filename)
    if len(data) > MAX_BYTES:
        faults.whole(f"{len(data)} bytes; a roster has at most {MAX_BYTES}: is this the right file?")
        raise RosterError(faults.texts)
    rows = _rows(_decode(data, faults), faults)
    line, names = next(rows, (1, []))
    columns = _columns(line, names, faults)
    people = _People(faults)
    if columns is not None:
        for line, cells in rows:
            people.read(line, columns, cells)
            if len(people.found) > MAX_PEOPLE:
                faults.add(line, "", f"more than {MAX_PEOPLE} people; split the roster by site")
                break
    if faults.texts:
        raise RosterError(faults.texts)
    return tuple(people.found)


def dump(people: Iterable[Person]) -> bytes:
    """The roster as UTF-8 CSV with BOM, which Excel opens as it is; ``parse`` reads it back unchanged.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(FIELDS)
    writer.writerows([_guarded(getattr(person, field)) for field in FIELDS] for person in people)
    return text.getvalue().encode("utf-8-sig")


def _guarded(cell: str) -> str:
    return "'" + cell if cell.startswith((*_FORMULA, "'")) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell


class _Faults:
    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.texts: list[str] = []

    def whole(self, what: str) -> None:
        self.texts.append(f"{self.filename}: {what}")

    def add(self, line: int, column: str, what: str) -> None:
        place = f'line {line}, column "{column}"' if column else f"line {line}"
        self.texts.append(f"{self.filename}: {place}: {what}")


def _decode(data: bytes, faults: _Faults) -> str:
    """UTF-8 if it is UTF-8 throughout, else GB18030; else the byte where the one that got further stopped."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        faults.whole('is UTF-16 (Excel\'s "Unicode text"); save it as "CSV UTF-8"')
        raise RosterError(faults.texts)
    bom = data.startswith(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start + (3 if bom else 0)
    what = "is not UTF-8, as the rest of the file is; correct it"
    if not bom and not _mostly_utf8(data):
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError as error:
            at = max(at, error.start)
        what = 'is neither UTF-8 nor GB18030; save the file as "CSV UTF-8"'
    faults.add(data.count(b"\n", 0, at) + 1, "", f"byte {at} (0x{data[at]:02x}) {what}")
    raise RosterError(faults.texts)


def _mostly_utf8(data: bytes) -> bool:
    """Damaged UTF-8 often passes for GB18030, with wrong names. Real GB18030 hardly has a valid sequence."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(mark > "\x7f" for mark in text) - bad
    return good >= 8 and good > 4 * bad


def _delimiter(text: str) -> str:
    """The one that makes the header's cells known names; a comma where none does."""
    header = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")
    return max(",;\t", key=lambda mark: sum(_header_name(cell) in _HEADERS for cell in header.split(mark)))


def _header_name(cell: str) -> str:
    return cell.strip().strip('"').strip().casefold()


def _rows(text: str, faults: _Faults) -> Iterator[tuple[int, list[str]]]:
    """(line it begins on, cells without outer spaces); a row that is empty throughout is left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield line, stripped
            line = reader.line_num + 1
    except csv.Error as error:
        faults.add(line, "", f"not readable as CSV ({error}); a quote that opens a cell must also close it")


def _columns(line: int, names: list[str], faults: _Faults) -> list[tuple[str, str]] | None:
    """(field, name as written) per column; None where the header cannot be used, which is then a fault."""
    before = len(faults.texts)
    columns: list[tuple[str, str]] = []
    while names and not names[-1]:
        names = names[:-1]  # what a spreadsheet leaves behind of a column whose cells were cleared
    for number, name in enumerate(names, 1):
        field = _HEADERS.get(_header_name(name), "")
        if not name:
            faults.add(line, "", f"column {number} has no name; give it one or remove it")
        elif not field:
            faults.add(line, shown(name), f"unknown column; remove it or call it one of {', '.join(FIELDS)}")
        elif any(field == known for known, _ in columns):
            faults.add(line, shown(name), f"the column {field} is there twice; remove one")
        columns.append((field, name))
    missing = [field for field in REQUIRED if all(field != known for known, _ in columns)]
    if missing:
        faults.add(line, "", f"the header lacks {', '.join(missing)}; begin the file with {','.join(FIELDS)}")
    return columns if len(faults.texts) == before else None


class _People:
    """The rows read so far, and what they have taken: codes, and which seat goes with which interface."""

    def __init__(self, faults: _Faults) -> None:
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
            row[field], wrong = CELLS[field](_unguarded(cell))
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
