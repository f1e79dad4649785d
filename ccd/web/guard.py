"""What is held against every request before anything looks at it, and against every answer on its way.

So many at once, so many bytes of a body, so long to send it, so long to take a piece of an answer: whoever
cannot keep to that is refused or cut off. The daemon has a threat call to think of, not their connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ccd.web.problems import ProblemError, response_of

__all__ = ["BODY_MOST", "CONNECTION", "Guard", "known_by"]

CONNECTION = "ccd.connection"
BODY_MOST = 64 * 1024
"""Bytes of a request."""
BODY_S = 10.0
"""All of a request must have come in this time."""
TAKE_S = 20.0
"""A piece of an answer (64 KiB at most) must be taken in this time."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SlowReaderError(BaseException):
    """Nobody takes the answer; the connection is cut already. No Exception: nothing on its way up may take it
    for a defect.
    """


class Guard:
    """``most``: requests at once. ``language``: of what is said to those that name none."""

    def __init__(self, app: ASGIApp, most: Callable[[], int], language: Callable[[], str]) -> None:
        self.refused = 0
        """Requests that were too many, too big or too slow."""
        self.cut = 0
        """Answers that nobody took."""
        self.active = 0
        self.requests = 0
        self._app = app
        self._most = most
        self._language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        patient = self._patient(scope, send)
        self.active += 1
        self.requests += 1
        try:
            try:
                if self.active > self._most():
                    raise ProblemError("busy", {"Retry-After": "2", "Connection": "close"})
                body = await _whole(scope, receive)
            except ProblemError as problem:
                self.refused += 1
                await self._refuse(scope, problem, patient)
                return
            await self._app(scope, _given(body, receive), patient)
        except SlowReaderError:
            return
        finally:
            self.active -= 1

    async def _refuse(self, scope: Scope, problem: ProblemError, send: Send) -> None:
        request = Request(scope)
        await response_of(request, problem, self._language())(scope, _nothing, send)

    def _patient(self, scope: Scope, send: Send) -> Send:
        async def patiently(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message.get("headers", ())}
                own = [(n.lower().encode(), v.encode()) for n, v in HEADERS.items()]
                message["headers"] = [*message.get("headers", ()), *(h for h in own if h[0] not in given)]
            try:
                async with asyncio.timeout(TAKE_S):
                    await send(message)
            except TimeoutError:
                self.cut += 1
                scope[CONNECTION].transport.abort()
                await asyncio.sleep(0)  # so that it is known to be gone
                raise SlowReaderError from None

        return patiently


async def _whole(scope: Scope, receive: Receive) -> bytes:
    """The body. A length that is too much is refused before a byte of it is read."""
    close = {"Connection": "close"}
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 18 or int(length) > BODY_MOST:
        raise ProblemError("too_big", close, limit=BODY_MOST)
    if length == b"0" and b"transfer-encoding" not in headers:
        return b""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return bytes(body)
                body += message.get("body", b"")
                if len(body) > BODY_MOST:
                    raise ProblemError("too_big", close, limit=BODY_MOST)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise ProblemError("too_slow", close, seconds=BODY_S) from None


def _given(body: bytes, receive: Receive) -> Receive:
    """The body that was read, then whatever else comes (that the asker has gone)."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return waiting.pop() if waiting else await receive()

    return given


async def _nothing() -> Message:
    raise RuntimeError("nobody reads what is refused")


def known_by(connection: Any, app: ASGIApp) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """``app``, told with each request by which connection it came."""

    async def noted(scope: Scope, receive: Receive, send: Send) -> None:
        scope[CONNECTION] = connection
        await app(scope, receive, send)

    return noted
