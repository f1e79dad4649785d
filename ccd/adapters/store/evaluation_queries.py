"""Evaluations as they stand, and their history. Each question goes by an index, however many there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.schema import EVALUATION, SHIFT_EVENT
from ccd.events.scoring import EvaluationFact
from ccd.events.shift_facts import SHIFT_FACTS

__all__ = ["evaluation", "evaluation_history", "evaluations", "open_evaluations", "unfinished_facts"]

Row = dict[str, Any]
Kept = tuple[datetime, int, str]

OPEN = ("assigned", "claimed")
RELEASED = ("released", "disputed", "resolved")
MOST = 1_000
"""Rows of one answer, unless more are asked for."""
ALL = select(*(column for column in EVALUATION.columns if column.name != "answers"))
"""What was answered is long; it is asked for one by one."""
FACTS = frozenset(kind.__name__ for kind in SHIFT_FACTS if issubclass(kind, EvaluationFact))
ASKED_AT_ONCE = 500


async def open_evaluations(
    connection: AsyncConnection, *, analyst: str = "", states: Iterable[str] = OPEN
) -> list[Row]:
    """To be scored (or in other ``states`` before they are finished), by when they are due; of an analyst
    their list.
    """
    e = EVALUATION.c
    asked = ALL.where(e.finished.is_(None), e.state.in_(tuple(states))).order_by(e.due, e.evaluation)
    if analyst:
        asked = asked.where(e.analyst == analyst)
    return await _rows(connection, asked)


async def evaluation(connection: AsyncConnection, name: str) -> Row | None:
    """One, with its answers."""
    found = await _rows(connection, select(EVALUATION).where(EVALUATION.c.evaluation == name))
    return found[0] if found else None


async def evaluation_history(connection: AsyncConnection, name: str) -> list[str]:
    """Its facts as JSON with their tags, in order: every edition, who had it when, what was said of it."""
    return [data for _, _, data in sorted(await _facts_of(connection, [name]))]


async def evaluations(
    connection: AsyncConnection,
    *,
    person: str = "",
    analyst: str = "",
    first: date | None = None,
    last: date | None = None,
    counted: bool = False,
    limit: int = MOST,
) -> list[Row]:
    """Of conversations that ended on these local days, the latest first. ``counted``: only those that are in
    the scores: released, of the probability sample.
    """
    e = EVALUATION.c
    asked = ALL.order_by(e.day.desc(), e.evaluation).limit(limit)
    if first is not None:
        asked = asked.where(e.day >= first.isoformat())
    if last is not None:
        asked = asked.where(e.day <= last.isoformat())
    if person:
        asked = asked.where(e.person == person)
    if analyst:
        asked = asked.where(e.analyst == analyst)
    if counted:
        asked = asked.where(e.sample == "probability", e.state.in_(RELEASED))
    return await _rows(connection, asked)


async def unfinished_facts(connection: AsyncConnection) -> list[Kept]:
    """(at, number, JSON) of every fact of evaluations that are not finished: they go on after a start."""
    e = EVALUATION.c
    found = await connection.execute(select(e.evaluation).where(e.finished.is_(None)))
    return await _facts_of(connection, [row.evaluation for row in found])


async def _facts_of(connection: AsyncConnection, names: list[str]) -> list[Kept]:
    """Asked for by the subject alone: by the kind of fact SQLite would read all there ever were."""
    s = SHIFT_EVENT.c
    found: list[Kept] = []
    for start in range(0, len(names), ASKED_AT_ONCE):
        some = names[start : start + ASKED_AT_ONCE]
        rows = await connection.execute(
            select(s.at, s.id, s.event, s.data).where(s.subject.in_(some), s.subject != "")
        )
        found += [(row.at, row.id, row.data) for row in rows if row.event in FACTS]
    return found


async def _rows(connection: AsyncConnection, asked: Select[Any]) -> list[Row]:
    return [dict(row) for row in (await connection.execute(asked)).mappings()]
