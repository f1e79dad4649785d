"""The wall clock jumps by hours and days under a running daemon, and nobody's time is spoilt by it."""

from __future__ import annotations

import asyncio
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from ccd.simulator import Simulator
from ccd.simulator.pbx import NotNowError
from tests.e2e.faketime import FakeTime, FakeTimeMissingError
from tests.e2e.outside import Outside, following, until
from tests.pbx.root import in_ci

JUMPS = ("+1h", "-1h", "+1d", "-1d", "+0")
WRAP_UP_S = 3
SLACK_S = 2.0  # of a busy machine; a jump is an hour


@pytest.fixture
def wall(tmp_path: Path) -> FakeTime:
    try:
        return FakeTime(tmp_path)
    except FakeTimeMissingError as missing:
        if in_ci():
            pytest.fail(str(missing))
        pytest.skip(str(missing))


async def test_jumps_of_the_wall_clock_move_no_deadline_and_spoil_no_interval(
    tmp_path: Path, wall: FakeTime
) -> None:
    """A call is completed before each jump, so that every wrap-up has one in it; and a session is cut."""
    simulator = Simulator(day=False, speed=4)
    port = await simulator.start()
    wrap_up = f"[pbx.main.wrapup_s]\nsupport = {WRAP_UP_S}\n"
    outside = Outside(following(tmp_path / "ccd", port, wrap_up, environment=wall.environment))
    began = time.time()
    await outside.up()
    try:
        for number, jump in enumerate(JUMPS, 1):
            await a_call_is_completed(simulator)
            await until("the wrap-up is seen", partial(wrap_ups_begun, outside, number))
            wall.jump(jump)
            await until("the jump is noticed", partial(jumps, outside, number))
        simulator.cut_sessions()
        wall.jump("-1h")
        await until("the jump is noticed", lambda: jumps(outside, len(JUMPS) + 1))
        await outside.in_sync()
        await until("all wrap-ups are over", lambda: wrap_ups_ended(outside, len(JUMPS)))
        assert await outside.value("ccd_clock_off_seconds") == pytest.approx(-3600, abs=SLACK_S)
        code, _ = await outside.stop(signal.SIGTERM)
        assert code == 0
    finally:
        if outside.daemon.runs:
            await outside.stop(signal.SIGKILL)
        await simulator.stop()
    check(outside, began)


async def a_call_is_completed(simulator: Simulator) -> None:
    while True:
        try:
            await simulator.play("answered_agent_hangup")
        except NotNowError:  # we were too slow, and nobody rings any more
            continue
        return


async def wrap_ups_begun(outside: Outside, count: int) -> bool:
    await asyncio.sleep(0)
    return outside.count("agent_interval", "state = 'wrap_up' AND queue = ''") >= count


async def wrap_ups_ended(outside: Outside, count: int) -> bool:
    await asyncio.sleep(0)
    where = "state = 'wrap_up' AND queue = '' AND \"end\" IS NOT NULL"
    return outside.count("agent_interval", where) >= count


async def jumps(outside: Outside, count: int) -> bool:
    return await outside.value("ccd_clock_jumps_total") >= count


def check(outside: Outside, began: float) -> None:
    """Every time written lies in the true time of the test, every length is the true one."""
    first, last = (began - 1) * 1e6, (time.time() + 1) * 1e6
    intervals = outside.rows('SELECT * FROM agent_interval WHERE "end" IS NOT NULL')
    for row in intervals:
        assert first <= row["begin"] <= row["end"] <= last, row
    for row in intervals:
        if row["state"] == "wrap_up" and not row["queue"]:
            length = (row["end"] - row["begin"]) / 1e6
            if row["end_cause"] == "wrapup_over":
                assert WRAP_UP_S - 0.5 <= length <= WRAP_UP_S + SLACK_S, row
            else:
                assert length <= WRAP_UP_S + SLACK_S, row
    assert sum(row["end_cause"] == "wrapup_over" for row in intervals) >= len(JUMPS) - 1
    for table, columns in (
        ("call", ("started", "answered", "ended")),
        ("leg", ("started", "ended")),
        ("queue_visit", ("joined", "left", "connected", "completed")),
        ("blind_interval", ("began", "ended")),
    ):
        rows = outside.rows(f"SELECT {', '.join(columns)} FROM {table}")
        assert rows, table
        for row in rows:
            times = [row[column] for column in columns if row[column] is not None]
            assert times == sorted(times), (table, row)
            assert first <= times[0], (table, row)
            assert times[-1] <= last, (table, row)
    for row in outside.rows("SELECT wait_s, talk_s, hold_s FROM call"):
        assert all(0 <= value < 30 for value in row.values() if value is not None), row
