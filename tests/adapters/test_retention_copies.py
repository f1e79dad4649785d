"""A legal hold on a real recording: copied at once into the evidence folder, as incidents' recordings are."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.retention import KeepingParts
from ccd.adapters.store import Store
from ccd.config import Settings, StoreSettings
from ccd.effects import CopyHeld
from ccd.events import CopyKept
from ccd.world import World
from tests.adapters.store.samples import AT

SOUND = b"RIFF" + b"sound" * 1000


class Site:
    def __init__(self, folder: Path, store: Store) -> None:
        self.recordings, self.evidence = folder / "monitor", folder / "evidence"
        self.recordings.mkdir()
        settings = Settings.model_validate(
            {
                "pbx": {"main": {"secret": "x", "recordings_dir": str(self.recordings)}},
                "evidence": {"dir": str(self.evidence)},
                "policies": {"recordings": {"quiet_s": 0.05, "give_up_s": 0.5}},
            }
        )
        self.told: asyncio.Queue[Any] = asyncio.Queue()
        world = World(settings, AT)
        self.parts = KeepingParts(lambda: settings, world=world, store=store, submit=self.told.put_nowait)

    def copy(self, path: str, original: str = "") -> None:
        hold = "hold-0123456789abcdef"
        effect = CopyHeld(f"retention|copy|{hold}|{original}", "test", "main", hold, f"1.1:{path}", path)
        self.parts.performers()[CopyHeld](effect)

    async def final(self) -> CopyKept:
        async with asyncio.timeout(20):
            while not (told := await self.told.get()).final:
                pass
        assert isinstance(told, CopyKept)
        return told


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    state = tmp_path / "state"
    state.mkdir()
    store = await Store.open(StoreSettings(), state)
    site = Site(tmp_path, store)
    yield site
    await site.parts.close()
    await store.close()


async def test_the_copy_lies_under_the_name_of_the_hold_and_has_the_hash_of_the_file(site: Site) -> None:
    (site.recordings / "1.1.wav").write_bytes(SOUND)
    site.copy("1.1.wav")
    kept = await site.final()
    assert kept.key == "retention|copy|hold-0123456789abcdef|"
    assert kept.sha256 == hashlib.sha256(SOUND).hexdigest()
    path = Path(kept.path)
    assert path == site.evidence / "hold-0123456789abcdef" / "recordings" / "1.1.wav"
    assert path.read_bytes() == SOUND


async def test_asked_again_after_a_change_both_copies_are_kept(site: Site) -> None:
    (site.recordings / "1.1.wav").write_bytes(SOUND)
    site.copy("1.1.wav")
    first = await site.final()
    (site.recordings / "1.1.wav").write_bytes(b"something else altogether")
    site.copy("1.1.wav", "abc")
    second = await site.final()
    assert first.sha256 != second.sha256
    assert Path(first.path).read_bytes() == SOUND
    assert Path(second.path).read_bytes() == b"something else altogether"


@pytest.mark.parametrize("path", ["../secret.wav", "gone.wav"])
async def test_what_lies_elsewhere_or_is_not_there_is_an_error_and_nothing_is_copied(
    site: Site, path: str
) -> None:
    (site.recordings.parent / "secret.wav").write_bytes(SOUND)
    site.copy(path)
    kept = await site.final()
    assert kept.error
    assert not kept.path
