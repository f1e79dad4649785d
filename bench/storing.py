"""Rows a second into SQLite and PostgreSQL: facts of queue calls, given as fast as they are taken."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ccd.adapters.store import Store
from ccd.config import StoreSettings
from ccd.events import CallerJoined, Event, LegEnded, LegStarted
from tests.adapters.store.postgres import Cluster

__all__ = ["measure"]

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


def measure(calls: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder:
        sqlite = asyncio.run(_rows_per_s(StoreSettings(), Path(folder), calls))
    with tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder, closing(Cluster()) as cluster:
        settings = StoreSettings(url=cluster.create_database())
        postgres = asyncio.run(_rows_per_s(settings, Path(folder), calls))
    return {"store_rows_per_s_sqlite": sqlite, "store_rows_per_s_postgresql": postgres}


async def _rows_per_s(settings: StoreSettings, folder: Path, calls: int) -> float:
    """Two rows a call: its leg, and the caller's joining."""
    store = await Store.open(settings, folder)
    facts = [fact for number in range(calls) for fact in _call(number)]
    began = time.monotonic()
    for start in range(0, len(facts), 1000):
        store.enqueue(facts[start : start + 1000])
        await asyncio.sleep(0)
    await store.commit(())
    took = time.monotonic() - began
    await store.close(10.0)
    return 2 * calls / took


def _call(number: int) -> list[Event]:
    at = START + timedelta(milliseconds=number)
    uniqueid = f"1767600000.{number}"
    return [
        LegStarted(at, "main", uniqueid, uniqueid, f"PJSIP/trunk-{number:08x}", "PJSIP/trunk", "138", True),
        CallerJoined(at, "main", uniqueid, uniqueid, "support", "13800138000", "李雷", 1, True),
        LegEnded(at + timedelta(seconds=9), "main", uniqueid, uniqueid, 16, 0.0, True),
    ]
