"""A small blocking AMI client, so that tests drive the PBX without the code they test."""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import TracebackType

__all__ = ["AmiError", "Client", "Headers"]

Headers = dict[str, str]


class AmiError(Exception):
    """The PBX refused an action, or said nothing in time."""


class Client:
    """One session. Events that come while an answer is awaited are kept for ``events`` and ``wait_for``."""

    def __init__(
        self, port: int, username: str, secret: str, *, events: str = "off", timeout: float = 5
    ) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._buffer = b""
        self._next_id = 0
        self._kept: deque[Headers] = deque(maxlen=100_000)
        try:
            self._banner(timeout)
            self.action("Login", {"Username": username, "Secret": secret, "Events": events}, timeout)
        except BaseException:
            self.close()
            raise

    def action(
        self, name: str, headers: Mapping[str, str | list[str]] | None = None, timeout: float = 5
    ) -> Headers:
        """Send one action and return its response. Raises AmiError where it is refused or unanswered."""
        self._next_id += 1
        mine = f"test-{self._next_id}"
        lines = [f"Action: {name}", f"ActionID: {mine}"]
        for key, value in (headers or {}).items():
            lines += [f"{key}: {each}" for each in ([value] if isinstance(value, str) else value)]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        deadline = time.monotonic() + timeout
        while True:
            message = self._read(deadline)
            if message.get("ActionID") == mine and "Response" in message:
                if message["Response"] == "Error":
                    raise AmiError(f"{name}: {message.get('Message', message)}")
                return message
            self._kept.append(message)

    def command(self, line: str, timeout: float = 10) -> str:
        """Run one CLI command and return what it printed."""
        return self.action("Command", {"Command": line}, timeout).get("Output", "")

    def wait_for(self, wanted: Callable[[Headers], bool], timeout: float = 10) -> Headers:
        """The next event that matches; those before it are dropped."""
        deadline = time.monotonic() + timeout
        while True:
            message = self._kept.popleft() if self._kept else self._read(deadline)
            if wanted(message):
                return message

    def events(self, seconds: float) -> Iterator[Headers]:
        """Everything that comes within so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                yield self._kept.popleft() if self._kept else self._read(deadline)
            except AmiError:
                return

    def close(self) -> None:
        with suppress(OSError):
            self._socket.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _banner(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while b"\r\n" not in self._buffer:
            self._receive(deadline)
        self._buffer = self._buffer.partition(b"\r\n")[2]

    def _read(self, deadline: float) -> Headers:
        while b"\r\n\r\n" not in self._buffer:
            self._receive(deadline)
        raw, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        message: Headers = {}
        for line in raw.decode("utf-8", "replace").split("\r\n"):
            key, _, value = line.partition(":")
            value = value.removeprefix(" ")
            message[key] = f"{message[key]}\n{value}" if key in message else value
        return message

    def _receive(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise AmiError("the PBX said nothing in time")
        self._socket.settimeout(left)
        try:
            received = self._socket.recv(65536)
        except TimeoutError:
            raise AmiError("the PBX said nothing in time") from None
        if not received:
            raise AmiError("the PBX closed the session")
        self._buffer += received
