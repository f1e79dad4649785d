"""Webhooks, to a real HTTP server; the signature is checked by the specification, not by the library."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import h11
import pytest

from tests.adapters.notify.desk import Desk, a_tell, until
from tests.adapters.notify.mosquitto import free_port

SECRET = bytes(range(32))


@dataclass
class Request:
    target: str
    headers: dict[str, str]
    body: bytes


class WebServer:
    """Keeps what it is asked and answers with ``statuses``, one after the other, then 204."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[Request] = []
        self.statuses: list[int] = []
        self.headers: list[tuple[str, str]] = []
        self.endless_answer = False
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = h11.Connection(h11.SERVER)
        head, body = None, b""
        try:
            while not isinstance(event := wire.next_event(), h11.EndOfMessage):
                if event is h11.NEED_DATA:
                    wire.receive_data(await reader.read(65536))
                elif isinstance(event, h11.Request):
                    head = event
                elif isinstance(event, h11.Data):
                    body += event.data
                else:
                    return
            assert head is not None
            headers = {name.decode(): value.decode() for name, value in head.headers}
            self.requests.append(Request(head.target.decode(), headers, body))
            status = self.statuses.pop(0) if self.statuses else 204
            writer.write(wire.send(h11.Response(status_code=status, headers=self.headers)) or b"")
            while self.endless_answer:
                writer.write(wire.send(h11.Data(data=b"x" * 65536)) or b"")
                await writer.drain()
            writer.write(wire.send(h11.EndOfMessage()) or b"")
            await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    server = WebServer()
    await server.start()
    yield server
    server.stop()


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"whsec_{base64.b64encode(SECRET).decode()}\n")
    return path


def hooks(**webhooks: dict[str, Any]) -> dict[str, Any]:
    return {"notify": {"webhooks": webhooks}}


def signed_by(secret: bytes, request: Request) -> bool:
    """As written at standardwebhooks.com: base64 of HMAC-SHA256 over id.timestamp.body, after "v1,"."""
    headers = request.headers
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.body
    expected = base64.b64encode(hmac.new(secret, said, hashlib.sha256).digest()).decode()
    return headers["webhook-signature"] == f"v1,{expected}"


async def test_a_message_arrives_signed(desk: Desk, server: WebServer, secret_file: Path) -> None:
    desk.configure(**hooks(ops={"url": server.url("/hook?a=b"), "secret_file": str(secret_file)}))
    desk.notifiers.tell(a_tell("webhook"))
    result = await desk.result()
    assert (result.ok, result.error) == (True, "")
    (request,) = server.requests
    assert request.target == "/hook?a=b"
    assert request.headers["webhook-id"] == "inc-1-tell-1"
    assert request.headers["content-type"] == "application/json"
    assert signed_by(SECRET, request)
    assert not signed_by(bytes(32), request)
    sent = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    assert abs(datetime.now(UTC) - sent) < timedelta(minutes=1)


async def test_the_body_holds_facts_and_text(desk: Desk, server: WebServer) -> None:
    desk.configure(**hooks(ops={"url": server.url()}))
    fields = (("seat", "A-12"), ("incident", "another"), ("text", "another"))
    desk.notifiers.tell(a_tell("webhook", fields=fields, drill=True))
    await desk.result()
    body = json.loads(server.requests[0].body)
    assert (body["type"], body["id"]) == ("incident.told", "inc-1-tell-1")
    assert datetime.fromisoformat(body["timestamp"]).utcoffset() == timedelta(0)
    assert body["data"] == {
        "seat": "A-12",
        "incident": "inc-1",
        "person": "1010",
        "drill": True,
        "subject": "要挟电话 A-12",
        "text": "座席 A-12 接到要挟电话。\nThreat call at seat A-12.",
    }


async def test_without_a_secret_it_is_not_signed(desk: Desk, server: WebServer) -> None:
    desk.configure(**hooks(ops={"url": server.url()}))
    desk.notifiers.tell(a_tell("webhook"))
    await desk.result()
    assert "webhook-signature" not in server.requests[0].headers
    assert server.requests[0].headers["webhook-id"] == "inc-1-tell-1"


