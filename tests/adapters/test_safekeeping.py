# ruff: noqa: F811 - fixtures of another folder
"""Facts of incidents are in the store or in the spool, or it is said that they are not; and only once."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from ccd import events as e
from ccd.adapters.safekeeping import Safekeeping
from ccd.adapters.spool import Item, Spool
from ccd.adapters.store import Store
from ccd.adapters.store.entries import Deadline, DeadlineGone, PinSet
from ccd.adapters.store.queries import opened
from ccd.config import StoreSettings
from tests.adapters.store.conftest import (  # noqa: F401 - fixtures
    Place,
    cluster,
    migrated_file,
    postgres_place,
    sqlite_place,
)
from tests.adapters.store.postgres import Cluster
from tests.adapters.store.samples import AT, later, sample
from tests.adapters.store.waiting import Turns, until

SIZE = 65_536
NEEDS_ROOT = pytest.mark.skipif(
    os.geteuid() != 0, reason="mounting a small file system needs root: a full disk is not tried"
)


def told(n: int, **more: str) -> e.NoteTaken:
    return sample(e.NoteTaken, at=later(n), incident="i-1", n=n, **more)


def step(n: int) -> list[Item]:
    """A fact and what its step asked for: one transaction."""
    return [told(n), PinSet(f"code-{n}", "first", later(n)), deadline(f"turn-{n}")]


def deadline(key: str) -> Deadline:
    return Deadline(key, AT, later(900), "b00t", 12.5, 900.0)


async def facts_in(place: Place) -> list[int]:
    return [row["n"] for row in await place.rows("incident_event")]


async def audited_once(place: Place) -> None:
    async with opened(place.settings, place.state_dir) as archive:
        report = await archive.verify_audit()
    assert report.findings == ()
    assert report.entries == len(await facts_in(place))


class Desk:
    """A store, a spool in another place, and what keeps facts safe in them."""

    def __init__(self, place: Place, spool: Path) -> None:
        self.place = place
        self.file = spool

    async def start(self) -> list[str]:
        self.store = await Store.open(self.place.settings, self.place.state_dir)
        self.spool = Spool(self.file, SIZE)
        self.back: list[tuple[str, ...]] = []
        self.keeping = Safekeeping(self.store, self.spool, stored=self.back.append)
        return await self.keeping.restore()

    async def stop(self, timeout: float = 5.0) -> None:
        await self.store.close(timeout)
        await self.keeping.close()

    async def records(self) -> list[list[Item]]:
        return await self.spool.read()


@pytest.fixture
async def desk(sqlite_place: Place, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(sqlite_place, tmp_path / "elsewhere" / "ccd.spool")
    assert await desk.start() == []
    yield desk
    await desk.stop()


@pytest.fixture
def locked(sqlite_place: Place) -> Iterator[sqlite3.Connection]:
    other = sqlite3.connect(sqlite_place.file, isolation_level=None)
    yield other
    other.close()


async def test_a_store_at_work_takes_them_and_the_spool_is_not_touched(desk: Desk) -> None:
    assert await desk.keeping.keep(step(1)) == "store"
    assert await facts_in(desk.place) == [1]
    assert (desk.keeping.spooled, desk.keeping.unsaved, desk.keeping.spool_bytes_used) == (0, 0, 0)


async def test_they_are_handed_over_when_keep_is_called_not_when_it_is_awaited(desk: Desk) -> None:
    first = desk.keeping.keep(step(1))
    desk.store.enqueue([DeadlineGone("turn-1")])
    assert await first == "store"
    await desk.store.commit()
    assert await desk.store.open_deadlines() == []


async def test_a_locked_database_sends_them_to_the_spool_until_it_has_them(
    desk: Desk, locked: sqlite3.Connection
) -> None:
    locked.execute("BEGIN IMMEDIATE")
    async with Turns() as turns:
        assert await desk.keeping.keep(step(1)) == "spool"
        assert await desk.keeping.keep(step(2)) == "spool"
    assert turns.count > 100
    assert await desk.records() == [step(1), step(2)]
    assert desk.keeping.spooled == len(step(1)) + len(step(2))
    assert desk.keeping.unsaved == 0
    locked.execute("ROLLBACK")
    await until(lambda: desk.keeping.spool_bytes_used == 0)
    assert await desk.records() == []
    assert await facts_in(desk.place) == [1, 2]
    assert await desk.keeping.keep(step(3)) == "store"
    await audited_once(desk.place)


async def test_those_still_given_time_go_to_the_spool_before_later_ones(
    desk: Desk, locked: sqlite3.Connection
) -> None:
    """Else a kill would leave a fact whose forerunners are nowhere."""
    locked.execute("BEGIN IMMEDIATE")
    first = asyncio.create_task(desk.keeping.keep([told(1)], patience_s=60))
    assert await desk.keeping.keep([told(2)], patience_s=0) == "spool"
    assert [[item.n for item in record] for record in await desk.records()] == [[1], [2]]  # type: ignore[union-attr]
    assert desk.keeping.unsaved == 0
    locked.execute("ROLLBACK")
    assert await first == "store"
    await until(lambda: desk.keeping.spool_bytes_used == 0)
    assert await facts_in(desk.place) == [1, 2]


async def test_once_the_store_has_all_of_an_incident_that_is_told(
    desk: Desk, locked: sqlite3.Connection
) -> None:
    assert await desk.keeping.keep([told(1)]) == "store"
    locked.execute("BEGIN IMMEDIATE")
    for n in (2, 3):
        assert await desk.keeping.keep([told(n)], patience_s=0) == "spool"
    assert desk.back == []
    locked.execute("ROLLBACK")
    await until(lambda: bool(desk.back))
    assert desk.back == [("i-1",)]


async def test_a_store_known_to_be_away_is_not_waited_for(desk: Desk, locked: sqlite3.Connection) -> None:
    locked.execute("BEGIN IMMEDIATE")
    await desk.keeping.keep(step(1))
    await until(lambda: not desk.store.healthy)
    async with asyncio.timeout(20):
        assert await desk.keeping.keep(step(2), patience_s=3600) == "spool"


async def test_a_stopped_postgresql_loses_nothing(
    postgres_place: Place,
    cluster: Cluster,
    tmp_path: Path,
) -> None:
    desk = Desk(postgres_place, tmp_path / "ccd.spool")
    await desk.start()
    assert await desk.keeping.keep(step(1)) == "store"
    cluster.stop()
    try:
        assert await desk.keeping.keep(step(2)) == "spool"
        assert await desk.keeping.keep(step(3)) == "spool"
    finally:
        cluster.start()
    await until(lambda: desk.keeping.spool_bytes_used == 0)
    assert await facts_in(postgres_place) == [1, 2, 3]
    await audited_once(postgres_place)
    await desk.stop()


async def test_a_spool_that_is_full_leaves_them_in_memory_and_says_so(
    desk: Desk, locked: sqlite3.Connection
) -> None:
    locked.execute("BEGIN IMMEDIATE")
    with capture_logs() as logged:
        assert await desk.keeping.keep([told(1, text="x" * SIZE)]) == "memory"
    assert (desk.keeping.unsaved, desk.keeping.spool_failures) == (1, 1)
    assert "incident_not_saved" in {line["event"] for line in logged}
    locked.execute("ROLLBACK")
    await until(lambda: desk.keeping.unsaved == 0)
    assert await facts_in(desk.place) == [1]


async def test_what_was_only_in_memory_is_spooled_first_once_that_is_possible(
    sqlite_place: Place,
    locked: sqlite3.Connection,
    tmp_path: Path,
) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    desk = Desk(sqlite_place, tmp_path / "taken" / "ccd.spool")
    assert await desk.start() == []
    locked.execute("BEGIN IMMEDIATE")
    assert await desk.keeping.keep(step(1)) == "memory"
    (tmp_path / "taken").unlink()
    assert await desk.keeping.keep(step(2)) == "spool"
    assert (await desk.records(), desk.keeping.unsaved) == ([step(1), step(2)], 0)
    locked.execute("ROLLBACK")
    await desk.stop()
    assert await facts_in(sqlite_place) == [1, 2]


async def test_a_spool_that_hangs_holds_up_nobody(desk: Desk, locked: sqlite3.Connection) -> None:
    locked.execute("BEGIN IMMEDIATE")
    hang = asyncio.Event()
    loop = asyncio.get_running_loop()
    desk.spool._ask(lambda: asyncio.run_coroutine_threadsafe(hang.wait(), loop).result())
    async with asyncio.timeout(20):
        assert await desk.keeping.keep(step(1)) == "memory"
    hang.set()
    assert await desk.keeping.keep(step(2)) == "spool"
    assert desk.keeping.unsaved == 0


async def test_rows_that_no_store_will_take_are_set_aside(desk: Desk) -> None:
    bad: list[Item] = [told(1), Deadline(None, AT, AT, "", 0.0, 0.0)]  # type: ignore[arg-type]
    assert await desk.keeping.keep(bad) == "spool"
    await until(lambda: desk.keeping.spool_bytes_used == 0)
    aside = await asyncio.to_thread(desk.file.with_name("ccd.spool.refused").read_bytes)
    assert msgspec.json.decode(aside.splitlines()[0], type=e.NoteTaken) == told(1)
    assert desk.keeping.unsaved == 0


async def test_only_what_belongs_to_an_incident_is_kept(desk: Desk) -> None:
    with pytest.raises(ValueError, match="nothing of an incident"):
        await desk.keeping.keep([sample(e.PersonArrived)])


# --- a start after a crash --------------------------------------------------------------------------------


async def leave_in_spool(file: Path, *records: list[Item]) -> None:
    spool = Spool(file, SIZE)
    for record in records:
        await spool.write(record)
    await spool.close()


async def test_what_the_store_has_not_is_given_to_it_at_the_start(
    sqlite_place: Place, tmp_path: Path
) -> None:
    desk = Desk(sqlite_place, tmp_path / "ccd.spool")
    await leave_in_spool(desk.file, step(1), step(2))
    assert await desk.start() == []
    assert await facts_in(sqlite_place) == [1, 2]
    assert [armed.key for armed in await desk.store.open_deadlines()] == ["turn-1", "turn-2"]
    assert [row["code"] for row in await sqlite_place.rows("pin")] == ["code-1", "code-2"]
    await until(lambda: desk.keeping.spool_bytes_used == 0)
    await audited_once(sqlite_place)
    await desk.stop()


async def test_what_has_changed_since_is_not_brought_back_to_life(
    sqlite_place: Place, tmp_path: Path
) -> None:
    """The store took everything and more, and the daemon was killed before the spool was cleared."""
    desk = Desk(sqlite_place, tmp_path / "ccd.spool")
    await desk.start()
    await desk.store.commit(step(1))
    await desk.store.commit([told(2), PinSet("code-1", "second", later(2)), DeadlineGone("turn-1")])
    await desk.stop()
    await leave_in_spool(desk.file, step(1))
    assert await desk.start() == []
    assert await desk.store.pin_hash("code-1") == "second"
    assert await desk.store.open_deadlines() == []
    await until(lambda: desk.keeping.spool_bytes_used == 0)
    await audited_once(sqlite_place)
    await desk.stop()


async def test_a_store_away_at_the_start_leaves_the_spool_alone(
    desk: Desk, locked: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.stop()
    await leave_in_spool(desk.file, step(1))
    monkeypatch.setattr("ccd.adapters.safekeeping.RESTORE_S", 0.05)
    again = Desk(desk.place, desk.file)
    again.store = await Store.open(desk.place.settings, desk.place.state_dir)
    locked.execute("BEGIN IMMEDIATE")
    again.spool = Spool(desk.file, SIZE)
    again.keeping = Safekeeping(again.store, again.spool)
    (left,) = await again.keeping.restore()
    assert msgspec.json.decode(left, type=e.NoteTaken) == told(1)
    assert await again.records() == [step(1)]
    locked.execute("ROLLBACK")
    await until(lambda: again.keeping.spool_bytes_used == 0)
    assert await facts_in(desk.place) == [1]
    await again.stop()


_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["ccd.adapters.store.sqlite", "ccd.adapters.safekeeping"])


def keep_until_killed(place: Place, file: Path, said: Connection) -> None:
    async def run() -> None:
        desk = Desk(place, file)
        await desk.start()
        for n in range(1, 1_000_000):
            said.send((n, await desk.keeping.keep(step(n))))

    asyncio.run(run())


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_killed_between_spool_and_store_nothing_is_lost_or_doubled(
    sqlite_place: Place,
    locked: sqlite3.Connection,
    tmp_path: Path,
    rounds: int,
) -> None:
    file = tmp_path / "ccd.spool"

    def killed(after: int) -> int:
        """Returns the last fact that was said to be safe."""
        ours, theirs = _forks.Pipe(duplex=False)
        child = _forks.Process(target=keep_until_killed, args=(place_of_round, file, theirs))
        child.start()
        theirs.close()
        safe: list[tuple[int, Any]] = [ours.recv()]
        assert safe[0] == (1, "store")
        locked_here = sqlite3.connect(place_of_round.file, isolation_level=None, timeout=20)
        locked_here.execute("BEGIN IMMEDIATE")
        while len([1 for _, where in safe if where == "spool"]) < after:
            safe.append(ours.recv())
        assert child.pid is not None
        os.kill(child.pid, 9)
        child.join()
        locked_here.close()
        try:
            while True:
                safe.append(ours.recv())
        except EOFError:
            return safe[-1][0]

    async def restarted(last: int) -> None:
        desk = Desk(place_of_round, file)
        assert await desk.start() == []
        facts = await facts_in(place_of_round)
        assert facts[:last] == list(range(1, last + 1))
        assert len(facts) in (last, last + 1), "at most the one under way was not acknowledged"
        assert len(await desk.store.open_deadlines()) == len(await place_of_round.rows("pin")) == len(facts)
        assert await desk.records() == []
        await audited_once(place_of_round)
        await desk.stop()

    whole = sqlite_place.file.read_bytes()
    for number in range(rounds):
        place_of_round = Place(StoreSettings(), tmp_path / f"round{number}")
        place_of_round.state_dir.mkdir()
        place_of_round.file.write_bytes(whole)
        asyncio.run(restarted(killed(1 + number % 5)))


@NEEDS_ROOT
async def test_a_full_disk_of_the_store_does_not_concern_the_spool(
    sqlite_place: Place,
    tmp_path: Path,
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], check=True)
    try:
        place = Place(StoreSettings(), small)
        place.file.write_bytes(sqlite_place.file.read_bytes())
        desk = Desk(place, tmp_path / "ccd.spool")
        await desk.start()
        n = 0
        while (where := await desk.keeping.keep([told(n := n + 1, text="x" * 2000)])) == "store":
            pass
        assert where == "spool"
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        await until(lambda: desk.keeping.spool_bytes_used == 0)
        assert await facts_in(place) == list(range(1, n + 1))
        await audited_once(place)
        await desk.stop()
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


async def test_a_read_only_store_and_a_read_only_spool_are_told(
    desk: Desk,
) -> None:
    async with desk.store._database.writer.connect() as connection:
        await connection.exec_driver_sql("PRAGMA query_only = on")
    assert await desk.keeping.keep(step(1)) == "spool"
    await desk.spool._ask(lambda: _turn_read_only(desk.spool))
    with capture_logs() as logged:
        assert await desk.keeping.keep(step(2)) == "memory"
    assert "incident_not_saved" in {line["event"] for line in logged}
    async with desk.store._database.writer.connect() as connection:
        await connection.exec_driver_sql("PRAGMA query_only = off")
    await until(lambda: desk.keeping.unsaved == 0)
    assert await facts_in(desk.place) == [1, 2]


def _turn_read_only(spool: Spool) -> None:
    """As after ``mount -o remount,ro``: every write fails."""
    assert spool._file is not None
    only_to_read = os.open(spool.path, os.O_RDONLY)
    os.dup2(only_to_read, spool._file)
    os.close(only_to_read)
