"""Backup and restore of a PostgreSQL store by its own pg_dump and pg_restore."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import URL, text

from ccd.adapters.store.database import Database, answering, reading, writing
from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.migrate import revision, upgrade
from ccd.adapters.store.place import shown
from ccd.adapters.store.postgres import APPLICATION
from ccd.adapters.store.schema import TABLES

__all__ = ["dump", "holds_something", "load"]


async def dump(url: URL, target: Path) -> str:
    """One snapshot of our tables; returns their schema revision."""
    engine = reading(url)
    try:
        with answering(url):
            at = await revision(engine)
    finally:
        await engine.dispose()
    if not at:
        raise StoreError(f"{shown(url)}: nothing has been stored yet")
    tables = [f"--table={name}" for name in (*TABLES, "alembic_version")]
    await _run(
        url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", *tables
    )
    return at


async def holds_something(url: URL) -> bool:
    """Has any of our tables a row?"""
    engine = reading(url)
    try:
        with answering(url):
            async with engine.connect() as connection:
                found = await connection.execute(
                    text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
                )
                there = {name for (name,) in found}
                for name in there & TABLES.keys():
                    if (await connection.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1'))).first():
                        return True
    finally:
        await engine.dispose()
    return False


async def load(url: URL, source: Path, note: Callable[[Database], Awaitable[None]]) -> None:
    """Replace our tables by the dump's, in one transaction, then bring them up to date.

    ``note`` may write to them after that.
    """
    await _refuse_beside_a_daemon(url)
    await _run(
        url,
        "pg_restore",
        "--clean",
        "--if-exists",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        str(source),
    )
    database = writing(url)
    try:
        with answering(url):
            await upgrade(database.patient)
            await note(database)
    finally:
        await database.close()


async def _refuse_beside_a_daemon(url: URL) -> None:
    """The lock on the state directory says nothing of a daemon on another machine; its sessions do."""
    engine = reading(url)
    try:
        with answering(url):
            async with engine.connect() as connection:
                others = await connection.execute(
                    text(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = :name "
                        "AND datname = current_database() AND pid <> pg_backend_pid()"
                    ),
                    {"name": APPLICATION},
                )
                if others.scalar_one():
                    raise StoreError(f"{shown(url)} is in use by a running ccd; stop it first")
    finally:
        await engine.dispose()


async def _run(url: URL, tool: str, *arguments: str) -> None:
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    try:
        process = await asyncio.create_subprocess_exec(
            tool,
            f"--dbname={_libpq(url)}",
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError:
        raise StoreError(
            f"{tool} is not installed; apt install postgresql-client, of the server's version or newer"
        ) from None
    _, said = await process.communicate()
    if process.returncode:
        raise StoreError(f"{shown(url)}: {tool} failed: {said.decode('utf-8', 'replace').strip()}")


def _libpq(url: URL) -> str:
    """The same server in libpq's words; the password goes by the environment, where ps does not show it."""
    theirs = {"host": "host", "port": "port", "ssl": "sslmode", "sslmode": "sslmode"}
    query = {theirs[name]: value for name, value in url.query.items() if name in theirs}
    return url.set(drivername="postgresql", password=None, query=query).render_as_string()
