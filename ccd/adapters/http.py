"""What the daemon's servers of HTTP have in common: their sockets, no taste for signals, and a quick end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator
from typing import Any

import uvicorn

from ccd.config import ConfigError

__all__ = ["Server", "bound", "url_of", "wind_up"]

STOP_S = 0.5
"""What open connections get to finish in."""
CUT_S = 0.1
"""What answers get to notice that their connection was cut."""


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Not ours to capture: SIGTERM and SIGHUP are the daemon's."""
        yield


async def wind_up(server: Server, task: asyncio.Task[None]) -> None:
    """Within a second, also with open connections: those that do not finish are cut."""
    server.should_exit = True
    await asyncio.wait({task}, timeout=STOP_S)
    if not task.done():
        await _cut(server)
    await task


async def _cut(server: Server) -> None:
    server.force_exit = True
    for connection in list(server.server_state.connections):
        connection.transport.abort()
    if answering := set(server.server_state.tasks):
        _, stuck = await asyncio.wait(answering, timeout=CUT_S)
        for each in stuck:
            each.cancel()


def url_of(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


async def bound(section: str, host: str, port: int) -> list[socket.socket]:
    """A socket for every address of the host, all on one port (0: a free one). Raises ConfigError, which
    names the setting of ``section``.
    """
    loop = asyncio.get_running_loop()
    sockets: list[socket.socket] = []
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ConfigError(
            f"{section}.host: {host!r} is no address of this machine ({error.strerror}); use 127.0.0.1, or "
            "an address that `ip address` shows"
        ) from None
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            at = port or (sockets[0].getsockname()[1] if sockets else 0)
            sockets.append(_listening(family, (address[0], at, *address[2:])))
    except OSError as error:
        for opened in sockets:
            opened.close()
        raise ConfigError(
            f"{section}.port: cannot listen on {host}:{port} ({error.strerror}); change {section}.port, or "
            "stop the program that has it"
        ) from None
    return sockets


def _listening(family: int, address: Any) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setblocking(False)
        sock.bind(address)
        sock.listen()  # here, not in the server: only now is a port that is taken refused
    except OSError:
        sock.close()
        raise
    return sock
