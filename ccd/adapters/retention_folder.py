"""What lies in a PBX's recording folder: the files of recordings, and those that no recording names.

Symlinks are not followed. A folder that cannot be read is told as such, and what it holds is neither gone nor
an orphan. Everything here blocks: call it in a thread.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ccd.adapters.recordings import OutsideError, locate
from ccd.adapters.store.retention_queries import Row
from ccd.config import PbxSettings

__all__ = ["Known", "Look", "Walk", "any_file", "compare", "root_of", "turn_of", "walk"]

NAMED = 1000
"""Findings of a kind that one look names; the others are counted."""
MEASURED = ("final", "empty")
_SPELLINGS = {".wav49": ".WAV", ".WAV": ".wav49"}


def root_of(pbx: PbxSettings) -> Path:
    return pbx.recordings_dir or Path(pbx.recordings_pbx_dir)


def turn_of(recording: str, turns: int) -> int:
    """In which of so many nights this file is read whole: the same for good."""
    return int.from_bytes(hashlib.sha256(recording.encode()).digest()[:8]) % turns


class Known:
    """The files that recordings name, as eight bytes each: a million of them in eight megabytes."""

    def __init__(self, pbx: PbxSettings) -> None:
        self._root = str(root_of(pbx)).rstrip("/")
        self._theirs = pbx.recordings_pbx_dir.rstrip("/")
        self._names = array("Q")

    def add(self, named: Iterable[tuple[str, str]]) -> None:
        """(what the PBX calls it, where it was found)."""
        for path, file in named:
            for name in {_below(path, self._theirs), _below(file, self._root)} - {""}:
                self._names.append(_digest(name))
                spelled = PurePosixPath(name)
                if spelled.suffix in _SPELLINGS:
                    self._names.append(_digest(str(spelled.with_suffix(_SPELLINGS[spelled.suffix]))))

    def sort(self) -> None:
        self._names = array("Q", sorted(self._names))

    def __contains__(self, name: str) -> bool:
        digest = _digest(name)
        at = bisect_left(self._names, digest)
        return at < len(self._names) and self._names[at] == digest


def _below(path: str, folder: str) -> str:
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else "" if path.startswith("/") else path


def _digest(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(os.fsencode(name), digest_size=8).digest())


@dataclass(slots=True)
class Look:
    """What came of comparing recordings with their files."""

    looked: int = 0
    there: int = 0
    gone: list[str] = field(default_factory=list)
    changed: list[tuple[str, str]] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    unreadable: dict[str, None] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)
    hashed: int = 0
    unhashed: int = 0


class Wish(NamedTuple):
    """Which files are to be read whole: those whose ``turn`` of ``turns`` it is, up to ``hashes``, and those
    ``always``; ``findings``: recordings of which something is amiss, so that its end is told.
    """

    turn: int
    turns: int
    hashes: int
    always: frozenset[str]
    findings: frozenset[str]


def compare(rows: Iterable[Row], pbx: PbxSettings, wish: Wish, look: Look, stop: threading.Event) -> None:
    """Add what these rows show to ``look``."""
    for row in rows:
        if stop.is_set():
            return
        look.looked += 1
        try:
            path = locate(row.path or row.file, pbx)
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                raise FileNotFoundError
            look.there += 1
            _there(row, path, found.st_size, wish, look)
        except (FileNotFoundError, NotADirectoryError):
            if len(look.gone) < NAMED:
                look.gone.append(row.recording)
        except OutsideError:
            look.looked -= 1
        except OSError as error:
            _cannot(look, str(error.filename or row.path))


def _cannot(look: Look, path: str) -> None:
    if len(look.unreadable) < NAMED:
        look.unreadable[str(Path(path).parent)] = None


def _there(row: Row, path: Path, size: int, wish: Wish, look: Look) -> None:
    if row.state not in MEASURED:  # never measured, or not there then
        if len(look.found) < NAMED:
            look.found.append(row.recording)
            look.calls[row.recording] = row.call
        return
    other = size != row.size
    due = turn_of(row.recording, wish.turns) == wish.turn and wish.hashes > 0
    if not (other or due or row.recording in wish.always or row.recording in wish.findings):
        return
    if due and not other and look.hashed >= wish.hashes and row.recording not in wish.always:
        look.unhashed += 1
        return
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    look.hashed += 1
    if digest != row.sha256:
        if len(look.changed) < NAMED:
            look.changed.append((row.recording, digest))
    elif row.recording in wish.findings:
        look.found.append(row.recording)


@dataclass(slots=True)
class Walk:
    files: int = 0
    used: int = 0
    orphans: list[tuple[str, int, datetime]] = field(default_factory=list)
    orphans_all: int = 0
    orphan_bytes: int = 0
    unreadable: list[str] = field(default_factory=list)


def walk(pbx: PbxSettings, known: Known, older_than: datetime, stop: threading.Event) -> Walk:
    """Through the whole folder. Orphans are named as the PBX would call them. Raises OSError for the root."""
    root = root_of(pbx)
    found = Walk()
    folders = [""]
    while folders and not stop.is_set():
        below = folders.pop()
        try:
            with os.scandir(root / below) as entries:
                for entry in entries:
                    name = f"{below}/{entry.name}" if below else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(name)
                    elif entry.is_file(follow_symlinks=False):
                        _file(found, pbx, name, entry.stat(follow_symlinks=False), known, older_than)
        except FileNotFoundError:
            if not below:
                raise
        except OSError:
            if not below:
                raise
            found.unreadable.append(str(root / below))
    return found


def _file(
    found: Walk, pbx: PbxSettings, name: str, about: os.stat_result, known: Known, older_than: datetime
) -> None:
    found.files += 1
    found.used += about.st_size
    if about.st_mtime >= older_than.timestamp() or name in known:
        return
    found.orphans_all += 1
    found.orphan_bytes += about.st_size
    if len(found.orphans) < NAMED:
        shown = os.fsencode(f"{pbx.recordings_pbx_dir.rstrip('/')}/{name}").decode(errors="replace")
        found.orphans.append((shown, about.st_size, datetime.fromtimestamp(about.st_mtime, UTC)))


def any_file(root: Path) -> bool:
    """Whether there is any file at all in it, however deep. Raises OSError for the root."""
    with os.scandir(root) as entries:
        folders = []
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                return True
            if entry.is_dir(follow_symlinks=False):
                folders.append(Path(entry.path))
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False):
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(Path(entry.path))
        except OSError:
            continue
    return False
