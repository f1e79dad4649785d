"""Rows of one table with the same columns, as few statements.

SQLite takes several rows in one INSERT, with a parameter for each value. Not ``executemany``: it gives up and
takes back the interpreter lock for every row, and while the event loop is busy each of those waits up to 5 ms
(measured: 500 rows took 508 ms). Not one JSON document, which SQLite would parse again for every column: that
took 14 us a row, this takes 7.

PostgreSQL takes them as one JSON document, the least work for the event loop of all ways tried there (2,000
rows: 5 ms; by unnest 11 ms).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import make_url

from ccd.adapters.store.batch import Row, Rows
from ccd.adapters.store.errors import RowsRefusedError
from ccd.adapters.store.instant import Instant, aware, to_micros
from ccd.adapters.store.schema import TABLES, key_of
from ccd.adapters.store.texts import clean, keepable

__all__ = ["Statement", "postgres_statement", "sqlite_statements"]

Statement = tuple[str, Sequence[Any]]
"""SQL and its parameters."""

ROWS_AT_ONCE = 256
"""Of one statement for SQLite, which takes at most 32,766 parameters."""

_BOUND_AS_IT_IS = frozenset((str, int, float))
_NULL = float("nan")
"""SQLite stores a NaN as NULL."""
_encode = msgspec.json.Encoder().encode
_postgres = make_url("postgresql+asyncpg://").get_dialect()()


def sqlite_statements(rows: Rows) -> list[Statement]:
    """Powers of two of rows at a time: so the few different statements stay prepared.

    Raises RowsRefusedError for a value that can never be written, such as a naive datetime.
    """
    with _refusing():
        values = _flat(rows.rows)
        if not keepable("".join([value for value in values if type(value) is str])):
            values = _flat([clean(row) for row in rows.rows])
    statements: list[Statement] = []
    start, width = 0, len(rows.columns)
    while left := len(rows.rows) - start:
        count = min(1 << left.bit_length() - 1, ROWS_AT_ONCE)
        sql = _sqlite_sql(rows.verb, rows.table, rows.columns, count)
        statements.append((sql, values[start * width : (start + count) * width]))
        start += count
    return statements


def _flat(rows: list[Row]) -> list[Any]:
    return [
        value if type(value) in _BOUND_AS_IT_IS else _bound(value) for row in rows for value in row.values()
    ]


def _bound(value: Any) -> Any:
    """What Python's sqlite3 takes without looking for an adapter, which costs it 0.3 us a value."""
    if value is None:
        return _NULL
    if isinstance(value, datetime):
        return to_micros(value)
    if isinstance(value, str):  # an enumeration's
        return str.__str__(value)
    if isinstance(value, bool):
        return int(value)
    raise TypeError(f"a {type(value).__name__} is nothing that a column holds")


def postgres_statement(rows: Rows) -> Statement:
    """As for SQLite. Rows are objects here: PostgreSQL takes those apart faster than arrays."""
    with _refusing():
        for name in _instants(rows.table, rows.columns):
            for row in rows.rows:
                if row[name] is not None:
                    aware(row[name])
        document = _document(rows.rows)
    return _postgres_sql(rows.verb, rows.table, rows.columns), (document.decode(),)


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise RowsRefusedError(str(error)) from error


def _document(rows: list[Row]) -> bytes:
    with contextlib.suppress(UnicodeEncodeError):
        document = _encode(rows)
        if b"\\u0000" not in document:
            return document
    return _encode([clean(row) for row in rows])


@cache
def _instants(table: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in columns if isinstance(TABLES[table].c[name].type, Instant))


@cache
def _sqlite_sql(verb: str, table: str, columns: tuple[str, ...], count: int) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return _sql(verb, table, columns, f"VALUES {', '.join([row] * count)}")


@cache
def _postgres_sql(verb: str, table: str, columns: tuple[str, ...]) -> str:
    types = TABLES[table].c
    shape = ", ".join(f'"{name}" {types[name].type.compile(_postgres)}' for name in columns)
    rows = f"SELECT {_names(columns)} FROM json_to_recordset($1::text::json) AS given({shape})"
    return _sql(verb, table, columns, rows)


def _sql(verb: str, table: str, columns: tuple[str, ...], rows: str) -> str:
    if verb == "remove":
        return f'DELETE FROM "{table}" WHERE ({_names(columns)}) IN ({rows})'
    if verb == "add":
        return f'INSERT INTO "{table}" ({_names(columns)}) {rows}'
    key = key_of(TABLES[table])
    others = [name for name in columns if name not in key]
    action = "DO NOTHING"
    if verb == "put" and others:
        action = "DO UPDATE SET " + ", ".join(f'"{name}" = excluded."{name}"' for name in others)
    return f'INSERT INTO "{table}" ({_names(columns)}) {rows} ON CONFLICT ({_names(key)}) {action}'


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
