"""The audit chain: each entry names the digest of the one before, so that no change goes unseen.

``hash`` is the SHA-256 of the netstrings (``5:hello,``) of: seq, at (microseconds since 1970), who, act,
subject, data, prev; in UTF-8, in this order. ``prev`` is the hash of the entry before, of the first 64 zeros.
``entry`` is the same of at, who, act, subject and data alone.

The chain by itself cannot show that its end was cut off, or that all of it was made anew. Therefore the head
(latest seq and hash) is noted in another place as well: ``audit.head`` in the state directory, and wherever
else people put it down (a printed report, a mail). Whoever can write the database and that file can forge.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, cast, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncEngine

from ccd.adapters.store.folders import sync_folder
from ccd.adapters.store.instant import from_micros, to_micros
from ccd.adapters.store.schema import AUDIT

__all__ = [
    "FIRST_PREV",
    "HEAD_FILE",
    "AuditReport",
    "Finding",
    "Head",
    "entry_digest",
    "hash_of",
    "read_head",
    "verify",
    "write_head",
]

FIRST_PREV = "0" * 64
HEAD_FILE = "audit.head"
_HEAD_BYTES = 256  # written in one go, over the one before: it needs no room on a full disk
_PAGE = 1000
_SAID = ("who", "act", "subject", "data")


class Head(msgspec.Struct, frozen=True):
    """The end of the chain. ``closed``: whoever noted it has stopped, and nothing may come after it."""

    seq: int
    hash: str
    closed: bool = False


class Finding(msgspec.Struct, frozen=True):
    """What is wrong, from ``seq`` to ``until``.

    ``changed``: what the entry says is not what its hash was made of. ``missing``: there are no such entries.
    ``broken``: it does not follow upon the one before it. ``cut``: the end is missing, by the noted head.
    ``replaced``: not the entry whose hash was noted. ``added``: came after a head that was noted as the last.
    ``head_unreadable``: the noted head is damaged.
    """

    seq: int
    until: int
    what: str


class AuditReport(msgspec.Struct, frozen=True):
    """``head`` is what was noted in the state directory; None where there is no note."""

    entries: int
    first: datetime | None
    last: datetime | None
    last_seq: int
    last_hash: str
    head: Head | None
    findings: tuple[Finding, ...]

    @property
    def intact(self) -> bool:
        return not self.findings


# --- digests ----------------------------------------------------------------------------------------------


def entry_digest(at: datetime, who: str, act: str, subject: str, data: str) -> str:
    return _digest(_number(to_micros(at)), *(text.encode() for text in (who, act, subject, data)))


def hash_of(seq: int, row: dict[str, Any], prev: str) -> str:
    said = [row[name].encode() for name in _SAID]
    return _digest(_number(seq), _number(to_micros(row["at"])), *said, prev.encode())


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(b"%d:%b," % (len(part), part) for part in parts)).hexdigest()


def _number(number: int) -> bytes:
    return b"%d" % number


# --- the head, in another place ---------------------------------------------------------------------------


def read_head(file: Path) -> Head | None:
    """None where there is none. Raises ValueError for a damaged one, OSError."""
    try:
        text = file.read_bytes()[:_HEAD_BYTES]
    except FileNotFoundError:
        return None
    return msgspec.json.decode(text, type=Head)


def write_head(file: Path, head: Head) -> None:
    """Returns when it is on the disk. Raises OSError."""
    new = not file.exists()
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.pwrite(handle, msgspec.json.encode(head).ljust(_HEAD_BYTES - 1) + b"\n", 0)
        os.fdatasync(handle)
    finally:
        os.close(handle)
    if new:
        sync_folder(file.parent)


# --- verifying --------------------------------------------------------------------------------------------


async def verify(engine: AsyncEngine, head_file: Path) -> AuditReport:
    """Look at every entry, as of one moment; a daemon may go on writing. Raises what the driver raises."""
    findings: list[Finding] = []
    try:
        head = read_head(head_file)  # before the entries: it never runs ahead of them
    except (ValueError, OSError):
        head = None
        findings.append(Finding(0, 0, "head_unreadable"))
    check = _Check(head)
    async for seq, micros, said, entry, prev, hash_ in _entries(engine):
        check.one(seq, micros, said, entry, prev, hash_)
    findings += check.found()
    return AuditReport(check.entries, check.first, check.last, check.seq, check.hash, head, tuple(findings))


class _Check:
    """Goes through the entries in the order of their numbers."""

    def __init__(self, head: Head | None) -> None:
        self.entries = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.seq = 0
        self.hash = FIRST_PREV
        self._head = head
        self._findings: list[Finding] = []

    def one(
        self, seq: int, micros: int | None, said: tuple[bytes, ...], entry: bytes, prev: bytes, hash_: bytes
    ) -> None:
        if seq != self.seq + 1:
            self._findings.append(Finding(self.seq + 1, max(seq - 1, self.seq + 1), "missing"))
        if not _as_hashed(seq, micros, said, entry, prev, hash_):
            self._findings.append(Finding(seq, seq, "changed"))
        if prev != self.hash.encode():
            self._findings.append(Finding(seq, seq, "broken"))
        self.seq, self.hash = seq, hash_.decode("ascii", "replace")
        head = self._head
        if head is not None and seq == head.seq and self.hash != head.hash:
            self._findings.append(Finding(seq, seq, "replaced"))
        self.entries += 1
        if micros is not None:
            self.last = _moment(micros)
            self.first = self.first or self.last

    def found(self) -> list[Finding]:
        head = self._head
        if head is not None and self.seq < head.seq:
            self._findings.append(Finding(self.seq + 1, head.seq, "cut"))
        elif head is not None and head.closed and self.seq > head.seq:
            self._findings.append(Finding(head.seq + 1, self.seq, "added"))
        return self._findings


def _as_hashed(
    seq: int, micros: int | None, said: tuple[bytes, ...], entry: bytes, prev: bytes, hash_: bytes
) -> bool:
    if micros is None:
        return False
    at = _number(micros)
    same_entry = _digest(at, *said).encode() == entry
    return same_entry and _digest(_number(seq), at, *said, prev).encode() == hash_


def _moment(micros: int) -> datetime | None:
    try:
        return from_micros(micros)
    except OverflowError:
        return None


async def _entries(
    engine: AsyncEngine,
) -> AsyncIterator[tuple[int, int | None, tuple[bytes, ...], bytes, bytes, bytes]]:
    """As they stand in the file: in SQLite somebody may have put anything into any column."""
    sqlite = engine.dialect.name == "sqlite"
    texts: list[Any] = [AUDIT.c[name] for name in (*_SAID, "entry", "prev", "hash")]
    if sqlite:
        texts = [cast(text, LargeBinary) for text in texts]
    at = type_coerce(AUDIT.c.at, BigInteger() if sqlite else DateTime(timezone=True))
    found = select(AUDIT.c.seq, at, *texts).order_by(AUDIT.c.seq)
    async with engine.connect() as connection:
        rows = await connection.stream(found, execution_options={"yield_per": _PAGE})
        async for seq, moment, *values in rows:
            raw = [value if isinstance(value, bytes) else str(value).encode() for value in values]
            yield seq, _micros(moment), tuple(raw[:4]), raw[4], raw[5], raw[6]


def _micros(moment: Any) -> int | None:
    if isinstance(moment, int):
        return moment
    try:
        return to_micros(moment)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return None
