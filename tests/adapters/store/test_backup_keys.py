"""Keys that a store is worth little without come back with it, and none that is there is lost."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from ccd.adapters.store import Store, StoreError
from ccd.adapters.store.backup import backup, read_manifest, restore
from ccd.adapters.store.backup_key import KEYS
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import queue_call


@pytest.fixture(params=KEYS)
def name(request: pytest.FixtureRequest) -> str:
    """Of a key: that of sampling, and that of the web."""
    return str(request.param)


async def with_keys(store: Store, place: Place, target: Path, **keys: bytes) -> Path:
    """A backup of a place that has these keys, by name: ``quality`` and ``web``."""
    await store.commit(queue_call())
    for name, key in keys.items():
        (place.state_dir / f"{name}.key").write_bytes(key)
    await backup(place.settings, place.state_dir, target)
    await store.close()
    return target


async def both(store: Store, place: Place, target: Path) -> Path:
    return await with_keys(store, place, target, quality=b"q" * 32, web=b"w" * 32)


async def test_the_keys_come_back_with_the_store(
    store: Store, place: Place, empty: Place, tmp_path: Path
) -> None:
    await restore(empty.settings, empty.state_dir, await both(store, place, tmp_path / "b"))
    for name in KEYS:
        key = empty.state_dir / name
        assert key.read_bytes() == name[:1].encode() * 32
        assert key.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in empty.state_dir.iterdir() if ".key" in path.name) == sorted(KEYS)


async def test_another_key_that_is_there_is_kept_beside_it(
    sqlite_place: Place, tmp_path: Path, name: str
) -> None:
    place, key = sqlite_place, sqlite_place.state_dir / name
    store = await Store.open(place.settings, place.state_dir)
    saved = await both(store, place, tmp_path / "b")
    key.write_bytes(b"o" * 32)
    await restore(place.settings, place.state_dir, saved, force=True)
    assert key.read_bytes() == name[:1].encode() * 32
    replaced = [path for path in place.state_dir.iterdir() if path.name.endswith(".key.replaced")]
    assert [(path.name, path.read_bytes()) for path in replaced] == [(f"{name}.replaced", b"o" * 32)]


async def test_a_backup_without_a_key_leaves_the_one_that_is_there(
    sqlite_place: Place, tmp_path: Path, name: str
) -> None:
    place = sqlite_place
    store = await Store.open(place.settings, place.state_dir)
    saved = await with_keys(store, place, tmp_path / "b")
    (place.state_dir / name).write_bytes(b"o" * 32)
    await restore(place.settings, place.state_dir, saved, force=True)
    assert (place.state_dir / name).read_bytes() == b"o" * 32


async def test_what_is_no_key_is_not_kept_as_one(sqlite_place: Place, tmp_path: Path, name: str) -> None:
    store = await Store.open(sqlite_place.settings, sqlite_place.state_dir)
    keys = {"quality": b"q" * 32, "web": b"w" * 32} | {name.removesuffix(".key"): b"short"}
    saved = await with_keys(store, sqlite_place, tmp_path / "b", **keys)
    assert set(read_manifest(saved).keys()) == set(KEYS) - {name}


async def test_a_damaged_key_changes_nothing(sqlite_place: Place, tmp_path: Path, name: str) -> None:
    place, spoilt = sqlite_place, tmp_path / "spoilt"
    store = await Store.open(place.settings, place.state_dir)
    saved = await both(store, place, tmp_path / "b")
    with tarfile.open(saved, "r:gz") as source, tarfile.open(spoilt, "w:gz") as target:
        for member in source.getmembers():
            content = b"x" * 32 if member.name == name else source.extractfile(member).read()  # type: ignore[union-attr]
            member.size = len(content)
            target.addfile(member, io.BytesIO(content))
    before = await place.everything()
    with pytest.raises(StoreError, match=rf"{name} is not the manifest's"):
        await restore(place.settings, place.state_dir, spoilt, force=True)
    assert await place.everything() == before
    for each in KEYS:
        assert (place.state_dir / each).read_bytes() == each[:1].encode() * 32


async def test_a_backup_made_before_there_was_a_web_is_restored(sqlite_place: Place, tmp_path: Path) -> None:
    """Its manifest knows nothing of ``web.key``."""
    place, older = sqlite_place, tmp_path / "older"
    store = await Store.open(place.settings, place.state_dir)
    saved = await with_keys(store, place, tmp_path / "b", quality=b"q" * 32)
    with tarfile.open(saved, "r:gz") as source, tarfile.open(older, "w:gz") as target:
        for member in source.getmembers():
            content = source.extractfile(member).read()  # type: ignore[union-attr]
            if member.name == "manifest.json":
                content = content.replace(b"web_key_sha256", b"something_else")
                member.size = len(content)
            target.addfile(member, io.BytesIO(content))
    (place.state_dir / "web.key").write_bytes(b"w" * 32)
    await restore(place.settings, place.state_dir, older, force=True)
    assert (place.state_dir / "web.key").read_bytes() == b"w" * 32
