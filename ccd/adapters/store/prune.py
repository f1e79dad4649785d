"""Retention: delete what is over, old first, in slices between which others may write."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from ccd.adapters.store.schema import RECORDING, TABLES

__all__ = ["prune"]

SLICE = 1000
FILE_THERE = ("final", "empty", "deleting")


async def prune(engine: AsyncEngine, before: datetime) -> dict[str, int]:
    """Rows that were over before that time (``info["over"]``); what is still open stays, however old."""
    deleted = {}
    for name, table in TABLES.items():
        if "over" in table.info:
            deleted[name] = await _prune(engine, table, before)
    return deleted


def _unless(table: Table) -> tuple[ColumnElement[bool], ...]:
    """A recording keeps its row for as long as its file is there: else the rule that deletes the file, and a
    legal hold on it, would no longer know whose it is.
    """
    if table is not RECORDING:
        return ()
    return (or_(RECORDING.c.state.is_(None), RECORDING.c.state.not_in(FILE_THERE)),)


async def _prune(engine: AsyncEngine, table: Table, before: datetime) -> int:
    time, over = table.c[table.info["time"]], table.c[table.info["over"]]
    key = table.primary_key.columns.values()
    begun = or_(time < before, time.is_(None))  # without a beginning: its fact was dropped
    old = select(*key).where(begun, over < before, *_unless(table)).order_by(time).limit(SLICE)
    total = 0
    while True:
        async with engine.begin() as connection:
            count = (await connection.execute(delete(table).where(tuple_(*key).in_(old)))).rowcount
        total += count
        if count < SLICE:
            return total
        await asyncio.sleep(0)
