"""Backup and restore of an SQLite store: a database file."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from ccd.adapters.store.database import Database, answering
from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.folders import sync_folder
from ccd.adapters.store.migrate import upgrade
from ccd.adapters.store.place import sqlite_file
from ccd.adapters.store.schema import TABLES
from ccd.adapters.store.sqlite import SqliteDatabase

__all__ = ["dump", "holds_something", "load"]

SUFFIXES = ("", "-wal", "-shm")


async def dump(url: URL, target: Path) -> str:
    """Copy the store as of now, beside its writer; returns the schema revision of the copy."""
    file = sqlite_file(url) or Path()
    if not file.exists():
        raise StoreError(f"{file}: no such file: nothing has been stored yet")
    with answering(url):
        return await asyncio.to_thread(_dump, file, target)


def _dump(file: Path, target: Path) -> str:
    with contextlib.closing(_read(file)) as source:
        source.execute("VACUUM INTO ?", (str(target),))
    with contextlib.closing(_read(target)) as copy:
        _check_whole(copy, file)
        row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0])


async def holds_something(url: URL) -> bool:
    """Has the store any row? One that cannot be read is taken to hold something."""
    file = sqlite_file(url) or Path()
    return await asyncio.to_thread(_holds_something, file)


def _holds_something(file: Path) -> bool:
    if not file.exists() or not file.stat().st_size:
        return False
    try:
        with contextlib.closing(_read(file)) as store:
            there = {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            return any(
                store.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for name in there & TABLES.keys()
            )
    except sqlite3.Error:
        return True


async def load(url: URL, source: Path, note: Callable[[Database], Awaitable[None]]) -> None:
    """Put a database file in the store's place. The lock on the state directory must be held.

    ``note`` may write to it before.
    """
    file = sqlite_file(url) or Path()
    with answering(url):
        await asyncio.to_thread(_check, source)
        database = SqliteDatabase(url.set(database=str(source)))
        try:
            await upgrade(database.patient)
            await note(database)
        finally:
            await database.close()
    _swap(source, file)


def _check(source: Path) -> None:
    with contextlib.closing(_read(source)) as copy:
        _check_whole(copy, source)


def _swap(source: Path, file: Path) -> None:
    """The old database goes first, its log after it: a log must never stand beside another database."""
    for suffix in SUFFIXES:
        old = Path(f"{file}{suffix}")
        if old.exists():
            old.rename(f"{file}.replaced{suffix}")
    source.rename(file)
    file.chmod(0o600)
    sync_folder(file.parent)


def _read(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=10.0)


def _check_whole(database: sqlite3.Connection, file: Path) -> None:
    found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"{file}: the database is damaged: {found}")
