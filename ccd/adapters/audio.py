"""Recordings made into what a browser plays, each in a process of its own (``audio_worker``).

What was made is kept under a name of its content, for ``cache_hours`` and up to ``cache_mb`` in all, the
longest unused going first. The same thing asked for twice at once is made once. Few are made at a time and
few may wait: the daemon has other things to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog

from ccd.adapters.audio_formats import Source
from ccd.adapters.audio_job import Job
from ccd.config import Settings

__all__ = ["Audio", "AudioBusyError", "AudioError", "Made", "Wanted", "WorkerError"]

log = structlog.get_logger("ccd.audio")

WAITING = 16
"""So many may wait for a worker; more are told to come again."""
MEMORY = 512 * 1024 * 1024
OUTPUT_MOST = 1024 * 1024 * 1024
SWEEP_S = 600.0


class AudioError(Exception):
    """The recording cannot be decoded; the text says why."""


class AudioBusyError(Exception):
    """Too many are being made already."""


class WorkerError(Exception):
    """The worker was stopped before it was done: by its limits, or by somebody; the text says how."""


class Wanted(NamedTuple):
    """``what``: wav | opus | mp3 | peaks; ``digest`` of the file that it is made of; ``silent``: spans in
    seconds that are not given out (None: to the end); ``points`` of a waveform.
    """

    what: str
    digest: str
    silent: tuple[tuple[float, float | None], ...] = ()
    points: int = 0

    @property
    def key(self) -> str:
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:32]


class Made(NamedTuple):
    """A file in the cache, with the SHA-256 of its own bytes."""

    path: Path
    sha256: str


class Audio:
    def __init__(self, folder: Path, settings: Callable[[], Settings]) -> None:
        self.failures = 0
        """Workers that were stopped before they were done."""
        self._folder = folder
        self._settings = settings
        self._under_way: dict[str, asyncio.Task[Made]] = {}
        self._slots = asyncio.Semaphore(settings().web.decoders)
        self._swept = 0.0

    @property
    def pending(self) -> int:
        return len(self._under_way)

    async def made(self, fd: int, source: Source, wanted: Wanted) -> Made:
        """Raises AudioError, AudioBusyError and WorkerError. ``fd`` stays the caller's."""
        found = await asyncio.to_thread(self._kept, wanted)
        if found is not None:
            return found
        task = self._under_way.get(wanted.key)
        if task is None:
            if len(self._under_way) >= WAITING:
                raise AudioBusyError
            task = asyncio.create_task(self._make(os.dup(fd), source, wanted))
            self._under_way[wanted.key] = task
            task.add_done_callback(lambda done: self._done(wanted.key, done))
        return await asyncio.shield(task)

    async def close(self) -> None:
        tasks = tuple(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def forget(self, digest: str) -> None:
        """What was made of a recording that is gone goes, too."""
        for path in self._files():
            if path.name.split(".")[1] == digest[:16]:
                path.unlink(missing_ok=True)

    def _done(self, key: str, task: asyncio.Task[Made]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            task.exception()  # told to whoever waits; nobody may any more

    async def _make(self, fd: int, source: Source, wanted: Wanted) -> Made:
        try:
            async with self._slots:
                await asyncio.to_thread(self._make_room)
                partial = self._folder / f".{wanted.key}-{os.getpid()}"
                try:
                    digest = await self._work(fd, source, wanted, partial)
                    return await asyncio.to_thread(self._keep, partial, wanted, digest)
                finally:
                    partial.unlink(missing_ok=True)
        finally:
            os.close(fd)

    async def _work(self, fd: int, source: Source, wanted: Wanted, output: Path) -> str:
        limit_s = self._settings().web.decode_s
        job = Job(
            what=wanted.what,
            source=fd,
            output=str(output),
            demuxer=source.demuxer,
            rate=source.rate,
            points=wanted.points,
            silent=wanted.silent,
            memory=MEMORY,
            cpu_s=int(limit_s) + 1,
            bytes_most=OUTPUT_MOST,
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ccd.adapters.audio_worker", msgspec.json.encode(job).decode()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=(fd,),
            env=_environment(),
        )
        try:
            async with asyncio.timeout(limit_s):
                told, _ = await process.communicate()
        except TimeoutError:
            self.failures += 1
            raise WorkerError(f"it took longer than {limit_s:g} s (web.decode_s)") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return self._result(process.returncode, told)

    def _result(self, code: int | None, told: bytes) -> str:
        """The SHA-256 of what was made."""
        try:
            result = msgspec.json.decode(told, type=dict[str, object])
        except msgspec.DecodeError:
            result = {}
        if code == 0 and result.get("ok") is True:
            return str(result["sha256"])
        if code == 0 and "fault" in result:
            raise AudioError(str(result["fault"]))
        self.failures += 1
        how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        log.warning("audio_worker_ended", how=how)
        raise WorkerError(f"the decoder was stopped ({how})")

    # --- the cache ----------------------------------------------------------------------------------------

    def _name(self, wanted: Wanted, digest: str) -> str:
        return f"{wanted.key}.{wanted.digest[:16]}.{digest}"

    def _kept(self, wanted: Wanted) -> Made | None:
        for path in self._files(wanted.key):
            with contextlib.suppress(OSError):
                os.utime(path)
                return Made(path, path.name.split(".")[2])
        return None

    def _keep(self, partial: Path, wanted: Wanted, digest: str) -> Made:
        path = self._folder / self._name(wanted, digest)
        partial.chmod(0o600)
        partial.rename(path)
        return Made(path, digest)

    def _files(self, key: str = "*") -> list[Path]:
        return [path for path in self._folder.glob(f"{key}.*.*") if not path.name.startswith(".")]

    def _make_room(self) -> None:
        """Raises OSError where the folder cannot be had."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        web = self._settings().web
        oldest = time.time() - web.cache_hours * 3600
        left = web.cache_mb * 1024 * 1024
        seen = []
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                found = path.stat()
                seen.append((found.st_mtime, found.st_size, path))
        for mtime, size, path in sorted(seen, reverse=True):
            abandoned = path.name.startswith(".") and mtime < time.time() - 2 * web.decode_s
            left -= size
            if mtime < oldest or abandoned or (left < 0 and not path.name.startswith(".")):
                path.unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    """Nothing that a decoder has no use for, such as secrets."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
