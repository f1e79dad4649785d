"""What the keeping of recordings asks of the store: what is past its time, whose they are, what there is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.instant import Instant
from ccd.adapters.store.schema import CALL, CONVERSATION, EVALUATION, QUEUE_VISIT, RECORDING
from ccd.effects import LookUpRecordings, ReadExpired
from ccd.events.quality import Lying

__all__ = ["Row", "added", "expired", "looked_up", "page", "paths"]

FOUND_AT_ONCE = 1000
ASKED_AT_ONCE = 400
THERE = ("final", "empty")
GONE = ("deleted", "deleting")


class Row(NamedTuple):
    """A recording as far as its file goes. ``state`` is "" where it was not measured."""

    started: datetime
    recording: str
    call: str
    path: str
    file: str
    state: str
    size: int
    sha256: str


async def expired(connection: AsyncConnection, asked: ReadExpired) -> tuple[tuple[Lying, ...], str]:
    """(a page, where the next begins): the oldest first."""
    r = RECORDING.c
    wanted = r.state == "deleting" if asked.deleting else r.state.in_(THERE)
    rows = select(RECORDING).where(wanted, r.started < asked.before)
    if asked.cursor:
        started, pbx, recording = json.loads(asked.cursor)
        at = literal(datetime.fromisoformat(started), Instant)
        place = tuple_(r.started, r.pbx, r.recording)
        rows = rows.where(r.started >= at, place > tuple_(at, literal(pbx), literal(recording)))
    rows = rows.order_by(r.started, r.pbx, r.recording).limit(asked.limit)
    found = await _rows(connection, rows)
    cursor = ""
    if len(found) == asked.limit:
        last = found[-1]
        cursor = json.dumps([last["started"].isoformat(), last["pbx"], last["recording"]])
    return await _lying(connection, found), cursor


async def looked_up(connection: AsyncConnection, asked: LookUpRecordings) -> tuple[Lying, ...]:
    r = RECORDING.c
    rows = select(RECORDING).order_by(r.started).limit(FOUND_AT_ONCE)
    if asked.pbx:
        rows = rows.where(r.pbx == asked.pbx)
    if asked.recording:
        rows = rows.where(r.recording == asked.recording)
    elif asked.call:
        rows = rows.where(r.call.in_(await _joined(connection, asked.pbx, asked.call)))
    elif asked.evaluation:
        e = EVALUATION.c
        its = select(e.pbx, e.recording).where(e.evaluation == asked.evaluation)
        rows = rows.where(tuple_(r.pbx, r.recording).in_(its))
    elif asked.number and asked.since is not None:
        c = CALL.c
        calls = select(c.pbx, c.call).where(c.started >= asked.since, c.caller_number == asked.number)
        rows = rows.where(r.started >= asked.since, tuple_(r.pbx, r.call).in_(calls))
    else:
        return ()
    return await _lying(connection, await _rows(connection, rows))


async def page(
    connection: AsyncConnection,
    pbx: str,
    *,
    since: datetime | None,
    before: datetime,
    after: Row | None,
    limit: int,
) -> list[Row]:
    """Recordings that are over, whose files should be there or may be found yet; the oldest first."""
    r = RECORDING.c
    rows = select(r.started, r.recording, r.call, r.path, r.file, r.state, r.size, r.sha256)
    rows = rows.where(r.pbx == pbx, r.stopped < before, r.started < before)
    rows = rows.where(or_(r.state.is_(None), r.state.not_in((*GONE, "outside"))))
    if since is not None:
        rows = rows.where(r.started >= since)
    if after is not None:
        at = literal(after.started, Instant)
        place = tuple_(r.started, r.recording)
        rows = rows.where(r.started >= at, place > tuple_(at, literal(after.recording)))
    rows = rows.order_by(r.started, r.recording).limit(limit)
    return [
        Row(
            row.started,
            row.recording,
            row.call or "",
            row.path or "",
            row.file or "",
            row.state or "",
            row.size or 0,
            row.sha256 or "",
        )
        for row in await connection.execute(rows)
    ]


async def paths(connection: AsyncConnection, pbx: str, after: str, limit: int) -> list[tuple[str, str, str]]:
    """(recording, path, file) of all that were not deleted, also of those under way; by their names."""
    r = RECORDING.c
    kept = or_(r.state.is_(None), r.state != "deleted")
    rows = select(r.recording, r.path, r.file).where(r.pbx == pbx, r.recording > after, kept)
    found = await connection.execute(rows.order_by(r.recording).limit(limit))
    return [(row.recording, row.path or "", row.file or "") for row in found]


async def added(connection: AsyncConnection, pbx: str, since: datetime) -> int:
    """Bytes of what was recorded since then."""
    r = RECORDING.c
    sizes = select(func.coalesce(func.sum(r.size), 0)).where(r.pbx == pbx, r.started >= since)
    return int((await connection.execute(sizes)).scalar_one())


async def _rows(connection: AsyncConnection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(statement)).mappings()]


async def _joined(connection: AsyncConnection, pbx: str, call: str) -> set[str]:
    """A call, the one it lives on in, and all that were joined with that."""
    c = CALL.c
    into = select(c.merged_into).where(c.pbx == pbx, c.call == call, c.merged_into.is_not(None))
    calls = {call, *(row.merged_into for row in await connection.execute(into))}
    others = select(c.call).where(c.pbx == pbx, c.merged_into.in_(calls))
    return calls | {row.call for row in await connection.execute(others)}


async def _lying(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> tuple[Lying, ...]:
    """With what is known of their calls, a few hundred at a time."""
    found: list[Lying] = []
    for start in range(0, len(rows), ASKED_AT_ONCE):
        found += await _with_calls(connection, rows[start : start + ASKED_AT_ONCE])
    return tuple(found)


async def _with_calls(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> list[Lying]:
    calls = {row["call"] for row in rows if row["call"]}
    names = {row["recording"] for row in rows}
    talks = _by_call(await _rows(connection, select(CONVERSATION).where(CONVERSATION.c.call.in_(calls))))
    q = QUEUE_VISIT.c
    visits = select(q.pbx, q.call, q.queue).where(q.pbx.in_({row["pbx"] for row in rows}), q.call.in_(calls))
    queues = _by_call(await _rows(connection, visits))
    c = CALL.c
    called = select(c.pbx, c.call, c.kind, c.caller_number).where(
        c.pbx.in_({row["pbx"] for row in rows}), c.call.in_(calls)
    )
    facts = _by_call(await _rows(connection, called))
    e = EVALUATION.c
    evaluated = select(e.pbx, e.recording, e.finished).where(e.recording.in_(names))
    judged = await _rows(connection, evaluated)
    return [_one(row, talks, queues, facts, judged) for row in rows]


_ByCall = dict[tuple[str, str], list[dict[str, Any]]]


def _by_call(rows: Iterable[dict[str, Any]]) -> _ByCall:
    found: _ByCall = {}
    for row in rows:
        found.setdefault((row["pbx"], row["call"]), []).append(row)
    return found


def _one(
    row: dict[str, Any], talks: _ByCall, queues: _ByCall, calls: _ByCall, judged: list[dict[str, Any]]
) -> Lying:
    place = (row["pbx"], row["call"])
    its, call = talks.get(place, []), calls.get(place, [])
    mine = [one for one in judged if one["pbx"] == row["pbx"] and row["recording"] == one["recording"]]
    sampled = [one["day"] for one in its if one["picked"] and one["recording"] in ("", row["recording"])]
    return Lying(
        pbx=row["pbx"],
        recording=row["recording"],
        call=row["call"] or "",
        path=row["path"] or "",
        started=row["started"],
        stopped=row["stopped"],
        state=row["state"] or "",
        size=row["size"] or 0,
        sha256=row["sha256"] or "",
        queues=_texts(one["queue"] for one in (*its, *queues.get(place, []))),
        teams=_texts(one["team"] for one in its),
        kinds=_texts(one["kind"] for one in (*its, *call)),
        numbers=_texts(one["caller_number"] for one in call),
        picked=_texts(one["picked"] for one in its),
        sampled=max(sampled, default="") or "",
        evaluated=bool(mine),
        open=any(one["finished"] is None for one in mine),
    )


def _texts(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))
