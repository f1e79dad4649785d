"""The control socket: how ``ccd`` commands reach the running daemon, over a Unix socket in its state folder.

A request is one line of JSON, ``{"command": "status", …}``; the reply is one line, ``{"ok": true, …}`` or
``{"ok": false, "error": text, "code": code}`` with one of the codes ``refused`` (the command says no),
``unknown_command``, ``bad_request``, ``busy`` and ``internal`` (see the daemon's log). A stream answers with
one line after another until the client goes. ``by`` of every request is set here, to the Unix user who asked.

The socket is the daemon's own user's (0600), or a group's as well (0660). Whoever may connect may do all.
Bounds: a request is 24 MiB (a roster of 50,000 people is 12) and all that are being read together 64 MiB,
there are 64 clients, and one that does not finish its request or does not take its reply is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import grp
import os
import pwd
import socket
import stat
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import structlog

from ccd.adapters.control_client import PATH_LIMIT, too_long
from ccd.config import ConfigError

__all__ = ["ControlServer", "RefusedError"]

log = structlog.get_logger("ccd.control")

Reply = dict[str, Any]
Command = Callable[[Reply], Awaitable[Reply]]
Stream = Callable[[Reply], AsyncIterator[Reply]]

REQUEST_LIMIT = 24 * 1024 * 1024
READING_LIMIT = 64 * 1024 * 1024
CLIENTS = 64
IDLE_S = 60.0
"""How long a client may take for a whole request, the wait before it included."""
TAKE_S = 5.0
"""How long a client may take to make room for a reply."""


class RefusedError(Exception):
    """A command was understood and is refused; the text says why."""


class ControlServer:
    """``await start()``, ``await close()``. A command refuses by ``RefusedError``; others are logged."""

    def __init__(
        self,
        path: Path,
        commands: Mapping[str, Command],
        *,
        streams: Mapping[str, Stream] | None = None,
        group: str = "",
    ) -> None:
        self.path = path
        self.dropped = 0
        """Clients that were slow, silent, too many or sent too much."""
        self._commands = dict(commands)
        self._streams = dict(streams or {})
        self._group = group
        self._reading = 0
        self._clients: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._inode = 0

    async def start(self) -> None:
        """Listen. Raises ConfigError where the socket cannot be had, or where another daemon has it."""
        listening = _bind(self.path, self._group)
        self._inode = self.path.stat().st_ino
        self._server = await asyncio.start_unix_server(self._connected, sock=listening)

    async def close(self) -> None:
        """Drop the clients and take the socket away, if it is still ours."""
        if self._server is None:
            return
        self._server.close()
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        with contextlib.suppress(OSError):
            if self.path.stat().st_ino == self._inode:
                self.path.unlink()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        client = _Client(reader, writer)
        try:
            if len(self._clients) > CLIENTS:
                self.dropped += 1
                await client.send(_error("busy", f"{CLIENTS} clients are connected already; try again later"))
            else:
                await self._converse(client)
        except OSError:  # TimeoutError is one: the client went away, or does not read
            self.dropped += 1
        except asyncio.CancelledError:
            pass  # by ``close``; asyncio would log a traceback for a cancelled connection
        finally:
            self._reading -= client.held
            self._clients.discard(task)
            writer.transport.abort()

    async def _converse(self, client: _Client) -> None:
        while True:
            line = await self._request(client)
            if line is None:
                return
            request = _parsed(line)
            del line
            self._reading -= client.held
            client.held = 0
            if request is None:
                await client.send(_error("bad_request", 'send one JSON object with a "command" on a line'))
                return
            request["by"] = client.user
            await self._answer(client, request)

    async def _request(self, client: _Client) -> bytes | None:
        """One line; None where the client has gone or was sent away."""
        try:
            async with asyncio.timeout(IDLE_S):
                while (line := client.line()) is None:
                    chunk = await client.reader.read(65536)
                    if not chunk:
                        return None
                    client.feed(chunk)
                    self._reading += len(chunk)
                    if client.held > REQUEST_LIMIT or self._reading > READING_LIMIT:
                        self.dropped += 1
                        await client.send(
                            _error("bad_request", f"a request is at most {REQUEST_LIMIT} bytes")
                        )
                        return None
                return line
        except TimeoutError:
            self.dropped += 1
            return None

    async def _answer(self, client: _Client, request: Reply) -> None:
        name = request.get("command")
        if isinstance(name, str) and name in self._streams:
            await self._stream(client, self._streams[name], request)
        elif isinstance(name, str) and name in self._commands:
            await client.send(await self._perform(name, self._commands[name](request)))
        else:
            known = ", ".join(sorted({*self._commands, *self._streams}))
            await client.send(_error("unknown_command", f"no command {name!r}; there are: {known}"))

    async def _stream(self, client: _Client, stream: Stream, request: Reply) -> None:
        items = aiter(stream(request))
        try:
            while True:
                try:
                    reply = await self._perform(str(request["command"]), anext(items))
                except StopAsyncIteration:
                    return
                await client.send(reply)
                if client.reader.at_eof():
                    return
        finally:
            if isinstance(items, AsyncGenerator):
                await items.aclose()

    async def _perform(self, name: str, work: Awaitable[Reply]) -> bytes:
        try:
            return _encode({"ok": True, **await work})
        except StopAsyncIteration:
            raise
        except RefusedError as error:
            return _error("refused", str(error))
        except Exception:
            log.exception("control_command_failed", command=name)
            return _error("internal", f"{name} failed inside the daemon; its log has the reason")


class _Client:
    """One connection: its bytes not yet worked on, and who is at the other end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.held = 0
        """Bytes counted against ``READING_LIMIT``."""
        self._writer = writer
        self._buffer = bytearray()
        self._searched = 0
        self.user = _user_of(writer.get_extra_info("socket"))

    def feed(self, chunk: bytes) -> None:
        self._buffer += chunk
        self.held += len(chunk)

    def line(self) -> bytes | None:
        end = self._buffer.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return line

    async def send(self, line: bytes) -> None:
        """Raises TimeoutError where the client does not take it, OSError where it is gone."""
        self._writer.write(line)
        async with asyncio.timeout(TAKE_S):
            await self._writer.drain()


