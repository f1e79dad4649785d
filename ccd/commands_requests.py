"""Requests of the control socket: what they hold, checked, and one that comes twice.

Errors are RefusedError, which names the key and the mend.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import tempfile
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from ccd.adapters.control import RefusedError
from ccd.events import Event
from ccd.incidents.checklist import TEXT_LIMIT
from ccd.incidents.words import visible

__all__ = ["Once", "given_file", "id_of", "name_in", "text_in", "user_of"]

Reply = dict[str, Any]
NAME_LIMIT = 200
REMEMBERED = 1_000
_REQUEST = re.compile(r"[A-Za-z0-9._-]{1,80}")


class Once:
    """A request that comes again, while it is worked on or later, gets the answer of the first."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Event, asyncio.Future[Reply]]] = OrderedDict()

    async def do(self, event: Any, work: Callable[[Any], Awaitable[Reply]]) -> Reply:
        """Raises RefusedError as ``work`` does, and for an id that stood for something else before."""
        known = self._known.get(event.request)
        if known is None:
            task: asyncio.Future[Reply] = asyncio.ensure_future(work(event))
            self._known[event.request] = (event, task)
            task.add_done_callback(lambda done: self._forget_failed(event.request, done))
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        else:
            first, task = known
            if msgspec.structs.replace(event, at=first.at) != first:
                raise RefusedError("request: this id stood for something else before; give each its own")
        return await asyncio.shield(task)

    def _forget_failed(self, request: str, done: asyncio.Future[Reply]) -> None:
        """What was refused may be tried again: the reason may be gone."""
        if done.cancelled() or done.exception() is not None:
            self._known.pop(request, None)


def name_in(request: Reply, key: str, *, limit: int = NAME_LIMIT) -> str:
    """A short text on one line; "" where it is missing."""
    value = request.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RefusedError(f"{key}: give it as text")
    if len(value) > limit:
        raise RefusedError(f"{key}: {len(value)} characters; at most {limit}")
    if "\0" in value:
        raise RefusedError(f"{key}: there is a NUL in it; take it out")
    return value.strip()


def text_in(request: Reply, key: str) -> str:
    """What somebody wrote, in several lines maybe. Control characters are shown as such, not refused: in an
    emergency nobody has the time to look for one.
    """
    value = request.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RefusedError(f"{key}: give it as text")
    if len(value) > TEXT_LIMIT:
        raise RefusedError(
            f"{key}: {len(value)} characters; at most {TEXT_LIMIT}: shorten it, or give it as a file "
            "(`ccd incident evidence`)"
        )
    return visible(value, lines=True).strip()


def id_of(request: Reply) -> str:
    """The client's id for this act, so that it may ask again; a new one where it gives none."""
    name = request.get("request")
    if name is None or name == "":
        return f"console-{uuid.uuid4()}"
    if not isinstance(name, str) or not _REQUEST.fullmatch(name):
        raise RefusedError("request: letters, digits, dots, hyphens and underscores, at most 80 of them")
    return f"console-{name}"


def user_of(request: Reply) -> str:
    """Who asked, as the control socket knows; see ``ccd.adapters.control``."""
    return str(request.get("by", ""))


@contextlib.contextmanager
def given_file(request: Reply, path: Path) -> Iterator[Path]:
    """The file of a request: its ``data`` laid down for as long as it is needed, else the one at ``path``."""
    data = request.get("data")
    if data is None:
        if not path.is_absolute():
            raise RefusedError("path: give the whole path of a file, from / on")
        yield path
        return
    try:
        content = base64.b64decode(data, validate=True) if isinstance(data, str) else None
    except ValueError:  # of base64, and of what is no ASCII
        content = None
    if content is None:
        raise RefusedError("data: give the file's content as base64")
    with tempfile.NamedTemporaryFile(prefix="ccd-given-") as file:
        file.write(content)
        file.flush()
        yield Path(file.name)
