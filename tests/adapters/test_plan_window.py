"""The plan in memory is that of the days around now, taken anew while the daemon runs."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
import structlog

from ccd.adapters import plan_window
from ccd.adapters.plan_window import PlanWindow
from ccd.adapters.store.errors import StoreError
from ccd.events import Event, PlanRestored

NOW = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)


class Shelf:
    """A store that notes what it was asked for, and fails when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[date, date]] = []
        self.failing = False

    async def plan(self, first: date, last: date) -> PlanRestored:
        self.asked.append((first, last))
        if self.failing:
            raise StoreError("gone")
        return PlanRestored(at=NOW, version=str(len(self.asked)), days=())


def window_of(shelf: Shelf, missing: int | None = None) -> tuple[PlanWindow, list[Event]]:
    given: list[Event] = []
    return PlanWindow(shelf, given.append, lambda: NOW, lambda today: missing), given


async def until(count: int, shelf: Shelf) -> None:
    async with asyncio.timeout(5):
        while len(shelf.asked) < count:
            await asyncio.sleep(0.001)


async def test_sixty_days_back_and_four_months_ahead_are_taken() -> None:
    shelf = Shelf()
    window, given = window_of(shelf)
    await window.restore()
    assert shelf.asked == [(date(2026, 1, 1), date(2026, 6, 30))]
    assert [type(event) for event in given] == [PlanRestored]
    assert timedelta(days=180) == plan_window.BACK + plan_window.AHEAD


async def test_it_is_taken_anew_and_a_silent_store_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_window, "EVERY_S", 0.01)
    shelf = Shelf()
    window, given = window_of(shelf)
    task = asyncio.create_task(window.run())
    await until(2, shelf)
    shelf.failing = True
    await until(4, shelf)
    shelf.failing = False
    known = len(given)
    await until(len(shelf.asked) + 2, shelf)
    assert len(given) > known
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_restoring_waits_for_a_change_under_way() -> None:
    window, given = window_of(Shelf())
    async with window.changing:
        restoring = asyncio.create_task(window.restore())
        await asyncio.sleep(0.02)
        assert given == []
    await restoring
    assert len(given) == 1


@pytest.mark.parametrize(("missing", "warned"), [(2027, 1), (None, 0)])
async def test_a_year_whose_holidays_are_missed_is_in_the_log(missing: int | None, warned: int) -> None:
    window, _ = window_of(Shelf(), missing)
    with structlog.testing.capture_logs() as logged:
        task = asyncio.create_task(window.run())
        await asyncio.sleep(0.02)
        task.cancel()
    assert [entry["year"] for entry in logged if entry["event"] == "holidays_unknown"] == [2027] * warned
