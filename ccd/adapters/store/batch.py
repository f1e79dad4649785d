"""The rows of one transaction, each only once however many facts touched it.

Keys are given in the order of the table's key. Between two batches the later one wins, column by column, and
so it is inside a batch: order does not matter beyond that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ["SLICE", "Batch", "Row", "Rows"]

SLICE = 2000  # rows of one statement: encoding them stays well under the 20 ms the event loop may be held

Row = dict[str, Any]


class Rows(NamedTuple):
    """Rows of one table with the same columns: one statement.

    ``verb``: put, append, remove; or add, which is an append that fails for a row that is there.
    """

    verb: str
    table: str
    columns: tuple[str, ...]
    rows: list[Row]


class Batch:
    __slots__ = ("_appended", "_put", "_removed")

    def __init__(self) -> None:
        self._put: dict[tuple[Any, ...], Row] = {}
        self._removed: dict[tuple[Any, ...], Row] = {}
        self._appended: dict[tuple[str, tuple[str, ...]], list[Row]] = {}

    def __len__(self) -> int:
        appended = sum(len(rows) for rows in self._appended.values())
        return len(self._put) + len(self._removed) + appended

    def put(self, table: str, names: tuple[str, ...], values: tuple[Any, ...], width: int) -> None:
        """Insert the row, or set these columns of it; the first ``width`` of them are the table's key."""
        slot = (table, values[:width])
        row = self._put.get(slot)
        if row is None:
            self._put[slot] = dict(zip(names, values, strict=True))
        else:
            row.update(zip(names, values, strict=True))

    def append(self, table: str, names: tuple[str, ...], row: Row) -> None:
        """Insert the row, unless one with its key is there: that one stays as it is."""
        rows = self._appended.get((table, names))
        if rows is None:
            rows = self._appended[table, names] = []
        rows.append(row)

    def remove(self, table: str, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        """Delete the row, if it is there; putting it after that begins it anew."""
        slot = (table, values)
        self._put.pop(slot, None)
        self._removed[slot] = dict(zip(names, values, strict=True))

    def give_way(self, later: Batch) -> None:
        """Take out what the rows of a batch have said already that was given later, but written before us.

        What is ever removed is always put as a whole row.
        """
        for slot in later._removed:
            self._put.pop(slot, None)
            self._removed.pop(slot, None)
        for slot, row in later._put.items():
            self._removed.pop(slot, None)
            ours = self._put.get(slot)
            if ours is None:
                continue
            width = len(slot[1])
            left = {name: ours[name] for nth, name in enumerate(ours) if nth < width or name not in row}
            if len(left) > width:
                self._put[slot] = left
            else:
                del self._put[slot]

    def statements(self) -> Iterator[Rows]:
        """In slices: removals, then rows as the rules gave them, what others refer to before those."""
        grouped: dict[tuple[str, str, tuple[str, ...]], list[Row]] = {}
        for verb, slots in (("remove", self._removed), ("put", self._put)):
            for slot, row in slots.items():
                grouped.setdefault((verb, slot[0], tuple(row)), []).append(row)
        for (table, columns), rows in self._appended.items():
            grouped[("append", table, columns)] = rows
        for (verb, table, columns), rows in grouped.items():
            for start in range(0, len(rows), SLICE):
                yield Rows(verb, table, columns, rows[start : start + SLICE])
