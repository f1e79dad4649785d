"""What the API asks of the store: tokens, recordings and what is on their timeline, evaluations, samples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.schema import (
    API_TOKEN,
    CALL,
    CALL_EVENT,
    CONVERSATION,
    EVALUATION,
    RECORDING,
    RECORDING_PAUSE,
    SHIFT_EVENT,
)

__all__ = [
    "Kept",
    "digest_of",
    "evaluation",
    "evaluations",
    "history",
    "recording",
    "samples",
    "timeline",
    "tokens",
]

Row = dict[str, Any]
HISTORY = 500
TIMELINE = 2000


class Kept(NamedTuple):
    """A recording as the store has it, and who talks in it: agents' codes, sorted. ``marked``: spans that are
    in the file and are not given out; ``muted``: those that the PBX left out. Times are aware UTC.
    """

    pbx: str
    recording: str
    call: str
    path: str
    state: str
    size: int
    sha256: str
    started: datetime | None
    stopped: datetime | None
    people: tuple[str, ...]
    queue: str
    marked: tuple[tuple[datetime, datetime | None], ...]
    muted: tuple[tuple[datetime, datetime | None], ...]


async def tokens(connection: AsyncConnection) -> list[Row]:
    return await _rows(connection, select(API_TOKEN).order_by(API_TOKEN.c.made, API_TOKEN.c.token))


async def recording(connection: AsyncConnection, pbx: str, name: str) -> Kept | None:
    """None where the store knows of none."""
    r, p = RECORDING.c, RECORDING_PAUSE.c
    found = await _rows(connection, select(RECORDING).where(r.pbx == pbx, r.recording == name))
    if not found:
        return None
    row = found[0]
    paused = select(p.began, p.ended, p.how).where(p.pbx == pbx, p.recording == name).order_by(p.began)
    spans = await _rows(connection, paused)
    talks = await _conversations(connection, pbx, row["call"] or "")
    return Kept(
        pbx=pbx,
        recording=name,
        call=row["call"] or "",
        path=row["path"] or row["file"] or "",
        state=row["state"] or "",
        size=row["size"] or 0,
        sha256=row["sha256"] or "",
        started=row["started"],
        stopped=row["stopped"],
        people=tuple(sorted({talk["person"] for talk in talks if talk["person"]})),
        queue=next((talk["queue"] for talk in talks if talk["queue"]), ""),
        marked=tuple((span["began"], span["ended"]) for span in spans if span["how"] == "marked"),
        muted=tuple((span["began"], span["ended"]) for span in spans if span["how"] != "marked"),
    )


async def _conversations(connection: AsyncConnection, pbx: str, call: str) -> list[Row]:
    """Those of its call: a recording runs over all of them, whichever one it was drawn for. They live on in
    the call that theirs was joined to.
    """
    c, joined = CONVERSATION.c, select(CALL.c.merged_into).where(CALL.c.pbx == pbx, CALL.c.call == call)
    calls = [call, (await connection.execute(joined)).scalar()]
    asked = select(c.unit, c.person, c.queue, c.connected, c.ended).where(
        c.pbx == pbx, c.call.in_([each for each in calls if each])
    )
    return await _rows(connection, asked.order_by(c.connected))


async def digest_of(connection: AsyncConnection, pbx: str, name: str) -> tuple[str, str] | None:
    """What the PBX called it, and its SHA-256; None where the store knows of none."""
    r = RECORDING.c
    asked = select(r.path, r.file, r.sha256).where(r.pbx == pbx, r.recording == name)
    row = (await connection.execute(asked)).one_or_none()
    return None if row is None else (row.path or row.file or "", row.sha256 or "")


async def timeline(connection: AsyncConnection, kept: Kept) -> dict[str, list[Row]]:
    """``conversations`` of its call, ``events`` (held, resumed, transferred …), ``evaluations`` of them."""
    v, e = CALL_EVENT.c, EVALUATION.c
    events = select(v.at, v.event, v.interface, v.target, v.status).where(
        v.pbx == kept.pbx, v.call == kept.call
    )
    talks = await _conversations(connection, kept.pbx, kept.call)
    units = [talk["unit"] for talk in talks]
    judged = select(EVALUATION).where(e.unit.in_(units)).order_by(e.opened).limit(TIMELINE)
    return {
        "conversations": talks,
        "events": await _rows(connection, events.order_by(v.at).limit(TIMELINE)) if kept.call else [],
        "evaluations": await _rows(connection, judged),
    }


async def evaluation(connection: AsyncConnection, name: str) -> Row | None:
    found = await _rows(connection, select(EVALUATION).where(EVALUATION.c.evaluation == name))
    return found[0] if found else None


async def evaluations(
    connection: AsyncConnection,
    *,
    names: Sequence[str] = (),
    analyst: str = "",
    person: str = "",
    day: str = "",
    states: Sequence[str] = (),
    after: tuple[datetime, str] | None = None,
    limit: int,
) -> list[Row]:
    """In the order in which they were opened, the latest first; ``after``: those behind this place."""
    e = EVALUATION.c
    asked = select(EVALUATION).order_by(e.opened.desc(), e.evaluation.desc()).limit(limit)
    for column, value in ((e.analyst, analyst), (e.person, person), (e.day, day)):
        if value:
            asked = asked.where(column == value)
    if names:
        asked = asked.where(e.evaluation.in_(names))
    if states:
        asked = asked.where(e.state.in_(states))
    if after is not None:
        opened, name = after
        asked = asked.where(or_(e.opened < opened, (e.opened == opened) & (e.evaluation < name)))
    return await _rows(connection, asked)


async def history(connection: AsyncConnection, evaluation: str) -> list[str]:
    """Its facts as JSON with their tags, in order."""
    s = SHIFT_EVENT.c
    asked = select(s.data).where(s.subject == evaluation, s.policy == "scoring").order_by(s.at, s.id)
    return [row.data for row in await connection.execute(asked.limit(HISTORY))]


async def samples(connection: AsyncConnection, day: str, after: str, limit: int) -> list[Row]:
    """What was drawn of a day, by unit; ``after``: those behind this one."""
    c = CONVERSATION.c
    asked = select(CONVERSATION).where(c.day == day, c.picked != "", c.unit > after)
    return await _rows(connection, asked.order_by(c.unit).limit(limit))


async def _rows(connection: AsyncConnection, asked: Select[Any]) -> list[Row]:
    return [dict(row) for row in (await connection.execute(asked)).mappings()]
