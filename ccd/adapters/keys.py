"""Keys that only this ccd has: 32 random bytes each, in files of the state directory that none else reads."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from ccd.config import ConfigError

__all__ = ["own_key"]

_BYTES = 32


def own_key(path: Path) -> bytes:
    """Made where there is none. Raises ConfigError where it cannot be had, or others may read it.

    Any number of threads and processes may ask at once, and have the same.
    """
    try:
        if not path.exists():
            with contextlib.suppress(FileExistsError):
                _make(path)
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(fd, "rb") as file:
            if stat.S_IMODE(os.fstat(fd).st_mode) & 0o077:
                raise ConfigError(f"{path}: others may read this key; chmod 600 it")
            key = file.read(_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; ccd keeps a key there") from None
    if len(key) != _BYTES:
        raise ConfigError(f"{path}: is no key of {_BYTES} bytes; put it back from a backup, or remove it")
    return key


def _make(path: Path) -> None:
    """Whole or not at all: linked to its name only when it is written. Raises FileExistsError."""
    partial = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(fd)
        os.link(partial, path)
    finally:
        partial.unlink(missing_ok=True)
