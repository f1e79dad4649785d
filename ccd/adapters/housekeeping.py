"""Housekeeping: rows past their retention leave the store, a slice at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

__all__ = ["Housekeeping"]

log = structlog.get_logger("ccd.housekeeping")

EVERY_S = 3600.0
FIRST_S = 60.0  # start has better things to do


class Housekeeping:
    """``retention_days`` is asked each time, so a reload takes effect; 0 keeps everything."""

    def __init__(
        self,
        *,
        retention_days: Callable[[], int],
        prune: Callable[[datetime], Awaitable[dict[str, int]]],
        now: Callable[[], datetime],
    ) -> None:
        self._retention_days = retention_days
        self._prune = prune
        self._now = now

    async def run(self) -> None:
        await asyncio.sleep(FIRST_S)
        while True:
            await self.tidy()
            await asyncio.sleep(EVERY_S)

    async def tidy(self) -> None:
        """Once. A store that is away is tidied next time."""
        days = self._retention_days()
        if not days:
            return
        try:
            removed = await self._prune(self._now() - timedelta(days=days))
        except Exception as error:
            log.warning("prune_failed", error=str(error))
        else:
            log.info("pruned", days=days, **{table: count for table, count in removed.items() if count})
