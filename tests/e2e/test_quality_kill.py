"""Killed at any moment of sampling, scoring and keeping, nothing is lost, doubled or wrongly gone."""

from __future__ import annotations

import asyncio
import json
import random
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from ccd.config import SimulatorSettings, StoreSettings
from ccd.simulator import Simulator
from tests.adapters.store.postgres import Cluster
from tests.e2e.again import content, content_of_journal
from tests.e2e.killed import QUALITY
from tests.e2e.outside import until
from tests.e2e.quality_kill import Kills, rig

SPEED = 30.0
DAY = tuple(point for point in QUALITY if not point.startswith(("population", "closing", "deletion")))
CLOSING = ("closing to be written", "population read")
DELETING = ("deletion begins", "deletion to be written", "deletion done")
FEW = ("pick to be written", "claim to be answered", "disputed, to be held", "held, copy made")
"""One of each: the others are close to them, and left to the long campaign."""


@pytest_asyncio.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[tuple[Simulator, int]]:
    settings = SimulatorSettings(agents=16, calls_per_hour=300)
    simulator = Simulator(settings, pbx_name="main", recordings=tmp_path / "monitor", speed=SPEED)
    try:
        yield simulator, await simulator.start()
    finally:
        await simulator.stop()


async def test_whatever_moment_it_is_killed_at(hasty: tuple[Simulator, int], tmp_path: Path) -> None:
    await play(hasty, tmp_path, StoreSettings(), FEW, every=1)


@pytest.mark.soak
async def test_every_moment_on_postgresql(
    hasty: tuple[Simulator, int], tmp_path: Path, cluster: Cluster
) -> None:
    await play(hasty, tmp_path, StoreSettings(url=cluster.create_database()), DAY)


@pytest.mark.soak
async def test_every_moment_several_times(hasty: tuple[Simulator, int], tmp_path: Path) -> None:
    await play(hasty, tmp_path, StoreSettings(), DAY * 5, at_random=100)


async def test_what_happened_played_again_gives_the_same_rows(
    hasty: tuple[Simulator, int], tmp_path: Path
) -> None:
    """All that policies found and people did, of the journal's inputs alone."""
    journal = tmp_path / "journal"
    more = f'[journal]\nenabled = true\ndir = "{journal}"\n'
    kills = rig(*hasty, tmp_path, StoreSettings(), 1, more)
    try:
        await kills.begin()
        people = asyncio.create_task(kills.people())
        await until("somebody holds what they heard", partial(_held, kills), 60)
        people.cancel()
        await asyncio.wait([people])
    finally:
        code, _ = await kills.outside.stop(signal.SIGTERM)
    assert code == 0, kills.daemon.tail()
    stored = await content(StoreSettings(), kills.daemon.state)
    (tmp_path / "again").mkdir()
    given, _ = await content_of_journal(journal, tmp_path / "again")
    for table in ("conversation", "evaluation", "recording", "shift_event"):
        assert stored[table], table
        assert given[table] == stored[table], table


async def _held(kills: Kills) -> bool:
    return bool(kills.promised.holds)


async def _closed(kills: Kills, days: int) -> bool:
    return len(await kills.facts("SeedRevealed")) >= days


async def play(
    hasty: tuple[Simulator, int],
    folder: Path,
    store: StoreSettings,
    points: tuple[str, ...],
    *,
    at_random: int = 0,
    every: int = 3,
) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    kills = rig(*hasty, folder, store, seed)
    try:
        await played(kills, points, at_random=at_random, every=every)
    finally:
        if kills.daemon.runs:
            await kills.outside.stop(signal.SIGKILL)


async def played(kills: Kills, points: tuple[str, ...], *, at_random: int, every: int) -> None:
    plan = [*points, *("" for _ in range(at_random))]
    kills.random.shuffle(plan)
    await kills.begin()
    await kills.outside.stop(signal.SIGKILL)
    for point in plan:
        await kills.life(point, kills.random.choice((0.0, 0.0, 0.01, 0.1)))
    await kills.up()
    await kills.outside.stop(signal.SIGKILL)
    for jump, way, days in (("+1d", CLOSING, 1), ("+3d", DELETING, 2)):
        kills.jump(jump)
        for point in way[:every]:
            await kills.life(point)
        await kills.up()
        await until("what is over is closed", partial(_closed, kills, days), 90)
        if days == 1:
            await kills.outside.stop(signal.SIGKILL)
    await over(kills)
    assert kills.reached == {*points, *CLOSING[:every], *DELETING[:every]}, "every moment was reached"


async def over(kills: Kills) -> None:
    """Every deletion is done, and every day can be drawn again by anybody."""

    async def done() -> bool:
        return not await pending(kills)

    await until("what is past its time is gone", done, 90)
    await kills.check()
    day = min(kills.promised.days)
    (verified,) = json.loads(kills.daemon.ccd("qa", "verify", day, "--json").stdout)["days"]
    assert verified["differences"] == []
    assert await kills.facts("RecordingHeld"), "some were held, whether it was answered or not"
    promised = kills.promised
    print(
        f"{len(promised.acts)} acts, {len(promised.holds)} holds and {len(promised.picks)} picks: all there"
    )


async def pending(kills: Kills) -> set[str]:
    told = {one["recording"] for one in await kills.facts("RecordingDeleted")}
    return told - {one["recording"] for one in await kills.facts("DeletionEnded")} if told else {"none yet"}
