"""A TCP proxy between ccd and a PBX, to cut, reset, stall or half-open the session at will."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time

__all__ = ["Proxy"]


class Proxy:
    """``async with Proxy(port) as proxy``; connect to ``proxy.port``. New connections always get through,
    unless ``refusing``.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.refusing = False
        self.connections = 0
        self.attempts = 0
        """Connections asked for, those that were refused among them."""
        self.last_byte = 0.0
        """When the client was last sent anything, epoch seconds."""
        self.bytes_per_s = 0
        """How fast the client is sent what the PBX says; 0 for as fast as it can be."""
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Close every session in an orderly way."""
        for pair in list(self._pairs):
            for writer in pair:
                writer.close()

    def reset(self) -> None:
        """Close every session with a TCP reset."""
        for pair in list(self._pairs):
            for writer in pair:
                sock = writer.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()

    def stall(self) -> None:
        """Nothing flows any more, and nobody is told: a peer that is silent or gone."""
        self._flowing.clear()

    def flow(self) -> None:
        self._flowing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.attempts += 1
        if self.refusing:
            writer.close()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        self.connections += 1
        pair = (writer, back)
        self._pairs.add(pair)
        tasks = [
            asyncio.create_task(self._pump(reader, back)),
            asyncio.create_task(self._pump(there, writer, to_client=True)),
        ]
        self._tasks.update(tasks)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        self._tasks.difference_update(tasks)
        self._pairs.discard(pair)
        writer.close()
        back.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, to_client: bool = False
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._flowing.wait()
                for piece in self._pieces(data) if to_client else [data]:
                    writer.write(piece)
                    await writer.drain()
                    if to_client:
                        self.last_byte = time.time()
                        if self.bytes_per_s:
                            await asyncio.sleep(len(piece) / self.bytes_per_s)

    def _pieces(self, data: bytes) -> list[bytes]:
        size = max(self.bytes_per_s // 20, 1) if self.bytes_per_s else len(data)
        return [data[start : start + size] for start in range(0, len(data), size)]
