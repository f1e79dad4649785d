"""The HTTP side, over real connections on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ccd.adapters.ops import OpsServer
from ccd.config import ConfigError, MetricsSettings
from ccd.status import readiness
from tests.floor import Floor

PATIENCE_S = 10  # so that what hangs fails
HEALTH: dict[str, Any] = {"store": {"healthy": True}, "config": {"error": ""}}


class Site:
    """A floor, its health, and a server that shows both."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self.floor = Floor("branch", "main")
        self.health = dict(HEALTH)
        self.page = self.floor.metrics.exposition
        self.server = OpsServer(
            MetricsSettings(host=host, port=port),
            page=lambda: self.page(),
            ready=lambda: readiness(self.floor.world, self.health),
        )

    def follow_all(self) -> None:
        for name in ("branch", "main"):
            self.floor.pbx = name
            self.floor.follow()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.server.port)

    async def get(self, path: str) -> tuple[int, dict[str, str], str]:
        """Status, headers (lower case) and body."""
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await self.connect()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        return int(first.split()[1]), headers, body.decode()


@asynccontextmanager
async def serving(site: Site) -> AsyncIterator[Site]:
    await site.server.start()
    try:
        yield site
    finally:
        async with asyncio.timeout(PATIENCE_S):
            await site.server.stop()


async def test_prometheus_gets_the_page() -> None:
    async with serving(Site()) as site:
        site.follow_all()
        status, headers, body = await site.get("/metrics")
    assert status == 200
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'ccd_pbx_synced{pbx="main"} 1.0\n' in body
    assert body.endswith("\n")


async def test_it_is_alive_before_it_is_ready() -> None:
    async with serving(Site()) as site:
        assert (await site.get("/healthz"))[0] == 200
        assert (await site.get("/readyz"))[0] == 503


async def test_readyz_names_what_is_amiss_until_all_is_well() -> None:
    async with serving(Site()) as site:
        site.health = {"store": {"healthy": False, "queue_length": 3}, "config": {"error": "ccd.toml: bad"}}
        status, headers, body = await site.get("/readyz")
        assert (status, headers["content-type"]) == (503, "application/json")
        told = json.loads(body)
        assert told["ready"] is False
        assert [check for check in told["checks"] if check["blocks"] and not check["ok"]] == [
            {"check": "pbx.branch", "ok": False, "why": "not in sync yet", "blocks": True},
            {"check": "pbx.main", "ok": False, "why": "not in sync yet", "blocks": True},
            {"check": "store", "ok": False, "why": "not writing; 3 facts are waiting", "blocks": True},
            {"check": "config", "ok": False, "why": "ccd.toml: bad", "blocks": True},
        ]
        site.follow_all()
        site.health = HEALTH
        status, _, body = await site.get("/readyz")
        assert status == 200
        assert json.loads(body)["ready"] is True
        site.floor.lose(site.floor.at)
        assert (await site.get("/readyz"))[0] == 503


async def test_what_does_not_block_is_said_and_the_answer_is_200_all_the_same() -> None:
    async with serving(Site()) as site:
        site.follow_all()
        status, _, body = await site.get("/readyz")
        assert status == 200
        police = next(check for check in json.loads(body)["checks"] if check["check"] == "police")
        assert (police["ok"], police["blocks"]) == (False, False)
        assert "police.number" in police["why"]
        assert "待处理" in (await site.get("/"))[2]


async def test_the_first_page_says_what_is_where_in_both_languages() -> None:
    async with serving(Site()) as site:
        status, headers, body = await site.get("/")
        assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in headers["content-security-policy"]
        for needed in ("/metrics", "/healthz", "/readyz", "是否就绪", "is it ready", "否 / no"):
            assert needed in body
        site.follow_all()
        assert "是 / yes" in (await site.get("/"))[2]


async def test_what_is_not_there_is_404_and_nothing_is_cached() -> None:
    async with serving(Site()) as site:
        assert (await site.get("/admin"))[0] == 404
        assert (await site.get("/metrics"))[1]["cache-control"] == "no-store"


async def test_port_0_finds_a_free_port_and_tells_it() -> None:
    async with serving(Site()) as site:
        assert site.server.port > 0
        assert site.server.url == f"http://127.0.0.1:{site.server.port}/"


async def test_a_port_that_is_taken_is_refused_by_the_name_of_the_setting() -> None:
    async with serving(Site()) as first:
        second = Site(first.server.port)
        with pytest.raises(
            ConfigError, match=rf"metrics\.port: .*:{first.server.port} .*change metrics\.port"
        ):
            await second.server.start()
        await second.server.stop()
        assert (await first.get("/healthz"))[0] == 200


