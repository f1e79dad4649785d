"""Nobody can make the API work for nothing: sizes, times, numbers, tokens, and errors that tell the mend."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ccd.config import ConfigError, Settings
from ccd.web import guard
from ccd.web.limits import Limits
from ccd.web.problems import KINDS
from ccd.web.server import WebServer
from tests.web.place import Place, serving, wav

PATIENCE_S = 20
POST = "POST /api/v1/acts/meals/ask HTTP/1.1\r\nHost: x"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with serving(tmp_path) as place:
        yield place


Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def raw(place: Place, request: bytes, body: bytes = b"") -> Wire:
    reader, writer = await asyncio.open_connection("127.0.0.1", place.web.server.port, limit=2**16)
    writer.write(request + b"\r\n\r\n" + body)
    return reader, writer


# --- size and time ----------------------------------------------------------------------------------------


async def test_an_upload_of_100_mb_is_refused_before_it_is_read(place: Place) -> None:
    secret = await place.token("6001")
    head = f"{POST}\r\nAuthorization: Bearer {secret}\r\nContent-Length: 104857600"
    reader, writer = await raw(place, head.encode())  # not a byte of it is sent
    async with asyncio.timeout(PATIENCE_S):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in answer
    assert b'"limit":65536' in answer
    writer.transport.abort()


async def test_an_upload_without_an_end_is_refused_when_it_is_too_much(place: Place) -> None:
    reader, writer = await raw(place, f"{POST}\r\nTransfer-Encoding: chunked".encode())
    piece, sent = b"10000\r\n" + bytes(65536) + b"\r\n", 0
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(PATIENCE_S):
            while sent < 1600:
                writer.write(piece)
                await writer.drain()
                sent += 1
            await reader.read()
    assert place.web.refused == 1
    assert sent < 400
    writer.transport.abort()


async def test_a_body_that_does_not_come_is_not_waited_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "BODY_S", 0.2)
    reader, writer = await raw(place, f"{POST}\r\nContent-Length: 50".encode(), b"{")
    async with asyncio.timeout(PATIENCE_S):
        assert (await reader.read()).startswith(b"HTTP/1.1 408")
    writer.transport.abort()


async def test_connections_that_ask_for_nothing_are_cut(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccd.web.server.PATIENCE_S", 0.2)
    silent, half = [await asyncio.open_connection("127.0.0.1", place.web.server.port) for _ in range(2)]
    half[1].write(b"GET /api/v1/me HTTP/1.1\r\nHost:")
    async with asyncio.timeout(PATIENCE_S):
        for reader, _ in (silent, half):
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""


async def test_a_reader_that_takes_nothing_is_dropped(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "TAKE_S", 0.3)
    name = await place.recording(content=wav(300))  # 4.8 MB: more than the kernel holds for us
    secret = await place.token("6001")
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", place.web.server.port))
    get = f"GET /api/v1/recordings/{name}/original HTTP/1.1\r\nHost: x\r\n"
    head = f"{get}Authorization: Bearer {secret}\r\n\r\n"
    await asyncio.get_running_loop().sock_sendall(sock, head.encode())
    async with asyncio.timeout(PATIENCE_S):
        while not place.web.cut or place.web.site.streaming:
            await asyncio.sleep(0.02)
    assert place.web.active == 0
    assert (await place.ask("/api/v1/me", "6001")).status_code == 200
    sock.close()


# --- numbers ----------------------------------------------------------------------------------------------


async def test_more_requests_than_it_takes_are_told_to_come_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.settings = Settings.model_validate(
        place.settings.model_dump() | {"web": place.settings.web.model_dump() | {"connections": 2}}
    )
    waiting = [await raw(place, f"{POST}\r\nContent-Length: 9".encode()) for _ in range(2)]
    async with asyncio.timeout(PATIENCE_S):
        while place.web.active < 2:
            await asyncio.sleep(0.01)
    answer = await place.ask("/api/v1/me", "6001")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "busy", "2")
    for _, writer in waiting:
        writer.transport.abort()
    async with asyncio.timeout(PATIENCE_S):
        while (await place.ask("/api/v1/me", "6001")).status_code != 200:
            await asyncio.sleep(0.02)


async def test_a_token_is_held_to_its_rate_and_another_is_not(tmp_path: Path) -> None:
    async with serving(tmp_path, web={"requests_per_minute": 100}) as place:
        one, other = await place.token("6001"), await place.token("5001")
        answers = [
            await place.ask("/api/v1/me", headers={"Authorization": f"Bearer {one}"}) for _ in range(14)
        ]
        assert [answer.status_code for answer in answers[:10]] == [200] * 10
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) >= 1
        answer = await place.ask("/api/v1/me", headers={"Authorization": f"Bearer {other}"})
        assert answer.status_code == 200


async def test_an_address_that_guesses_is_told_to_wait_and_a_good_token_is_not(tmp_path: Path) -> None:
    async with serving(tmp_path, web={"failures_per_minute": 5}) as place:
        bad = {"Authorization": "Bearer ccd_" + "A" * 43}
        answers = [await place.ask("/api/v1/me", headers=bad) for _ in range(8)]
        assert [answer.status_code for answer in answers[:5]] == [401] * 5
        assert answers[-1].status_code == 429
        assert (await place.ask("/api/v1/me", "6001")).status_code == 200


def test_a_bucket_fills_again_and_its_memory_is_bounded() -> None:
    limits = Limits(remembered=3)
    assert [limits.take("a", 0.0, 60, 2) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert limits.take("a", 0.5, 60, 2) == pytest.approx(0.5)
    assert limits.take("a", 1.0, 60, 2) == 0.0
    for number in range(100):
        limits.take(str(number), 1.0, 60, 2)
    assert len(limits._buckets) == 3


# --- how errors are told ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-GB,en", "en"),
        ("zh;q=0.1, en;q=0.9", "en"),
        ("de, zh;q=0.5", "zh-CN"),
        ("fr", "en"),
        ("", "en"),
        ("zh;q=x", "en"),
        (",;,;q==", "en"),
    ],
)
async def test_a_problem_is_told_in_the_askers_language(place: Place, asked: str, language: str) -> None:
    answer = await place.ask("/api/v1/nothing", headers={"Accept-Language": asked})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    told = answer.json()
    assert set(told) >= {"type", "title", "status", "detail", "code"}
    assert bool(re.search("[一-鿿]", told["title"])) == (language == "zh-CN")


@pytest.mark.parametrize("code", KINDS)
def test_every_problem_has_a_mend_in_both_languages_with_the_same_values(code: str) -> None:
    kind = KINDS[code]
    for english, chinese in (kind.title, kind.detail):
        assert set(re.findall(r"\{(\w+)\}", english)) == set(re.findall(r"\{(\w+)\}", chinese))
        assert not re.search("[一-鿿]", english)
        assert re.search("[一-鿿]", chinese) or english == chinese == "{text}"
    assert 400 <= kind.status < 600


async def test_what_was_sent_wrongly_is_named_and_never_repeated(place: Place) -> None:
    secret = "my-secret-value"
    for body in ({"values": {"a": [secret]}}, {"actor": secret}, {"person": secret * 99}):
        answer = await place.ask("/api/v1/acts/meals/ask", "3001", method="POST", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert next(iter(body)) in answer.json()["detail"]
        assert secret not in answer.text


async def test_a_wrong_method_and_a_wrong_path_are_problems_too(place: Place) -> None:
    answer = await place.ask("/api/v1/me", "6001", method="DELETE")
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (405, "method", "GET")
    for path in ("/", "/api/v1/../../etc/passwd", "/docs", "/api/v1/recordings/", "/%00"):
        answer = await place.ask(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


async def test_every_answer_forbids_scripts_and_sniffing(place: Place) -> None:
    for answer in (await place.ask("/api/v1/me", "6001"), await place.ask("/api/v1/me")):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers


async def test_garbage_on_the_wire_harms_nobody(place: Place) -> None:
    for sent in (b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9", b"\0" * 100, b"GET " + b"/" * 100_000):
        reader, writer = await raw(place, sent)
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(ConnectionResetError):
                await reader.read(10_000)
        writer.transport.abort()
    assert (await place.ask("/api/v1/me", "6001")).status_code == 200


# --- start and stop ---------------------------------------------------------------------------------------


async def test_a_port_that_is_taken_is_refused_by_the_name_of_its_setting(place: Place) -> None:
    settings = Settings.model_validate({"web": {"port": place.web.server.port}})
    with pytest.raises(ConfigError, match=r"web\.port: cannot listen on 127\.0\.0\.1"):
        await WebServer(settings.web, place.web.guard).start()
    with pytest.raises(ConfigError, match=r"web\.host: '203\.0\.113\.300'"):
        await WebServer(
            Settings.model_validate({"web": {"host": "203.0.113.300"}}).web, place.web.guard
        ).start()


async def test_it_stops_within_a_moment_with_downloads_open(tmp_path: Path) -> None:
    async with serving(tmp_path) as place:
        name, secret = await place.recording(content=wav(300)), await place.token("6001")
        head = f"GET /api/v1/recordings/{name}/original HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}"
        reader, writer = await raw(place, head.encode())
        assert (await reader.read(100)).startswith(b"HTTP/1.1 200")
        async with asyncio.timeout(PATIENCE_S):
            await place.web.stop()
        writer.transport.abort()
    assert place.web.site.streaming == 0
