"""Keys in a backup: without that of sampling the seeds that the store tells of could not be made again, and
without that of the web all ids of recordings would be others.

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
from ccd.adapters.store.place import QUALITY_KEY, WEB_KEY

__all__ = ["BYTES", "KEYS", "checked", "put_back", "taken"]

BYTES = 32
KEYS = (QUALITY_KEY, WEB_KEY)
"""Their names, in the state folder and in a backup."""


def taken(state_dir: Path, name: str) -> bytes:
    """Empty where there is none, or what is there is none; that is told by the daemon (``keys``)."""
    try:
        file = os.open(state_dir / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            key = os.read(file, BYTES + 1) if stat.S_ISREG(os.fstat(file).st_mode) else b""
        finally:
            os.close(file)
    except OSError:
        return b""
    return key if len(key) == BYTES else b""


def checked(name: str, key: bytes, sha256: str, source: Path) -> bytes:
    """The key of a backup. Raises StoreError where it is not the one that its manifest tells of."""
    if hashlib.sha256(key).hexdigest() != sha256:
        raise StoreError(f"{source}: damaged: its {name} is not the manifest's; use another backup")
    return key


def put_back(state_dir: Path, name: str, key: bytes) -> None:
    """Whole, by a rename. Another one that is there is kept beside it as ``*.replaced``. Raises OSError."""
    file = state_dir / name
    if taken(state_dir, name) == key:
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
