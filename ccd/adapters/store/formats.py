"""Rows as text: CSV for spreadsheets, JSON lines for programs, Asterisk's own form for queue_log.

Callers choose their names and numbers. In CSV a text that a spreadsheet would take for a formula is
written with an apostrophe before it, and control characters, which could command a terminal, become U+FFFD;
in a queue_log line it can end neither the field nor the line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

__all__ = ["FORMATS", "Format"]

Row = dict[str, Any]

_FORMULA = (*"=+-@＝＋－＠", "\t", "\r", "\n")  # the full-width forms count in East Asian locales

_CONTROL = {
    mark: "\N{REPLACEMENT CHARACTER}" for mark in (*range(32), *range(127, 160)) if mark not in b"\t\r\n"
}


class Format(Protocol):
    """``header`` once, then ``rows`` as often as there are some."""

    def header(self) -> str: ...
    def rows(self, rows: Iterable[Row]) -> str: ...


class Csv:
    """UTF-8 with a byte order mark, so that Excel shows Chinese; CRLF; times ISO 8601 in UTC."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns = columns

    def header(self) -> str:
        return "\N{ZERO WIDTH NO-BREAK SPACE}" + _csv([self._columns])

    def rows(self, rows: Iterable[Row]) -> str:
        return _csv([_cell(row[name]) for name in self._columns] for row in rows)


class JsonLines:
    """An object a line; times ISO 8601 in UTC, what is not known is null."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns = columns

    def header(self) -> str:
        return ""

    def rows(self, rows: Iterable[Row]) -> str:
        return "".join(msgspec.json.encode(row).decode() + "\n" for row in rows)


class QueueLog:
    """Asterisk's queue_log, for that export only: fields between bars, times in seconds since 1970."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns = columns

    def header(self) -> str:
        return ""

    def rows(self, rows: Iterable[Row]) -> str:
        return "".join(self._line(row) for row in rows)

    def _line(self, row: Row) -> str:
        at, *texts = (row[name] for name in self._columns)
        fields = [str(int(at.timestamp())), *(_one_field(text) for text in texts)]
        while len(fields) > 6 and not fields[-1]:
            fields.pop()
        return "|".join(fields) + "\n"


FORMATS: dict[str, Callable[[tuple[str, ...]], Format]] = {
    "csv": Csv,
    "jsonl": JsonLines,
    "queue_log": QueueLog,
}


def _csv(lines: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).translate(_CONTROL)
    return "'" + text if isinstance(value, str) and text.startswith(_FORMULA) else text


def _one_field(text: str) -> str:
    return "".join("_" if mark == "|" or not mark.isprintable() else mark for mark in text)
