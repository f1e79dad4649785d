"""CPU of ccd beside Asterisk's own for the same calls, on a real Asterisk 22 with the shipped filters.

Both processes' CPU time over a run of calls, each less what it takes while nothing happens for as long.
One-second calls without audio are our worst case: all signalling. Sixty-second recorded calls with audio are
what a centre is like.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.e2e.daemon import Daemon, for_asterisk
from tests.pbx.asterisk import Asterisk
from tests.pbx.layout import SALES, SUPPORT
from tests.pbx.phones import Phones, answers
from tests.pbx.sipua import CallFailedError

__all__ = ["measure"]

TICK = os.sysconf("SC_CLK_TCK")
IDLE_S = 10.0


def measure(short_calls: int, long_calls: int, long_s: float) -> dict[str, Any]:
    with Asterisk("22") as pbx, tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder:
        return asyncio.run(_measure(pbx, Path(folder), short_calls, long_calls, long_s))


async def _measure(
    pbx: Asterisk, folder: Path, short_calls: int, long_calls: int, long_s: float
) -> dict[str, Any]:
    async with for_asterisk(pbx, folder / "ccd") as daemon, Phones(pbx, *SUPPORT, *SALES) as phones:
        idle = await _spent(pbx, daemon, asyncio.sleep(IDLE_S))
        quiet = phones._media.send_to
        phones._media.send_to = lambda key, address: None  # type: ignore[method-assign]
        short = await _spent(pbx, daemon, _calls(phones, short_calls, 1.0, 0.5))
        phones._media.send_to = quiet  # type: ignore[method-assign]
        long = await _spent(pbx, daemon, _calls(phones, long_calls, long_s, 1.0))
    return {
        "asterisk_version": pbx.version,
        "cpu_share_of_asterisk": _share(short, idle),
        "cpu_share_of_asterisk_media": _share(long, idle),
        "cpu_ms_per_short_call_ccd": _net(short, idle, 1) / short_calls * 1000,
        "cpu_ms_per_short_call_asterisk": _net(short, idle, 0) / short_calls * 1000,
    }


async def _spent(pbx: Asterisk, daemon: Daemon, work: Any) -> tuple[float, float, float]:
    """CPU seconds of Asterisk and of ccd while ``work`` was done, and how long that took."""
    began, before = time.monotonic(), (_cpu_s(pbx.pid), _cpu_s(daemon.pid))
    await work
    return _cpu_s(pbx.pid) - before[0], _cpu_s(daemon.pid) - before[1], time.monotonic() - began


def _net(run: tuple[float, float, float], idle: tuple[float, float, float], which: int) -> float:
    return run[which] - idle[which] / idle[2] * run[2]


def _share(run: tuple[float, float, float], idle: tuple[float, float, float]) -> float:
    return _net(run, idle, 1) / _net(run, idle, 0)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


async def _calls(phones: Phones, count: int, talk: float, every_s: float) -> None:
    """So many queue calls, the next one begun when the time has come, all answered at once."""
    for phone in phones:
        phone.behaviour = answers(after=0.0, talk=talk)
    running = []
    for number in range(count):
        running.append(asyncio.create_task(_call(phones, number, talk)))
        await asyncio.sleep(every_s)
    await asyncio.gather(*running)


async def _call(phones: Phones, number: int, talk: float) -> None:
    try:
        call = await phones.outside.call("800" if number % 2 else "801", caller=f"138{number:08d}")
        await call.wait_ended(talk + 60)
    except (CallFailedError, TimeoutError) as error:
        raise RuntimeError(f"call {number} did not go through: {error}") from error
