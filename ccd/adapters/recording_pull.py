"""Fetching recordings from the API of a ccd: several at a time, gone on with after a cut, checked.

A download lies beside its place as ``NAME.part`` with ``NAME.part.etag``, what the server called it; it goes
on from there (``Range`` with ``If-Range``), and gets its name only when its SHA-256 is the one that was
announced. A file that is there already, and right, is not fetched again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import httpx2

__all__ = ["ApiError", "AwayError", "Client", "Item", "Outcome", "pull"]

AT_ONCE = 3
TRIES = 4
TIMEOUT_S = 90.0
"""Between two pieces: the server may have to make it playable first."""
AGAIN_S = 1.0
PAGE = 200


class ApiError(Exception):
    """What the API refused, in its own words. ``status`` of HTTP."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class AwayError(Exception):
    """It does not answer."""


class Item(NamedTuple):
    """``name`` of the file, without its suffix; ``sha256`` of the original, "" where it is not known."""

    recording: str
    name: str
    suffix: str
    sha256: str = ""


class Outcome(NamedTuple):
    """``what``: fetched | kept | failed."""

    item: Item
    what: str
    path: Path
    size: int = 0
    fault: str = ""


class Client:
    """``with``-less on purpose: ``await close()`` it."""

    def __init__(self, url: str, token: str, language: str) -> None:
        self.url = url.rstrip("/")
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language.replace("_", "-")}
        self._http = httpx2.AsyncClient(headers=headers, timeout=httpx2.Timeout(TIMEOUT_S, connect=10.0))

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Raises ApiError and AwayError."""
        return await self._json("GET", path, params=query)

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises ApiError and AwayError."""
        return await self._json("POST", path, json=body)

    async def _json(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        try:
            answer = await self._http.request(method, f"{self.url}{path}", **sent)
            if answer.status_code >= 400:
                raise _refusal(answer.status_code, answer.content)
            found: dict[str, Any] = answer.json()
            return found
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise AwayError(f"{type(error).__name__}: {error}") from None

    async def evaluations(self, **query: Any) -> list[dict[str, Any]]:
        """All pages."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = await self.get("/api/v1/qa/evaluations", limit=PAGE, after=after, **query)
            found += page["evaluations"]
            after = page["next"]
            if not after:
                return found

    async def fetch(self, path: str, place: Path, *, fetched: Callable[[int, int], None]) -> str:
        """Into ``place``; gives the SHA-256 that was announced. ``fetched(so far, of)``. Raises ApiError,
        AwayError where it was cut off, OSError.
        """
        part, mark = place.with_name(place.name + ".part"), place.with_name(place.name + ".part.etag")
        try:
            async with self._http.stream("GET", f"{self.url}{path}", headers=_from(part, mark)) as answer:
                if answer.status_code == 416:  # it was whole, or is another
                    part.unlink(missing_ok=True)
                    raise AwayError("the part that is here fits nothing")
                if answer.status_code >= 400:
                    raise _refusal(answer.status_code, await answer.aread())
                return await _take(answer, part, mark, fetched)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise AwayError(f"{type(error).__name__}: {error}") from None


def _from(part: Path, mark: Path) -> dict[str, str]:
    """What is asked for, after what is here."""
    if not part.exists() or not mark.exists() or not part.stat().st_size:
        return {}
    return {"Range": f"bytes={part.stat().st_size}-", "If-Range": mark.read_text("ascii").strip()}


async def _take(answer: Any, part: Path, mark: Path, fetched: Callable[[int, int], None]) -> str:
    goes_on = answer.status_code == 206
    await asyncio.to_thread(mark.write_text, answer.headers.get("etag", ""), "ascii")
    with part.open("ab" if goes_on else "wb") as file:
        so_far = file.tell()
        whole = so_far + int(answer.headers.get("content-length", 0))
        fetched(so_far, whole)
        async for piece in answer.aiter_raw(64 * 1024):
            file.write(piece)
            so_far += len(piece)
            fetched(so_far, whole)
        file.flush()
        os.fsync(file.fileno())
    if so_far != whole:
        raise AwayError("cut off")
    announced: str = answer.headers.get("x-content-sha256", "")
    return announced


def _refusal(status: int, content: bytes) -> ApiError:
    try:
        told = json.loads(content)
        return ApiError(status, f"{told['title']}: {told['detail']}")
    except (ValueError, KeyError, TypeError):
        return ApiError(status, f"HTTP {status}")


async def pull(
    client: Client,
    items: Iterable[Item],
    folder: Path,
    *,
    form: str,
    progress: Callable[[Item, int, int], None],
    done: Callable[[Outcome], None],
    again_s: float = AGAIN_S,
) -> list[Outcome]:
    """``form``: original | wav | opus | mp3. One that fails holds up no other. Raises ApiError where the
    token is refused, for then all would fail.
    """
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(item: Item) -> Outcome:
        async with slots:
            outcome = await _one(client, item, folder, form, progress, again_s)
        done(outcome)
        return outcome

    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    return list(await asyncio.gather(*(one(item) for item in items)))


async def _one(
    client: Client,
    item: Item,
    folder: Path,
    form: str,
    progress: Callable[[Item, int, int], None],
    again_s: float,
) -> Outcome:
    place = folder / f"{item.name}.{item.suffix if form == 'original' else form}"
    try:
        if await asyncio.to_thread(_here, place, item.sha256 if form == "original" else ""):
            return Outcome(item, "kept", place, place.stat().st_size)
        announced = await _tried(client, item, place, form, progress, again_s)
        part = place.with_name(place.name + ".part")
        digest = await asyncio.to_thread(_digest, part)
        if digest != announced or (form == "original" and item.sha256 not in ("", digest)):
            part.unlink(missing_ok=True)
            return Outcome(item, "failed", place, fault="tampered")
        await asyncio.to_thread(_keep, part, place, digest)
        return Outcome(item, "fetched", place, place.stat().st_size)
    except ApiError as error:
        if error.status == 401:
            raise
        return Outcome(item, "failed", place, fault=str(error))
    except AwayError as error:
        return Outcome(item, "failed", place, fault=f"away: {error}")
    except OSError as error:
        return Outcome(item, "failed", place, fault=f"{error.filename or place}: {error.strerror}")


async def _tried(
    client: Client,
    item: Item,
    place: Path,
    form: str,
    progress: Callable[[Item, int, int], None],
    again_s: float,
) -> str:
    """Raises ApiError, AwayError, OSError."""
    path = f"/api/v1/recordings/{item.recording}/" + (
        "original" if form == "original" else f"audio?format={form}"
    )
    for left in reversed(range(TRIES)):
        try:
            return await client.fetch(path, place, fetched=lambda at, of: progress(item, at, of))
        except ApiError as error:
            if error.status not in (429, 503) or not left:
                raise
        except AwayError:
            if not left:
                raise
        await asyncio.sleep(again_s)
    raise AssertionError


def _here(place: Path, sha256: str) -> bool:
    """Whether it was fetched before and is as it was: by its own hash, else by the one beside it."""
    if not place.is_file():
        return False
    beside = place.with_name(place.name + ".sha256")
    known = sha256 or (beside.read_text("ascii").split(" ")[0] if beside.exists() else "")
    return bool(known) and _digest(place) == known


def _digest(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keep(part: Path, place: Path, digest: str) -> None:
    """The hash stands beside it in the form that sha256sum reads."""
    beside = place.with_name(place.name + ".sha256")
    beside.write_text(f"{digest}  {place.name}\n", "utf-8")
    part.rename(place)
    part.with_name(part.name + ".etag").unlink(missing_ok=True)
