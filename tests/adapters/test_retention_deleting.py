"""Only the file that was measured is deleted: not another in its place, none outside, none through a link."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.clock import utc_now
from ccd.adapters.retention_deleting import KeptError, RetentionDeleting, delete
from ccd.config import PbxSettings
from ccd.effects import DeleteRecording
from ccd.events import EffectDone, EffectFailed

SOUND = b"RIFF" + b"sound" * 100
SHA = hashlib.sha256(SOUND).hexdigest()
PBX_DIR = "/var/spool/asterisk/monitor"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "monitor"
    root.mkdir()
    (root / "other.wav").write_bytes(b"stays")
    (root / "1.1.wav").write_bytes(SOUND)
    return root


def pbx(folder: Path) -> PbxSettings:
    return PbxSettings.model_validate({"secret": "x", "recordings_dir": str(folder)})


def effect(name: str = "1.1.wav", sha256: str = SHA, **more: Any) -> DeleteRecording:
    recording = more.pop("recording", f"1.1:{name}")
    return DeleteRecording(f"k|{name}", "test", "main", recording, name, sha256, **more)


@pytest.mark.parametrize("name", ["1.1.wav", f"{PBX_DIR}/1.1.wav"])
def test_the_measured_file_goes_by_either_name_and_a_second_time_is_done_already(
    folder: Path, name: str
) -> None:
    assert delete(effect(name), pbx(folder))
    assert [one.name for one in folder.iterdir()] == ["other.wav"]
    assert not delete(effect(name), pbx(folder))


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("../secret.wav", "outside"),
        ("/etc/passwd", "outside"),
        ("link.wav", "symlink"),
        ("linked/1.1.wav", "symlink"),
        ("out.wav", "outside"),
        ("folder", "outside"),
    ],
)
def test_what_lies_elsewhere_or_behind_a_link_is_not_touched(folder: Path, name: str, error: str) -> None:
    (folder.parent / "secret.wav").write_bytes(SOUND)
    (folder / "link.wav").symlink_to(folder / "1.1.wav")
    (folder / "linked").symlink_to(folder)
    (folder / "out.wav").symlink_to(folder.parent / "secret.wav")
    (folder / "folder").mkdir()
    with pytest.raises(KeptError, match=error):
        delete(effect(name), pbx(folder))
    assert (folder / "1.1.wav").exists()
    assert (folder.parent / "secret.wav").exists()


def test_another_file_in_its_place_stays_and_its_hash_is_told(folder: Path) -> None:
    (folder / "1.1.wav").write_bytes(b"another")
    with pytest.raises(KeptError, match=f"changed {hashlib.sha256(b'another').hexdigest()}"):
        delete(effect(), pbx(folder))
    assert (folder / "1.1.wav").read_bytes() == b"another"


@pytest.mark.parametrize(("size", "goes"), [(len(SOUND), True), (len(SOUND) - 1, False)])
def test_an_orphan_goes_with_the_size_it_was_found_with(folder: Path, size: int, goes: bool) -> None:
    asked = effect(sha256="", recording="", size=size)
    if goes:
        assert delete(asked, pbx(folder))
    else:
        with pytest.raises(KeptError, match="changed"):
            delete(asked, pbx(folder))
    assert (folder / "1.1.wav").exists() is not goes


def test_a_folder_that_is_away_has_no_file_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "monitor").mkdir()
    with pytest.raises(KeptError, match="away"):
        delete(effect(), pbx(tmp_path / "monitor"))
    with pytest.raises(FileNotFoundError):
        delete(effect(), pbx(tmp_path / "nowhere"))


async def test_what_was_held_meanwhile_stays_and_everything_is_answered_under_its_key(folder: Path) -> None:
    told: asyncio.Queue[Any] = asyncio.Queue()
    held = {"1.2:1.1.wav"}
    deleting = RetentionDeleting(
        lambda: {"main": pbx(folder)}, told.put_nowait, utc_now, held=lambda at, name: name in held
    )
    deleting.perform(effect(recording="1.2:1.1.wav"))
    answer = await asyncio.wait_for(told.get(), 10)
    assert (type(answer), answer.key, answer.error) == (EffectFailed, "k|1.1.wav", "held")
    deleting.perform(effect())
    assert type(await asyncio.wait_for(told.get(), 10)) is EffectDone
    assert not (folder / "1.1.wav").exists()
    deleting.perform(effect("nothing/there.wav"))
    assert type(await asyncio.wait_for(told.get(), 10)) is EffectDone
    await deleting.close()
