"""The file that is opened is the one that is meant, also where somebody swaps it in that very moment."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.recording_files import Digests, open_recording, unchanged
from ccd.adapters.recordings import OutsideError
from ccd.config import PbxSettings


@pytest.fixture
def pbx(tmp_path: Path) -> PbxSettings:
    folder = tmp_path / "monitor" / "day"
    folder.mkdir(parents=True)
    (folder / "a.wav").write_bytes(b"inside")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.wav").write_bytes(b"outside")
    return PbxSettings(recordings_dir=tmp_path / "monitor")


def swapping(monkeypatch: pytest.MonkeyPatch, swap: Callable[[], None]) -> None:
    """``swap`` happens after the last look at the path and before the file is opened."""
    real = os.open

    def opening(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if str(path).endswith("a.wav"):
            swap()
        return real(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", opening)


def test_a_folder_that_becomes_a_link_while_the_file_is_opened_leads_nowhere(
    pbx: PbxSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = tmp_path / "monitor" / "day"

    def swap() -> None:
        day.rename(tmp_path / "monitor" / "was")
        day.symlink_to(tmp_path / "outside")

    swapping(monkeypatch, swap)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(OutsideError):
        open_recording("day/a.wav", pbx)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_that_becomes_a_link_while_it_is_opened_is_not_followed(
    pbx: PbxSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "monitor" / "day" / "a.wav"

    def swap() -> None:
        file.unlink()
        file.symlink_to(tmp_path / "outside" / "a.wav")

    swapping(monkeypatch, swap)
    with pytest.raises(OSError, match="symbolic links"):
        open_recording("day/a.wav", pbx)


@pytest.mark.parametrize(
    "path", ["../outside/a.wav", "/etc/passwd", "day/../../outside/a.wav", "day/a\0.wav"]
)
def test_a_name_that_leads_out_is_not_opened(pbx: PbxSettings, path: str) -> None:
    with pytest.raises(OutsideError):
        open_recording(path, pbx)


def test_a_folder_and_a_pipe_are_no_recordings(pbx: PbxSettings, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "monitor" / "b.wav")
    for path in ("day", "b.wav"):
        with pytest.raises(OutsideError):
            open_recording(path, pbx)


def test_a_hash_is_remembered_only_as_long_as_the_file_is_as_it_was(pbx: PbxSettings, tmp_path: Path) -> None:
    file, digests = tmp_path / "monitor" / "day" / "a.wav", Digests()
    for content in (b"inside", b"INSIDE", b"inside"):  # of one length
        file.write_bytes(content)
        opened = open_recording("day/a.wav", pbx)
        assert digests.of(opened) == hashlib.sha256(content).hexdigest()
        os.close(opened.fd)


def test_a_file_that_is_written_to_after_it_was_opened_is_noticed(pbx: PbxSettings, tmp_path: Path) -> None:
    opened = open_recording("day/a.wav", pbx)
    assert unchanged(opened)
    with (tmp_path / "monitor" / "day" / "a.wav").open("ab") as file:
        file.write(b"more")
    assert not unchanged(opened)
    os.close(opened.fd)
