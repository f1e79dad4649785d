"""An AMI of the tests on loopback: it says what it is told to, in raw bytes, and notes what it is asked.

It proves nothing about Asterisk; it shows what the session does with bytes that Asterisk, or whoever sits at
that port, could send.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import Callable
from types import TracebackType

__all__ = ["SECRET", "FakePbx", "complete", "event", "item", "response"]

SECRET = "s3cret 秘密"
CHALLENGE = "191832555"

Fields = dict[str, str]
Answer = Callable[[Fields], bytes | None]


def event(name: str, *lines: str) -> bytes:
    return "\r\n".join((f"Event: {name}", *lines, "", "")).encode()


def response(asked: Fields, *lines: str, kind: str = "Success") -> bytes:
    return "\r\n".join((f"Response: {kind}", f"ActionID: {asked['ActionID']}", *lines, "", "")).encode()


def item(asked: Fields, name: str, *lines: str) -> bytes:
    return event(name, *lines, f"ActionID: {asked['ActionID']}")


def complete(asked: Fields, name: str) -> bytes:
    return event(name, f"ActionID: {asked['ActionID']}", "EventList: Complete", "ListItems: 1")


def a_list(asked: Fields, *items: bytes, end: str) -> bytes:
    return response(asked, "EventList: start") + b"".join(items) + complete(asked, end)


class FakePbx:
    """``answers`` maps an action's name to what is said to it: bytes, or None for no answer at all."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.banner = b"Asterisk Call Manager/11.0.0\r\n"
        self.booted = event("FullyBooted", "Status: Fully Booted")
        self.boot_time = "21:24:47"
        self.asked: list[Fields] = []
        self.received = b""
        self.connections = 0
        self.open = 0
        self.answers: dict[str, Answer] = {
            "Challenge": lambda asked: response(asked, f"Challenge: {CHALLENGE}"),
            "Login": self._login,
            "CoreSettings": lambda asked: response(asked, "AsteriskVersion: 22.10.1"),
            "CoreStatus": lambda asked: response(
                asked, "CoreStartupDate: 2026-11-21", f"CoreStartupTime: {self.boot_time}"
            ),
            "Ping": lambda asked: response(asked, "Ping: Pong"),
            "QueueStatus": lambda asked: a_list(
                asked,
                item(asked, "QueueMember", "Queue: q", "Location: PJSIP/1"),
                end="QueueStatusComplete",
            ),
            "CoreShowChannels": lambda asked: a_list(asked, end="CoreShowChannelsComplete"),
            "DeviceStateList": lambda asked: a_list(
                asked, item(asked, "DeviceStateChange", "Device: PJSIP/1"), end="DeviceStateListComplete"
            ),
        }
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> FakePbx:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Nobody listens any more, and every connection is cut."""
        if self._server is not None:
            self._server.close()
        self.cut()
        while self.open:
            await asyncio.sleep(0.001)

    def send(self, data: bytes) -> None:
        """To the connection made last, in one write."""
        self._writers[-1].write(data)

    async def drained(self) -> None:
        await self._writers[-1].drain()

    def cut(self) -> None:
        for writer in self._writers:
            writer.close()

    def reset(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def times(self, action: str) -> int:
        """How often an action was asked for, over all connections."""
        return sum(asked.get("Action") == action for asked in self.asked)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self._writers.append(writer)
        try:
            writer.write(self.banner)
            while raw := await reader.readuntil(b"\r\n\r\n"):
                self.received += raw
                lines = raw.decode().removesuffix("\r\n\r\n").split("\r\n")
                asked = dict(line.split(": ", 1) for line in lines)
                self.asked.append(asked)
                answer = self.answers.get(asked["Action"], _unknown)(asked)
                if answer is not None:
                    writer.write(answer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.open -= 1
            self._writers.remove(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _login(self, asked: Fields) -> bytes:
        key = hashlib.md5((CHALLENGE + SECRET).encode()).hexdigest()
        if asked.get("Key") != key and asked.get("Secret") != SECRET:
            return response(asked, "Message: Authentication failed", kind="Error")
        return response(asked, "Message: Authentication accepted") + self.booted


def _unknown(asked: Fields) -> bytes:
    return response(asked, "Message: Invalid/unknown command", kind="Error")
