"""A database that is locked, full, read-only, stopped, silent: nobody waits, nothing durable is lost."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from ccd import events as e
from ccd.adapters.store import Store, StoreError
from ccd.adapters.store import postgres as postgres_engine
from ccd.config import StoreSettings
from tests.adapters.store.conftest import Place
from tests.adapters.store.postgres import Cluster
from tests.adapters.store.samples import later, sample
from tests.adapters.store.waiting import Turns, until
from tests.small_disk import NEEDS_ROOT, small_disk_at


def held(number: int) -> e.CallHeld:
    return sample(e.CallHeld, at=later(number), pbx="main", call=str(number))


def arrived(number: int) -> e.PersonArrived:
    return sample(e.PersonArrived, at=later(number), person=f"{number:04}")


async def persons(place: Place) -> list[str]:
    return sorted(row["person"] for row in await place.rows("presence_event"))


# --- SQLite -----------------------------------------------------------------------------------------------


async def test_a_database_locked_by_another_writer_is_waited_for_by_the_writer_alone(
    sqlite_place: Place,
) -> None:
    limited = sqlite_place.settings.model_copy(update={"queue_limit": 1000})
    store = await Store.open(limited, sqlite_place.state_dir)
    other = sqlite3.connect(sqlite_place.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with Turns() as turns:
        store.enqueue([arrived(1)])
        await until(lambda: not store.healthy)
        store.enqueue(held(number) for number in range(1500))
        store.enqueue(arrived(number) for number in range(2, 5))
    assert turns.count > 100
    assert (store.dropped, store.queue_length) == (501, 1 + 999 + 3)
    assert store.failures >= 1
    assert store.lag_s > 0
    other.execute("ROLLBACK")
    other.close()
    await store.commit()
    assert (store.healthy, store.queue_length, store.lag_s) == (True, 0, 0.0)
    assert await persons(sqlite_place) == ["0001", "0002", "0003", "0004"]
    kept = {int(row["call"]) for row in await sqlite_place.rows("call_event")}
    assert kept == set(range(999)), "the newest are dropped, not the oldest"
    assert await store.close() == 0


async def test_closing_beside_a_locked_database_ends_in_time_and_says_what_is_left(
    sqlite_place: Place,
) -> None:
    store = await Store.open(sqlite_place.settings, sqlite_place.state_dir)
    other = sqlite3.connect(sqlite_place.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(store.commit([arrived(1)]))
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        assert await store.close(timeout=0.2) == 1
        with pytest.raises(Exception, match="closed before this was written"):
            await waiting
    other.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk_at(tmp_path / "small") as folder:
        yield folder


@NEEDS_ROOT
async def test_a_full_disk_loses_nothing_once_there_is_room_again(small_disk: Path) -> None:
    place = Place(StoreSettings(), small_disk)
    store = await Store.open(place.settings, place.state_dir)
    number = 0
    while store.healthy:
        store.enqueue([arrived(number)])
        number += 1
        await until(lambda: not store.queue_length or not store.healthy)
    acknowledged = store.written
    store.enqueue([arrived(number)])
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    await store.commit()
    assert 0 < acknowledged < store.written == number + 1
    assert await persons(place) == [f"{n:04}" for n in range(number + 1)]
    assert (store.healthy, store.refused) == (True, 0)
    assert await store.close() == 0


async def test_a_database_turned_read_only_loses_nothing_once_it_is_writable_again(place: Place) -> None:
    store = await Store.open(place.settings, place.state_dir)
    await store.commit([arrived(1)])
    await read_only(store, place, "on")
    store.enqueue([arrived(2)])
    await until(lambda: not store.healthy)
    await read_only(store, place, "off")
    await store.commit()
    assert await persons(place) == ["0001", "0002"]
    assert (store.healthy, store.refused) == (True, 0)
    assert await store.close() == 0


async def read_only(store: Store, place: Place, value: str) -> None:
    """As after ``mount -o remount,ro`` or a failover to a standby."""
    async with store._database.writer.connect() as connection:
        if place.engine == "sqlite":
            await connection.exec_driver_sql(f"PRAGMA query_only = {value}")
        else:
            database = connection.engine.url.database
            await connection.exec_driver_sql("SET default_transaction_read_only = off")
            await connection.commit()
            await connection.exec_driver_sql(
                f"ALTER DATABASE {database} SET default_transaction_read_only = {value}"
            )
            await connection.commit()
    if place.engine == "postgresql":
        await store._database.writer.dispose()  # sessions learn of it when they begin


@NEEDS_ROOT
async def test_a_state_directory_that_cannot_be_written_is_named_at_the_start(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreError, match=r"small/lock: Read-only file system; set daemon\.state_dir"):
        await Store.open(StoreSettings(), small_disk)


# --- PostgreSQL -------------------------------------------------------------------------------------------


async def test_postgresql_stopped_and_started_again_loses_nothing(
    postgres_place: Place, cluster: Cluster
) -> None:
    store = await Store.open(postgres_place.settings, postgres_place.state_dir)
    await store.commit([arrived(0)])
    cluster.stop()
    try:
        async with Turns() as turns:
            for number in range(1, 50):
                store.enqueue([arrived(number), held(number)])
                await asyncio.sleep(0)
            await until(lambda: not store.healthy)
            assert store.queue_length == 98
    finally:
        cluster.start()
    assert turns.count >= 49
    await store.commit()
    assert await persons(postgres_place) == [f"{number:04}" for number in range(50)]
    assert len(await postgres_place.rows("call_event")) == 49
    assert (store.healthy, store.refused, store.dropped) == (True, 0, 0)
    assert await store.close() == 0


async def test_postgresql_gone_silent_holds_up_nobody(
    postgres_place: Place, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_engine, "COMMAND_S", 0.5)
    store = await Store.open(postgres_place.settings, postgres_place.state_dir)
    await store.commit([arrived(0)])
    cluster.freeze()
    try:
        async with Turns() as turns:
            store.enqueue([arrived(1)])
            await until(lambda: not store.healthy)
            store.enqueue([arrived(2)])
        assert turns.count > 100
        assert store.queue_length == 2
    finally:
        cluster.thaw()
    await store.commit()
    assert await persons(postgres_place) == ["0000", "0001", "0002"]
    assert await store.close() == 0


async def test_closing_beside_a_silent_postgresql_ends_in_time(
    postgres_place: Place, cluster: Cluster
) -> None:
    store = await Store.open(postgres_place.settings, postgres_place.state_dir)
    cluster.freeze()
    try:
        store.enqueue([arrived(1)])
        async with asyncio.timeout(20):
            assert await store.close(timeout=0.3) == 1
    finally:
        cluster.thaw()


async def test_sessions_cut_by_the_server_are_opened_again(postgres_place: Place, cluster: Cluster) -> None:
    store = await Store.open(postgres_place.settings, postgres_place.state_dir)
    await store.commit([arrived(0)])
    name = str(postgres_place.settings.url).partition("@/")[2].partition("?")[0]
    admin = await asyncpg.connect(host=str(cluster.folder), user="postgres", database="postgres")
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await admin.close()
    await store.commit([arrived(1)])
    assert await persons(postgres_place) == ["0000", "0001"]
    assert await store.close() == 0


async def test_a_database_that_cannot_be_reached_is_named_at_the_start(tmp_path: Path) -> None:
    nowhere = StoreSettings(url=f"postgresql+asyncpg://ccd:secret@/ccd?host={tmp_path}")
    with pytest.raises(StoreError, match=r"store\.url") as caught:
        await Store.open(nowhere, tmp_path)
    assert "secret" not in str(caught.value)
