"""PostgreSQL through asyncpg: a small pool, and every statement bounded in time on both sides."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ccd.adapters.store.batch import Rows
from ccd.adapters.store.errors import RowsRefusedError, StoreError, UnavailableError
from ccd.adapters.store.place import shown
from ccd.adapters.store.statements import Statement, postgres_statement

__all__ = ["APPLICATION", "FAULTS", "PostgresDatabase", "read_engine"]

CONNECT_S = 5.0
COMMAND_S = 10.0
APPLICATION = "ccd"
FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError)

# SQLSTATE classes that speak of the rows and not of the server: cardinality (two rows became one key), data,
# integrity, a value too large for an index.
_ABOUT_ROWS = ("21", "22", "23", "54")


class PostgresDatabase:
    def __init__(self, url: URL) -> None:
        self._shown = shown(url)
        self.writer = self.reader = _engine(url, COMMAND_S)
        self.patient = _engine(url, None)

    async def check(self) -> None:
        async with self.writer.connect() as connection:
            encoding = (await connection.execute(text("SHOW server_encoding"))).scalar_one()
        if encoding != "UTF8":
            raise StoreError(
                f"{self._shown}: its encoding is {encoding}, which cannot hold every name; "
                "create it again: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
            )

    def statements(self, rows: Rows) -> list[Statement]:
        return [postgres_statement(rows)]

    async def write(self, statements: Sequence[Statement], *, keep: bool = True) -> None:
        try:
            async with self.writer.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                try:
                    async with asyncio.timeout(COMMAND_S):
                        await _write(driver, statements, keep)
                except asyncpg.PostgresError as error:
                    if (error.sqlstate or "")[:2] in _ABOUT_ROWS:
                        raise RowsRefusedError(str(error)) from None
                    raise
                except BaseException:
                    # Cut in the middle of something: nobody may use this connection again.
                    driver.terminate()
                    await connection.invalidate()
                    raise
        except (
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            DBAPIError,
            OSError,
            PoolTimeoutError,
        ) as error:
            raise UnavailableError(str(error) or type(error).__name__) from None

    async def close(self, *, gone: bool = False) -> None:
        await self.patient.dispose(close=not gone)
        await self.writer.dispose(close=not gone)


async def _write(driver: Any, statements: Sequence[Statement], keep: bool) -> None:
    transaction = driver.transaction()
    await transaction.start()
    try:
        for sql, parameters in statements:
            await driver.execute(sql, *parameters)
    except asyncpg.PostgresError:
        await transaction.rollback()
        raise
    await (transaction.commit() if keep else transaction.rollback())


def read_engine(url: URL) -> AsyncEngine:
    """Without a limit in time: an export may take what it takes."""
    return _engine(url, None, application_name=f"{APPLICATION} reader", default_transaction_read_only="on")


def _engine(url: URL, limit_s: float | None, **server_settings: str) -> AsyncEngine:
    if limit_s is not None:
        server_settings["statement_timeout"] = str(int(limit_s * 1000))
        server_settings["lock_timeout"] = str(int(limit_s * 500))
    return create_async_engine(
        url,
        pool_size=2,
        max_overflow=2,
        pool_timeout=COMMAND_S,
        pool_pre_ping=True,
        connect_args={
            "timeout": CONNECT_S,
            "command_timeout": limit_s,
            "server_settings": {
                "application_name": APPLICATION,
                "timezone": "UTC",
                "synchronous_commit": "on",
                "jit": "off",
                **server_settings,
            },
        },
    )
