"""Recordings on disk: found where the PBX named them, final when they stand still, and never outside."""

from __future__ import annotations

import asyncio
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccd.adapters.recordings import OutsideError, Recordings, locate
from ccd.config import PbxSettings, RecordingsSettings
from ccd.effects import MeasureRecording
from ccd.events import RecordingMeasured

SOUND = b"RIFF" + bytes(1000)
PBX_DIR = "/var/spool/asterisk/monitor"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "monitor"
    folder.mkdir()
    return folder


@pytest.fixture
def pbx(folder: Path) -> PbxSettings:
    return PbxSettings(recordings_dir=folder)


async def measured(
    pbx: PbxSettings, path: str, *, quiet_s: float = 0.05, give_up_s: float = 0.2
) -> RecordingMeasured:
    found: asyncio.Future[RecordingMeasured] = asyncio.get_running_loop().create_future()
    policy = RecordingsSettings(quiet_s=quiet_s, give_up_s=give_up_s)
    recordings = Recordings(
        lambda: {"main": pbx}, lambda: policy, found.set_result, lambda: datetime.now(UTC)
    )
    recordings.measure(
        MeasureRecording(key="1", because="test", pbx="main", call="1.1", recording="r", path=path)
    )
    async with asyncio.timeout(10):
        return await found


@pytest.mark.parametrize(
    ("named", "file"),
    [
        (f"{PBX_DIR}/1.wav", "1.wav"),
        (f"{PBX_DIR}/2026/11/1.wav", "2026/11/1.wav"),
        ("1.wav", "1.wav"),
        (f"{PBX_DIR}/1.wav49", "1.WAV"),
        (f"{PBX_DIR}/1.WAV", "1.WAV"),
        (f"{PBX_DIR}/1.gsm", "1.gsm"),
        (f"{PBX_DIR}/客户.wav", "客户.wav"),
    ],
)
def test_a_recording_is_found_under_the_name_it_really_has(
    folder: Path, pbx: PbxSettings, named: str, file: str
) -> None:
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(SOUND)
    assert locate(named, pbx) == folder / file


@pytest.mark.parametrize(
    "named",
    [
        "/etc/passwd",
        f"{PBX_DIR}/../../../../etc/passwd",
        "../outside.wav",
        f"{PBX_DIR}-other/1.wav",
        f"{PBX_DIR}/link.wav",
        f"{PBX_DIR}/elsewhere/1.wav",
        f"{PBX_DIR}/1.wav\0",
    ],
)
async def test_what_lies_outside_the_folder_is_refused_at_once(
    folder: Path, pbx: PbxSettings, named: str
) -> None:
    outside = folder.parent / "outside.wav"
    outside.write_bytes(SOUND)
    (folder / "link.wav").symlink_to(outside)
    (folder / "elsewhere").symlink_to(folder.parent)
    with pytest.raises(OutsideError):
        locate(named, pbx)
    fact = await measured(pbx, named, give_up_s=60)
    assert (fact.state, fact.size, fact.sha256) == ("outside", 0, "")


def test_a_link_within_the_folder_is_followed(folder: Path, pbx: PbxSettings) -> None:
    (folder / "real.wav").write_bytes(SOUND)
    (folder / "1.wav").symlink_to("real.wav")
    assert locate("1.wav", pbx) == folder / "1.wav"


@pytest.mark.parametrize(
    ("content", "state"), [(SOUND, "final"), (SOUND[:44], "empty"), (b"", "empty"), (None, "missing")]
)
async def test_size_and_checksum_are_the_files(
    folder: Path, pbx: PbxSettings, content: bytes | None, state: str
) -> None:
    if content is not None:
        (folder / "1.wav").write_bytes(content)
    fact = await measured(pbx, f"{PBX_DIR}/1.wav")
    digest = "" if content is None else hashlib.sha256(content).hexdigest()
    assert (fact.state, fact.size, fact.sha256) == (state, len(content or b""), digest)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to(path)])
async def test_what_is_no_file_is_missing_and_holds_nobody_up(
    folder: Path, pbx: PbxSettings, make: object
) -> None:
    assert callable(make)
    make(folder / "1.wav")
    assert (await measured(pbx, "1.wav")).state == "missing"


async def test_a_file_that_still_changes_is_waited_for(folder: Path, pbx: PbxSettings) -> None:
    path = folder / "1.wav"

    async def write() -> None:
        for size in range(10, 60, 10):
            path.write_bytes(SOUND * size)
            await asyncio.sleep(0.05)

    writing = asyncio.create_task(write())
    fact = await measured(pbx, "1.wav", quiet_s=0.2, give_up_s=10)
    assert writing.done()
    assert fact.size == len(SOUND) * 50
