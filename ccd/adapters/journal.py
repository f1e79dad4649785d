"""The journal: every input of the engine, in order, to rotating gzip files of JSON lines.

Off by default: a busy centre writes some 35 kB a queue call before compression. The loop only appends to a
list; a thread encodes, compresses and writes twice a second, each time up to a flush point, so a SIGKILL
costs at most half a second. Where the disk cannot keep up, records are dropped, counted, and the gap is
written as a record of its own (a replay stops there rather than pretend).
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import structlog

from ccd import events
from ccd.events import Event

__all__ = ["Gap", "Journal", "read"]

log = structlog.get_logger("ccd.journal")

FLUSH_S = 0.5
PENDING_LIMIT = 200_000


class Gap(Event, frozen=True):
    """So many inputs before this one are missing."""

    missing: int


_INPUTS = (
    events.AmiReceived
    | events.PbxLinked
    | events.PbxSynced
    | events.PbxLost
    | events.DeadlineDue
    | events.SignInAsked
    | events.RosterReplaced
    | events.ConfigReplaced
    | events.RecordingMeasured
    | events.PictureRestored
    | events.EffectDone
    | events.EffectFailed
    | events.Stopping
    | Gap
)


class Journal:
    """``await open``, ``append``, ``await close``. Errors are logged and counted, never raised."""

    def __init__(self, directory: Path, *, max_bytes: int, retention_days: int) -> None:
        self.records = 0
        self.bytes = 0
        self.errors = 0
        self.dropped = 0
        self._directory = directory
        self._max_bytes = max_bytes
        self._retention = timedelta(days=retention_days)
        self._pending: list[Event] = []
        self._missing = 0
        self._file: gzip.GzipFile | None = None
        self._path = directory
        self._size = 0
        self._encoder = msgspec.json.Encoder()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Raises OSError where the folder cannot be made or written."""
        await asyncio.to_thread(self._rotate)
        self._task = asyncio.create_task(self._run())

    def append(self, event: Event) -> None:
        if len(self._pending) >= PENDING_LIMIT:
            self._missing += 1
            self.dropped += 1
            return
        if self._missing:
            self._pending.append(Gap(at=event.at, missing=self._missing))
            self._missing = 0
        self._pending.append(event)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._flush()
        if self._file is not None:
            await asyncio.to_thread(self._file.close)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            await self._flush()

    async def _flush(self) -> None:
        batch, self._pending = self._pending, []
        if not batch:
            return
        try:
            await asyncio.to_thread(self._write, batch)
        except OSError as error:
            self.errors += 1
            self._missing += len(batch)
            log.error("journal_write_failed", path=str(self._path), error=error.strerror)

    def _write(self, batch: list[Event]) -> None:
        if self._file is None:
            self._rotate()
        assert self._file is not None
        for start in range(0, len(batch), 1000):
            self._file.write(self._encoder.encode_lines(batch[start : start + 1000]))
        self._file.flush(zlib.Z_SYNC_FLUSH)
        self.records += len(batch)
        size = self._path.stat().st_size
        self.bytes += size - self._size
        self._size = size
        if size >= self._max_bytes:
            self._rotate()

    def _rotate(self) -> None:
        if self._file is not None:
            self._file.close()
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o750)
        now = datetime.now(UTC)
        self._path = self._directory / f"journal-{now:%Y%m%dT%H%M%S}-{now.microsecond:06d}.jsonl.gz"
        self._file = gzip.open(self._path, "ab", compresslevel=1)  # noqa: SIM115 - lives as long as we do
        self._size = 0
        for path in self._directory.glob("journal-*.jsonl.gz"):
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < now - self._retention:
                path.unlink(missing_ok=True)


def read(source: Path) -> Iterator[Event]:
    """The inputs of one journal file, or of a folder of them in order.

    A file that ends in the middle (SIGKILL) gives what is whole. Raises ValueError naming file and line where
    a line is not a record, OSError where a file cannot be read.
    """
    paths = sorted(source.glob("journal-*.jsonl.gz")) if source.is_dir() else [source]
    decoder = msgspec.json.Decoder(_INPUTS)
    for path in paths:
        yield from _read_file(path, decoder)


def _read_file(path: Path, decoder: msgspec.json.Decoder[Event]) -> Iterator[Event]:
    with gzip.open(path, "rb") as file:
        number = 0
        while True:
            try:
                line = file.readline()
            except (EOFError, zlib.error):
                return
            if not line or not line.endswith(b"\n"):
                return
            number += 1
            try:
                yield decoder.decode(line)
            except msgspec.MsgspecError as error:
                raise ValueError(f"{path}: line {number}: not a journal record: {error}") from None
