"""Audio for all test phones of a process: a tone, 50 packets a second to everybody who wants one.

What the PBX sends back is never read: the kernel throws it away, which costs nothing.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from contextlib import suppress

__all__ = ["Media"]

_FRAME = (bytes([0x30] * 10) + bytes([0xB0] * 10)) * 8
"""20 ms of ulaw: 160 samples, 400 Hz, loud enough not to pass for silence."""
_TICK_S = 0.02


class Media:
    """``port`` is where every phone says it listens."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.bind(("127.0.0.1", 0))
        self._streams: dict[object, _Stream] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._socket.close()

    def send_to(self, key: object, address: tuple[str, int] | None) -> None:
        """Send that call's audio there from now on; None ends it."""
        if address is None:
            self._streams.pop(key, None)
        elif key in self._streams:
            self._streams[key].address = address
        else:
            self._streams[key] = _Stream(address)

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            for stream in self._streams.values():
                with suppress(OSError):
                    self._socket.sendto(stream.packet(), stream.address)
            due = max(due + _TICK_S, clock() - 0.2)
            await asyncio.sleep(max(0, due - clock()))


class _Stream:
    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self._source = random.getrandbits(32)
        self._sequence = 0

    def packet(self) -> bytes:
        self._sequence += 1
        stamp = self._sequence * 160
        head = struct.pack("!BBHII", 0x80, 0, self._sequence & 0xFFFF, stamp & 0xFFFFFFFF, self._source)
        return head + _FRAME
