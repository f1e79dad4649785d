"""``/api/v1/qa``: evaluations and samples, as far as whoever asks may see them; ``/api/v1/me``."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query

from ccd.adapters.store import web_queries
from ccd.quality.people import is_manager, is_qa_manager
from ccd.scoring.seeing import Sight, seen_by, sight
from ccd.web.problems import ProblemError
from ccd.web.rights import Post, Principal, Scope, may_hear
from ccd.web.shapes import Evaluation, Evaluations, EvaluationWhole, Me, Sample, Samples
from ccd.web.site import Here, Site, Who, needs

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["quality"])

Reader = Annotated[Principal, needs(Scope.QA_READ)]
Limit = Annotated[int, Query(ge=1, le=500)]
Code = Annotated[str, Query(max_length=64)]
PAGES = 20
"""Looked through at most for one answer: somebody who may see little must not make the store read all."""


_TEXTS = (
    *("evaluation", "state", "unit", "day", "person", "team", "queue", "sample", "reason"),
    *("analyst", "form", "version"),
)
_VALUES = (
    *("opened", "due", "until", "scored", "released", "finished"),
    *("talk_s", "offset_s", "edition", "score", "passed"),
)


@router.get("/me")
async def me(site: Here, who: Who) -> Me:
    """Who this token makes you."""
    known = site.world.roster.by_code(who.person)
    return Me(
        person=who.person,
        name=known.name if known is not None else "",
        posts=sorted(who.posts),
        scopes=sorted(who.scopes),
        token=who.token,
    )


@router.get("/qa/evaluations")
async def evaluations(
    site: Here,
    who: Reader,
    mine: Annotated[bool, Query(description="Those that are mine to score.")] = False,
    analyst: Code = "",
    person: Code = "",
    day: date | None = None,
    state: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006
    id: Annotated[list[str], Query(max_length=200, description="Only these.")] = [],  # noqa: A002, B006
    after: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = 100,
) -> Evaluations:
    """The latest first. What may not be seen is left out."""
    asked = {
        "names": id,
        "analyst": who.person if mine else analyst,
        "person": person,
        "day": day.isoformat() if day else "",
        "states": state,
    }
    place, shown = _place(after), list[Evaluation]()
    for _ in range(PAGES):
        rows = await _page(site, asked, place, limit)
        for row in rows:
            place = (row["opened"], row["evaluation"])
            if sight(site.world, row, who.person) is not Sight.NOTHING:
                shown.append(await _evaluation(site, who, row))
            if len(shown) == limit:
                return Evaluations(evaluations=shown, next=_told(place))
        if len(rows) < limit:
            return Evaluations(evaluations=shown, next="")
    return Evaluations(evaluations=shown, next=_told(place))


async def _page(
    site: Site, asked: dict[str, Any], place: tuple[datetime, str] | None, limit: int
) -> list[dict[str, Any]]:
    return await site.read(lambda c: web_queries.evaluations(c, **asked, after=place, limit=limit))


def _place(after: str) -> tuple[datetime, str] | None:
    """Where the page before ended."""
    if not after:
        return None
    text, _, name = after.partition("~")
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
    except ValueError:
        raise ProblemError("invalid", faults="after: take it from `next` of the page before") from None
    return moment, name


def _told(place: tuple[datetime, str] | None) -> str:
    return "" if place is None else f"{place[0].isoformat().replace('+00:00', 'Z')}~{place[1]}"


@router.get("/qa/evaluations/{name}")
async def evaluation(site: Here, who: Reader, name: Annotated[str, Path(max_length=64)]) -> EvaluationWhole:
    """One of them, with answers and history as far as they may be seen."""
    row = await site.read(lambda connection: web_queries.evaluation(connection, name))
    what = Sight.NOTHING if row is None else sight(site.world, row, who.person)
    if row is None or what is Sight.NOTHING:  # the same answer, so that nothing can be learnt from it
        raise ProblemError("no_evaluation", name=name)
    facts: list[str] = []
    if what is Sight.ALL:
        facts = await site.read(lambda connection: web_queries.history(connection, name))
    answers = seen_by(site.world, row, who.person).get("answers")
    return EvaluationWhole(
        evaluation=await _evaluation(site, who, row),
        answers=msgspec.json.decode(answers or "{}"),
        history=[msgspec.json.decode(fact) for fact in facts],
    )


async def _evaluation(site: Site, who: Principal, row: dict[str, Any]) -> Evaluation:
    """What is hidden from whoever asks is empty."""
    shown = seen_by(site.world, row, who.person)
    told: dict[str, Any] = {name: shown.get(name) or "" for name in _TEXTS}
    told |= {name: shown.get(name) for name in _VALUES}
    told |= await _recording(site, who, shown)
    return Evaluation(**told)


async def _recording(site: Site, who: Principal, row: dict[str, Any]) -> dict[str, str]:
    nothing = {"recording": "", "sha256": "", "suffix": ""}
    if not row.get("recording") or not may_hear(site.world, who.person, {row["person"]}):
        return nothing
    pbx, name = row["pbx"], row["recording"]
    found = await site.read(lambda connection: web_queries.digest_of(connection, pbx, name))
    if found is None:
        return nothing
    path, digest = found
    suffix = PurePosixPath(path).suffix.removeprefix(".").lower()
    return {"recording": site.ids.id_of(pbx, name), "sha256": digest, "suffix": suffix}


@router.get("/qa/samples")
async def samples(
    site: Here,
    who: Reader,
    day: date,
    after: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = 100,
) -> Samples:
    """What was drawn of a local day, by unit. For who plans the work, and leads for their team."""
    if not who.is_any(Post.MANAGER, Post.LEAD):
        raise ProblemError("not_yours", person=who.person)
    rows = await site.read(lambda c: web_queries.samples(c, day.isoformat(), after, limit))
    every = is_qa_manager(site.world, who.person) or is_manager(site.world, who.person)
    shown = [row for row in rows if every or may_hear(site.world, who.person, {row["person"] or ""} - {""})]
    return Samples(
        samples=[_sample(site, row) for row in shown], next=rows[-1]["unit"] if len(rows) == limit else ""
    )


def _sample(site: Site, row: dict[str, Any]) -> Sample:
    texts = ("unit", "day", "person", "team", "queue", "rank", "picked")
    name = site.ids.id_of(row["pbx"], row["recording"]) if row["recording"] else ""
    return Sample(
        **{key: row[key] or "" for key in texts},
        connected=row["connected"],
        ended=row["ended"],
        talk_s=row["talk_s"],
        recording=name,
    )
