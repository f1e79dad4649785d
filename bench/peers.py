"""The contestants that are not ccd, each as ``python -m bench.peers NAME PORT``.

``floor``       the least that parsing can be: each event as a plain dict of all its headers, and no handler.
                Of six ways to write it the fastest on this stream
``panoramisk``  its Manager as it comes, with a handler that does nothing for every event
``cacofonisk``  its AmiRunner and EventHandler as they come, with a reporter that reports to nobody
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from typing import Any

from cacofonisk import AmiRunner, BaseReporter
from panoramisk import Manager

from bench.child import tell

__all__: list[str] = []

_LOGIN = b"Action: Login\r\nUsername: bench\r\nSecret: bench\r\nEvents: on\r\n\r\n"


class Floor(asyncio.Protocol):
    def __init__(self, booted: asyncio.Event, lost: asyncio.Event) -> None:
        self._booted = booted
        self._lost = lost
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(_LOGIN)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        end = data.rfind(b"\r\n\r\n")
        self._rest = data[end + 4 :]
        for text in data[: max(end, 0)].decode().split("\r\n\r\n"):
            event = {}
            for line in text.split("\r\n"):
                name, _, value = line.partition(": ")
                event[name] = value
            self.handle(event)

    def handle(self, event: dict[str, str]) -> None:
        """Nothing: a subclass would."""
        if not self._booted.is_set() and event.get("Event") == "FullyBooted":
            self._booted.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost.set()


async def floor(port: int) -> None:
    booted, lost = asyncio.Event(), asyncio.Event()
    await asyncio.get_running_loop().create_connection(lambda: Floor(booted, lost), "127.0.0.1", port)
    await booted.wait()
    await measured(lost)


async def panoramisk(port: int) -> None:
    def ignore(manager: Manager, event: Any) -> None:
        pass

    booted, lost = asyncio.Event(), asyncio.Event()
    manager = Manager(
        loop=asyncio.get_running_loop(),
        host="127.0.0.1",
        port=port,
        username="bench",
        secret="bench",
        on_login=lambda manager: booted.set(),
        on_disconnect=lambda manager, error: lost.set(),
    )
    manager.register_event("*", ignore)
    await manager.connect()
    await booted.wait()
    await measured(lost)


async def cacofonisk(port: int) -> None:
    runner = AmiRunner([f"tcp://bench:bench@127.0.0.1:{port}"], BaseReporter())
    runner.attach_all()
    (manager,) = runner.ami_managers
    booted, lost = asyncio.Event(), asyncio.Event()
    manager.on_login = lambda manager: booted.set()
    manager.on_disconnect = lambda manager, error: lost.set()
    await booted.wait()
    await measured(lost)


async def measured(lost: asyncio.Event) -> None:
    """From now until the stream has ended."""
    cpu = time.process_time()
    tell(ready=True)
    await lost.wait()
    tell(cpu_s=time.process_time() - cpu, ended=time.monotonic())


CONTESTANTS = {"floor": floor, "panoramisk": panoramisk, "cacofonisk": cacofonisk}

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(CONTESTANTS[sys.argv[1]](int(sys.argv[2])))
