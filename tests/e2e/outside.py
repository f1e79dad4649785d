"""A running daemon as it is seen from outside: its page of metrics, its readiness, its socket, its rows.

Nothing here blocks the test's own loop, in which a simulator may be playing.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from ccd.adapters.control_client import UnreachableError, call
from tests.e2e.daemon import Daemon

__all__ = ["Outside", "following", "people", "until"]

Row = dict[str, Any]
PATIENCE_S = 30.0
"""For what comes within a second or two where nothing else runs."""


async def until(what: str, condition: Callable[[], Awaitable[object]], timeout: float = PATIENCE_S) -> None:
    """Wait until it is so. Raises AssertionError that says what was waited for."""
    end = time.monotonic() + timeout
    while not await condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout:g} s: {what}")
        await asyncio.sleep(0.05)


def following(folder: Any, port: int, more: str = "", *, pbx: str = "main", **options: Any) -> Daemon:
    """A daemon that follows the simulator at this port."""
    return Daemon(
        folder,
        f"""
[agi]
enabled = false
[pbx.{pbx}]
port = {port}
username = "ccd"
secret = "simulator"
reconnect_max_s = 1.0
{more}
""",
        **options,
    )


def people(count: int, first: int = 1001) -> list[Row]:
    """So many rows for ``roster_import``: code 1001 at seat A-1001 with PJSIP/1001, and so on."""
    return [
        {
            "code": str(number),
            "name": f"Agent {number}",
            "role": "agent",
            "team": "A",
            "seat": f"A-{number}",
            "interface": f"PJSIP/{number}",
        }
        for number in range(first, first + count)
    ]


class Outside:
    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon

    # --- life

    async def up(self, *, synced: bool = True) -> float:
        """Start it and wait until it follows. Returns how long that took, in seconds."""
        began = time.monotonic()
        await asyncio.to_thread(self.daemon.launch)
        await until("the daemon is up", self._synced if synced else self._answers)
        return time.monotonic() - began

    async def stop(self, number: int) -> tuple[int, float]:
        return await asyncio.to_thread(self.daemon.stop, number)

    async def _answers(self) -> bool:
        code = self.daemon.exit_code
        assert code is None, f"it ended with {code}:\n{self.daemon.tail()}"
        return bool(await self.picture())

    async def _synced(self) -> bool:
        picture = await self.picture() if await self._answers() else {}
        return bool(picture.get("pbxs")) and all(pbx["synced"] for pbx in picture["pbxs"])

    async def in_sync(self, timeout: float = PATIENCE_S) -> None:
        await until("in sync", self._synced, timeout)

    # --- the control socket

    async def ask(self, command: str, **request: Any) -> Row:
        return await call(self.daemon.state / "control.sock", {"command": command, **request})

    async def picture(self) -> Row:
        """What ``ccd status`` shows; empty while nobody answers."""
        try:
            picture: Row = (await self.ask("status"))["picture"]
        except UnreachableError:
            return {}
        return picture

    # --- the port

    async def get(self, path: str) -> tuple[int, str]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.daemon.metrics_port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        async with asyncio.timeout(PATIENCE_S):
            head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
        writer.close()
        assert b"chunked" not in head.lower()
        return int(head.split()[1]), body.decode()

    async def ready(self) -> tuple[int, dict[str, str]]:
        """The status code, and why of each check that keeps it from being ready."""
        code, body = await self.get("/readyz")
        checks = json.loads(body)["checks"]
        return code, {check["check"]: check["why"] for check in checks if check["why"] and check["blocks"]}

    async def values(self) -> dict[str, float]:
        """Every sample of the page, its labels as in ``name{a=x,b=y}``."""
        _, page = await self.get("/metrics")
        found = {}
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
                found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
        return found

    async def value(self, name: str) -> float:
        return (await self.values()).get(name, 0.0)

    # --- the store

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """Read beside the daemon, or without one; times are microseconds since the epoch."""
        connection = sqlite3.connect(f"file:{self.daemon.state / 'ccd.sqlite'}?mode=ro", uri=True, timeout=10)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]
        finally:
            connection.close()

    def count(self, table: str, where: str = "1") -> int:
        return int(self.rows(f'SELECT count(*) AS n FROM "{table}" WHERE {where}')[0]["n"])
