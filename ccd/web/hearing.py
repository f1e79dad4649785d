"""From an id to an open file that may be given out: whose it is, who may hear it, whether it is whole.

Everything that stands between is here, in one order for every way of asking: the id, the rights, what the
store says of it, the file, its SHA-256. The audit chain is written before the first byte (``written_down``).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import OrderedDict
from pathlib import PurePosixPath

import structlog
from fastapi import Request

from ccd.adapters.audio import AudioBusyError, AudioError, Made, Wanted, WorkerError
from ccd.adapters.audio_formats import source_of
from ccd.adapters.recording_files import Opened, open_recording, unchanged
from ccd.adapters.recordings import OutsideError
from ccd.adapters.retention_folder import any_file, root_of
from ccd.adapters.store.web_queries import Kept, recording
from ccd.config import PbxSettings
from ccd.events.quality import RecordingNotGiven
from ccd.web.problems import ProblemError
from ccd.web.rights import Principal, may_hear, may_take_marked
from ccd.web.sealed import ExpiredError, NotOursError
from ccd.web.site import Site, address_of

__all__ = ["Hearings", "by_link", "found", "made", "opened", "silent_spans", "still", "whole"]

log = structlog.get_logger("ccd.web")

SAME_HEARING_S = 600.0
"""Parts that a player fetches within this time of the last one belong to one hearing."""
REMEMBERED = 10_000
GONE = frozenset({"deleting", "deleted"})


def by_link(site: Site, request: Request, ticket: str, name: str, what: str) -> Principal:
    """The person whom a link was made for, while their token, post and rights are still good. Raises
    ProblemError.
    """
    try:
        link = site.links.read(ticket, site.settings().web.link_s)
    except ExpiredError:
        raise ProblemError("link_expired") from None
    except NotOursError:
        raise ProblemError("link_bad") from None
    token = site.tokens.named(link.token)
    good = token is not None and token.good(site.now()) and token.person == link.person
    if (link.recording, link.what) != (name, what) or token is None or not good:
        raise ProblemError("link_bad")
    if link.address and link.address != address_of(request):
        raise ProblemError("link_bad")
    return site.by_token_of(token, "link")


async def found(site: Site, name: str, who: Principal) -> Kept:
    """The recording of this id, which ``who`` may hear. Raises ProblemError."""
    try:
        pbx, which = site.ids.named(name)
    except NotOursError:
        raise ProblemError("no_recording") from None
    kept = await site.read(lambda connection: recording(connection, pbx, which))
    if kept is None or pbx not in site.settings().pbx:
        raise ProblemError("no_recording")
    if not may_hear(site.world, who.person, kept.people):
        raise ProblemError("not_yours", person=who.person)
    return kept


def whole(site: Site, kept: Kept, who: Principal) -> None:
    """Whether ``who`` may have the file as it is. Raises ProblemError."""
    if kept.marked and not may_take_marked(site.world, who.person):
        raise ProblemError("marked")


async def opened(site: Site, kept: Kept) -> Opened:
    """Its file, the very one that was measured. Raises ProblemError; what is amiss is written down."""
    if not kept.state:
        raise ProblemError("not_final")
    if kept.state in GONE:
        raise ProblemError("gone")
    if kept.state != "final" or not kept.sha256:
        raise ProblemError("unfit", state=kept.state)
    pbx = site.settings().pbx[kept.pbx]
    try:
        file = await site.in_thread(open_recording, kept.path, pbx)
    except FileNotFoundError:
        await _missing(site, kept, pbx)
        site.audio.forget(kept.sha256)
        raise ProblemError("gone") from None
    except OutsideError:
        _amiss(site, kept, "outside")
        raise ProblemError("unfit", state="outside") from None
    except OSError as error:
        _amiss(site, kept, "unreadable")
        raise ProblemError("unfit", state=f"unreadable: {error.strerror}") from None
    try:
        digest = await site.in_thread(site.digests.of, file)
        if digest != kept.sha256:
            _amiss(site, kept, "changed", digest)
            _finding(site, kept, "changed", digest, file.size)
            raise ProblemError("changed")
    except OSError as error:
        os.close(file.fd)
        raise ProblemError("unfit", state=f"unreadable: {error.strerror}") from None
    except BaseException:
        os.close(file.fd)
        raise
    return file


async def still(site: Site, kept: Kept, file: Opened) -> bool:
    """Whether nobody wrote to it since it was opened. Else what it is now is looked at, and told."""
    if await site.in_thread(unchanged, file):
        return True
    with contextlib.suppress(ProblemError):
        os.close((await opened(site, kept)).fd)
    return False


async def _missing(site: Site, kept: Kept, pbx: PbxSettings) -> None:
    """A finding, unless the folder itself is away (not mounted): that is one for the look at all of it."""
    _amiss(site, kept, "missing")
    try:
        there = await site.in_thread(any_file, root_of(pbx))
    except OSError:
        there = False
    if there:
        _finding(site, kept, "missing")


def _finding(site: Site, kept: Kept, what: str, digest: str = "", size: int = 0) -> None:
    """Retention's to tell, and at once: nobody is to score what cannot be heard."""
    site.submit(RecordingNotGiven(site.now(), kept.pbx, kept.recording, what, digest, size))


