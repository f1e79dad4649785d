"""Deadlines: BOOTTIME decides within a boot, the wall clock after one; a row for every durable one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from ccd.adapters import clock as clocks
from ccd.adapters.clock import Armed, Clock, Gone, boot_id, boottime, utc_now
from ccd.effects import CancelDeadline, SetDeadline
from ccd.events import DeadlineDue


class Rows(dict[str, Armed]):
    """What the runner would have written."""

    def take(self, entry: Armed | Gone | None) -> None:
        if isinstance(entry, Armed):
            self[entry.key] = entry
        elif entry is not None:
            del self[entry.key]


def _set(key: str, after_s: float, *, durable: bool = True) -> SetDeadline:
    return SetDeadline(key=key, because="a test", after_s=after_s, durable=durable)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
async def running() -> object:
    rows, due = Rows(), list[DeadlineDue]()
    clock = Clock(due.append)
    task = asyncio.create_task(clock.run())
    yield clock, rows, due
    task.cancel()


async def test_deadlines_come_due_in_order_and_once(running: tuple[Clock, Rows, list[DeadlineDue]]) -> None:
    clock, rows, due = running
    for key, after in (("c", 0.15), ("a", 0.05), ("b", 0.1)):
        rows.take(clock.arm(_set(key, after)))
    await _until(lambda: len(due) == 3)
    assert [event.key for event in due] == ["a", "b", "c"]
    assert clock.armed == 0


async def test_a_durable_deadline_is_a_row_and_a_derived_one_is_not(
    running: tuple[Clock, Rows, list[DeadlineDue]],
) -> None:
    clock, rows, _ = running
    rows.take(clock.arm(_set("kept", 60)))
    rows.take(clock.arm(_set("derived", 60, durable=False)))
    assert list(rows) == ["kept"]
    row = rows["kept"]
    assert row.boot_id == boot_id()
    assert row.due_at - row.armed_at == timedelta(seconds=60)


async def test_setting_a_key_again_moves_it(running: tuple[Clock, Rows, list[DeadlineDue]]) -> None:
    clock, rows, due = running
    rows.take(clock.arm(_set("moved", 0.02)))
    rows.take(clock.arm(_set("moved", 30)))
    rows.take(clock.arm(_set("other", 0.05)))
    await _until(lambda: bool(due))
    assert [event.key for event in due] == ["other"]


async def test_a_cancelled_deadline_never_comes_and_leaves_no_row(
    running: tuple[Clock, Rows, list[DeadlineDue]],
) -> None:
    clock, rows, due = running
    rows.take(clock.arm(_set("gone", 0.02)))
    rows.take(clock.arm(CancelDeadline(key="gone", because="a test")))
    rows.take(clock.arm(_set("other", 0.05)))
    await _until(lambda: bool(due))
    assert [event.key for event in due] == ["other"]
    assert "gone" not in rows


async def test_a_deadline_that_passed_while_we_were_down_comes_at_once_and_says_how_late() -> None:
    due: list[DeadlineDue] = []
    clock = Clock(due.append, Rows())
    clock.restore([Armed("late", utc_now(), utc_now(), boot_id(), boottime() - 100, 40.0)])
    task = asyncio.create_task(clock.run())
    await _until(lambda: bool(due))
    task.cancel()
    assert due[0].late_s == pytest.approx(60, abs=1)


@pytest.mark.parametrize(
    ("boot", "wall_says_s", "boottime_says_s", "expected_due"),
    [
        # In the same boot the wall clock may say what it likes.
        ("same", -3600, +50, False),
        ("same", +3600, -50, True),
        # After a reboot BOOTTIME began anew: the wall clock is all there is.
        ("other", -1, +50, True),
        ("other", +3600, -50, False),
    ],
)
async def test_boottime_decides_within_a_boot_and_the_wall_clock_after_one(
    boot: str, wall_says_s: float, boottime_says_s: float, expected_due: bool
) -> None:
    due: list[DeadlineDue] = []
    clock = Clock(due.append, Rows())
    row = Armed(
        key="timer",
        armed_at=utc_now(),
        due_at=utc_now() + timedelta(seconds=wall_says_s),
        boot_id=boot_id() if boot == "same" else "another-boot",
        armed_boottime=boottime() + boottime_says_s - 900,
        after_s=900.0,
    )
    clock.restore([row])
    task = asyncio.create_task(clock.run())
    await asyncio.sleep(0.1)
    task.cancel()
    assert bool(due) is expected_due


async def test_a_jump_of_the_wall_clock_is_counted_and_moves_no_deadline(
    running: tuple[Clock, Rows, list[DeadlineDue]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, rows, due = running
    rows.take(clock.arm(_set("steady", 30)))
    real = time.time
    monkeypatch.setattr(clocks.time, "time", lambda: real() + 3600)
    rows.take(clock.arm(_set("wake", 0.01, durable=False)))
    await _until(lambda: clock.jumps == 1)
    assert clock.wall_jump_s == pytest.approx(3600, abs=5)
    assert [event.key for event in due if event.key == "steady"] == []


async def test_the_row_of_a_deadline_that_came_due_stays_until_what_came_of_it_is_kept(
    running: tuple[Clock, Rows, list[DeadlineDue]],
) -> None:
    clock, rows, due = running
    rows.take(clock.arm(_set("kept", 0.02)))
    await _until(lambda: bool(due))
    assert "kept" in rows
    rows.take(clock.arm(CancelDeadline(key="kept", because="it came due")))
    assert "kept" not in rows


async def test_a_deadline_set_anew_where_it_came_due_keeps_its_new_row(
    running: tuple[Clock, Rows, list[DeadlineDue]],
) -> None:
    clock, rows, due = running
    rows.take(clock.arm(_set("again", 0.02)))
    await _until(lambda: bool(due))
    rows.take(clock.arm(CancelDeadline(key="again", because="it came due")))
    rows.take(clock.arm(_set("again", 60)))
    assert rows["again"].after_s == 60
    assert clock.armed == 1
