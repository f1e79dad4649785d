"""``/api/v1/recordings/{id}``: what is known of a recording, its sound, its waveform, its timeline, links."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from ccd.adapters.audio_formats import OUTPUTS, source_of
from ccd.adapters.audio_job import FINENESS
from ccd.adapters.store.web_queries import Kept, timeline
from ccd.scoring.seeing import seen_by
from ccd.web.hearing import Hearings, by_link, found, made, opened, still, whole
from ccd.web.marks import marks_of
from ccd.web.problems import KINDS, ProblemError
from ccd.web.rights import Principal, Scope
from ccd.web.sealed import Link
from ccd.web.sending import Body, FileResponse, asked_part
from ccd.web.shapes import LinkAsked, LinkMade, Marks, Peaks, ProblemShape, Recording
from ccd.web.site import Here, Secret, Site, address_of, held_to, needs

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/recordings", tags=["recordings"])

Id = Annotated[str, Path(alias="id", max_length=2048)]
Format = Literal["wav", "opus", "mp3"]
Listener = Annotated[Principal, needs(Scope.RECORDINGS)]
Ticket = Annotated[str, Query(max_length=2048, description="Of a link, in the place of a token.")]
_AUDIO: dict[str, Any] = {"content": {each.media_type.split(";")[0]: {} for each in OUTPUTS.values()}}
_FILE: dict[str, Any] = {"content": {"application/octet-stream": {}, "audio/wav": {}}}
_PARTS: dict[int | str, dict[str, Any]] = {
    206: {"description": "The part that was asked for"},
    304: {"description": "You have it"},
    416: {"model": ProblemShape, "description": KINDS["range"].title[0]},
}
_SOUND: dict[int | str, dict[str, Any]] = {
    415: {"model": ProblemShape, "description": KINDS["unknown_audio"].title[0]}
}


def _hears(what: str) -> Any:
    """By a link, or by a token; a link of somebody else's than the token's is refused."""

    async def hearer(
        request: Request, site: Here, secret: Secret, name: Id, ticket: Ticket = ""
    ) -> Principal:
        given = "" if secret is None else secret.credentials
        if not ticket:
            return held_to(site.by_secret(given, address_of(request)), Scope.RECORDINGS)
        who = by_link(site, request, ticket, name, what)
        if given and site.by_secret(given, address_of(request)).person != who.person:
            raise ProblemError("link_bad")
        return who

    return Depends(hearer)


def _hearings(request: Request) -> Hearings:
    known: Hearings = request.app.state.hearings
    return known


@router.get("/{id}")
async def recording(name: Id, site: Here, who: Listener) -> Recording:
    """What is known of a recording. Nothing here tells a path or a number."""
    kept = await found(site, name, who)
    return Recording(
        id=name,
        pbx=kept.pbx,
        state=kept.state,
        size=kept.size,
        sha256=kept.sha256,
        started=kept.started,
        stopped=kept.stopped,
        people=list(kept.people),
        queue=kept.queue,
        suffix=_suffix(kept),
        playable=kept.state == "final" and source_of(kept.path) is not None,
        silenced=bool(kept.marked),
    )


@router.head("/{id}/audio", include_in_schema=False)
@router.get("/{id}/audio", response_class=Response, responses={200: _AUDIO, **_PARTS, **_SOUND})
async def audio(
    request: Request,
    site: Here,
    who: Annotated[Principal, _hears("audio")],
    name: Id,
    as_: Annotated[
        Format, Query(alias="format", description="Any browser plays wav; opus is the smallest.")
    ] = "wav",
) -> Response:
    """The sound, as a browser plays it whatever the PBX wrote; silent where nothing may be given out. Parts
    (``Range``) are served.
    """
    kept = await found(site, name, who)
    result = await made(site, kept, as_)
    fd = await site.in_thread(os.open, result.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    output = OUTPUTS[as_]
    body = Body(
        fd, os.fstat(fd).st_size, result.sha256, output.media_type, _file_name(name, output.suffix), _good
    )
    return await _sent(request, site, who, kept, body, what=f"audio/{as_}", attached=False)


@router.head("/{id}/original", include_in_schema=False)
@router.get("/{id}/original", response_class=Response, responses={200: _FILE, **_PARTS})
async def original(
    request: Request,
    site: Here,
    who: Annotated[Principal, _hears("original")],
    name: Id,
) -> Response:
    """The file as the PBX wrote it, byte for byte; its SHA-256 (``X-Content-SHA256``, ``Repr-Digest``) is the
    one that was taken when the call was over. Parts (``Range``) are served, so a download can be resumed.
    """
    kept = await found(site, name, who)
    whole(site, kept, who)
    file = await opened(site, kept)
    media_type = "audio/wav" if _suffix(kept) == "wav" else "application/octet-stream"
    name_of_file = _file_name(name, _suffix(kept))
    good = partial(still, site, kept, file)
    body = Body(file.fd, file.size, kept.sha256, media_type, name_of_file, good)
    return await _sent(request, site, who, kept, body, what="original", attached=True)


async def _sent(
    request: Request, site: Site, who: Principal, kept: Kept, body: Body, *, what: str, attached: bool
) -> Response:
    """Written down first; ``body`` is closed in any case."""
    try:
        part = asked_part(request, body)
        if request.headers.get("if-none-match", "") == body.etag:
            os.close(body.fd)
            return Response(None, 304, {"ETag": body.etag})
        if site.streaming >= site.settings().web.streams:
            raise ProblemError("busy", {"Retry-After": "5"})
        if request.method == "GET":
            hearings = _hearings(request)
            await hearings.written_down(site, request, who, kept, what=what, sha256=body.sha256)
            site.served += 1
    except BaseException:
        os.close(body.fd)
        raise
    return FileResponse(site, body, part, attached=attached)


@router.get("/{id}/peaks", responses=_SOUND)
async def peaks(
    site: Here,
    who: Annotated[Principal, _hears("peaks")],
    name: Id,
    points: Annotated[int, Query(ge=10, le=FINENESS)] = 1000,
) -> Peaks:
    """The waveform, flat where nothing may be given out."""
    kept = await found(site, name, who)
    result = await made(site, kept, "peaks", points)
    return Peaks.model_validate_json(await site.in_thread(result.path.read_bytes))


@router.get("/{id}/marks")
async def marks(name: Id, site: Here, who: Listener) -> Marks:
    """What lies on its timeline: conversations, pauses, holds, transfers, comments of evaluations."""
    kept = await found(site, name, who)
    lines = await site.read(lambda connection: timeline(connection, kept))
    shown = [seen_by(site.world, row, who.person) for row in lines["evaluations"]]
    duration = None
    if kept.started is not None and kept.stopped is not None:
        duration = round((kept.stopped - kept.started).total_seconds(), 3)
    return Marks(placed=kept.started is not None, duration_s=duration, marks=marks_of(kept, lines, shown))


@router.post("/{id}/link", status_code=201)
async def link(name: Id, asked: LinkAsked, request: Request, site: Here, who: Listener) -> LinkMade:
    """A link that runs out, for a player that sends no token. It is for this person and this recording."""
    kept = await found(site, name, who)
    if asked.what == "original":
        whole(site, kept, who)
    web = site.settings().web
    address = address_of(request) if web.link_same_address else ""
    values = {"ticket": site.links.sign(Link(name, asked.what, who.person, who.token, address))}
    if asked.what == "audio":
        values["format"] = asked.format
    return LinkMade(
        url=f"{site.url()}/api/v1/recordings/{name}/{asked.what}?{urlencode(values)}",
        expires=site.now() + timedelta(seconds=web.link_s),
    )


def _suffix(kept: Kept) -> str:
    """Letters and digits only: the name comes from the PBX."""
    suffix = PurePosixPath(kept.path).suffix.removeprefix(".").lower()
    return suffix if suffix.isascii() and suffix.isalnum() and len(suffix) <= 8 else "bin"


def _file_name(name: str, suffix: str) -> str:
    return f"recording-{name[:12]}.{suffix}"


async def _good() -> bool:
    """What lies in our own cache is not changed by others."""
    return True
