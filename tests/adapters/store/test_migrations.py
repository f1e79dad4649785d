"""The schema of the migrations is that of the code; up, down, and refused where a newer ccd was there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from ccd.adapters.store import Store, StoreError, migrate
from ccd.adapters.store.database import Database, writing
from ccd.adapters.store.place import place_of
from ccd.adapters.store.schema import TABLES, metadata
from ccd.config import StoreSettings
from tests.adapters.store.conftest import Place
from tests.adapters.store.postgres import Cluster
from tests.adapters.store.samples import queue_call


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    """Migrated to the head."""
    database = writing(place_of(place.settings, place.state_dir))
    yield database
    await database.close()


def tables_of(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def there(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return await connection.run_sync(tables_of)


async def test_migrations_make_the_tables_of_the_code(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.writer.connect() as connection:
        assert await connection.run_sync(differences) == []
    assert await there(database.writer) == set(TABLES)


async def test_every_key_and_condition_is_made_too(database: Database) -> None:
    """What alembic does not compare: primary keys, and which rows an index of a few holds."""

    def check(connection: Connection) -> None:
        found = inspect(connection)
        for name, table in TABLES.items():
            key = found.get_pk_constraint(name)["constrained_columns"]
            assert key == [column.name for column in table.primary_key.columns]
            few = {
                str(index["name"])
                for index in found.get_indexes(name)
                if index.get("dialect_options", {}).get(f"{connection.dialect.name}_where") is not None
            }
            assert few == {
                index.name
                for index in table.indexes
                if index.dialect_options[connection.dialect.name]["where"] is not None
            }

    async with database.writer.connect() as connection:
        await connection.run_sync(check)


async def test_down_leaves_nothing_and_up_again_is_whole(database: Database, place: Place) -> None:
    await migrate.downgrade(database.patient, "base")
    assert await there(database.writer) == set()
    assert await migrate.revision(database.writer) == ""
    await migrate.upgrade(database.patient)
    assert await there(database.writer) == set(TABLES)
    assert await migrate.revision(database.writer) == migrate.head()
    await database.close()
    store = await Store.open(place.settings, place.state_dir)
    await store.commit(queue_call())
    assert len(await place.rows("call")) == 1
    await store.close()


async def test_a_roster_of_before_0002_is_read_without_numbers(database: Database, place: Place) -> None:
    await migrate.downgrade(database.patient, "0001")
    found = await there(database.writer)
    assert "audit" not in found
    assert "outbox" in found, "a table of 0001"
    async with database.writer.begin() as connection:
        await connection.execute(text("INSERT INTO roster_version (version, by_whom) VALUES ('v', 'li')"))
        columns = "version, row, code, name, role, team, seat, interface, pbx, agency, language"
        values = "'v', 0, '7', 'n', 'r', 't', 's', 'i', '', '', ''"
        await connection.execute(text(f"INSERT INTO person ({columns}) VALUES ({values})"))
        at = "1" if place.engine == "sqlite" else "'2026-03-02T08:00Z'"
        await connection.execute(text(f"UPDATE roster_version SET at = {at}"))
    await database.close()
    store = await Store.open(place.settings, place.state_dir)
    roster = await store.current_roster()
    assert roster is not None
    assert [(person.code, person.phone, person.email) for person in roster.people] == [("7", "", "")]
    await store.close()


async def test_a_migration_that_fails_leaves_everything_as_it_was(database: Database) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(text("DROP TABLE heartbeat"))
    before = await there(database.writer)
    with pytest.raises(Exception, match="heartbeat"):
        await migrate.downgrade(database.patient, "base")
    assert await there(database.writer) == before
    assert await migrate.revision(database.writer) == migrate.head()


async def test_a_store_of_a_newer_ccd_is_refused_untouched(place: Place) -> None:
    database = writing(place_of(place.settings, place.state_dir))
    async with database.writer.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(StoreError, match="9999, which a newer ccd wrote; install that version"):
        await Store.open(place.settings, place.state_dir)


@pytest.fixture(params=["sqlite", "postgres"])
def new(request: pytest.FixtureRequest) -> Iterator[StoreSettings]:
    """No schema at all."""
    if request.param == "sqlite":
        yield StoreSettings()
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        yield StoreSettings(url=cluster.create_database())


async def test_a_new_store_is_made_at_the_first_start(new: StoreSettings, tmp_path: Path) -> None:
    for _ in range(2):
        store = await Store.open(new, tmp_path)
        await store.commit(queue_call())
        await store.close()
    assert len(await Place(new, tmp_path).rows("call")) == 1
