"""A store on each engine. The same tests run on both."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ccd.adapters.store import Store
from ccd.adapters.store.database import reading, writing
from ccd.adapters.store.migrate import upgrade
from ccd.adapters.store.place import FILE_NAME, place_of
from ccd.adapters.store.schema import TABLES
from ccd.config import StoreSettings
from tests.adapters.store.postgres import Cluster, PostgresMissingError
from tests.pbx.root import in_ci


@dataclass(frozen=True)
class Place:
    """Where a test's store is, and what is in it."""

    settings: StoreSettings
    state_dir: Path

    @property
    def engine(self) -> str:
        return place_of(self.settings, self.state_dir).get_backend_name()

    @property
    def file(self) -> Path:
        return self.state_dir / FILE_NAME

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table by its key, read beside whatever runs."""
        return (await self._read([table]))[table]

    async def everything(self) -> dict[str, list[dict[str, Any]]]:
        """The tables that have rows."""
        return {name: rows for name, rows in (await self._read(list(TABLES))).items() if rows}

    async def _read(self, tables: list[str]) -> dict[str, list[dict[str, Any]]]:
        engine = reading(place_of(self.settings, self.state_dir))
        found = {}
        try:
            async with engine.connect() as connection:
                for name in tables:
                    t = TABLES[name]
                    rows = await connection.execute(select(t).order_by(*t.primary_key.columns))
                    found[name] = [dict(row) for row in rows.mappings()]
        finally:
            await engine.dispose()
        return found


async def _migrated(settings: StoreSettings, folder: Path) -> None:
    database = writing(place_of(settings, folder))
    await upgrade(database.patient)
    await database.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    asyncio.run(_migrated(StoreSettings(), folder))
    return folder / FILE_NAME


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    try:
        cluster = Cluster()
    except PostgresMissingError as missing:
        if in_ci():
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    try:
        settings = StoreSettings(url=cluster.create_database())
        asyncio.run(_migrated(settings, tmp_path_factory.mktemp("unused")))
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def sqlite_place(tmp_path: Path, migrated_file: Path) -> Place:
    place = Place(StoreSettings(), tmp_path / "state")
    place.state_dir.mkdir()
    shutil.copy(migrated_file, place.file)
    return place


@pytest.fixture
def postgres_place(tmp_path: Path, cluster: Cluster) -> Place:
    return Place(StoreSettings(url=cluster.create_database(template="test1")), tmp_path / "state")


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    """A database with the schema and no rows."""
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


@pytest.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    store = await Store.open(place.settings, place.state_dir)
    yield store
    await store.close()


@pytest.fixture
def empty(place: Place, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """Another place for a store, of the same engine, where nothing was ever written."""
    if place.engine == "sqlite":
        return Place(StoreSettings(), tmp_path / "other")
    cluster: Cluster = request.getfixturevalue("cluster")
    return Place(StoreSettings(url=cluster.create_database()), tmp_path / "other")
