"""Retention: delete what is over, old first, in slices between which others may write."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy import Table, delete, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from ccd.adapters.store.schema import TABLES

__all__ = ["prune"]

SLICE = 1000


async def prune(engine: AsyncEngine, before: datetime) -> dict[str, int]:
    """Rows that were over before that time (``info["over"]``); what is still open stays, however old."""
    deleted = {}
    for name, table in TABLES.items():
        if "over" in table.info:
            deleted[name] = await _prune(engine, table, before)
    return deleted


async def _prune(engine: AsyncEngine, table: Table, before: datetime) -> int:
    time, over = table.c[table.info["time"]], table.c[table.info["over"]]
    key = table.primary_key.columns.values()
    begun = or_(time < before, time.is_(None))  # without a beginning: its fact was dropped
    old = select(*key).where(begun, over < before).order_by(time).limit(SLICE)
    total = 0
    while True:
        async with engine.begin() as connection:
            count = (await connection.execute(delete(table).where(tuple_(*key).in_(old)))).rowcount
        total += count
        if count < SLICE:
            return total
        await asyncio.sleep(0)
