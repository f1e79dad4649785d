"""Evaluations as they stand, and their history. Each question goes by an index, however many there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.schema import EVALUATION, SHIFT_EVENT
from ccd.events.scoring import EvaluationFact
from ccd.events.shift_facts import SHIFT_FACTS

__all__ = ["evaluation", "evaluation_history", "evaluations", "open_evaluations", "unfinished_facts"]

Row = dict[str, Any]

OPEN = ("assigned", "claimed")
RELEASED = ("released", "disputed", "resolved")
MOST = 1_000
"""Rows of one answer, unless more are asked for."""
ALL = select(*(column for column in EVALUATION.columns if column.name != "answers"))
"""What was answered is long; it is asked for one by one."""
FACTS = tuple(sorted(kind.__name__ for kind in SHIFT_FACTS if issubclass(kind, EvaluationFact)))


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
    s = SHIFT_EVENT.c
    asked = select(s.data).where(s.subject == name, s.subject != "", s.event.in_(FACTS))
    return [row.data for row in await connection.execute(asked.order_by(s.at, s.id))]


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


async def unfinished_facts(connection: AsyncConnection) -> list[tuple[Any, int, str]]:
    """(at, number, JSON) of every fact of evaluations that are not finished: they go on after a start."""
    e, s = EVALUATION.c, SHIFT_EVENT.c
    asked = (
        select(s.at, s.id, s.data)
        .join_from(EVALUATION, SHIFT_EVENT, s.subject == e.evaluation)
        .where(e.finished.is_(None), s.subject != "", s.event.in_(FACTS))
    )
    return [(row.at, row.id, row.data) for row in await connection.execute(asked)]


async def _rows(connection: AsyncConnection, asked: Select[Any]) -> list[Row]:
    return [dict(row) for row in (await connection.execute(asked)).mappings()]
