"""What the store should hold: the journal played again, and the facts written to a database of their own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ccd.adapters.journal import read
from ccd.adapters.store import Store
from ccd.adapters.store.database import reading
from ccd.adapters.store.place import place_of
from ccd.adapters.store.schema import TABLES
from ccd.config import StoreSettings
from ccd.effects import Effect
from ccd.events import Event
from ccd.replay import replay

__all__ = ["Content", "content", "content_of_journal"]

Content = dict[str, Counter[tuple[Any, ...]]]
"""Table -> its rows, without the numbers they were given."""

_NOT_FROM_FACTS = {"deadline", "heartbeat", "pin"}


async def content_of_journal(journal: Path, folder: Path) -> tuple[Content, int]:
    """And how many inputs the journal has. For the journal of one run on an empty store."""
    facts: list[Event] = []

    def keep(item: Event | Effect) -> None:
        if isinstance(item, Event):
            facts.append(item)

    played = replay(read(journal), each=keep)
    assert (played.gaps, played.errors) == (0, 0)
    store = await Store.open(StoreSettings(), folder)
    await store.commit(facts)
    assert await store.close() == 0
    return await content(StoreSettings(), folder), played.inputs


async def content(settings: StoreSettings, folder: Path) -> Content:
    """Of the store in this state directory, beside whatever runs."""
    engine = reading(place_of(settings, folder))
    found: Content = {}
    try:
        async with engine.connect() as connection:
            for name, table in TABLES.items():
                if name not in _NOT_FROM_FACTS:
                    columns = [column for column in table.columns if column.name != "id"]
                    rows = await connection.execute(select(*columns))
                    found[name] = Counter(tuple(row) for row in rows)
    finally:
        await engine.dispose()
    return found
