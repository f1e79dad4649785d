"""What the store needs of an engine: one transaction of statements, and connections for everything else."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Protocol

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine

from ccd.adapters.store.batch import Rows
from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.place import shown
from ccd.adapters.store.statements import Statement

__all__ = ["Database", "answering", "reading", "writing"]


class Database(Protocol):
    """Batches of rows go through ``write``; the engines are for SQL that is not hot.

    ``patient`` writes too, without a limit in time: for migrations.
    """

    writer: AsyncEngine
    reader: AsyncEngine
    patient: AsyncEngine

    async def check(self) -> None:
        """Raises StoreError where the database cannot keep its promises; driver errors pass through."""

    def statements(self, rows: Rows) -> list[Statement]:
        """Raises RowsRefusedError where a value can never be written."""

    async def write(self, statements: Sequence[Statement], *, keep: bool = True) -> None:
        """All in one transaction, or nothing; ``keep=False`` tries them out and takes them back.

        Raises UnavailableError or RowsRefusedError.
        """

    async def close(self, *, gone: bool = False) -> None:
        """``gone``: it does not answer, so do not take leave of it."""


def writing(url: URL) -> Database:
    """A database to write to; for SQLite the one connection that may, so hold the lock on it first."""
    if url.get_backend_name() == "sqlite":
        from ccd.adapters.store.sqlite import SqliteDatabase

        return SqliteDatabase(url)
    from ccd.adapters.store.postgres import PostgresDatabase

    return PostgresDatabase(url)


def reading(url: URL) -> AsyncEngine:
    """Connections that cannot write, for commands beside a running daemon or without one."""
    if url.get_backend_name() == "sqlite":
        from ccd.adapters.store.sqlite import read_engine

        return read_engine(url)
    from ccd.adapters.store.postgres import read_engine as postgres_read_engine

    return postgres_read_engine(url)


@contextlib.contextmanager
def answering(url: URL) -> Iterator[None]:
    """What goes wrong between us and the database becomes a StoreError that names it."""
    faults: tuple[type[Exception], ...] = (DBAPIError, PoolTimeoutError, OSError, sqlite3.Error)
    if url.get_backend_name() == "postgresql":
        from ccd.adapters.store.postgres import FAULTS

        faults += FAULTS
    try:
        yield
    except faults as error:
        why = str(getattr(error, "orig", None) or error) or type(error).__name__
        raise StoreError(f"{shown(url)}: {why}; is it there, and may ccd use it? (store.url)") from error
