"""What holds for every means: one result for each message, and none waits for another."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest

from ccd.adapters.notify.lane import DELAYS_S, OPEN_LIMIT
from tests.adapters.notify.desk import Desk, a_tell, until
from tests.adapters.notify.test_webhook import WebServer


async def test_the_console_is_told_at_once(desk: Desk) -> None:
    desk.notifiers.tell(a_tell("console"))
    assert desk.results["inc-1-tell-1"].ok


async def test_an_unknown_means_is_an_error(desk: Desk) -> None:
    desk.notifiers.tell(a_tell("pigeon"))
    assert desk.results["inc-1-tell-1"].error == "no such means: pigeon"


async def test_silent_servers_hold_up_nobody_else(desk: Desk, silent_port: int) -> None:
    server = WebServer()
    await server.start()
    desk.configure(
        notify={
            "email": {"host": "127.0.0.1", "port": silent_port, "tls": "none", "sender": "ccd@example.org"},
            "webhooks": {"ops": {"url": server.url()}},
        },
        mqtt={"host": "127.0.0.1", "port": silent_port},
    )
    async with desk.running():
        for number in range(20):
            for means in ("email", "mqtt", "webhook", "console"):
                desk.notifiers.tell(a_tell(means, f"inc-1-{means}-{number}"))
        await until(lambda: len(desk.results) == 40, 3)
    server.stop()
    assert all(result.ok for result in desk.results.values())
    assert {key.split("-")[2] for key in desk.results} == {"webhook", "console"}


async def test_a_silent_dns_takes_no_threads_from_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop has a few threads, six on two cores: whatever else needs one still gets it."""
    over, ask = threading.Event(), socket.getaddrinfo

    def hang(host: Any, *rest: Any, **more: Any) -> Any:
        if host in {"silent.example.org", b"silent.example.org"}:
            over.wait(60)
            raise socket.gaierror("try again")
        return ask(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    server = WebServer()
    await server.start()
    silent, words = "silent.example.org", {"timeout_s": 0.1}
    desk.configure(
        notify={
            "email": {"host": silent, "sender": "ccd@example.org", **words},
            "webhooks": {"silent": {"url": f"https://{silent}/", **words}, "ops": {"url": server.url()}},
        },
        mqtt={"host": silent, **words},
    )
    async with desk.running():
        for number in range(20):
            for means in ("email", "webhook", "mqtt"):
                desk.notifiers.tell(a_tell(means, f"inc-1-{means}-{number}"))
        await until(lambda: desk.notifiers.retries >= 100 and len(server.requests) == 20)
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "soon"), 1) == "soon"
        assert sum(thread.name == "ccd-names" for thread in threading.enumerate()) == 1
        assert desk.notifiers.mqtt_error
    over.set()
    server.stop()
    assert not desk.inputs


async def test_what_is_too_much_is_refused_and_not_lost_in_silence(desk: Desk, silent_port: int) -> None:
    desk.configure(
        notify={
            "email": {"host": "127.0.0.1", "port": silent_port, "tls": "none", "sender": "ccd@example.org"}
        }
    )
    for number in range(OPEN_LIMIT + 3):
        desk.notifiers.tell(a_tell("email", f"inc-1-tell-{number}"))
    assert desk.notifiers.under_way == OPEN_LIMIT
    assert len(desk.results) == 3
    assert "under way already" in desk.results[f"inc-1-tell-{OPEN_LIMIT}"].error


async def test_what_is_under_way_at_the_end_has_no_result(desk: Desk, silent_port: int) -> None:
    """So the telling stays open, and is asked for again after the next start."""
    desk.configure(
        notify={
            "email": {"host": "127.0.0.1", "port": silent_port, "tls": "none", "sender": "ccd@example.org"}
        },
        mqtt={"host": "127.0.0.1", "port": silent_port},
    )
    async with desk.running():
        desk.notifiers.tell(a_tell("email"))
        desk.notifiers.tell(a_tell("mqtt", "inc-1-tell-2"))
        await asyncio.sleep(0.1)
    assert not desk.inputs
    assert not desk.notifiers.under_way


def test_there_are_seven_tries_within_two_minutes() -> None:
    assert len(DELAYS_S) == 6
    assert sum(DELAYS_S) == pytest.approx(113)
