"""uvicorn for the API: started and stopped with the daemon, which keeps its signals."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from ccd.adapters.http import Server, bound, url_of, wind_up
from ccd.config_web import WebSettings
from ccd.web.guard import known_by

__all__ = ["WebServer"]

SOCKETS = 1024
"""At most: more are closed unheard, so that they cannot use up the files the daemon may open."""
PATIENCE_S = 15.0
"""Without a whole request in this time, and at most in twice that, a connection is cut."""
HEAD_MOST = 32 * 1024


class WebServer:
    def __init__(self, settings: WebSettings, app: ASGIApp) -> None:
        self._settings = settings
        self._app = app
        self._sockets: list[socket.socket] = []
        self._server: Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen. Raises ConfigError, naming the setting, where the address cannot be had."""
        self._sockets = await bound("web", self._settings.host, self._settings.port)
        config = uvicorn.Config(
            self._app,
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=HEAD_MOST,
        )
        self._server = Server(config)
        self._task = asyncio.create_task(self._server.serve(self._sockets), name="web")

    async def stop(self) -> None:
        """Within a second, also with open connections."""
        if self._server is not None and self._task is not None:
            await wind_up(self._server, self._task)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._server.server_state.connections) if self._server is not None else 0

    @property
    def port(self) -> int:
        """The port listened on; 0 before the start."""
        return int(self._sockets[0].getsockname()[1]) if self._sockets else 0

    @property
    def url(self) -> str:
        """How people reach it, without a slash at its end."""
        return (self._settings.public_url or url_of(self._settings.host, self.port)).rstrip("/")


class _Connection(H11Protocol):
    """Cut where no request comes; the guard looks after those that have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app = known_by(self, self.app)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > SOCKETS:
            transport.abort()
        else:
            self._look_again(None)

    def _look_again(self, seen: object) -> None:
        self.loop.call_later(PATIENCE_S, self._look, seen)

    def _look(self, seen: object) -> None:
        """``seen`` is the request of the look before; at the first there is none yet."""
        if self.transport.is_closing() and self not in self.connections:
            return
        idle = self.cycle is None or self.cycle.response_complete
        if idle and self.cycle is seen:
            self.transport.abort()
        else:
            self._look_again(self.cycle)
