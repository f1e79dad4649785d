"""A short AMI session of the doctor's own: it must see refusals and events that the daemon's does not keep.

One question at a time, every wait bounded. Nothing is ever sent twice, and a value cannot end its header.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import ssl
import time
from collections import deque
from contextlib import suppress

from ccd.config import PbxSettings
from ccd.message import Message

__all__ = ["Link", "LinkError", "RefusedError", "reason"]

_LARGEST = 1024 * 1024
_KEPT = 20_000
_LONGEST_LIST = 200_000


def reason(error: Exception) -> str:
    """Why a connection failed, in the system's own words. asyncio wraps them, and joins several tries."""
    number = getattr(error, "errno", None)
    if isinstance(number, int) and number > 0 and not isinstance(error, ssl.SSLError):
        return os.strerror(number).lower()
    return str(error)


class LinkError(Exception):
    """The session cannot go on. The text says why."""


class RefusedError(Exception):
    """The PBX answered an action with an error; the text is its message."""


class Link:
    """``events`` holds what the PBX sent unasked, the latest 20,000."""

    def __init__(self, timeout_s: float, list_timeout_s: float) -> None:
        self.banner = ""
        self.events: deque[Message] = deque(maxlen=_KEPT)
        self.allowed: frozenset[str] | None = None
        """What the user may call, once known: the rest is not asked for, to leave no trace in its log."""
        self._timeout_s = timeout_s
        self._list_timeout_s = list_timeout_s
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._asked = 0

    async def open(self, pbx: PbxSettings) -> None:
        """Connect and read the banner. Raises OSError (TLS faults among them), TimeoutError or LinkError."""
        context = _tls(pbx) if pbx.tls else None
        async with asyncio.timeout(self._timeout_s):
            opened = await asyncio.open_connection(pbx.host, pbx.port, ssl=context, limit=_LARGEST)
            self._reader, self._writer = opened
            try:
                self.banner = (await self._reader.readuntil(b"\r\n")).decode("utf-8", "replace").strip()
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                raise LinkError("it accepts the connection and says nothing an Asterisk would say") from None

    async def action(self, name: str, **fields: str) -> Message:
        """The response. Raises RefusedError with the PBX's message, LinkError or TimeoutError."""
        if self.allowed is not None and name not in self.allowed:
            raise RefusedError("not among the actions of this user")
        mine = await self._send(name, fields)
        async with asyncio.timeout(self._timeout_s):
            while True:
                message = await self._next()
                if message.name == "Response" and message.get("ActionID") == mine:
                    break
        if message.get("Response") in ("Error", "Goodbye"):
            raise RefusedError(message.get("Message", "refused"))
        return message

    async def login(self, username: str, secret: str) -> None:
        """By challenge, so that the secret does not cross the wire. Raises as ``action`` does."""
        challenge = (await self.action("Challenge", AuthType="MD5")).get("Challenge")
        key = hashlib.md5((challenge + secret).encode(), usedforsecurity=False).hexdigest()
        await self.action("Login", Username=username, AuthType="MD5", Key=key, Events="on")

    async def items(self, name: str, end: str, **fields: str) -> list[Message]:
        """The items of a list action up to the event ``end``. Raises as ``action`` does."""
        response = await self.action(name, **fields)
        mine, found = response.get("ActionID"), list[Message]()
        async with asyncio.timeout(self._list_timeout_s):
            while len(found) < _LONGEST_LIST:
                message = await self._next(mine)
                if message.get("ActionID") != mine:
                    continue
                if message.name == end:
                    return found
                found.append(message)
        raise LinkError(f"{name}: more than {_LONGEST_LIST} items")

    async def listen(self, seconds: float, until: str = "") -> Message | None:
        """Gather events for so long; stop at the first that holds the text ``until`` and return it."""
        deadline = time.monotonic() + seconds
        for message in self.events:
            if until and until in message.text:
                return message
        while (left := deadline - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    message = await self._next()
            except TimeoutError:
                break
            if until and until in message.text:
                return message
        return None

    @property
    def our_address(self) -> str:
        """The address the PBX sees us come from."""
        assert self._writer is not None, "not open"
        return str(self._writer.get_extra_info("sockname")[0])

    async def close(self) -> None:
        if self._writer is None:
            return
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await self._writer.wait_closed()

    async def _send(self, name: str, fields: dict[str, str]) -> str:
        assert self._writer is not None, "not open"
        self._asked += 1
        mine = f"ccd-doctor-{self._asked}"
        headers = {"Action": name, "ActionID": mine, **fields}
        lines = [f"{key}: {value}" for key, value in headers.items()]
        if any("\r" in line or "\n" in line for line in lines):
            raise LinkError(f"{name}: a value holds a line break")
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._writer.drain()
        except ConnectionError as error:
            raise LinkError(f"the PBX closed the session ({error})") from None
        return mine

    async def _next(self, list_id: str = "") -> Message:
        """The next message; kept in ``events`` too unless it answers a question."""
        assert self._reader is not None, "not open"
        try:
            raw = await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise LinkError("the PBX sent a message of more than 1 MiB") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise LinkError("the PBX closed the session") from None
        text = raw.decode("utf-8", "replace").strip("\r\n")
        message = Message("Response", text)
        if text.startswith("Event: "):
            message = Message(message.get("Event"), text)
            if not list_id or message.get("ActionID") != list_id:
                self.events.append(message)
        return message


def _tls(pbx: PbxSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(pbx.tls_ca) if pbx.tls_ca else None)
    except OSError as error:
        raise LinkError(f"tls_ca: {pbx.tls_ca}: {error.strerror or error}") from None
