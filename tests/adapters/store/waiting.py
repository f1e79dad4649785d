"""Waiting for what another task does, with an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["Turns", "until"]


async def until(condition: Callable[[], bool], timeout: float = 20.0) -> None:
    async with asyncio.timeout(timeout):
        while not condition():
            await asyncio.sleep(0.005)


class Turns:
    """Counts the turns of the event loop while something else goes on: it must not be held up."""

    def __init__(self) -> None:
        self.count = 0

    async def __aenter__(self) -> Turns:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        while True:
            self.count += 1
            await asyncio.sleep(0)
