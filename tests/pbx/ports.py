"""Runs of ports on loopback for one PBX and its phones, never the same for two at a time.

Below the range the kernel hands out for outgoing connections: a port of that range could be taken by anybody
while an instance is restarting. A run is held by a lock on a file, so other test processes keep off it even
while most of its ports are not in use; it is free again when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import random
import socket
import tempfile
from pathlib import Path
from types import TracebackType

__all__ = ["PORTS", "PortRun", "free_run"]

PORTS = 250
_LOWEST, _BEYOND = 10_300, 32_700


class PortRun:
    """``first`` to ``first + PORTS - 1``, all free for UDP and TCP on 127.0.0.1 when it was taken."""

    def __init__(self) -> None:
        locks = Path(tempfile.gettempdir(), "ccd-test-ports")
        locks.mkdir(exist_ok=True)
        runs = list(range(_LOWEST, _BEYOND - PORTS, PORTS))
        random.shuffle(runs)
        for self.first in runs:
            self._lock = (locks / str(self.first)).open("w")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._lock.close()
                continue
            if all(_is_free(port) for port in range(self.first, self.first + PORTS)):
                return
            self._lock.close()
        raise OSError(f"no run of {PORTS} free ports between {_LOWEST} and {_BEYOND} on 127.0.0.1")

    def release(self) -> None:
        self._lock.close()

    def __enter__(self) -> PortRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def free_run(count: int) -> int:
    """The first of a few ports in a row that are free now, outside the runs of the PBXs; held by nothing."""
    for _ in range(200):
        first = random.randrange(6_000, _LOWEST - count)
        if all(_is_free(port) for port in range(first, first + count)):
            return first
    raise OSError(f"no run of {count} free ports below {_LOWEST} on 127.0.0.1")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
