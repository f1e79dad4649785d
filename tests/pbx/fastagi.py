"""A FastAGI server for tests, for what stands at the dialplan's other end: the daemon, well or ill."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

__all__ = ["AgiCall", "FastAgi", "answers_sign_in", "says_nothing"]


class AgiCall:
    """One request: ``headers`` as Asterisk sent them, ``ask`` to send a command and read its answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.headers: dict[str, str] = {}
        self._reader = reader
        self._writer = writer

    async def read_headers(self) -> None:
        while line := (await self._reader.readline()).decode().rstrip("\n"):
            name, _, value = line.partition(":")
            self.headers[name.removesuffix(":")] = value.removeprefix(" ")

    def argument(self, number: int) -> str:
        return self.headers.get(f"agi_arg_{number}", "")

    async def ask(self, command: str) -> str:
        self._writer.write(command.encode() + b"\n")
        return (await self._reader.readline()).decode().rstrip("\n")


Script = Callable[[AgiCall], Awaitable[None]]


class FastAgi:
    """Listens while the ``async with`` block runs; ``calls`` are the requests it has had."""

    def __init__(self, port: int, script: Script) -> None:
        self.calls: list[AgiCall] = []
        self._port = port
        self._script = script
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> FastAgi:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = AgiCall(reader, writer)
        self.calls.append(call)
        try:
            await self._script(call)
        finally:
            writer.close()


async def says_nothing(call: AgiCall) -> None:
    """As a daemon that was stopped: the connection is taken, and that is all."""
    await asyncio.sleep(60)


def answers_sign_in(pin: str) -> Script:
    """Ask for the PIN as config/asterisk/README.md says, and accept this one."""

    async def script(call: AgiCall) -> None:
        await call.read_headers()
        await call.ask("SET AUTOHANGUP 15")
        accepted = await call.ask(f"GET DATA {call.argument(5)} 5000 12") == f"200 result={pin}"
        await call.ask("SET AUTOHANGUP 2")
        await call.ask(f"SET VARIABLE CCD_PROMPT {'welcome' if accepted else 'wrong-pin'}")
        await call.ask(f"SET VARIABLE CCD_RESULT {'accepted' if accepted else 'refused'}")

    return script
