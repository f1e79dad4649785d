"""A file on its way to whoever asked: whole or a part, read bit by bit in threads of its own."""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ccd.web.guard import CONNECTION
from ccd.web.problems import ProblemError
from ccd.web.ranges import Part, RangeError, part_of
from ccd.web.site import Site

__all__ = ["Body", "FileResponse", "asked_part"]

PIECE = 64 * 1024


class Body(NamedTuple):
    """An open file, which is closed when it was sent. ``good``: whether it is still what it was when it was
    opened; asked before the last piece goes, so that nobody takes a file for whole that was changed.
    """

    fd: int
    size: int
    sha256: str
    media_type: str
    name: str
    good: Callable[[], Awaitable[bool]]

    @property
    def etag(self) -> str:
        return f'"{self.sha256}"'


def asked_part(request: Request, body: Body) -> Part | None:
    """Raises ProblemError for a part that there is not."""
    ranges = ", ".join(request.headers.getlist("range")) if request.method == "GET" else ""
    try:
        return part_of(ranges, body.size, etag=body.etag, if_range=request.headers.get("if-range", ""))
    except RangeError:
        raise ProblemError(
            "range", {"Content-Range": f"bytes */{body.size}", "Accept-Ranges": "bytes"}, size=body.size
        ) from None


class FileResponse(Response):
    def __init__(self, site: Site, body: Body, part: Part | None, *, attached: bool) -> None:
        self._site = site
        self._file = body
        self._part = part or Part(0, body.size)
        super().__init__(None, 200 if part is None else 206, media_type=body.media_type)
        digest = base64.b64encode(bytes.fromhex(body.sha256)).decode()
        how = "attachment" if attached else "inline"
        self.headers.update(
            {
                "Content-Length": str(self._part.end - self._part.first),
                "Accept-Ranges": "bytes",
                "ETag": body.etag,
                "Repr-Digest": f"sha-256=:{digest}:",
                "X-Content-SHA256": body.sha256,
                "Cache-Control": "private, no-store",
                "Content-Disposition": f'{how}; filename="{body.name}"',
            }
        )
        if part is not None:
            self.headers["Content-Range"] = f"bytes {part.first}-{part.end - 1}/{body.size}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._site.streaming += 1
        try:
            start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            await send(start)
            if scope["method"] != "HEAD":
                async for piece in self._pieces():
                    if scope[CONNECTION].transport.is_closing():
                        return  # nobody is there any more
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._site.streaming -= 1
            os.close(self._file.fd)

    async def _pieces(self) -> AsyncIterator[bytes]:
        at, end = self._part
        while at < end:
            piece = await self._site.in_thread(os.pread, self._file.fd, min(PIECE, end - at), at)
            at += len(piece)
            if (not piece or at >= end) and not (await self._file.good() and piece):
                raise RuntimeError("a recording was changed while it was sent; what went out is not whole")
            yield piece
