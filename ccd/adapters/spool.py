"""The emergency spool: a file of fixed size that takes what the database does not.

It is made in full size when it is opened, so that a disk which fills up later does not matter. A record is a
header (mark of the filling 8 bytes, number 4, length 4, CRC-32 of all that and of the text 4; big-endian) and
a JSON list of facts and entries. Records that belong together have the same mark and count from 0; so what
an earlier filling left behind them is not taken for more, and clearing is overwriting the first header. A
record is there when it is whole: a torn one is the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, Union

import msgspec
import structlog

from ccd import events
from ccd.adapters.store.entries import Entry
from ccd.adapters.store.folders import sync_folder
from ccd.adapters.store.texts import json_of
from ccd.events import Event, quality, recording_pauses
from ccd.events.shift_facts import SHIFT_FACTS

__all__ = ["Spool", "SpoolError"]

log = structlog.get_logger("ccd.spool")

T = TypeVar("T")
Item = Event | Entry

_HEADER = struct.Struct(">8sIII")
_BLANK = bytes(_HEADER.size)
_CHUNK = bytes(1 << 16)


def _kinds() -> Iterator[type[Any]]:
    named = [kind for module in (events, quality, recording_pauses) for kind in vars(module).values()]
    kinds = [kind for kind in named if isinstance(kind, type) and issubclass(kind, Event)]
    yield from (kind for kind in dict.fromkeys(kinds) if not kind.__subclasses__())
    yield from SHIFT_FACTS
    yield from Entry.__subclasses__()


_ANY: Any = Union[tuple(_kinds())]  # noqa: UP007 - of types that are known at run time only
_decoder: msgspec.json.Decoder[list[Item]] = msgspec.json.Decoder(list[_ANY])


class SpoolError(Exception):
    """The spool cannot be used, or is full. The text names the place and the mend."""


class Spool:
    """All work on the file is done in a thread of its own, in the order of the calls: the loop never waits.

    Whatever is asked for is under way when the call returns; await what it returns to know the outcome.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.bytes_used = 0
        """Of the file, by records that are not cleared."""
        self._size = size
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._file: int | None = None
        self._closed = False
        self._mark = b""
        self._count = 0

    def read(self) -> asyncio.Future[list[list[Item]]]:
        """What it holds, record by record; opens it, and makes it where there is none. Raises SpoolError.

        A record of another version of ccd that cannot be understood is set aside.
        """
        return self._ask(self._read)

    def write(self, items: Sequence[Item]) -> asyncio.Future[None]:
        """Done when they are on the disk, as one record. Raises SpoolError, and holds what it held, where
        it is full or cannot be written.
        """
        return self._ask(lambda: self._write(json_of(list(items)).encode()))

    def clear(self) -> asyncio.Future[None]:
        """Forget all records. Raises SpoolError."""
        return self._ask(self._clear)

    def set_aside(self, items: Sequence[Item]) -> asyncio.Future[None]:
        """Append to ``*.refused``, a line for each, what no store will ever take. Raises SpoolError."""
        return self._ask(lambda: self._set_aside([json_of(item).encode() for item in items]))

    async def close(self) -> None:
        """Harmless a second time; other calls raise SpoolError after it."""
        if self._closed:
            return
        closing = self._ask(self._close)
        self._closed = True
        await closing
        self._worker.shutdown(wait=False)

    # --- in the thread ------------------------------------------------------------------------------------

    def _ask(self, work: Callable[[], T]) -> asyncio.Future[T]:
        def asked() -> T:
            try:
                return work()
            except OSError as error:
                why = error.strerror or error
                raise SpoolError(
                    f"{self.path}: {why}; set store.spool_file to a place where ccd may write"
                ) from None

        if self._closed:
            raise SpoolError(f"{self.path}: closed")
        return asyncio.get_running_loop().run_in_executor(self._worker, asked)

    def _opened(self) -> int:
        if self._file is not None:
            return self._file
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._make_room(file)
        except BlockingIOError:
            os.close(file)
            raise SpoolError(
                f"{self.path}: in use by another process; give each ccd a store.spool_file of its own"
            ) from None
        except BaseException:
            os.close(file)
            raise
        self._file = file
        self._find_end(file)
        return file

    def _make_room(self, file: int) -> None:
        """All of it or no more than there was: taking the last bytes of a disk would harm the store."""
        before = there = os.fstat(file).st_size
        try:
            while there < self._size:
                there += os.pwrite(file, _CHUNK[: self._size - there], there)
            os.fsync(file)
            sync_folder(self.path.parent)
        except OSError as error:
            os.ftruncate(file, before)
            if not before:
                raise
            there = before
            log.error("spool_smaller_than_set", path=str(self.path), bytes=there, error=error.strerror)
        self._size = there

    def _find_end(self, file: int) -> list[bytes]:
        """Returns the texts of the records."""
        content = os.pread(file, os.fstat(file).st_size, 0)
        texts: list[bytes] = []
        mark, end = content[:8], 0
        while len(content) - end > _HEADER.size:
            theirs, number, length, crc = _HEADER.unpack_from(content, end)
            text = content[end + _HEADER.size : end + _HEADER.size + length]
            if theirs != mark or number != len(texts) or not length or len(text) < length:
                break
            if crc != _crc(mark, number, text):
                log.warning("spool_record_torn", path=str(self.path), number=number)
                break
            texts.append(text)
            end += _HEADER.size + length
        self._mark, self._count, self.bytes_used = mark, len(texts), end
        if not texts:
            self._mark = os.urandom(8)
        return texts

    def _read(self) -> list[list[Item]]:
        records = []
        for text in self._find_end(self._opened()):
            try:
                records.append(_decoder.decode(text))
            except msgspec.DecodeError as error:
                log.error("spool_record_unknown", path=str(self.path), error=str(error))
                self._set_aside([text])
        return records

    def _write(self, text: bytes) -> None:
        file = self._opened()
        record = _HEADER.pack(self._mark, self._count, len(text), _crc(self._mark, self._count, text)) + text
        if self.bytes_used + len(record) > self._size:
            used = f"{self.bytes_used} of {self._size} bytes are used"
            raise SpoolError(f"{self.path}: full: {used}; raise store.spool_bytes")
        _put(file, record, self.bytes_used)
        self.bytes_used += len(record)
        self._count += 1

    def _clear(self) -> None:
        file = self._opened()
        if self._count:
            _put(file, _BLANK, 0)
        self._mark, self._count, self.bytes_used = os.urandom(8), 0, 0

    def _set_aside(self, lines: list[bytes]) -> None:
        aside = self.path.with_name(f"{self.path.name}.refused")
        file = os.open(aside, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.write(file, b"".join(line + b"\n" for line in lines))
            os.fsync(file)
        finally:
            os.close(file)

    def _close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None


def _crc(mark: bytes, number: int, text: bytes) -> int:
    return zlib.crc32(text, zlib.crc32(mark + number.to_bytes(4, "big") + len(text).to_bytes(4, "big")))


def _put(file: int, content: bytes, offset: int) -> None:
    """All of it, on the disk. Raises OSError."""
    while content:
        written = os.pwrite(file, content, offset)
        content, offset = content[written:], offset + written
    os.fdatasync(file)
