"""The end of the audit chain, as the one who writes knows it.

Entries get their place (seq, prev, hash) when a transaction is tried, from the latest entry known to be
committed. A try that fails changes nothing here: the next one gives the same numbers to the same entries, and
one that fails for good leaves no gap, because its numbers go to whatever is written next. Entries that the
database has already (delivered twice) are left out before that.

A try whose answer was lost may have been committed all the same. Then its numbers are found to be taken
(``seq`` is a key), and the chain goes on behind it. Numbers that somebody else took are not overwritten
either: the chain goes on behind them with the digest of our own last entry, so that the break shows for ever.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.audit import FIRST_PREV, Head, hash_of, read_head, write_head
from ccd.adapters.store.batch import Rows
from ccd.adapters.store.database import Database
from ccd.adapters.store.errors import UnavailableError
from ccd.adapters.store.schema import AUDIT

__all__ = ["Chain", "append"]

log = structlog.get_logger("ccd.store")

TABLE = "audit"
COLUMNS = tuple(column.name for column in AUDIT.columns)
NOTE_EVERY_S = 1.0
ASKED_AT_ONCE = 500


class Chain:
    """Made by ``open``. Use from one event loop, by the one writer."""

    def __init__(self, database: Database, head_file: Path, end: Head) -> None:
        self.end = end
        self._database = database
        self._file = head_file
        self._tried: dict[str, Head] = {}
        """By hash: what was tried since the last commit, and may have been committed unseen."""
        self._noted = -1
        self._noting: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, database: Database, head_file: Path) -> Chain:
        """Where the stored chain is not the one that was noted, that is told, and stays visible in it."""
        try:
            head = await asyncio.to_thread(read_head, head_file)
        except (ValueError, OSError) as error:
            log.error("audit_head_unreadable", file=str(head_file), error=str(error))
            head = None
        async with database.reader.connect() as connection:
            last = await _last(connection)
            there = last.hash if head is None or head.seq == last.seq else await _hash(connection, head.seq)
        chain = cls(database, head_file, last)
        if head is not None and head.seq:
            chain._compare(head, last, there)
        await chain._note(closed=False)
        return chain

    def _compare(self, head: Head, last: Head, there: str | None) -> None:
        if there == head.hash and not (head.closed and last.seq > head.seq):
            return
        log.critical("audit_chain_damaged", noted=head.seq, stored=last.seq, mend="see `ccd audit verify`")
        self.end = Head(max(head.seq, last.seq), head.hash)

    async def linked(self, pieces: list[Rows], *, new: bool = False) -> tuple[list[Rows], Head]:
        """The same rows, those for the chain with their places; and the end once they are committed.

        The database is asked which of them it has, but where all that was tried before is committed and they
        are said to be ``new``: if one is not, it refuses them all, and nothing is written. Raises
        UnavailableError.
        """
        rows = {row["entry"]: row for piece in pieces if piece.table == TABLE for row in piece.rows}
        if not rows:
            return pieces, self.end
        new = new and not self._tried
        known = {} if new else await self._known(list(rows))
        for place in known.values():
            if place.seq > self.end.seq and place.hash in self._tried:  # the try before was committed unseen
                self.end = place
        end = self.end
        linked = []
        for entry, row in rows.items():
            if entry in known:
                continue
            seq, prev = end.seq + 1, end.hash
            end = Head(seq, hash_of(seq, row, prev))
            linked.append({"seq": seq, **row, "prev": prev, "hash": end.hash})
            self._tried[end.hash] = end
        others = [piece for piece in pieces if piece.table != TABLE]
        verb = "add" if new else "append"
        return [*others, Rows(verb, TABLE, COLUMNS, linked)] if linked else others, end

    def committed(self, end: Head) -> None:
        """What was linked up to there is in the database."""
        self._tried.clear()
        self.end = end
        if end.seq != self._noted and (self._noting is None or self._noting.done()):
            self._noting = asyncio.create_task(self._keep_noting(), name="audit-head")

    async def moved_on(self) -> bool:
        """Is the stored chain longer than we know? Then go on behind it. Raises UnavailableError."""
        try:
            async with self._database.reader.connect() as connection:
                last = await _last(connection)
        except (SQLAlchemyError, OSError) as error:
            raise UnavailableError(str(error)) from None
        if last.seq <= self.end.seq:
            return False
        if last.hash in self._tried:
            self.end = last
        else:
            log.critical("audit_chain_damaged", expected=self.end.seq, stored=last.seq, why="not ours")
            self.end = Head(last.seq, self.end.hash)
        self._tried.clear()
        return True

    async def close(self, *, complete: bool) -> None:
        """Note the end. ``complete``: nothing was left that may have been committed unseen."""
        if self._noting is not None:
            self._noting.cancel()
            await asyncio.wait([self._noting])
        await self._note(closed=complete)

    async def _keep_noting(self) -> None:
        while self._noted != self.end.seq:
            await self._note(closed=False)
            await asyncio.sleep(NOTE_EVERY_S)

    async def _note(self, *, closed: bool) -> None:
        end = self.end
        self._noted = end.seq
        try:
            await asyncio.to_thread(write_head, self._file, Head(end.seq, end.hash, closed))
        except OSError as error:
            log.error("audit_head_not_noted", file=str(self._file), error=str(error))

    async def _known(self, entries: list[str]) -> dict[str, Head]:
        """Which entries are stored, and where in the chain."""
        a = AUDIT.c
        known: dict[str, Head] = {}
        try:
            async with self._database.reader.connect() as connection:
                for start in range(0, len(entries), ASKED_AT_ONCE):
                    some = a.entry.in_(entries[start : start + ASKED_AT_ONCE])
                    for row in await connection.execute(select(a.entry, a.seq, a.hash).where(some)):
                        known[row.entry] = Head(row.seq, row.hash)
        except (SQLAlchemyError, OSError) as error:
            raise UnavailableError(str(error) or type(error).__name__) from None
        return known


async def append(database: Database, rows: list[Rows]) -> Head:
    """Put entries behind the chain of a database that nobody else writes to; returns its new end."""
    async with database.reader.connect() as connection:
        chain = Chain(database, Path(), await _last(connection))
    linked, end = await chain.linked(rows)
    await database.write([statement for piece in linked for statement in database.statements(piece)])
    return end


async def _last(connection: AsyncConnection) -> Head:
    last = select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)
    row = (await connection.execute(last)).first()
    return Head(0, FIRST_PREV) if row is None else Head(row.seq, row.hash)


async def _hash(connection: AsyncConnection, seq: int) -> str | None:
    found: str | None = (await connection.execute(select(AUDIT.c.hash).where(AUDIT.c.seq == seq))).scalar()
    return found