async def test_an_address_of_another_machine_is_refused_by_the_name_of_the_setting() -> None:
    with pytest.raises(ConfigError, match=r"metrics\.host"):
        await Site(host="no.such.host.invalid").server.start()
    with pytest.raises(ConfigError, match=r"metrics\.(host|port)"):
        await Site(host="192.0.2.1").server.start()


async def test_every_address_of_a_name_is_listened_on_at_one_port() -> None:
    async with serving(Site(host="localhost")) as site:
        port = site.server.port
        found = {str(entry[4][0]) for entry in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM)}
        for address in found:
            _, writer = await asyncio.open_connection(address, port)
            writer.close()


async def test_the_port_is_free_again_after_a_stop() -> None:
    async with serving(Site()) as site:
        port = site.server.port
    async with serving(Site(port)) as again:
        assert (await again.get("/healthz"))[0] == 200


async def test_signals_stay_the_daemons() -> None:
    def ours(*args: object) -> None:
        return None

    before = {one: signal.signal(one, ours) for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        async with serving(Site()) as site:
            assert (await site.get("/healthz"))[0] == 200
            assert {signal.getsignal(one) for one in before} == {ours}
        assert {signal.getsignal(one) for one in before} == {ours}
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


async def test_a_scraper_that_does_not_read_holds_up_nobody_and_not_the_stop() -> None:
    site = Site()

    async def long_page() -> bytes:
        return b"# a long page\n" * 4_000_000

    async with serving(site):
        page, site.page = site.page, long_page
        stuck = [await site.connect() for _ in range(3)]
        for reader, writer in stuck:
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.read(16)).startswith(b"HTTP/1.1 200")
            writer.transport.pause_reading()  # type: ignore[attr-defined]
        site.page = page
        assert (await site.get("/healthz"))[0] == 200
        assert (await site.get("/metrics"))[0] == 200
    for _, writer in stuck:
        writer.transport.abort()


async def test_a_stop_waits_for_no_idle_half_sent_or_unanswered_request() -> None:
    site = Site()
    never = asyncio.Event()

    async def hanging() -> bytes:
        await never.wait()
        return b""

    await site.server.start()
    port = site.server.port
    site.page = hanging
    connections = [await site.connect() for _ in range(3)]
    (answer, idle), (_, half), (_, hung) = connections
    idle.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    half.write(b"GET /healthz HTTP/1.1\r\nHost:")
    hung.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    await answer.readuntil(b"ok\n")
    async with asyncio.timeout(PATIENCE_S):
        await site.server.stop()
        with pytest.raises(ConnectionError):
            await asyncio.open_connection("127.0.0.1", port)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    for _, writer in connections:
        writer.transport.abort()


async def test_more_connections_than_it_takes_are_told_so() -> None:
    async with serving(Site()) as site:
        held = [await site.connect() for _ in range(80)]
        await asyncio.sleep(0)
        assert (await site.get("/healthz"))[0] == 503
        for _, writer in held:
            writer.transport.abort()
        async with asyncio.timeout(PATIENCE_S):
            while (await site.get("/healthz"))[0] != 200:
                await asyncio.sleep(0.01)


async def test_who_sends_no_whole_request_or_reads_no_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccd.adapters.ops.PATIENCE_S", 0.2)
    site = Site()

    async def long_page() -> bytes:
        return b"# a long page\n" * 1_000_000

    async with serving(site):
        (silent, _), (half, half_out), (deaf, deaf_out) = [await site.connect() for _ in range(3)]
        site.page = long_page
        half_out.write(b"GET /healthz HTTP/1.1\r\nHost:")
        deaf_out.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        await deaf.read(16)
        deaf_out.transport.pause_reading()  # type: ignore[attr-defined]
        async with asyncio.timeout(PATIENCE_S):
            for reader in (silent, half):
                with contextlib.suppress(ConnectionResetError):
                    assert await reader.read() == b""
            while site.server.connections:
                await asyncio.sleep(0.01)
        assert (await site.get("/healthz"))[0] == 200


async def test_connections_without_a_request_cannot_use_up_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccd.adapters.ops.SOCKETS", 10)
    async with serving(Site()) as site:
        held = [await site.connect() for _ in range(30)]
        async with asyncio.timeout(PATIENCE_S):
            for reader, _ in held[10:]:
                with contextlib.suppress(ConnectionResetError):
                    assert await reader.read() == b""
        assert site.server.connections == 10
        for _, writer in held:
            writer.transport.abort()
