"""The plan of the days around now, taken from the store at start and anew every few hours.

In memory the plan reaches from ``BACK`` to ``AHEAD``; the store has all of it. Days that come within reach
while the daemon runs are so taken in, and those that are past forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol

import structlog

from ccd.adapters.store.errors import StoreError
from ccd.events import Event, PlanRestored

__all__ = ["PlanWindow"]

log = structlog.get_logger("ccd.plan")

BACK, AHEAD = timedelta(days=60), timedelta(days=120)
EVERY_S = 6 * 3600.0


class PlanStore(Protocol):
    async def plan(self, first: date, last: date) -> PlanRestored: ...


class PlanWindow:
    """``changing`` is held by whoever changes the plan: a restoring must not overtake a change.

    ``missing_year`` gives the year whose holidays are not known and should be by now.
    """

    def __init__(
        self,
        store: PlanStore,
        submit: Callable[[Event], None],
        now: Callable[[], datetime],
        missing_year: Callable[[date], int | None],
    ) -> None:
        self.changing = asyncio.Lock()
        self._store = store
        self._submit = submit
        self._now = now
        self._missing_year = missing_year

    async def restore(self) -> None:
        """Raises StoreError."""
        today = self._now().date()
        async with self.changing:
            self._submit(await self._store.plan(today - BACK, today + AHEAD))

    async def run(self) -> None:
        """Until it is cancelled. ``restore`` has been done once by then."""
        while True:
            year = self._missing_year(self._now().date())
            if year is not None:
                log.warning("holidays_unknown", year=year, mend="update ccd, or fill in shifts.holidays_file")
            await asyncio.sleep(EVERY_S)
            try:
                await self.restore()
            except StoreError as error:
                log.warning("plan_not_restored", error=str(error))
