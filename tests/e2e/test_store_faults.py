"""The database is locked, full, read-only, stopped or silent under a daemon at work.

The reading of AMI does not notice, `/readyz` says so, and after the mend everything is there: row by row what
the journal's inputs give, and every sign-in that was asked for meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from ccd.config import StoreSettings
from ccd.simulator import Simulator
from tests.adapters.store.postgres import Cluster
from tests.e2e.again import content, content_of_journal
from tests.e2e.daemon import Daemon
from tests.e2e.outside import Outside, Row, following, people, until
from tests.pbx.root import in_ci
from tests.small_disk import NEEDS_ROOT, small_disk_at

Pbx = tuple[Simulator, int]

AWAY_S = 2.0
STOP_S = 5.0
RATE = 500.0
LAG_S = 2.0
"""Far more than reading ever takes, far less than the database is away."""


class Fault:
    """A daemon under traffic, with a journal on a healthy disk; ``run`` brings a fault about and mends it."""

    def __init__(
        self, pbx: Pbx, folder: Path, more: str = "", *, state: Path | None = None, away_s: float = AWAY_S
    ) -> None:
        simulator, port = pbx
        self.simulator = simulator
        self.journal = folder / "journal"
        self.away_s = away_s
        journal = f'[journal]\nenabled = true\ndir = "{self.journal}"\n'
        self.daemon = following(folder, port, journal + more)
        if state is not None:
            self._move(state)
        self.outside = Outside(self.daemon)

    def _move(self, state: Path) -> None:
        text = self.daemon.config.read_text("utf-8").replace(str(self.daemon.state), str(state))
        self.daemon.config.write_text(text, "utf-8")
        self.daemon.state = state

    async def run(
        self, begin: Callable[[], object], mend: Callable[[], object], settings: StoreSettings, scratch: Path
    ) -> None:
        """Traffic throughout; then everything is compared."""
        outside = self.outside
        async with self.traffic():
            begin()
            asked = asyncio.create_task(self.arrives("5002"))
            await self.reading_goes_on()
            mend()
            await until("it is well again", partial(store_is_back, outside))
            assert await outside.ready() == (200, {})
            assert (await self.arrives("5003"))["ok"]
            said = await asked
            assert said["ok"] or "the store did not take it" in said["error"], "nobody is told what is not so"
        values = await outside.values()
        assert (values["ccd_store_facts_dropped_total"], values["ccd_store_rows_refused_total"]) == (0, 0)
        code, _ = await outside.stop(signal.SIGTERM)
        assert code == 0, self.daemon.tail()
        stored = await content(settings, self.daemon.state)
        given, _ = await content_of_journal(self.journal, scratch)
        assert stored == given
        arrived = sum(count for row, count in stored["presence_event"].items() if "arrived" in row)
        assert arrived == 3

    @contextlib.asynccontextmanager
    async def traffic(self) -> AsyncIterator[None]:
        """The daemon follows a busy centre, and one person has signed in."""
        await self.outside.up()
        flood = asyncio.create_task(self.simulator.flood(RATE, 600))
        try:
            await self.outside.ask("roster_import", people=people(3, 5001))
            assert (await self.arrives("5001"))["ok"]
            yield
        finally:
            flood.cancel()
            await asyncio.gather(flood, return_exceptions=True)

    async def arrives(self, code: str) -> Row:
        return await self.outside.ask("sign_in", kind="arrive", code=code, seat=f"A-{code}", pbx="main")

    async def reading_goes_on(self) -> None:
        """The store is away for a while; nothing waits for it, and nothing is lost."""
        await until("it is told", partial(store_is_away, self.outside))
        await asyncio.sleep(self.away_s)
        code, why = await self.outside.ready()
        assert (code, list(why)) == (503, ["store"])
        assert "facts are waiting" in why["store"]
        before = await self.outside.values()
        await asyncio.sleep(0.5)
        values = await self.outside.values()
        assert values["ccd_ami_messages_total{pbx=main}"] > before["ccd_ami_messages_total{pbx=main}"]
        assert values["ccd_store_queue_length"] > before["ccd_store_queue_length"]
        assert values["ccd_inbox_length"] < 5 * RATE
        assert values["ccd_lag_seconds"] < LAG_S
        assert values["ccd_store_facts_dropped_total"] == 0
        assert values["ccd_ami_reconnects_total{pbx=main}"] == 0


async def store_is_away(outside: Outside) -> bool:
    return "store" in (await outside.ready())[1]


async def store_is_back(outside: Outside) -> bool:
    return await outside.value("ccd_store_healthy") == 1


@contextlib.asynccontextmanager
async def ended(fault: Fault) -> AsyncIterator[Fault]:
    try:
        yield fault
    finally:
        if fault.daemon.runs:
            await fault.outside.stop(signal.SIGKILL)


# --- SQLite -----------------------------------------------------------------------------------------------


async def test_a_database_locked_by_somebody_else(centre: Pbx, tmp_path: Path) -> None:
    """An administrator with a shell on the file, in the middle of a transaction."""
    async with ended(Fault(centre, tmp_path / "ccd", away_s=5.0)) as fault:
        file = fault.daemon.state / "ccd.sqlite"
        others: list[sqlite3.Connection] = []

        def lock() -> None:
            other = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=30)
            other.execute("BEGIN IMMEDIATE")
            others.append(other)

        await fault.run(lock, lambda: others[0].close(), StoreSettings(), tmp_path / "again")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk_at(tmp_path / "small") as folder:
        yield folder


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


@NEEDS_ROOT
async def test_a_disk_that_is_full(centre: Pbx, tmp_path: Path, small_disk: Path) -> None:
    async with ended(Fault(centre, tmp_path / "ccd", state=small_disk / "state")) as fault:
        filler = small_disk / "filler"

        def fill() -> None:
            with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * 4096)

        await fault.run(fill, lambda: remount(small_disk, "size=64m"), StoreSettings(), tmp_path / "again")


class FailingDisk:
    """An ext4 in a file, which turns read-only as a disk does that fails: at once, for everybody."""

    def __init__(self, folder: Path) -> None:
        self.image, self.mounted = folder / "image", folder / "disk"
        self.mounted.mkdir()
        with self.image.open("wb") as file:
            file.truncate(32 * 1024 * 1024)
        run("mkfs.ext4", "-q", "-F", str(self.image))
        self.mount()

    def mount(self) -> None:
        run("mount", "-o", "loop,errors=remount-ro", str(self.image), str(self.mounted))

    def fail(self) -> None:
        device = run("findmnt", "-no", "SOURCE", str(self.mounted)).stdout.strip().removeprefix("/dev/")
        Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("1")

    def repair(self) -> None:
        """On a copy: whoever has a mount namespace of its own (a test PBX) may still hold the disk itself."""
        run("umount", "-l", str(self.mounted))
        self.image = Path(shutil.copy(self.image, self.image.with_name("repaired")))
        checked = subprocess.run(["e2fsck", "-f", "-y", str(self.image)], capture_output=True, text=True)
        assert checked.returncode in (0, 1), checked.stdout  # 1: errors were corrected
        self.mount()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, check=True, capture_output=True, text=True)


@pytest.fixture
def failing_disk(tmp_path: Path) -> Iterator[FailingDisk]:
    try:
        disk = FailingDisk(tmp_path)
    except (subprocess.CalledProcessError, OSError) as error:
        why = f"no disk in a file can be mounted ({error}): one that turns read-only is not tried"
        if in_ci():
            pytest.fail(why)
        pytest.skip(why)
    yield disk
    subprocess.run(["umount", "-l", str(disk.mounted)], check=True)


@NEEDS_ROOT
async def test_a_disk_that_turns_read_only(centre: Pbx, tmp_path: Path, failing_disk: FailingDisk) -> None:
    """It can only be mended with the daemon stopped: what was acknowledged before is there then."""
    state = failing_disk.mounted / "state"
    async with ended(Fault(centre, tmp_path / "ccd", state=state)) as fault:
        outside = fault.outside
        async with fault.traffic():
            failing_disk.fail()
            asked = asyncio.create_task(fault.arrives("5002"))
            await fault.reading_goes_on()
            assert not (await asked)["ok"]
        code, seconds = await outside.stop(signal.SIGTERM)
        assert (code, seconds < STOP_S) == (0, True), fault.daemon.tail()
        assert "store_closed_with_facts_unwritten" in fault.daemon.tail()
        failing_disk.repair()
        await outside.up()
        assert outside.rows("SELECT person, event FROM presence_event") == [
            {"person": "5001", "event": "arrived"}
        ]
        assert (await fault.arrives("5002"))["ok"]


@NEEDS_ROOT
def test_a_disk_that_is_read_only_from_the_start_is_named(tmp_path: Path, small_disk: Path) -> None:
    daemon = Daemon(tmp_path / "ccd", '[pbx.main]\nsecret = "x"\n')
    state = small_disk / "state"
    state.mkdir()
    remount(small_disk, "ro")
    daemon.config.write_text(daemon.config.read_text("utf-8").replace(str(daemon.state), str(state)), "utf-8")
    done = daemon.ccd("run", "--lang", "en", check=False)
    assert done.returncode in (1, 2)
    for text in (str(state), "Read-only file system", "daemon.state_dir"):
        assert text in done.stderr
    assert "Traceback" not in done.stderr


# --- PostgreSQL -------------------------------------------------------------------------------------------


async def test_a_postgresql_that_is_stopped(centre: Pbx, cluster: Cluster, tmp_path: Path) -> None:
    settings = StoreSettings(url=cluster.create_database())
    store = f'[store]\nurl = "{settings.url}"\n'
    async with ended(Fault(centre, tmp_path / "ccd", store)) as fault:
        await fault.run(cluster.stop, cluster.start, settings, tmp_path / "again")


async def test_a_postgresql_that_hangs(centre: Pbx, cluster: Cluster, tmp_path: Path) -> None:
    settings = StoreSettings(url=cluster.create_database())
    store = f'[store]\nurl = "{settings.url}"\n'
    async with ended(Fault(centre, tmp_path / "ccd", store)) as fault:
        try:
            await fault.run(cluster.freeze, cluster.thaw, settings, tmp_path / "again")
        finally:
            cluster.thaw()


async def test_a_postgresql_that_turns_read_only(centre: Pbx, cluster: Cluster, tmp_path: Path) -> None:
    """As after a failover to a standby, which is promoted a little later."""
    settings = StoreSettings(url=cluster.create_database())
    store = f'[store]\nurl = "{settings.url}"\n'

    def read_only(value: str) -> None:
        statements = (
            "SET default_transaction_read_only = off",
            f"ALTER SYSTEM SET default_transaction_read_only = {value}",
            "SELECT pg_reload_conf()",
        )
        commands = [word for statement in statements for word in ("-c", statement)]
        run("psql", "-q", "-h", str(cluster.folder), "-U", "postgres", *commands)

    async with ended(Fault(centre, tmp_path / "ccd", store)) as fault:
        try:
            await fault.run(partial(read_only, "on"), partial(read_only, "off"), settings, tmp_path / "again")
        finally:
            read_only("off")
