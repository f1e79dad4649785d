"""The journal: every input of the engine, in order, to rotating gzip files of JSON lines.

Off by default: a busy centre writes some 35 kB a queue call before compression. The loop only appends to a
list; a thread encodes, compresses and writes twice a second, each time up to a flush point, so a SIGKILL
costs at most half a second. Where the disk cannot keep up or refuses, records are dropped, counted, and the
gap is written as a record of its own, which a replay reports. Every file begins with what is in force: it can
be replayed when those before it are past their retention.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import structlog

from ccd import events
from ccd.events import (
    ConfigReplaced,
    Event,
    Gap,
    JournalBegan,
    PlanChanged,
    PlanRestored,
    RosterReplaced,
    quality,
)

__all__ = ["Journal", "read"]

log = structlog.get_logger("ccd.journal")

FLUSH_S = 0.5
PENDING_LIMIT = 200_000
_FILES = "journal-*.jsonl.gz"
_NAME = "journal-%Y%m%dT%H%M%S-%f.jsonl.gz"

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
    | events.PlanChanged
    | events.PlanRestored
    | events.EffectDone
    | events.EffectFailed
    | events.Stopping
    | events.CopyKept
    | events.IncidentAct
    | events.IncidentsRestored
    | events.Kept
    | events.PoliceMark
    | events.ReportAsked
    | events.RingResult
    | events.SourceRead
    | events.TellingResult
    | events.PauseAsked
    | events.RecordRead
    | events.ShiftAct
    | events.ShiftsRestored
    | quality.ConversationsRead
    | quality.ListeningTold
    | quality.PopulationRead
    | quality.QualityRead
    | quality.RecordingNotGiven
    | quality.RecordingsExpired
    | quality.RecordingsFound
    | quality.RecordingsLooked
    | quality.SeedRead
    | quality.UnitLooked
    | JournalBegan
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
        self._in_force = JournalBegan(at=datetime.now(UTC))
        self._file: gzip.GzipFile | None = None
        self._path = directory
        self._size = 0
        self._encoder = msgspec.json.Encoder()
        self._closing = asyncio.Event()
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
        self._closing.set()
        if self._task is not None:
            await self._task
        await self._flush()
        try:
            await asyncio.to_thread(self._end_file)
        except OSError as error:
            self._failed(error)

    async def _run(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_S):
                    await self._closing.wait()
            await self._flush()

    async def _flush(self) -> None:
        batch, self._pending = self._pending, []
        if not batch:
            return
        try:
            await asyncio.to_thread(self._write, batch)
        except Exception as error:  # mostly the disk; and no defect of ours may end the writing for good
            self._missing += len(batch)
            await asyncio.to_thread(self._abandon_file)
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        self.errors += 1
        why = error.strerror if isinstance(error, OSError) else repr(error)
        log.error("journal_write_failed", path=str(self._path), error=why)

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
        self._in_force = self._in_force_after(batch)
        if size >= self._max_bytes:
            self._end_file()

    def _in_force_after(self, batch: list[Event]) -> JournalBegan:
        force = self._in_force
        settings, special, forecast = force.settings, force.special_days, force.forecast
        forms, roster, plan = force.forms, force.roster, force.plan
        for event in batch:
            if isinstance(event, ConfigReplaced):
                settings, special, forecast = event.settings, event.special_days, event.forecast
                forms = event.forms
            elif isinstance(event, RosterReplaced):
                roster = event
            elif isinstance(event, PlanRestored):
                plan = event
            elif isinstance(event, PlanChanged):
                plan = _with(plan, event)
        return JournalBegan(
            at=batch[-1].at,
            settings=settings,
            special_days=special,
            forecast=forecast,
            forms=forms,
            roster=roster,
            plan=plan,
        )

    def _rotate(self) -> None:
        self._end_file()
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o750)
        now = datetime.now(UTC)
        files = sorted(self._directory.glob(_FILES))
        self._path = self._directory / _after(now, files).strftime(_NAME)
        self._size = 0
        self._path.touch(mode=0o600)  # callers' numbers stand in it
        self._file = gzip.open(self._path, "ab", compresslevel=1)  # noqa: SIM115 - lives as long as we do
        self._file.write(self._encoder.encode_lines([self._in_force]))
        for path in files:
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < now - self._retention:
                path.unlink(missing_ok=True)

    def _end_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _abandon_file(self) -> None:
        """What follows a write that failed half-way could not be read: go on in another file."""
        with contextlib.suppress(OSError):
            self._end_file()
        with contextlib.suppress(OSError):
            if not self._size:
                self._path.unlink()


def _with(plan: PlanRestored | None, change: PlanChanged) -> PlanRestored:
    """The plan in force after a change; what a whole day replaces is left out."""
    whole = {each.day for each in change.days if each.whole}
    before = plan.days if plan is not None else ()
    days = (*(each for each in before if each.day not in whole), *change.days)
    return PlanRestored(at=change.at, version=change.version, days=days)


def _after(now: datetime, files: list[Path]) -> datetime:
    """A time to name the next file by: they are read in order of their names, and clocks may be set back."""
    try:
        latest = datetime.strptime(files[-1].name, _NAME).replace(tzinfo=UTC)
    except (IndexError, ValueError):
        return now
    return max(now, latest + timedelta(microseconds=1))


def read(source: Path) -> Iterator[Event]:
    """The inputs of one journal file, or of a folder of them in order.

    A file that ends in the middle (SIGKILL) gives what is whole. Raises ValueError naming file and line where
    a line is not a record, OSError where a file cannot be read.
    """
    paths = sorted(source.glob(_FILES)) if source.is_dir() else [source]
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
