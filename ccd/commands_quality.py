"""What the control socket may ask about quality besides acts and boards.

``sampling_verify``: while the seed of a day is secret only the daemon can draw it again. It tells what
differs, and of the seed no more than its digest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from ccd.adapters.control import RefusedError
from ccd.adapters.quality_reading import Seeds
from ccd.adapters.store import Store
from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.population_queries import Drawn, drawn
from ccd.commands_requests import name_in
from ccd.config import ConfigError
from ccd.events.shift_facts import shift_fact
from ccd.sampling.draw import seed_digest
from ccd.sampling.record import check, record_of
from ccd.world import World

__all__ = ["QualityCommands"]

Reply = dict[str, Any]


class QualityCommands:
    def __init__(self, *, world: World, store: Store, seeds: Seeds) -> None:
        self._world = world
        self._store = store
        self._seeds = seeds

    def table(self) -> dict[str, Callable[[Reply], Awaitable[Reply]]]:
        return {"sampling_verify": self.verify}

    async def verify(self, request: Reply) -> Reply:
        """Draw a local ``day`` (2026-11-22) again, with the seed that this daemon has for it. Gives
        ``differences`` (kind, unit, told, redrawn), ``digest`` of the seed, and how far the day is.
        """
        text = name_in(request, "day")
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise RefusedError(f"day: {text!r} is no day; write it as 2026-11-22") from None
        try:
            await self._store.commit()
            found = await self._store.read(lambda connection: drawn(connection, day))
            return await asyncio.to_thread(self._again, day, found)
        except (ConfigError, StoreError, ValueError) as error:
            raise RefusedError(str(error)) from None

    def _again(self, day: date, found: Drawn) -> Reply:
        """In a thread: a day of many thousand conversations takes longer than the loop may be held."""
        told = record_of(shift_fact(text) for text in found.facts)
        seed = self._seeds.of(day, may_make=False)
        differences = check(told, seed, found.members)
        return {
            "day": day.isoformat(),
            "closed": told.frozen is not None,
            "digest": seed_digest(seed),
            "population": len(found.members),
            "picked": len(told.picks),
            "differences": [one._asdict() for one in differences],
        }
