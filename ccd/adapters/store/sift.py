"""Find the rows that a database will never take, so that they cost themselves alone."""

from __future__ import annotations

from typing import Any

from ccd.adapters.store.batch import Rows
from ccd.adapters.store.database import Database
from ccd.adapters.store.errors import RowsRefusedError
from ccd.adapters.store.schema import TABLES, key_of

__all__ = ["RowKey", "keys_of", "sift"]

RowKey = tuple[Any, ...]
"""Table, then the values of its key."""


async def sift(database: Database, pieces: list[Rows]) -> tuple[list[Rows], list[Rows]]:
    """What the database takes, in an order in which it takes it, and the single rows it refuses.

    Tries halves of what is refused, each together with what is good so far (rows may refer to others), in
    transactions that are taken back. Raises UnavailableError.
    """
    good: list[Rows] = []
    bad: list[Rows] = []
    rest = pieces[::-1]
    while rest:
        piece = rest.pop()
        if await _passes(database, [*good, piece]):
            good.append(piece)
        elif len(piece.rows) == 1:
            bad.append(piece)
        else:
            middle = len(piece.rows) // 2
            rest.append(piece._replace(rows=piece.rows[middle:]))
            rest.append(piece._replace(rows=piece.rows[:middle]))
    return good, bad


async def _passes(database: Database, pieces: list[Rows]) -> bool:
    try:
        statements = [each for piece in pieces for each in database.statements(piece)]
        await database.write(statements, keep=False)
    except RowsRefusedError:
        return False
    return True


def keys_of(rows: Rows) -> set[RowKey]:
    key = key_of(TABLES[rows.table])
    return {(rows.table, *(row[name] for name in key)) for row in rows.rows}
