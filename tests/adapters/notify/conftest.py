"""Notifiers, and the servers they talk to: real ones, on the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.notify.desk import Desk
from tests.adapters.notify.mosquitto import Mosquitto, MosquittoMissingError
from tests.pbx.root import in_ci


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.notifiers.close()


@pytest.fixture
async def silent_port() -> AsyncIterator[int]:
    """Takes connections and never says a word."""
    server = await asyncio.start_server(_say_nothing, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await reader.read(65536):
            pass
    except OSError:
        pass
    finally:
        writer.close()


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    made: list[Mosquitto] = []

    def make(*lines: str) -> Mosquitto:
        try:
            made.append(Mosquitto(tmp_path, *lines))
        except MosquittoMissingError as missing:
            if in_ci():
                pytest.fail(str(missing))
            pytest.skip(str(missing))
        return made[-1]

    yield make
    for broker in made:
        broker.thaw()
        broker.kill()


@pytest.fixture
def broker(make_broker: Callable[..., Mosquitto]) -> Mosquitto:
    return make_broker()
