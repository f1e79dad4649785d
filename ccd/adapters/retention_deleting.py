"""Deletes the file of a recording whose time is over: only the one that was measured, one at a time.

It lies in the recording folder, is no symlink, has the SHA-256 that was measured (an orphan: its size), and
is still the very file that was read when its name is taken away. A file that is gone already is done: who
killed ccd in between has changed nothing. A folder that is away is none from which a file is gone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import structlog

from ccd.adapters.recording_files import Digests, open_recording, unchanged
from ccd.adapters.recordings import OutsideError, locate
from ccd.config import PbxSettings
from ccd.effects import DeleteRecording
from ccd.events import EffectDone, EffectFailed, Event

__all__ = ["KeptError", "RetentionDeleting", "delete"]

log = structlog.get_logger("ccd.retention")


class KeptError(Exception):
    """A file that stays, and why: ``changed SHA256``, away, symlink, outside."""


def delete(effect: DeleteRecording, pbx: PbxSettings) -> bool:
    """Whether there was a file. Raises KeptError and OSError; then nothing has changed. Blocks."""
    root = pbx.recordings_dir or Path(pbx.recordings_pbx_dir)
    try:
        here = locate(effect.path, pbx)
        opened = open_recording(effect.path, pbx)
    except OutsideError:
        raise KeptError("outside") from None
    except FileNotFoundError:
        with os.scandir(root) as entries:  # raises where the folder itself is not there
            if not any(entries):
                raise KeptError("away") from None
        return False
    try:
        if opened.path != Path(os.path.realpath(root), here.relative_to(root)):
            raise KeptError("symlink")
        if effect.recording:
            digest = Digests().of(opened)
            if digest != effect.sha256:
                raise KeptError(f"changed {digest}")
        elif opened.size != effect.size:
            raise KeptError("changed")
        folder = os.open(opened.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            named = os.stat(opened.path.name, dir_fd=folder, follow_symlinks=False)
            if not unchanged(opened) or (named.st_dev, named.st_ino) != opened.stamp[:2]:
                raise KeptError("changed")
            os.unlink(opened.path.name, dir_fd=folder)
        finally:
            os.close(folder)
    finally:
        os.close(opened.fd)
    return True


class RetentionDeleting:
    """``held`` is asked at the last moment: what was held meanwhile stays."""

    def __init__(
        self,
        pbxs: Callable[[], dict[str, PbxSettings]],
        submit: Callable[[Event], None],
        now: Callable[[], datetime],
        *,
        held: Callable[[str, str], bool],
    ) -> None:
        self._pbxs = pbxs
        self._submit = submit
        self._now = now
        self._held = held
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ccd-deleting")
        self._tasks: set[asyncio.Task[None]] = set()
        self._one = asyncio.Lock()

    def perform(self, effect: DeleteRecording) -> None:
        task = asyncio.create_task(self._delete(effect))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _delete(self, effect: DeleteRecording) -> None:
        async with self._one:
            error = await self._try(effect)
        if error:
            log.warning("recording_not_deleted", pbx=effect.pbx, path=effect.path, error=error)
            self._submit(EffectFailed(self._now(), effect.key, error))
        else:
            log.info("recording_deleted", pbx=effect.pbx, path=effect.path, because=effect.because)
            self._submit(EffectDone(self._now(), effect.key))

    async def _try(self, effect: DeleteRecording) -> str:
        pbx = self._pbxs().get(effect.pbx)
        if pbx is None:
            return f"there is no pbx.{effect.pbx} in the settings"
        if self._held(effect.pbx, effect.recording or effect.path):
            return "held"
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, delete, effect, pbx)
        except KeptError as error:
            return str(error)
        except (OSError, ValueError) as error:
            return getattr(error, "strerror", None) or str(error)
        return ""
