"""The pulse proves that the loop turns: pings stop when a part of it stands still; stalls are measured."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from ccd.adapters.pulse import Pulse

EVERY_S = 0.01


class Parts:
    """What a pulse looks at, and what it does."""

    def __init__(self) -> None:
        self.runner = self.clock = 0
        self.pings = 0
        self.beats: list[datetime] = []
        self.pulse = self.made()

    def made(self, ping_every_s: float | None = EVERY_S) -> Pulse:
        return Pulse(
            advanced=lambda: (self.runner, self.clock),
            ping=self.ping,
            ping_every_s=ping_every_s,
            beat=self.beats.append,
            now=lambda: datetime.now(UTC),
        )

    def ping(self) -> None:
        self.pings += 1

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.pulse.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


async def several_looks() -> None:
    await asyncio.sleep(EVERY_S * 10)


async def test_it_is_pinged_while_both_the_runner_and_the_timers_advance() -> None:
    parts = Parts()
    async with parts.running():
        for wanted in range(1, 6):
            parts.runner += 1
            parts.clock += 1
            await until(lambda wanted=wanted: parts.pings == wanted)  # type: ignore[misc]


async def test_pings_stop_when_one_of_them_stands_still_and_go_on_when_it_does() -> None:
    for stuck in ("runner", "clock"):
        parts = Parts()
        async with parts.running():
            await until(lambda parts=parts: parts.pings == 1)  # type: ignore[misc]
            for _ in range(5):
                setattr(parts, "clock" if stuck == "runner" else "runner", time.monotonic_ns())
                await several_looks()
            assert parts.pings == 1, stuck
            setattr(parts, stuck, 1)
            await until(lambda parts=parts: parts.pings > 1)  # type: ignore[misc]


async def test_parts_that_advance_in_turn_and_slower_than_it_looks_are_alive() -> None:
    """In a quiet hour each turns once a second: they need not do so in the same moment."""
    parts = Parts()
    async with parts.running():
        for _ in range(4):
            parts.runner += 1
            await several_looks()
            parts.clock += 1
            await several_looks()
    assert parts.pings >= 4


async def test_without_a_watchdog_it_still_beats_and_measures() -> None:
    parts = Parts()
    parts.pulse = parts.made(None)
    async with parts.running():
        await until(lambda: bool(parts.beats) and parts.pulse.stalls.counts != [0] * 9)
    assert parts.pings == 0


async def test_the_longest_stall_is_what_the_loop_was_held_up_for() -> None:
    parts = Parts()
    async with parts.running():
        await until(lambda: bool(parts.beats))
        time.sleep(0.3)  # noqa: ASYNC251 - this is the stall
        await until(lambda: parts.pulse.stall_max_s > 0.2)
    assert parts.pulse.stall_max_s < 5
