"""The page for Prometheus and the health endpoints, on a port of their own (``metrics.port``).

``/metrics``  the text format
``/healthz``  200 while the loop turns: nothing else is looked at
``/readyz``   200, or 503 while something that blocks is amiss; the JSON says what is looked at, and why it is
              not well
``/``         what is where, in Chinese and English

Nothing here names a person or a caller. The server leaves signals alone: the daemon owns them.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from html import escape
from typing import Any

import uvicorn
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from ccd import __version__
from ccd.adapters.http import Server, bound, url_of, wind_up
from ccd.config import MetricsSettings
from ccd.status import is_ready

__all__ = ["OpsServer"]

CONNECTIONS = 64
"""At most: each scraper that reads slowly keeps a page in memory. More are told to come again later."""
SOCKETS = 4 * CONNECTIONS
"""At most: more are closed unheard, so that they cannot use up the files the daemon may open."""
PATIENCE_S = 15.0
"""Without another request in this time, and at most in twice that, a connection is cut."""

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>ccd</title></head><body>
<h1>ccd {version}</h1>
<p>呼叫中心守护进程的运行状态。 / How the call-centre daemon is doing.</p>
<ul>
<li><a href="/metrics">/metrics</a>: Prometheus 指标 / metrics for Prometheus</li>
<li><a href="/healthz">/healthz</a>: 进程是否存活 / is the process alive</li>
<li><a href="/readyz">/readyz</a>: 是否就绪，以及原因 / is it ready, and if not, why: <b>{ready}</b></li>
</ul>
<p>座席与队列的实时状态：<code>ccd status --watch</code> / Agents and queues, live: the same command.</p>
</body></html>
"""


class OpsServer:
    """``page`` gives what Prometheus reads, ``ready`` the checks of ``ccd.status.readiness``."""

    def __init__(
        self,
        settings: MetricsSettings,
        *,
        page: Callable[[], Awaitable[bytes]],
        ready: Callable[[], list[dict[str, Any]]],
    ) -> None:
        self._settings = settings
        self._page = page
        self._ready = ready
        self._sockets: list[socket.socket] = []
        self._server: Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen. Raises ConfigError, naming the setting, where the address cannot be had."""
        self._sockets = await bound("metrics", self._settings.host, self._settings.port)
        routes = [
            Route("/", self._index),
            Route("/metrics", self._metrics),
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes),
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
        )
        self._server = Server(config)
        self._task = asyncio.create_task(self._server.serve(self._sockets), name="ops")

    async def stop(self) -> None:
        """Within a second, also with open connections: those that do not finish are cut."""
        if self._server is None or self._task is None:
            return
        await wind_up(self._server, self._task)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._server.server_state.connections) if self._server is not None else 0

    @property
    def port(self) -> int:
        """The port listened on: the one in the settings, or the free one that was found where that is 0."""
        assert self._sockets, "not started"
        return int(self._sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return url_of(self._settings.host, self.port)

    async def _index(self, request: Request) -> Response:
        checks = self._ready()
        ready = "是 / yes" if is_ready(checks) else "否 / no"
        if amiss := sum(not check["ok"] for check in checks):
            ready += f"（{amiss} 项待处理 / {amiss} to mend）"
        page = _PAGE.format(version=escape(__version__), ready=ready)
        return HTMLResponse(page, headers=_HEADERS | {"Content-Security-Policy": "default-src 'none'"})

    async def _metrics(self, request: Request) -> Response:
        return Response(await self._page(), headers=_HEADERS, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    async def _healthz(self, request: Request) -> Response:
        return PlainTextResponse("ok\n", headers=_HEADERS)

    async def _readyz(self, request: Request) -> Response:
        checks = self._ready()
        ready = is_ready(checks)
        body = {"ready": ready, "checks": checks}
        return JSONResponse(body, status_code=200 if ready else 503, headers=_HEADERS)


class _Connection(H11Protocol):
    """By itself uvicorn waits for ever: for the end of a request, for somebody to read an answer."""

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
        if self.cycle is seen:
            self.transport.abort()
        else:
            self._look_again(self.cycle)
