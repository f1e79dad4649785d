"""The session with a PBX, cut in every way there is: noticed, marked, taken up again, and nobody hammered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from ccd.config import SimulatorSettings
from ccd.simulator import Simulator
from tests.e2e.daemon import Daemon
from tests.e2e.outside import Outside, Row, following, until
from tests.e2e.proxy import Proxy
from tests.pbx.ports import free_run

Pbx = tuple[Simulator, int]

NOTICED_S = 15.0
BUSY_S = 5.0  # what a busy machine may add to any of the times here


@contextlib.asynccontextmanager
async def running(daemon: Daemon) -> AsyncIterator[Outside]:
    outside = Outside(daemon)
    try:
        await outside.up()
        yield outside
    finally:
        if daemon.runs:
            await outside.stop(signal.SIGKILL)


def section(name: str, port: int, more: str = "") -> str:
    return f'[pbx.{name}]\nport = {port}\nusername = "ccd"\nsecret = "simulator"\n{more}\n'


async def blind(outside: Outside, pbx: str) -> bool:
    return await outside.value(f"ccd_pbx_blind{{pbx={pbx}}}") == 1


async def seeing(outside: Outside, pbx: str) -> bool:
    return await outside.value(f"ccd_pbx_blind{{pbx={pbx}}}") == 0


def blind_intervals(outside: Outside, pbx: str) -> list[Row]:
    """After the first one, which is the start."""
    rows = outside.rows("SELECT began, ended, why FROM blind_interval WHERE pbx = ? ORDER BY began", pbx)
    return rows[1:]


# --- ends that can be seen --------------------------------------------------------------------------------


async def test_a_session_that_is_cut_is_marked_and_taken_up_again(centre: Pbx, tmp_path: Path) -> None:
    """Closed in order, reset, and refused for a while; what is known then is what the PBX has."""
    simulator, port = centre
    async with Proxy(port) as proxy, running(following(tmp_path, proxy.port)) as outside:
        for number, cut in enumerate((proxy.cut, proxy.reset, proxy.cut), 1):
            proxy.refusing = number == 3
            cut()
            await until("the cut is marked", partial(marked, outside, number))
            proxy.refusing = False
            await until("it is over", partial(marked, outside, number, over=True))
            await outside.in_sync()
        assert proxy.connections == 4
        assert await outside.value("ccd_ami_reconnects_total{pbx=main}") == 3
        await the_same(simulator, outside)
        rows = blind_intervals(outside, "main")
        # A TCP reset may be seen as an end of the stream, if that is read first.
        assert [row["why"] in ("closed", "reset") for row in rows] == [True] * 3
        assert all(row["began"] < row["ended"] for row in rows)
        code, _ = await outside.stop(signal.SIGTERM)
        assert code == 0


async def marked(outside: Outside, cuts: int, *, over: bool = False) -> bool:
    await asyncio.sleep(0)
    rows = blind_intervals(outside, "main")
    return len(rows) >= cuts and (not over or all(row["ended"] for row in rows))


async def the_same(simulator: Simulator, outside: Outside) -> None:
    """What the store holds open is what lives at the PBX, whose time stands still meanwhile."""
    simulator.stall()
    try:
        await until("the store has what the PBX has", lambda: same_legs(simulator, outside), timeout=9)
    finally:
        simulator.resume()


async def same_legs(simulator: Simulator, outside: Outside) -> bool:
    await asyncio.sleep(0)
    legs = {row["uniqueid"] for row in outside.rows("SELECT uniqueid FROM leg WHERE ended IS NULL")}
    return legs == {channel.uniqueid for channel in simulator.pbx.switch.channels.values()}


# --- ends that cannot -------------------------------------------------------------------------------------


async def test_silence_is_noticed_in_time_and_dated_from_the_last_byte(quiet: Pbx, tmp_path: Path) -> None:
    """With default settings. One line goes dead, one PBX stands still, and a third goes on as ever."""
    _, port = quiet
    stopped_port = free_run(1)
    program = [sys.executable, "-m", "ccd", "simulate", "--port", str(stopped_port), "--agents", "4"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as standing:
        try:
            secret = await asyncio.to_thread(secret_told_by, standing)
            async with Proxy(port) as dead, Proxy(stopped_port) as still:
                more = section("dead", dead.port)
                more += section("still", still.port).replace('"simulator"', f'"{secret}"')
                async with running(following(tmp_path / "ccd", port, more)) as outside:
                    dead.stall()
                    os.kill(standing.pid, signal.SIGSTOP)
                    for name, proxy in (("dead", dead), ("still", still)):
                        await until(f"{name} is noticed", partial(blind, outside, name))
                        noticed_s = time.time() - proxy.last_byte
                        print(f"{name}: noticed {noticed_s:.1f} s after the last byte")
                        assert noticed_s < NOTICED_S + BUSY_S
                    assert await seeing(outside, "main")
                    assert await outside.value("ccd_ami_reconnects_total{pbx=main}") == 0
                    last = {"dead": dead.last_byte, "still": still.last_byte}
                    code, why = await outside.ready()
                    assert (code, sorted(why)) == (503, ["pbx.dead", "pbx.still"])
                    dead.flow()
                    os.kill(standing.pid, signal.SIGCONT)
                    await outside.in_sync()
                    for name, at in last.items():
                        [row, *_] = blind_intervals(outside, name)
                        assert row["began"] / 1e6 == pytest.approx(at, abs=1.0)
                        assert row["ended"] > row["began"]
        finally:
            standing.kill()


def secret_told_by(process: subprocess.Popen[str]) -> str:
    """``ccd simulate`` says which section to write."""
    assert process.stdout is not None
    for line in process.stdout:
        if "secret" in line:
            return line.split('"')[1]
    raise AssertionError("it told no secret")


async def test_a_slow_line_is_no_dead_line(centre: Pbx, tmp_path: Path) -> None:
    simulator, port = centre
    async with Proxy(port) as proxy:
        proxy.bytes_per_s = 40_000
        async with running(following(tmp_path, proxy.port)) as outside:
            await asyncio.sleep(1)
            assert proxy.connections == 1
            proxy.bytes_per_s = 0
            await the_same(simulator, outside)


async def test_a_burst_after_a_stall_is_taken_in_whole(centre: Pbx, tmp_path: Path) -> None:
    simulator, port = centre
    async with Proxy(port) as proxy, running(following(tmp_path, proxy.port)) as outside:
        before = await outside.value("ccd_ami_messages_total{pbx=main}")
        proxy.stall()
        await asyncio.sleep(3)
        burst = simulator.burst(20_000)
        proxy.flow()
        await until("all is received", partial(received, outside, before + burst))
        await the_same(simulator, outside)
        values = await outside.values()
        assert values["ccd_inbox_overflows_total"] == 0
        assert values["ccd_step_errors_total"] == 0
        assert values["ccd_store_facts_dropped_total"] == 0
        assert proxy.connections == 1
        print(f"{burst} events: longest stall {values['ccd_loop_stall_max_seconds'] * 1000:.0f} ms")


async def received(outside: Outside, messages: float) -> bool:
    return await outside.value("ccd_ami_messages_total{pbx=main}") >= messages


# --- coming back ------------------------------------------------------------------------------------------


async def test_a_wrong_secret_at_a_reconnect_is_told_and_not_tried_over_and_over(
    quiet: Pbx, tmp_path: Path
) -> None:
    """Every try is a line in the log that bans addresses. A reload with the right one is taken up at once."""
    simulator, port = quiet
    async with Proxy(port) as proxy, running(following(tmp_path, proxy.port)) as outside:
        simulator._server.secret = "another"
        proxy.cut()
        await until("it is refused", partial(refused, outside))
        await asyncio.sleep(2)
        assert proxy.attempts == 2
        _, why = await outside.ready()
        assert "blind" in why["pbx.main"]
        assert "Authentication failed" in why["pbx.main"]
        config = outside.daemon.config
        config.write_text(config.read_text("utf-8").replace('"simulator"', '"another"'), "utf-8")
        os.kill(outside.daemon.pid, signal.SIGHUP)
        await outside.in_sync()
        assert proxy.attempts == 3


async def refused(outside: Outside) -> bool:
    return await outside.value("ccd_ami_cuts_total{pbx=main,reason=login_refused}") >= 1


async def test_a_pbx_that_is_gone_is_not_hammered(quiet: Pbx, tmp_path: Path) -> None:
    """With default settings: the tries come further and further apart."""
    _, port = quiet
    async with Proxy(port) as proxy:
        daemon = following(tmp_path, port, section("away", proxy.port))
        async with running(daemon) as outside:
            proxy.refusing = True
            proxy.cut()
            await until("it is marked", partial(blind, outside, "away"))
            before = proxy.attempts
            await asyncio.sleep(4)
            tries = proxy.attempts - before
            print(f"{tries} tries in 4 s")
            assert 1 <= tries <= 20
            proxy.refusing = False
            await outside.in_sync()


async def test_a_thousand_agents_are_known_again_soon_after_a_cut(tmp_path: Path) -> None:
    simulator = Simulator(SimulatorSettings(agents=1000, teams=25, calls_per_hour=6000))
    port = await simulator.start()
    try:
        async with running(following(tmp_path, port)) as outside:
            for number in (1, 2):
                simulator.cut_sessions()
                await until("the cut is over", partial(marked, outside, number, over=True))
            resyncs = resync_times(outside.daemon.log)
            assert len(resyncs) == 3
            print(f"1,000 agents: in sync {max(resyncs):.2f} s after login at most, of {len(resyncs)} times")
            assert max(resyncs) < BUSY_S
            assert await outside.value("ccd_channels_open{pbx=main}") > 20
            await the_same(simulator, outside)
    finally:
        await simulator.stop()


def resync_times(log: Path) -> list[float]:
    """From each login to the end of the snapshot, in seconds, by the daemon's own log."""
    times, linked = [], 0.0
    for line in log.read_text("utf-8").splitlines():
        record = json.loads(line) if line.startswith("{") else {}
        at = record.get("timestamp", "")
        if record.get("event") == "pbx_linked":
            linked = _epoch(at)
        elif record.get("event") == "pbx_synced":
            times.append(_epoch(at) - linked)
    return times


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
