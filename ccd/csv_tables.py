"""CSV files that people keep in spreadsheets: read strictly, every fault named by line and column.

UTF-8 (with or without BOM) or GB18030; comma, semicolon or tab; the first line that is not blank is the
header, in English or Chinese. Blank lines are passed over. A cell that a spreadsheet would take for a formula
is written with an apostrophe before it, and read without.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ccd.roster_cells import shown

__all__ = ["Faults", "Header", "TableError", "decode", "dump", "rows", "unguarded"]

_FORMULA = tuple("=+-@＝＋－＠")
"""What makes a spreadsheet take a cell for a formula; the full-width forms count in East Asian locales."""


class TableError(Exception):
    """A file that cannot be used. ``faults`` has one text per fault: file, line, column, what, the mend."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Faults:
    """What is wrong with a file. ``error`` is raised for them."""

    def __init__(self, filename: str, error: type[TableError] = TableError) -> None:
        self.filename = filename
        self.texts: list[str] = []
        self._error = error

    def whole(self, what: str) -> None:
        self.texts.append(f"{self.filename}: {what}")

    def add(self, line: int, column: str, what: str) -> None:
        place = f'line {line}, column "{column}"' if column else f"line {line}"
        self.texts.append(f"{self.filename}: {place}: {what}")

    def end(self) -> TableError:
        return self._error(self.texts)


@dataclass(frozen=True)
class Header:
    """The columns a file may have. ``names``: field by column name, in small letters."""

    fields: Sequence[str]
    required: Sequence[str]
    names: Mapping[str, str]

    def field(self, cell: str) -> str:
        """ "" for a name that is no column's."""
        return self.names.get(cell.strip().strip('"').strip().casefold(), "")

    def columns(self, line: int, names: list[str], faults: Faults) -> list[tuple[str, str]] | None:
        """(field, name as written) per column; None where it cannot be used, which is then a fault."""
        before = len(faults.texts)
        columns: list[tuple[str, str]] = []
        while names and not names[-1]:
            names = names[:-1]  # what a spreadsheet leaves behind of a column whose cells were cleared
        for number, name in enumerate(names, 1):
            field = self.field(name)
            if not name:
                faults.add(line, "", f"column {number} has no name; give it one or remove it")
            elif not field:
                known = ", ".join(self.fields)
                faults.add(line, shown(name), f"unknown column; remove it or call it one of {known}")
            elif any(field == known for known, _ in columns):
                faults.add(line, shown(name), f"the column {field} is there twice; remove one")
            columns.append((field, name))
        missing = [field for field in self.required if all(field != known for known, _ in columns)]
        if missing:
            begin = ",".join(self.fields)
            faults.add(line, "", f"the header lacks {', '.join(missing)}; begin the file with {begin}")
        return columns if len(faults.texts) == before else None


def decode(data: bytes, faults: Faults) -> str:
    """UTF-8 if it is UTF-8 throughout, else GB18030; else the byte where the one that got further stopped.

    Raises what ``faults`` ends with.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        faults.whole('is UTF-16 (Excel\'s "Unicode text"); save it as "CSV UTF-8"')
        raise faults.end()
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
    raise faults.end()


def _mostly_utf8(data: bytes) -> bool:
    """Damaged UTF-8 often passes for GB18030, with wrong names. Real GB18030 hardly has a valid sequence."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(mark > "\x7f" for mark in text) - bad
    return good >= 8 and good > 4 * bad


def rows(text: str, header: Header, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """(line it begins on, cells without outer spaces); a row that is empty throughout is left out."""
    delimiter = _delimiter(text, header)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield line, stripped
            line = reader.line_num + 1
    except csv.Error as error:
        faults.add(line, "", f"not readable as CSV ({error}); a quote that opens a cell must also close it")


def _delimiter(text: str, header: Header) -> str:
    """The one that makes the header's cells known names; a comma where none does."""
    first = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")
    return max(",;\t", key=lambda mark: sum(bool(header.field(cell)) for cell in first.split(mark)))


def dump(fields: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with BOM, which Excel opens as it is."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(fields)
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _guarded(cell: str) -> str:
    return "'" + cell if cell.startswith((*_FORMULA, "'")) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell
