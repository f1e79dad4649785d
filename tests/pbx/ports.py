"""Runs of free ports on loopback, below the range the kernel hands out for outgoing connections.

A port from that range could be taken by any connection of anybody while an instance is restarting.
"""

from __future__ import annotations

import random
import socket

__all__ = ["free_run"]

_LOWEST, _BEYOND = 10_300, 32_700


def free_run(count: int) -> int:
    """The first of ``count`` consecutive ports (even) that are free for UDP and TCP on 127.0.0.1."""
    for _ in range(200):
        first = random.randrange(_LOWEST, _BEYOND - count, 2)
        if all(_is_free(port) for port in range(first, first + count)):
            return first
    raise OSError(f"no run of {count} free ports between {_LOWEST} and {_BEYOND} on 127.0.0.1")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
