"""The secret of sampling in a backup: without it the seeds that the store tells of could not be made again.

Whoever has a backup can so work out which calls will be drawn, as they can read callers' numbers in it: only
its owner may read it. Keys that can be made anew at no loss are not in it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.folders import sync_folder
from ccd.adapters.store.place import QUALITY_KEY

__all__ = ["BYTES", "checked", "put_back", "taken"]

BYTES = 32


def taken(state_dir: Path) -> bytes:
    """Empty where there is none, or what is there is none; that is told by the daemon (``keys``)."""
    try:
        file = os.open(state_dir / QUALITY_KEY, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            key = os.read(file, BYTES + 1) if stat.S_ISREG(os.fstat(file).st_mode) else b""
        finally:
            os.close(file)
    except OSError:
        return b""
    return key if len(key) == BYTES else b""


def checked(key: bytes, sha256: str, source: Path) -> bytes:
    """The key of a backup. Raises StoreError where it is not the one that its manifest tells of."""
    if hashlib.sha256(key).hexdigest() != sha256:
        raise StoreError(f"{source}: damaged: its {QUALITY_KEY} is not the manifest's; use another backup")
    return key


def put_back(state_dir: Path, key: bytes) -> None:
    """Whole, by a rename. Another one that is there is kept beside it as ``*.replaced``. Raises OSError."""
    file = state_dir / QUALITY_KEY
    if taken(state_dir) == key:
        return
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}-{os.getpid()}")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    if os.path.lexists(file):
        file.rename(file.with_name(f"{file.name}.replaced"))
    partial.rename(file)
    sync_folder(state_dir)