def _bind(path: Path, group: str) -> socket.socket:
    """A bound socket nobody can connect to before its rights are set: it does not listen yet."""
    if len(os.fsencode(path)) > PATH_LIMIT:
        raise ConfigError(too_long(path))
    _clear(path)
    gid = _gid_of(group, path.parent) if group else -1
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        os.chown(path, -1, gid)
        path.chmod(0o660 if group else 0o600)
    except OSError as error:
        listening.close()
        mend = "let its user be in daemon.control_group, or empty it" if group else "see daemon.state_dir"
        raise ConfigError(f"{path}: cannot make the control socket ({error.strerror}); {mend}") from None
    return listening


def _gid_of(group: str, folder: Path) -> int:
    """Raises ConfigError where there is no such group, or it could not come as far as the socket."""
    try:
        gid = grp.getgrnam(group).gr_gid
    except KeyError:
        raise ConfigError(
            f"daemon.control_group: there is no group {group!r}; create it or empty the key"
        ) from None
    way_in = folder.stat()
    if not (way_in.st_mode & stat.S_IXOTH or (way_in.st_gid == gid and way_in.st_mode & stat.S_IXGRP)):
        raise ConfigError(
            f"daemon.control_group: {folder} is closed to {group}; chgrp {group} and chmod g+x that folder"
        )
    return gid


def _clear(path: Path) -> None:
    """Take away a socket that a killed daemon left; leave one that answers, and what is no socket."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise ConfigError(f"{path}: is in the way and no socket; move it, or change daemon.state_dir")
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; correct daemon.state_dir or its permissions") from None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except OSError as error:
            raise ConfigError(f"{path}: {error}; is another ccd running?") from None
    raise ConfigError(
        f"{path}: another ccd is running here; stop it, or give this one its own daemon.state_dir"
    )


def _user_of(connection: Any) -> str:
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", credentials)
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _parsed(line: bytes) -> Reply | None:
    try:
        return msgspec.json.decode(line, type=Reply)
    except (ValueError, RecursionError):
        return None


def _encode(message: Reply) -> bytes:
    return msgspec.json.encode(message) + b"\n"


def _error(code: str, text: str) -> bytes:
    return _encode({"ok": False, "code": code, "error": text})
