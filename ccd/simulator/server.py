"""The AMI server in front of the simulated PBX: sessions, login, the wire as Asterisk writes it.

A session that does not read is not waited for: what cannot be written for ``write_timeout_s`` cuts it, as
``writetimeout`` does.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import cast

from ccd.simulator.actions import ACTIONS
from ccd.simulator.pbx import Pbx
from ccd.simulator.requests import Request

__all__ = ["AmiServer"]

Context = AbstractContextManager[None]

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
MAX_REQUEST = 64 * 1024
HIGH_WATER = 256 * 1024


class AmiServer:
    """Listens on ``host``; port 0 takes a free one. ``username`` and ``secret`` are the only user."""

    def __init__(
        self, pbx: Pbx, username: str, secret: str, write_timeout_s: float, around: Callable[[], Context]
    ) -> None:
        """``around`` is entered for every action: the PBX's time is right in it, and looked at after it."""
        self.pbx = pbx
        self.around = around
        self.username = username
        self.secret = secret
        self.write_timeout_s = write_timeout_s
        self.sessions: set[Session] = set()
        self.stalled = False
        self._server: asyncio.Server | None = None
        pbx.wire.listeners.append(self._tell)

    async def start(self, host: str, port: int) -> int:
        """Returns the port. Raises OSError where it cannot be had."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Session(self), host, port, reuse_address=True)
        return cast(int, self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for session in tuple(self.sessions):
            session.close()

    def cut(self) -> int:
        """Drop every session without a word. Returns how many there were."""
        cut = tuple(self.sessions)
        for session in cut:
            session.abort()
        return len(cut)

    def stall(self, on: bool) -> None:
        """Keep every connection and say nothing: neither events nor answers, nor a greeting to new ones."""
        self.stalled = on
        for session in tuple(self.sessions):
            session.stall(on)

    def _tell(self, privilege: str, text: str) -> None:
        for session in self.sessions:
            if session.wants(privilege):
                session.send(text)


class Session(asyncio.Protocol):
    def __init__(self, server: AmiServer) -> None:
        self._server = server
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._waiting: list[str] = []
        self._flush: asyncio.Handle | None = None
        self._overdue: asyncio.TimerHandle | None = None
        self._challenge = ""
        self._logged_in = False
        self._classes: frozenset[str] | None = None
        """The event classes asked for; None is all."""
        self._greeted = False

    # --- the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=HIGH_WATER)
        self._server.sessions.add(self)
        self.stall(self._server.stalled)

    def connection_lost(self, error: Exception | None) -> None:
        self._server.sessions.discard(self)
        for timer in (self._flush, self._overdue):
            if timer is not None:
                timer.cancel()

    def pause_writing(self) -> None:
        loop = asyncio.get_running_loop()
        self._overdue = loop.call_later(self._server.write_timeout_s, self.abort)

    def resume_writing(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def stall(self, on: bool) -> None:
        if on:
            self._transport.pause_reading()
            return
        self._transport.resume_reading()
        if not self._greeted:
            self._greeted = True
            self._transport.write(GREETING)
        self._write_soon()

    def close(self) -> None:
        self._write()
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    # --- out

    def wants(self, privilege: str) -> bool:
        return self._logged_in and (self._classes is None or privilege in self._classes)

    def send(self, text: str) -> None:
        """Queue one message; what is said in one go is written in one go."""
        self._waiting.append(text)
        self._write_soon()

    def _write_soon(self) -> None:
        if self._flush is None and self._waiting and not self._server.stalled:
            self._flush = asyncio.get_running_loop().call_soon(self._write)

    def _write(self) -> None:
        self._flush = None
        if self._waiting and not self._server.stalled:
            self._waiting.append("")
            self._transport.write("\r\n\r\n".join(self._waiting).encode("utf-8", "replace"))
            self._waiting = []

    # --- in

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            block = bytes(self._received[:end]).decode("utf-8", "replace")
            del self._received[: end + 4]
            self._handle(Request(block, self.send))
            if self._transport.is_closing():
                return
        if len(self._received) > MAX_REQUEST:
            self.abort()

    def _handle(self, ask: Request) -> None:
        action = ask.action.casefold()
        if not action:
            ask.error("Missing action in request")
        elif action == "login":
            self._login(ask)
        elif action == "challenge":
            self._challenge_asked(ask)
        elif action == "logoff":
            ask.answer("Goodbye", Message="Thanks for all the fish.")
            self.close()
        elif not self._logged_in:
            ask.error("Permission denied")
        elif action == "events":
            self._choose(ask.get("EventMask"))
            ask.success(Events="Off" if self._classes == frozenset() else "On")
        elif (known := _ACTIONS.get(action)) is not None:
            with self._server.around():
                known(self._server.pbx, ask)
        else:
            ask.error(
                f"Invalid/unknown command: {ask.action}. Use Action: ListCommands to show available commands."
            )

    def _challenge_asked(self, ask: Request) -> None:
        if ask.get("AuthType").casefold() != "md5":
            ask.error("Must specify AuthType")
            return
        self._challenge = str(secrets.randbelow(900_000_000) + 100_000_000)
        ask.success(Challenge=self._challenge)

    def _login(self, ask: Request) -> None:
        if self._logged_in:
            ask.success("Already authenticated")
            return
        if not self._proven(ask):
            ask.error("Authentication failed")
            self.close()
            return
        self._logged_in = True
        if ask.get("Events"):
            self._choose(ask.get("Events"))
        ask.success("Authentication accepted")
        if self.wants("system"):
            pbx = self._server.pbx
            uptime = round(pbx.timeline.now - pbx.boot)
            self.send(
                f"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: {uptime}\r\n"
                f"LastReload: {uptime}\r\nStatus: Fully Booted"
            )

    def _proven(self, ask: Request) -> bool:
        """The secret itself, or the MD5 of the challenge with it."""
        secret, given = self._server.secret, ask.get("Secret")
        if ask.get("AuthType").casefold() == "md5":
            proof = hashlib.md5((self._challenge + secret).encode(), usedforsecurity=False).hexdigest()
            secret, given = (proof, ask.get("Key")) if self._challenge else ("x", "")
        same = hmac.compare_digest(secret.encode(), given.encode())
        return same and ask.get("Username") == self._server.username

    def _choose(self, mask: str) -> None:
        words = frozenset(word.strip() for word in mask.casefold().split(","))
        if words & {"on", "all", "yes", "true"}:
            self._classes = None
        else:
            self._classes = words - {"off", "no", "false", ""}


_ACTIONS = {name.casefold(): handler for name, (handler, _, _) in ACTIONS.items()}
