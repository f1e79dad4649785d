"""Tells systemd how we are: ready, reloading, stopping, alive. Without systemd every call does nothing.

sd_notify is one datagram of ``NAME=value`` lines to the Unix socket in ``$NOTIFY_SOCKET``. That is written
here because the package for it (sdnotify) has had no release since 2017, sends Latin-1 only, and blocks: a
socket that nobody reads would hold up the event loop.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping

__all__ = ["Notifier", "watchdog_interval"]

_LONGEST_STATUS = 200


class Notifier:
    """Never raises and never waits: a message that cannot be sent is counted in ``lost``."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self.lost = 0
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket: socket.socket | None = None
        if address.startswith(("/", "@")):  # vsock: is for virtual machines and never for a service
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)

    def ready(self, status: str = "") -> None:
        """Start, or a reload, is complete."""
        self._send("READY=1", _status(status))

    def reloading(self) -> None:
        """The configuration is being read; ``ready`` ends it. Type=notify-reload asks for the time stamp."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def watchdog(self) -> None:
        """Proof of life; due every ``watchdog_interval()`` seconds."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for ``systemctl status``."""
        self._send(_status(text))

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, *lines: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto("\n".join(line for line in lines if line).encode(), self._address)
        except OSError:
            self.lost += 1


def watchdog_interval(environment: Mapping[str, str] = os.environ, pid: int | None = None) -> float | None:
    """Seconds between two pings: half of what systemd allows. None where nobody waits for them.

    ``WATCHDOG_PID`` names the process that is meant: a child that inherits the environment is not.
    """
    try:
        allowed = int(environment.get("WATCHDOG_USEC", ""))
        meant = int(environment.get("WATCHDOG_PID", pid or os.getpid()))
    except ValueError:
        return None
    return allowed / 2e6 if allowed > 0 and meant == (pid or os.getpid()) else None


def _status(text: str) -> str:
    """A line break would begin another assignment."""
    return f"STATUS={' '.join(text.split())[:_LONGEST_STATUS]}" if text else ""
