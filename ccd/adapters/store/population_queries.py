"""The days that were drawn from: their population, what was picked, and what is known of one call's draw."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.schema import CONVERSATION, EVALUATION, RECORDING, SHIFT_EVENT
from ccd.events.quality import Member

__all__ = ["Drawn", "committed", "drawn", "explained", "population", "standing"]

Row = dict[str, Any]
PIECE = 2000
"""Rows at a time: between two pieces others have their turn in the loop."""
AT_ONCE = 500
FACTS = ("SeedCommitted", "SeedRevealed", "DrawPlanned", "DayFrozen", "CallPicked", "PickUnheard")
"""What is told of the draw of a day."""


class Drawn(NamedTuple):
    """A day as the store has it. ``facts``: as JSON with their tags, in the order in which they came."""

    members: tuple[Member, ...]
    facts: tuple[str, ...]


async def population(connection: AsyncConnection, day: date) -> tuple[Member, ...]:
    """All of the local ``day``, sorted by unit. What was picked without having been seen is not in it."""
    c = CONVERSATION.c
    asked = (
        select(c.unit, c.person, c.queue, c.team, c.eligible, c.rank, c.picked, c.pbx, c.call, c.recording)
        .add_columns(c.connected, c.ended, c.talk_s, c.offset_s)
        .where(c.day == day.isoformat(), c.rank.is_not(None))
        .order_by(c.unit, c.pbx)
    )
    found: list[Member] = []
    rows = await connection.stream(asked, execution_options={"yield_per": PIECE})
    async for piece in rows.partitions(PIECE):
        found += [Member(*row) for row in piece]
        await asyncio.sleep(0)
    return tuple(found)


async def drawn(connection: AsyncConnection, day: date, *, facts_only: bool = False) -> Drawn:
    """What drawing ``day`` again needs, and what was told of it, as they were at one moment."""
    await _at_one_moment(connection)
    s = SHIFT_EVENT.c
    asked = select(s.data).where(s.day == day.isoformat(), s.event.in_(FACTS)).order_by(s.at, s.id)
    facts = tuple(row.data for row in await connection.execute(asked))
    return Drawn(() if facts_only else await population(connection, day), facts)


async def _at_one_moment(connection: AsyncConnection) -> None:
    """Else a call might be picked between two questions, and seem to differ."""
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql("BEGIN")
    else:
        await connection.execution_options(isolation_level="REPEATABLE READ")


async def committed(connection: AsyncConnection) -> bool:
    """Whether the seed of any day was ever committed to."""
    told = exists().where(SHIFT_EVENT.c.event == "SeedCommitted")
    return bool((await connection.execute(select(told))).scalar())


async def standing(
    connection: AsyncConnection, units: Sequence[str], recordings: Iterable[tuple[str, str]]
) -> tuple[dict[str, Row], dict[tuple[str, str], str]]:
    """(unit -> its evaluation, of the probability sample before any other; (pbx, recording) -> state)."""
    e, r = EVALUATION.c, RECORDING.c
    evaluations: dict[str, Row] = {}
    for some in _pieces(sorted(set(units))):
        asked = select(e.unit, e.evaluation, e.sample, e.state, e.analyst, e.score, e.passed, e.chance)
        where = e.unit.in_(some), e.sample.in_(("probability", "extra"))
        for row in (await connection.execute(asked.where(*where).order_by(e.sample))).mappings():
            evaluations[row["unit"]] = dict(row)
    states: dict[tuple[str, str], str] = {}
    by_pbx: dict[str, list[str]] = {}
    for pbx, recording in sorted(set(recordings)):
        by_pbx.setdefault(pbx, []).append(recording)
    for pbx, names in by_pbx.items():
        for some in _pieces(names):
            found = select(r.recording, r.state).where(r.pbx == pbx, r.recording.in_(some))
            states |= {(pbx, row.recording): row.state or "" for row in await connection.execute(found)}
    return evaluations, states


async def explained(connection: AsyncConnection, name: str) -> tuple[list[Row], list[str]]:
    """(conversations of this unit or call, with all their columns; what was told of them, as JSON).

    A call is found by its id, by that of one that was joined to it, or by the caller's channel.
    """
    c, s = CONVERSATION.c, SHIFT_EVENT.c
    of_call = or_(c.call == name, c.uniqueid == name)
    rows = [dict(row) for row in (await connection.execute(select(CONVERSATION).where(of_call))).mappings()]
    if not rows:  # a unit is a hash, for which there is no index: few ask for one
        of_unit = select(CONVERSATION).where(c.unit == name)
        rows = [dict(row) for row in (await connection.execute(of_unit)).mappings()]
    rows = sorted((row for row in rows if row["rank"] is not None), key=lambda row: row["connected"])
    units = sorted({row["unit"] for row in rows})
    facts: list[str] = []
    for some in _pieces(units):
        asked = select(s.data).where(s.subject.in_(some), s.subject != "").order_by(s.at, s.id)
        facts += [row.data for row in await connection.execute(asked)]
    return rows, facts


def _pieces(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]
