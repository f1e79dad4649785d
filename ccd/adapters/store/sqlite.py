"""SQLite: WAL, ``synchronous=FULL``, exactly one connection that writes; readers are ``mode=ro``.

Up to 3.50 a WAL can be damaged when two connections write or checkpoint at once: hence the one connection,
the lock on the state directory, and readers that cannot checkpoint.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ccd.adapters.store.batch import Rows
from ccd.adapters.store.errors import RowsRefusedError, StoreError, UnavailableError
from ccd.adapters.store.place import sqlite_file
from ccd.adapters.store.statements import Statement, sqlite_statements

__all__ = ["SqliteDatabase", "read_engine"]

BUSY_S = 1.0
"""How long the writer waits for somebody else's lock before it calls the database locked and tries later."""

PREPARED = 512
"""Statements kept prepared: those of some 25 shapes of rows, in powers of two of rows."""


class SqliteDatabase:
    def __init__(self, url: URL) -> None:
        self._file = _create(sqlite_file(url) or Path())
        self.writer = create_async_engine(
            url.set(query={}),
            connect_args={"timeout": BUSY_S, "cached_statements": PREPARED},
            pool_size=1,
            max_overflow=0,
            pool_reset_on_return=None,
        )
        event.listen(self.writer.sync_engine, "connect", _prepare)
        self.reader = read_engine(url)
        self.patient = self.writer

    async def check(self) -> None:
        async with self.writer.connect() as connection:
            mode = (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one()
        if mode != "wal":
            raise StoreError(
                f"{self._file}: its file system cannot keep SQLite's write-ahead log (journal_mode={mode}); "
                "set daemon.state_dir to a local disk"
            )

    def statements(self, rows: Rows) -> list[Statement]:
        return sqlite_statements(rows)

    async def write(self, statements: Sequence[Statement], *, keep: bool = True) -> None:
        """In one call of the connection's thread: the event loop is not crossed for every statement."""
        async with self.writer.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                await driver._execute(_write, driver._conn, statements, keep)
            except (sqlite3.IntegrityError, sqlite3.DataError, OverflowError) as error:
                raise RowsRefusedError(str(error)) from None
            except sqlite3.Error as error:
                raise UnavailableError(str(error)) from None

    async def close(self, *, gone: bool = False) -> None:
        await self.reader.dispose()
        await self.writer.dispose()


def _write(connection: sqlite3.Connection, statements: Sequence[Statement], keep: bool) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for sql, parameters in statements:
            connection.execute(sql, parameters)
        connection.execute("COMMIT" if keep else "ROLLBACK")
    finally:
        if connection.in_transaction:
            connection.rollback()


def read_engine(url: URL) -> AsyncEngine:
    """Raises nothing for a missing file; connecting to it then fails."""
    file = quote(str(sqlite_file(url)))
    address = URL.create("sqlite+aiosqlite", database=f"file:{file}", query={"mode": "ro", "uri": "true"})
    return create_async_engine(address, connect_args={"timeout": 5.0}, pool_size=2)


def _create(file: Path) -> Path:
    """Ours alone from the first byte: callers' numbers and PIN hashes are nobody else's business."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}; set daemon.state_dir or store.url") from None
    return file


def _prepare(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"journal_size_limit = {64 * 1024 * 1024}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
