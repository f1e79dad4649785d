"""Audio for all test phones of a process: a tone, 50 packets a second to everybody who wants one, and keys.

What the PBX sends back is read only where a test listens to a call: otherwise the kernel throws it away.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import deque
from contextlib import suppress
from typing import NamedTuple

__all__ = ["Frame", "Media"]

_FRAME = (bytes([0x30] * 10) + bytes([0xB0] * 10)) * 8
"""20 ms of ulaw: 160 samples, 400 Hz, loud enough not to pass for silence."""
_SILENCE = b"\xff" * 160
_TICK_S = 0.02
_EVENT = 101  # the payload type that sipmessage.describe offers
_KEYS = "0123456789*#ABCD"
_PRESSED, _RELEASED, _PAUSE = 4, 3, 1
"""Packets of a key: while it is down, its end (sent three times), and audio until the next."""


class Frame(NamedTuple):
    """One packet of audio from the PBX: when it came (loop time, seconds), and its ulaw samples."""

    at: float
    samples: bytes

    @property
    def loud(self) -> bool:
        """Louder than a hiss: ulaw counts down from silence at 0x7F and 0xFF."""
        return sum((sample & 0x7F) < 0x50 for sample in self.samples) > len(self.samples) // 4


class Media:
    """``port`` is where every phone says it listens."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.bind(("127.0.0.1", 0))
        self._streams: dict[object, _Stream] = {}
        self._heard: dict[tuple[str, int], list[Frame]] = {}
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
        if self._heard:
            asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def listen(self, key: object) -> list[Frame]:
        """A list that grows by what the PBX sends in that call, from now on."""
        if not self._heard:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
            asyncio.get_running_loop().add_reader(self._socket, self._read)
        return self._heard.setdefault(self._streams[key].address, [])

    def send_to(self, key: object, address: tuple[str, int] | None) -> None:
        """Send that call's audio there from now on; None ends it."""
        if address is None:
            if (gone := self._streams.pop(key, None)) is not None:
                gone.idle.set()  # nobody shall wait for keys that are not sent any more
        elif key in self._streams:
            self._streams[key].address = address
        else:
            self._streams[key] = _Stream(address)

    def hush(self, key: object, *, silent: bool = True) -> None:
        """Send silence in that call from now on, or the tone again."""
        self._streams[key].frame = _SILENCE if silent else _FRAME

    async def press(self, key: object, digits: str) -> None:
        """Send digits as RFC 4733 telephone events, as desk phones do; returns when they are out."""
        await self._streams[key].press(digits)

    def _read(self) -> None:
        with suppress(BlockingIOError):
            while True:
                packet, address = self._socket.recvfrom(2048)
                if address in self._heard and packet[1] & 0x7F == 0:
                    self._heard[address].append(Frame(asyncio.get_running_loop().time(), packet[12:]))

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
        self.frame = _FRAME
        self._source = random.getrandbits(32)
        self._sequence = 0
        self._digits: deque[str] = deque()
        self._step = self._pressed_at = 0
        self.idle = asyncio.Event()
        self.idle.set()

    async def press(self, digits: str) -> None:
        self._digits.extend(digits)
        self.idle.clear()
        await self.idle.wait()

    def packet(self) -> bytes:
        self._sequence += 1
        if self._digits:
            step, self._step = self._step, self._step + 1
            if step < _PRESSED + _RELEASED:
                return self._key(_KEYS.index(self._digits[0]), step)
            if step == _PRESSED + _RELEASED + _PAUSE:
                self._step = 0
                self._digits.popleft()
        elif not self.idle.is_set():
            self.idle.set()
        return self._head(0, self._sequence * 160) + self.frame

    def _key(self, code: int, step: int) -> bytes:
        """One packet of a key: all carry the time it went down, and for how long it has been so."""
        if step == 0:
            self._pressed_at = self._sequence * 160
        end = 0x80 if step >= _PRESSED else 0
        held = 160 * min(step + 1, _PRESSED)
        marker = 0x80 if step == 0 else 0
        return self._head(marker | _EVENT, self._pressed_at) + struct.pack("!BBH", code, end | 10, held)

    def _head(self, kind: int, stamp: int) -> bytes:
        return struct.pack("!BBHII", 0x80, kind, self._sequence & 0xFFFF, stamp & 0xFFFFFFFF, self._source)
