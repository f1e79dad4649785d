"""The client's side of the control socket; ``control`` describes what is said."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["UnreachableError", "call", "follow"]

Reply = dict[str, Any]

PATH_LIMIT = 107
"""Bytes of a Unix socket's path that Linux allows, without the final zero."""
REPLY_LIMIT = 256 * 1024 * 1024


class UnreachableError(Exception):
    """No daemon answers at this socket. ``why`` is ``down``, ``denied``, ``silent`` or ``path``."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


async def call(path: Path, request: Reply, *, timeout_s: float = 30.0) -> Reply:
    """Ask once. Returns the reply as it is, ``ok`` or not. Raises UnreachableError."""
    async with contextlib.aclosing(follow(path, request, timeout_s=timeout_s)) as replies:
        async for reply in replies:
            return reply
    raise UnreachableError("silent", f"{path}: the daemon closed the connection without an answer")


async def follow(path: Path, request: Reply, *, timeout_s: float = 30.0) -> AsyncGenerator[Reply, None]:
    """The replies of a stream, each at most ``timeout_s`` after the one before. Raises UnreachableError."""
    if len(os.fsencode(path)) > PATH_LIMIT:
        raise UnreachableError("path", too_long(path))
    try:
        reader, writer = await asyncio.open_unix_connection(str(path), limit=REPLY_LIMIT)
    except PermissionError:
        raise UnreachableError("denied", f"{path}: permission denied") from None
    except OSError as error:
        raise UnreachableError("down", f"{path}: {error.strerror or error}") from None
    try:
        writer.write(msgspec.json.encode(request) + b"\n")
        while True:
            async with asyncio.timeout(timeout_s):
                await writer.drain()
                line = await reader.readline()
            if not line.endswith(b"\n"):
                return
            yield msgspec.json.decode(line, type=Reply)
    except TimeoutError:
        raise UnreachableError("silent", f"{path}: no answer within {timeout_s:g} s") from None
    except (OSError, ValueError) as error:
        raise UnreachableError("silent", f"{path}: {error}") from None
    finally:
        writer.transport.abort()


def too_long(path: Path) -> str:
    """What is wrong with such a path, and the mend."""
    return (
        f"{path}: {len(os.fsencode(path))} bytes; a Unix socket's path has at most {PATH_LIMIT}: "
        "give daemon.state_dir a shorter path"
    )