def _amiss(site: Site, kept: Kept, what: str, digest: str = "") -> None:
    site.amiss += 1
    told = {"what": what, "expected": kept.sha256, "found": digest}
    log.warning("recording_amiss", pbx=kept.pbx, recording=kept.recording, **told)
    site.note("recording.amiss", f"{kept.pbx}/{kept.recording}", told)


def silent_spans(site: Site, kept: Kept) -> tuple[tuple[float, float | None], ...]:
    """Where nothing is given out, in seconds from the beginning. Raises ProblemError where none can tell."""
    if not kept.marked:
        return ()
    if kept.started is None:
        raise ProblemError("unplaced")
    margin, started = site.settings().web.mask_margin_s, kept.started
    return tuple(
        (
            max((began - started).total_seconds() - margin, 0.0),
            None if ended is None else max((ended - started).total_seconds() + margin, 0.0),
        )
        for began, ended in kept.marked
    )


async def made(site: Site, kept: Kept, what: str, points: int = 0) -> Made:
    """What a browser plays, or a waveform; silent where nothing is given out. Raises ProblemError."""
    suffix = PurePosixPath(kept.path).suffix
    source = source_of(kept.path)
    if source is None:
        raise ProblemError("unknown_audio", suffix=suffix or "nothing")
    wanted = Wanted(what, kept.sha256, silent_spans(site, kept), points)
    file = await opened(site, kept)
    try:
        result = await site.audio.made(file.fd, source, wanted)
        if not await still(site, kept, file):
            site.audio.forget(kept.sha256)
            raise ProblemError("changed")
        return result
    except AudioError as error:
        raise ProblemError("undecodable", fault=error) from None
    except AudioBusyError:
        raise ProblemError("busy", {"Retry-After": "5"}) from None
    except (WorkerError, OSError) as error:
        raise ProblemError("decoder", {"Retry-After": "5"}, how=error) from None
    finally:
        os.close(file.fd)


class Hearings:
    """Who hears what now: a player fetches one recording in many parts, and that is one hearing."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    async def written_down(
        self, site: Site, request: Request, who: Principal, kept: Kept, *, what: str, sha256: str
    ) -> None:
        """Returns when the audit chain has it. Raises ProblemError where it has not: nothing may be sent."""
        name, now = (who.token, f"{kept.pbx}/{kept.recording}", what), time.monotonic()
        known = self._known.get(name)
        goes_on = "range" in request.headers and known is not None and now - known < SAME_HEARING_S
        if not goes_on:
            told = {"what": what, "sha256": sha256, "via": who.via, "token": who.token}
            told |= {"address": address_of(request), "range": request.headers.get("range", "")[:100]}
            await site.audit(who.person, "recording.given", f"{kept.pbx}/{kept.recording}", told)
        self._known[name] = now
        self._known.move_to_end(name)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
