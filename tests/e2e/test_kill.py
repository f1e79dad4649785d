"""Killed at any moment: what was acknowledged is there, and what was open is taken up or closed."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ccd.config import SimulatorSettings
from ccd.simulator import Simulator
from tests.e2e.campaign import Campaign
from tests.e2e.outside import Outside, following

SPEED = 20.0  # of the simulated day: calls begin and end while the daemon is down


@pytest_asyncio.fixture
async def hasty() -> AsyncIterator[tuple[Simulator, int]]:
    simulator = Simulator(SimulatorSettings(agents=24, calls_per_hour=900), speed=SPEED)
    try:
        yield simulator, await simulator.start()
    finally:
        await simulator.stop()


async def test_whatever_moment_it_is_killed_at(hasty: tuple[Simulator, int], tmp_path: Path) -> None:
    await play(hasty, tmp_path, kills=8, seed=random.randrange(1_000_000))


@pytest.mark.soak
async def test_hundreds_of_kills(hasty: tuple[Simulator, int], tmp_path: Path) -> None:
    await play(hasty, tmp_path, kills=400, seed=random.randrange(1_000_000))


async def play(hasty: tuple[Simulator, int], folder: Path, *, kills: int, seed: int) -> None:
    simulator, port = hasty
    campaign = Campaign(simulator, Outside(following(folder, port)), seed)
    print(f"seed {seed}")
    await campaign.run(kills)
    known, syncs = campaign.acknowledged, sorted(campaign.syncs_s)
    print(
        f"{kills} kills: {len(known.acts)} sign-ins, {len(known.pins)} PINs and {len(known.rosters)} rosters "
        f"acknowledged, none lost; {campaign.kept} legs went on, {campaign.closed_unseen} ended unseen; "
        f"in sync after {syncs[-1]:.1f} s at most, {syncs[len(syncs) // 2]:.1f} s as a rule"
    )
    assert len(known.acts) > kills
    assert campaign.kept > kills
    assert campaign.closed_unseen > 0