async def test_a_repetition_has_the_same_id_and_body(desk: Desk, server: WebServer) -> None:
    server.statuses = [500, 429, 404]
    desk.configure(**hooks(ops={"url": server.url()}))
    desk.notifiers.tell(a_tell("webhook"))
    assert (await desk.result()).ok
    assert len(server.requests) == 4
    assert {request.headers["webhook-id"] for request in server.requests} == {"inc-1-tell-1"}
    assert len({request.body for request in server.requests}) == 1


async def test_who_has_taken_it_is_not_asked_again(desk: Desk, server: WebServer) -> None:
    away = free_port()
    desk.configure(**hooks(one={"url": server.url()}, two={"url": f"http://127.0.0.1:{away}/"}))
    desk.notifiers.tell(a_tell("webhook"))
    await until(lambda: desk.notifiers.retries >= 2)
    assert not desk.inputs
    second = WebServer()
    second.port = away
    await second.start()
    result = await desk.result()
    second.stop()
    assert result.ok
    assert len(server.requests) == len(second.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(desk: Desk, server: WebServer, status: int) -> None:
    elsewhere = WebServer()
    await elsewhere.start()
    server.statuses = [status]
    server.headers = [("Location", elsewhere.url())]
    desk.configure(**hooks(ops={"url": server.url()}))
    desk.closed.add("inc-1")
    desk.notifiers.tell(a_tell("webhook"))
    result = await desk.result()
    elsewhere.stop()
    assert result.error == f"webhook ops: answered {status}"
    assert not elsewhere.requests


async def test_a_silent_one_holds_up_no_other(desk: Desk, server: WebServer, silent_port: int) -> None:
    silent = f"http://127.0.0.1:{silent_port}/?token=hidden"
    desk.configure(**hooks(silent={"url": silent, "timeout_s": 2.0}, quick={"url": server.url()}))
    desk.closed.add("inc-1")
    for number in range(20):
        desk.notifiers.tell(a_tell("webhook", f"inc-1-tell-{number}"))
    await until(lambda: len(server.requests) == 20, 1.9)
    assert not desk.inputs
    result = await desk.result("inc-1-tell-0")
    assert result.error == "webhook silent: no answer within 2 s"


async def test_an_endless_answer_is_not_read(desk: Desk, server: WebServer) -> None:
    server.endless_answer = True
    desk.configure(**hooks(ops={"url": server.url()}))
    desk.notifiers.tell(a_tell("webhook"))
    assert (await desk.result()).ok


async def test_a_megabyte_is_cut(desk: Desk, server: WebServer) -> None:
    desk.configure(**hooks(ops={"url": server.url()}))
    huge = "长" * 1_000_000
    fields = tuple((f"name {number}", huge) for number in range(1_000))
    desk.notifiers.tell(a_tell("webhook", text=huge, subject=huge, fields=fields))
    assert (await desk.result()).ok
    data = json.loads(server.requests[0].body)["data"]
    assert data["text"].endswith("[1000000 characters, cut]")
    assert len(server.requests[0].body) < 2_000_000


async def test_none_configured_is_said_with_the_setting(desk: Desk) -> None:
    desk.notifiers.tell(a_tell("webhook"))
    assert (await desk.result()).error == "not configured: set [notify.webhooks.NAME] url"


async def test_a_bad_secret_keeps_the_message_back_until_it_is_mended(
    desk: Desk, server: WebServer, secret_file: Path
) -> None:
    good = secret_file.read_text()
    secret_file.write_text("no base64!\n")
    desk.configure(**hooks(ops={"url": server.url(), "secret_file": str(secret_file)}))
    desk.notifiers.tell(a_tell("webhook"))
    await until(lambda: desk.notifiers.retries >= 2)
    assert not server.requests
    secret_file.write_text(good)
    assert (await desk.result()).ok
    assert signed_by(SECRET, server.requests[0])
