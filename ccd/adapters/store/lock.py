"""One daemon on one state directory: an advisory lock that the kernel drops when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
from pathlib import Path

from sqlalchemy import URL

from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.place import sqlite_file

__all__ = ["StateLock", "user_name"]


class StateLock:
    """Held from construction until ``release``, on the state directory and on that of an SQLite file.

    Raises StoreError naming the process that holds one of them.
    """

    def __init__(self, state_dir: Path, url: URL, purpose: str = "ccd run") -> None:
        file = sqlite_file(url)
        folders = [state_dir.absolute(), file.parent if file is not None else state_dir.absolute()]
        self._files: list[int] = []
        try:
            for folder in dict.fromkeys(folders):
                self._files.append(_lock(folder, purpose))
        except StoreError:
            self.release()
            raise

    def release(self) -> None:
        """Give it back. The file stays: removing it would let two daemons lock two files of one name."""
        while self._files:
            os.close(self._files.pop())


def _mend(path: Path) -> str:
    """Somebody else's file, as `ccd run` by root leaves it, or a folder that is not ours to write."""
    elsewhere = "set daemon.state_dir to a directory that ccd may write"
    try:
        owner = (path if path.exists() else path.parent).stat().st_uid
    except OSError:
        return elsewhere
    if owner == os.geteuid():
        return elsewhere
    us = _name_of(os.geteuid())
    whose = f"it belongs to {_name_of(owner)}, and this runs as {us}"
    return f"{whose}: chown -R {us}: {path.parent}, or {elsewhere}"


def user_name() -> str:
    """Of whoever this process runs for: with sudo, the one who asked for it."""
    return os.environ.get("SUDO_USER") or _name_of(os.geteuid())


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _lock(folder: Path, purpose: str) -> int:
    path = folder / "lock"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Root locks a folder that is the daemon's to write: a link there must not be written through.
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; {_mend(path)}") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(file, 200, 0).decode("utf-8", "replace").strip() or "another process"
        os.close(file)
        raise StoreError(
            f"{folder} is in use by {holder}; stop it, or give this one its own daemon.state_dir"
        ) from None
    with contextlib.suppress(OSError):  # a full disk: locked all the same, only nameless
        os.ftruncate(file, 0)
        os.pwrite(file, f"process {os.getpid()} ({purpose})\n".encode(), 0)
    return file
