"""One transaction at a time, tried until the database takes it.

A transaction that it does not take is tried again, after a delay that grows to 5 s. A row it will never take
costs itself alone: it is found by trying halves, logged, counted in ``refused``, and the rest is written in
its one transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import structlog

from ccd.adapters.store.batch import Rows
from ccd.adapters.store.chain import Chain
from ccd.adapters.store.database import Database
from ccd.adapters.store.errors import RowsRefusedError, UnavailableError
from ccd.adapters.store.sift import RowKey, keys_of, sift

__all__ = ["Transactions"]

log = structlog.get_logger("ccd.store")

FIRST_RETRY_S = 0.05
LAST_RETRY_S = 5.0


class Transactions:
    """The counters are read by the metrics."""

    def __init__(self, database: Database, chain: Chain) -> None:
        self.healthy = True
        """False while the database does not take what it is given."""
        self.refused = 0
        """Rows, and facts without a rule, that could never be written."""
        self.failures = 0
        """Transactions that had to be tried again."""
        self.last_commit_s = 0.0
        """How long the latest transaction took, in seconds."""
        self._database = database
        self._chain = chain
        self._closing = asyncio.Event()
        self._hurry = asyncio.Event()
        """Set when there is a reason to try again before the delay is over."""

    async def _write_until_taken(
        self, rows: Callable[[], list[Rows]], between: Callable[[], Awaitable[None]] | None = None
    ) -> set[RowKey]:
        """Returns the keys of rows that the database refused for good.

        ``between`` two tries something else may be written; ``rows`` is asked anew after that.
        """
        pieces = rows()
        lost: set[RowKey] = set()
        delay = FIRST_RETRY_S
        new = True
        while True:
            begun = time.monotonic()
            try:
                try:
                    await self._try(pieces, new=new)
                    break
                except RowsRefusedError as error:
                    if new:  # one of them is stored already, or is really bad: asking tells
                        new = False
                    elif not await self._chain.moved_on():
                        pieces = await self._sifted(pieces, str(error), lost)
            except Exception as error:
                new = False
                delay = await self._retry(error, delay)
                if between is not None:
                    await between()
                    pieces = _without(rows(), lost)
        self.last_commit_s = time.monotonic() - begun
        if not self.healthy:
            self.healthy = True
            log.info("store_back")
        return lost

    async def _try(self, pieces: list[Rows], *, new: bool) -> None:
        linked, end = await self._chain.linked(pieces, new=new)
        statements = []
        for piece in linked:
            statements += self._database.statements(piece)
            await asyncio.sleep(0)
        await self._database.write(statements)
        self._chain.committed(end)

    async def _sifted(self, pieces: list[Rows], why: str, lost: set[RowKey]) -> list[Rows]:
        """What is left of the rows without those that will never be taken: these are told and counted."""
        linked, _ = await self._chain.linked(pieces)
        _, bad = await sift(self._database, linked)
        why = why.partition("\n")[0][:300]  # PostgreSQL goes on with the row itself
        for row in bad:
            log.error("row_refused", table=row.table, key=keys_of(row), error=why)
            lost |= keys_of(row)
        self.refused += len(bad)
        return _without(pieces, lost)

    async def _retry(self, error: Exception, delay: float) -> float:
        """Wait for the next try; returns the delay after that."""
        self.failures += 1
        if self.healthy:
            self.healthy = False
            expected = isinstance(error, UnavailableError)
            log.error("store_unavailable", error=str(error), exc_info=None if expected else error)
        if self._closing.is_set():
            await asyncio.sleep(FIRST_RETRY_S)
        else:
            self._hurry.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._hurry.wait()
        return min(delay * 2, LAST_RETRY_S)


def _without(pieces: list[Rows], lost: set[RowKey]) -> list[Rows]:
    if not lost:
        return pieces
    left = []
    for piece in pieces:
        rows = [row for row in piece.rows if keys_of(piece._replace(rows=[row])).isdisjoint(lost)]
        if rows:
            left.append(piece._replace(rows=rows))
    return left
