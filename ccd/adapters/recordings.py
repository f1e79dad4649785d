"""Recordings on disk: find the file the PBX named, wait until it is quiet, take its size and SHA-256.

The PBX's folder may be seen elsewhere from here (``recordings_dir``), and the real name may differ from what
MixMonitor was given (``.wav49`` becomes ``.WAV``). Post-processing may follow MixMonitorStop: a file is
final once its size and time have stood still for ``quiet_s``. An unanswered call can leave a header and no
audio: that is ``empty``. A name that leads out of the folder is ``outside`` and is not touched.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import structlog

from ccd.config import PbxSettings, RecordingsSettings
from ccd.effects import MeasureRecording
from ccd.events import RecordingMeasured

__all__ = ["OutsideError", "Recordings", "locate"]

log = structlog.get_logger("ccd.recordings")

HEADER_ONLY = 64  # a WAV header is 44 bytes (60 for GSM); nothing was recorded
AT_ONCE = 8  # files looked at side by side: a disk is not to be flooded after an outage
_SPELLINGS = {".wav49": (".WAV", ".wav49"), ".WAV": (".WAV", ".wav49")}


class OutsideError(Exception):
    """A recording that would lie outside the recording folder."""


def locate(path: str, pbx: PbxSettings) -> Path:
    """Where a recording lies here, or would. Raises OutsideError.

    A relative name is one in the PBX's folder. The text comes from the PBX and is not trusted.
    """
    root = pbx.recordings_dir or Path(pbx.recordings_pbx_dir)
    named = PurePosixPath(path)
    if named.is_absolute():
        if not named.is_relative_to(pbx.recordings_pbx_dir):
            raise OutsideError(path)
        named = named.relative_to(pbx.recordings_pbx_dir)
    if ".." in named.parts or "\0" in path:
        raise OutsideError(path)
    here = root / named
    for suffix in _SPELLINGS.get(here.suffix, (here.suffix,)):
        candidate = here.with_suffix(suffix)
        if candidate.is_file():
            here = candidate
            break
    if not Path(os.path.realpath(here)).is_relative_to(os.path.realpath(root)):  # resolve() raises for a loop
        raise OutsideError(path)
    return here


class Recordings:
    def __init__(
        self,
        pbxs: Callable[[], dict[str, PbxSettings]],
        policy: Callable[[], RecordingsSettings],
        submit: Callable[[RecordingMeasured], None],
        now: Callable[[], datetime],
    ) -> None:
        self._pbxs = pbxs
        self._policy = policy
        self._submit = submit
        self._now = now
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def measure(self, effect: MeasureRecording) -> None:
        task = asyncio.create_task(self._measure(effect))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def pending(self) -> int:
        return len(self._tasks)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _measure(self, effect: MeasureRecording) -> None:
        pbx = self._pbxs().get(effect.pbx)
        if pbx is None:
            return
        path, size, digest = effect.path, 0, ""
        state = "missing"
        try:
            found = await self._quiet(effect.path, pbx, self._policy())
            if found is not None:
                path, size, digest = str(found.path), found.size, found.digest
                state = "final" if size > HEADER_ONLY else "empty"
        except OutsideError:
            log.warning("recording_outside", pbx=effect.pbx, path=effect.path)
            state = "outside"
        except OSError as error:
            path = str(error.filename or path)
            log.warning("recording_unreadable", path=path, error=error.strerror)
            state = "unreadable"
        self._submit(
            RecordingMeasured(
                at=self._now(),
                pbx=effect.pbx,
                call=effect.call,
                recording=effect.recording,
                state=state,
                path=path,
                size=size,
                sha256=digest,
            )
        )

    async def _quiet(self, name: str, pbx: PbxSettings, policy: RecordingsSettings) -> _Look | None:
        """Wait until the file is there and stands still; None where it never came.

        Raises OutsideError, and OSError for a file that cannot be read.
        """
        seen: tuple[int, int] | None = None
        waited = 0.0
        while waited <= policy.give_up_s:
            async with self._slots:
                look = await asyncio.to_thread(_look, name, pbx, seen)
            if look.digest:
                return look
            seen = look.seen
            await asyncio.sleep(policy.quiet_s)
            waited += policy.quiet_s
        return None


class _Look(NamedTuple):
    path: Path
    seen: tuple[int, int] | None
    size: int = 0
    digest: str = ""


def _look(name: str, pbx: PbxSettings, before: tuple[int, int] | None) -> _Look:
    """What is there now; its size and checksum where that is the same as before.

    All in one go: crossing over to a thread and back costs more than looking.
    """
    path = locate(name, pbx)
    now = _stat(path)
    if now is None or now != before:
        return _Look(path, now)
    return _Look(path, now, *_hash(path))


def _stat(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; None where there is none, or something that is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def _hash(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return file.tell(), digest.hexdigest()
