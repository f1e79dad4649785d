"""Bring a database to this version's schema, or back to an older one, in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from ccd.adapters.store.errors import StoreError

__all__ = ["downgrade", "head", "known", "revision", "upgrade"]


def head() -> str:
    """The revision that this version of ccd reads and writes."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def known(revision: str) -> bool:
    """Does this version know the revision? If not, a newer one wrote it."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


async def revision(engine: AsyncEngine) -> str:
    """The revision of the database; empty for one that holds no schema of ours."""
    async with engine.connect() as connection:
        return await connection.run_sync(_revision)


async def upgrade(engine: AsyncEngine) -> None:
    """To ``head``. Raises StoreError where a newer ccd wrote the database."""
    at = await revision(engine)
    if at == head():
        return
    if at and not known(at):
        raise StoreError(
            f"the store has schema revision {at}, which a newer ccd wrote; install that version again, or "
            "restore a backup made before the upgrade (ccd restore)"
        )
    await _migrate(engine, lambda config: command.upgrade(config, "head"))


async def downgrade(engine: AsyncEngine, to: str) -> None:
    """Back to an older revision (``base``: nothing is left), before that version is installed again."""
    await _migrate(engine, lambda config: command.downgrade(config, to))


async def _migrate(engine: AsyncEngine, steps: Callable[[Config], None]) -> None:
    async with engine.connect() as connection:
        await connection.run_sync(_in_one_transaction, steps)


def _in_one_transaction(connection: Connection, steps: Callable[[Config], None]) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # Off while tables are made anew: dropping the old one would delete what refers to it.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('ccd migrations'))")
    try:
        steps(_config(connection))
        connection.commit()
    finally:
        connection.rollback()
        if sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
