"""One file out beside a running daemon, one file in; refused where it would do harm."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from ccd import __version__
from ccd import events as e
from ccd.adapters.store import Store, StoreError
from ccd.adapters.store.backup import Manifest, backup, read_manifest, restore
from ccd.adapters.store.migrate import head
from ccd.adapters.store.queries import opened
from ccd.config import StoreSettings
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import later, queue_call, sample


def arrived(number: int) -> e.PersonArrived:
    return sample(e.PersonArrived, at=later(number), person=str(number))


@pytest.fixture
async def saved(store: Store, place: Place, tmp_path: Path) -> Path:
    """A backup of a queue call and a PIN; the daemon has stopped since."""
    await store.commit(queue_call())
    await store.set_pin_hash("7", "$argon2id$")
    await backup(place.settings, place.state_dir, tmp_path / "saved.ccd")
    await store.close()
    return tmp_path / "saved.ccd"


async def test_a_backup_restored_elsewhere_is_the_same_store(saved: Path, place: Place, empty: Place) -> None:
    manifest = await restore(empty.settings, empty.state_dir, saved)
    restored = await empty.everything()
    (note,) = restored.pop("audit")
    assert (note["act"], note["subject"]) == ("store.restored", "store")
    assert json.loads(note["data"])["sha256"] == manifest.sha256
    assert restored == await place.everything()
    assert (manifest.ccd, manifest.revision, manifest.engine) == (__version__, head(), place.engine)
    store = await Store.open(empty.settings, empty.state_dir)
    assert await store.pin_hash("7") == "$argon2id$"
    await store.commit([arrived(1), sample(e.CallHeld)])
    assert len(await empty.rows("call_event")) == 1, "rows are numbered on from where they were"
    await store.close()


async def test_incidents_and_the_audit_chain_are_whole_after_a_restore(
    store: Store, place: Place, empty: Place, tmp_path: Path
) -> None:
    """Elsewhere, and in place of a store that has gone on since; and so they are after the next daemon."""
    told = [sample(e.NoteTaken, at=later(n), incident="i-1", n=n) for n in range(1, 6)]
    await store.commit(told[:3])
    await backup(place.settings, place.state_dir, tmp_path / "b.ccd")
    await store.commit(told[3:])
    await store.close()
    for where, gone_before in ((empty, None), (place, 5)):
        await restore(where.settings, where.state_dir, tmp_path / "b.ccd", force=True)
        assert [row["n"] for row in await where.rows("incident_event")] == [1, 2, 3]
        for entries in (4, 5):
            async with opened(where.settings, where.state_dir) as archive:
                report = await archive.verify_audit()
            assert (report.entries, report.findings) == (entries, ())
            again = await Store.open(where.settings, where.state_dir)
            await again.commit([told[3]])
            await again.close()
        note = json.loads((await where.rows("audit"))[3]["data"])
        assert (note["head_before"] or {}).get("seq") == gone_before


async def test_a_backup_is_taken_while_the_daemon_writes_and_is_of_one_moment(
    store: Store, place: Place, empty: Place, tmp_path: Path
) -> None:
    writing = True

    async def write() -> int:
        number = 0
        while writing:
            await store.commit([arrived(number), sample(e.CallHeld, at=later(number), call=str(number))])
            number += 1
        return number

    task = asyncio.create_task(write())
    await backup(place.settings, place.state_dir, tmp_path / "b.ccd")
    writing = False
    written = await task
    await restore(empty.settings, empty.state_dir, tmp_path / "b.ccd")
    people = {row["person"] for row in await empty.rows("presence_event")}
    calls = {row["call"] for row in await empty.rows("call_event")}
    assert people == calls == {str(number) for number in range(len(people))}
    assert len(people) <= written
    assert store.failures == 0


async def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside_it(
    saved: Path, tmp_path: Path
) -> None:
    assert saved.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.glob("*") if "backup" in path.name] == []
    assert read_manifest(saved).size > 0


async def test_an_older_backup_is_not_overwritten(saved: Path, place: Place) -> None:
    before = saved.read_bytes()
    with pytest.raises(StoreError, match="exists already"):
        await backup(place.settings, place.state_dir, saved)
    assert saved.read_bytes() == before


async def test_a_store_that_holds_something_is_replaced_only_by_force(saved: Path, place: Place) -> None:
    store = await Store.open(place.settings, place.state_dir)
    await store.commit([arrived(1)])
    await store.close()
    before = await place.everything()
    with pytest.raises(StoreError, match="not empty; to replace what it holds, use --force"):
        await restore(place.settings, place.state_dir, saved)
    assert await place.everything() == before
    await restore(place.settings, place.state_dir, saved, force=True)
    assert "presence_event" not in await place.everything()
    if place.engine == "sqlite":
        with sqlite3.connect(f"{place.file}.replaced") as old:
            assert old.execute("SELECT count(*) FROM presence_event").fetchone() == (1,)


async def test_nothing_is_restored_under_a_running_daemon(saved: Path, place: Place) -> None:
    store = await Store.open(place.settings, place.state_dir)
    with pytest.raises(StoreError, match="in use by process"):
        await restore(place.settings, place.state_dir, saved, force=True)
    await store.commit([arrived(1)])
    await store.close()


async def test_nothing_is_restored_under_a_daemon_on_another_machine(
    postgres_place: Place, tmp_path: Path
) -> None:
    store = await Store.open(postgres_place.settings, postgres_place.state_dir)
    await store.commit([arrived(1)])
    await backup(postgres_place.settings, postgres_place.state_dir, tmp_path / "b.ccd")
    with pytest.raises(StoreError, match="in use by a running ccd"):
        await restore(postgres_place.settings, tmp_path / "elsewhere", tmp_path / "b.ccd", force=True)
    await store.close()


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def flipped(file: Path) -> None:
    """The member, not the manifest: packed anew around content that is not the same."""
    with tarfile.open(file) as archive:
        members = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]
    content = bytearray(members["store"])
    content[len(content) // 2] ^= 1
    packed(file, members["manifest.json"], bytes(content))


def packed(file: Path, manifest: bytes, content: bytes) -> None:
    with tarfile.open(file, "w:gz") as archive:
        for name, data in (("manifest.json", manifest), ("store", content)):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def newer(file: Path) -> None:
    manifest = msgspec.structs.replace(read_manifest(file), revision="9999", ccd="99.0")
    packed(file, msgspec.json.encode(manifest), b"")


def other_engine(file: Path) -> None:
    manifest = read_manifest(file)
    other = "sqlite" if manifest.engine == "postgresql" else "postgresql"
    packed(file, msgspec.json.encode(msgspec.structs.replace(manifest, engine=other)), b"")


def no_store(file: Path) -> None:
    manifest = msgspec.json.encode(read_manifest(file))
    with tarfile.open(file, "w:gz") as archive:
        info = tarfile.TarInfo("manifest.json")
        info.size = len(manifest)
        archive.addfile(info, io.BytesIO(manifest))


HARM: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut short": (truncated, "damaged"),
    "one bit flipped": (flipped, "damaged: the SHA-256"),
    "made by a newer ccd": (newer, r"made by ccd 99\.0 \(schema revision 9999\), which is newer than this"),
    "of the other engine": (other_engine, "set store.url to the same engine"),
    "no store inside": (no_store, "it has no store"),
    "no backup at all": (lambda file: file.write_text("hello"), "not a backup of ccd"),
    "not there": (lambda file: file.unlink(), "no such file"),
}


@pytest.mark.parametrize(("harm", "says"), HARM.values(), ids=HARM)
async def test_a_file_that_is_no_good_changes_nothing(
    sqlite_place: Place, tmp_path: Path, harm: Callable[[Path], object], says: str
) -> None:
    await _refuses(sqlite_place, tmp_path / "b.ccd", harm, says)


async def test_a_damaged_file_changes_nothing_on_postgresql(postgres_place: Place, tmp_path: Path) -> None:
    await _refuses(postgres_place, tmp_path / "b.ccd", flipped, "damaged: the SHA-256")


async def _refuses(place: Place, file: Path, harm: Callable[[Path], object], says: str) -> None:
    store = await Store.open(place.settings, place.state_dir)
    await store.commit(queue_call())
    await store.close()
    await backup(place.settings, place.state_dir, file)
    before = await place.everything()
    harm(file)
    with pytest.raises(StoreError, match=says):
        await restore(place.settings, place.state_dir, file, force=True)
    assert await place.everything() == before
    await (await Store.open(place.settings, place.state_dir)).close()


async def test_a_missing_pg_dump_is_named_with_its_package(
    postgres_place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match="pg_dump is not installed; apt install postgresql-client"):
        await backup(postgres_place.settings, postgres_place.state_dir, tmp_path / "b.ccd")
    assert not (tmp_path / "b.ccd").exists()


async def test_there_is_no_backup_of_nothing(empty: Place, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing has been stored yet"):
        await backup(empty.settings, empty.state_dir, tmp_path / "b.ccd")


async def test_a_log_left_by_a_killed_daemon_never_meets_the_restored_database(
    sqlite_place: Place, tmp_path: Path
) -> None:
    store = await Store.open(sqlite_place.settings, sqlite_place.state_dir)
    await store.commit([arrived(1)])
    await backup(sqlite_place.settings, sqlite_place.state_dir, tmp_path / "b.ccd")
    await store.commit([arrived(number) for number in range(2, 500)])
    killed = Place(StoreSettings(), tmp_path / "killed")
    shutil.copytree(sqlite_place.state_dir, killed.state_dir)  # as SIGKILL leaves it: with its log
    await store.close()
    assert Path(f"{killed.file}-wal").stat().st_size
    await restore(killed.settings, killed.state_dir, tmp_path / "b.ccd", force=True)
    assert [row["person"] for row in await killed.rows("presence_event")] == ["1"]
    with sqlite3.connect(f"{killed.file}.replaced") as old:
        assert old.execute("SELECT count(*) FROM presence_event").fetchone() == (499,)


def test_a_manifest_tells_what_it_needs_to() -> None:
    of_the_store = ("format", "ccd", "engine", "revision", "created", "size", "sha256")
    assert Manifest.__struct_fields__ == (*of_the_store, "key_sha256", "web_key_sha256")
