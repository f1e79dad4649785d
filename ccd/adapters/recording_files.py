"""A recording's file, opened so that it is the one that is meant, and checked to be what was measured.

Found by ``recordings.locate``; then opened without following a link, and the open file itself is asked where
it lies: whoever may write to the recording folder cannot lead ccd out of it, not even between two looks.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

from ccd.adapters.recordings import OutsideError, locate
from ccd.config import PbxSettings

__all__ = ["Digests", "Opened", "open_recording", "unchanged"]

REMEMBERED = 4096
SETTLED_S = 2.0
"""A file written to this lately may be written to again within the same tick of its clock."""
_BLOCK = 1024 * 1024


class Opened(NamedTuple):
    """An open file; closing ``fd`` is the caller's."""

    fd: int
    path: Path
    size: int
    stamp: tuple[int, int, int, int, int]
    """Device, inode, size, times of change: another one is another file, or other content."""


def open_recording(path: str, pbx: PbxSettings) -> Opened:
    """Raises OutsideError for what lies elsewhere or is no file, FileNotFoundError, OSError."""
    root = os.path.realpath(pbx.recordings_dir or Path(pbx.recordings_pbx_dir))
    real = Path(os.path.realpath(locate(path, pbx)))
    if not real.is_relative_to(root):
        raise OutsideError(path)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    fd = os.open(real, flags)
    try:
        found = os.fstat(fd)
        here = Path(f"/proc/self/fd/{fd}").readlink()
        if not stat.S_ISREG(found.st_mode) or not here.is_relative_to(root):
            raise OutsideError(path)
        return Opened(fd, real, found.st_size, _stamp(found))
    except BaseException:
        os.close(fd)
        raise


def unchanged(opened: Opened) -> bool:
    """Whether nobody wrote to it since it was opened."""
    return _stamp(os.fstat(opened.fd)) == opened.stamp


def _stamp(found: os.stat_result) -> tuple[int, int, int, int, int]:
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class Digests:
    """SHA-256 of open files; what was read once is not read again while the file is as it was."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int, int, int, int], str] = OrderedDict()

    def of(self, opened: Opened) -> str:
        """Reads the whole file: call it in a thread. Raises OSError."""
        known = self._known.get(opened.stamp)
        if known is not None:
            return known
        digest, at = hashlib.sha256(), 0
        while block := os.pread(opened.fd, _BLOCK, at):
            digest.update(block)
            at += len(block)
        if time.time_ns() - max(opened.stamp[3:]) > SETTLED_S * 1e9 and unchanged(opened):
            self._known[opened.stamp] = digest.hexdigest()
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return digest.hexdigest()
