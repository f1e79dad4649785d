"""Files of the legal hold: copied whole or not at all, on the disk before anybody relies on them.

A copy is written under a name of its own (``PART``), flushed, and only then renamed; no file that is there
is ever written over. Everything here blocks: call it in a thread.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["PART", "Copied", "TooLargeError", "copy", "folder", "grew", "safe_name", "sweep", "versions"]

PART = ".ccd-part"
_CHUNK = 1 << 20
_HEADER = 64  # MixMonitor writes the lengths in a WAV header anew when it ends
_INCIDENT = re.compile(r"[a-z0-9][a-z0-9-]{0,95}")
_KEPT_MARKS = frozenset(" ._-()[]+@,")
_NAME_BYTES = 150
_DEVICES = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)")
_naming = threading.Lock()  # between looking whether a name is free and taking it


class TooLargeError(Exception):
    """A file is larger than what may be added."""


class Copied(NamedTuple):
    path: Path
    size: int
    sha256: str


def safe_name(name: str) -> str:
    """The last part of a stranger's file name, with nothing in it that a shell, an archive or a file system
    of any kind takes amiss. At most 150 bytes, and never empty.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(mark if mark.isalnum() or mark in _KEPT_MARKS else "_" for mark in last)
    stem, dot, suffix = kept.strip(" .").rpartition(".")
    if not stem:
        stem, dot, suffix = suffix, "", ""
    suffix = suffix[:16]
    room = _NAME_BYTES - len((dot + suffix).encode())
    stem = stem.encode()[:room].decode(errors="ignore").strip(" .") or "file"
    if _DEVICES.fullmatch(stem.split(".")[0]) or stem.startswith("-"):
        stem = f"_{stem}"
    safe = f"{stem}{dot}{suffix}".rstrip(" .")
    return f"{safe}_" if safe.endswith(PART) else safe  # no name of ours for what is cut short


def folder(root: Path, incident: str, kind: str) -> Path:
    """The folder of an incident, made where it is missing. Raises ValueError for what is no incident's id."""
    if not _INCIDENT.fullmatch(incident):
        raise ValueError(f"{incident[:40]!r} is no incident's id")
    root.mkdir(mode=0o750, parents=True, exist_ok=True)
    path = root
    for part in (incident, kind):
        above, path = path, path / part
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o750)
            path.chmod(0o750)  # whatever the umask is
            _flush_folder(above)
    return path


def copy(source: Path, into: Path, name: str, *, limit: int | None = None) -> Copied:
    """Copy what is in the file now, under ``name`` or, where that is taken, ``name.2``, ``name.3``, …

    An identical copy that is there already is kept in place of another. Raises OSError, and TooLargeError
    beyond ``limit`` bytes; then nothing is left behind.
    """
    part = into / f"{name}.{os.getpid()}-{threading.get_ident()}{PART}"
    try:
        with _reading(source) as reading:
            size, digest = _copy(reading, part, limit)
        with _naming:
            for known in versions(into, name):
                if known.stat().st_size == size and _digest(known) == digest:
                    return Copied(known, size, digest)
            target = _free(into, name)
            part.rename(target)
        _flush_folder(into)
        return Copied(target, size, digest)
    finally:
        part.unlink(missing_ok=True)


def versions(into: Path, name: str) -> list[Path]:
    """The copies under this name, the earliest first."""
    stem, dot, suffix = _parts(name)
    pattern = re.compile(rf"{re.escape(stem)}(?:\.([0-9]{{1,6}}))?{re.escape(dot + suffix)}")
    with os.scandir(into) as entries:
        files = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    found = [(int(match[1] or 1), file) for file in files if (match := pattern.fullmatch(file))]
    return [into / file for _, file in sorted(found)]


def grew(before: Path, after: Path) -> bool:
    """Whether the later copy is the earlier one with more at its end; its header may have been rewritten."""
    if after.stat().st_size < before.stat().st_size:
        return False
    with before.open("rb") as first, after.open("rb") as second:
        first.seek(_HEADER)
        second.seek(_HEADER)
        while chunk := first.read(_CHUNK):
            if second.read(len(chunk)) != chunk:
                return False
    return True


def sweep(into: Path) -> None:
    """Remove what copies that were cut short by the end of an earlier process have left."""
    for part in into.glob(f"*{PART}"):
        if not part.name.rpartition(PART)[0].rpartition(".")[2].startswith(f"{os.getpid()}-"):
            part.unlink(missing_ok=True)


@contextlib.contextmanager
def _reading(source: Path) -> Iterator[int]:
    """Neither a pipe that never answers nor a device is read."""
    descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(22, "not a regular file", str(source))
        yield descriptor
    finally:
        os.close(descriptor)


def _copy(reading: int, part: Path, limit: int | None) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    writing = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
    with os.fdopen(writing, "wb", buffering=0):
        os.fchmod(writing, 0o640)  # whatever the umask is
        while chunk := os.read(reading, _CHUNK):
            size += len(chunk)
            if limit is not None and size > limit:
                raise TooLargeError
            digest.update(chunk)
            _write(writing, chunk)
        os.fsync(writing)
    return size, digest.hexdigest()


def _write(writing: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(writing, view) :]


def _free(into: Path, name: str) -> Path:
    """``call.wav``, ``call.2.wav``, …: the ending still tells what it is."""
    stem, dot, suffix = _parts(name)
    names = (name, *(f"{stem}.{number}{dot}{suffix}" for number in range(2, 1_000_000)))
    return next(path for each in names if not os.path.lexists(path := into / each))


def _parts(name: str) -> tuple[str, str, str]:
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot, suffix) if stem else (name, "", "")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush_folder(path: Path) -> None:
    """The name is as durable as the content only once its folder is flushed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
