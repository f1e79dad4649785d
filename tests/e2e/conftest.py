"""A simulated centre to follow, and a PostgreSQL of the tests' own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from ccd.config import SimulatorSettings
from ccd.simulator import Simulator
from tests.adapters.store.postgres import Cluster, PostgresMissingError
from tests.pbx.root import in_ci


@pytest_asyncio.fixture
async def centre() -> AsyncIterator[tuple[Simulator, int]]:
    """A busy day of forty agents, and the AMI port it is played at."""
    simulator = Simulator(SimulatorSettings(agents=40))
    try:
        yield simulator, await simulator.start()
    finally:
        await simulator.stop()


@pytest_asyncio.fixture
async def quiet() -> AsyncIterator[tuple[Simulator, int]]:
    """A small PBX on which nothing happens by itself, and its AMI port."""
    simulator = Simulator(day=False)
    try:
        yield simulator, await simulator.start()
    finally:
        await simulator.stop()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    try:
        cluster = Cluster()
    except PostgresMissingError as missing:
        if in_ci():
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    try:
        yield cluster
    finally:
        cluster.thaw()
        cluster.close()
