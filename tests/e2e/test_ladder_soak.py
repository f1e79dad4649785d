"""The clock to the police over its whole length, and while somebody sets the wall clock."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.e2e.faketime import FakeTime
from tests.e2e.floor import AGENT, LEAD, Floor, floor, heard_both_ways
from tests.e2e.outside import until
from tests.pbx.incidents import POLICE
from tests.pbx.phones import answers, no_answer

pytestmark = [pytest.mark.pbx, pytest.mark.soak]

PLAIN = """
[policies.incidents.ladders.threat]
arrive_within_s = 900
"""
SHORT = """
[policies.incidents.ladders.threat]
arrive_within_s = {within}
warn_before_s = 4
[policies.incidents.police]
voice_ring_s = 5
"""


async def test_the_police_are_sought_900_s_after_the_report(tmp_path: Path) -> None:
    """As shipped: nobody acknowledges, a lead picks up when the time has come."""
    with floor("22", tmp_path, PLAIN) as site:
        async with site.scene("1001", "1020", signed_in=[AGENT, LEAD]) as scene:
            scene.phones["1020"].behaviour = no_answer
            _, agent = await scene.threat()
            await agent.press("*9")
            began = time.monotonic()
            incident = str((await site.only())["id"])
            await asyncio.sleep(890 - (time.monotonic() - began))
            assert await site.phase(incident) == "live"
            scene.phones["1020"].behaviour = answers(after=0)
            await until("the decision", lambda: decided(site, incident), 20)
            fired = time.monotonic() - began
            sought = await site.fact(incident, "VoiceSought")
            print(f"decided {fired:.2f} s after the key was pressed, a phone rung at {sought['after_s']:.2f}")
            assert abs(fired - 900) <= 2
            assert abs(sought["after_s"] - 900) <= 2
            await scene.rung(POLICE, within_s=60)
            await site.fact(incident, "PoliceAnswered", 30)
            await heard_both_ways(scene.phones, scene.phones["1020"].calls[-1], scene.phones[POLICE].calls[0])
            assert scene.police_rings == (1, 0)


async def decided(site: Floor, incident: str) -> bool:
    return await site.phase(incident) == "police"


@pytest.mark.parametrize("jump", ["+1h", "-1h", "+1d", "-1d"])
async def test_a_wall_clock_that_is_set_moves_no_deadline(tmp_path: Path, jump: str) -> None:
    within = 12
    clock = FakeTime(tmp_path)
    settings = SHORT.format(within=within)
    with floor("22", tmp_path / "ccd", settings, environment=clock.environment) as site:
        async with site.scene("1001", "1020", signed_in=[AGENT, LEAD]) as scene:
            scene.phones["1020"].behaviour = no_answer
            _, agent = await scene.threat()
            await agent.press("*9")
            began = time.monotonic()
            incident = str((await site.only())["id"])
            await asyncio.sleep(2)
            clock.jump(jump)
            await asyncio.sleep(within - 2 - (time.monotonic() - began))
            assert await site.phase(incident) == "live", "not early"
            await until("the decision", lambda: decided(site, incident), 10)
            fired = time.monotonic() - began
            print(f"the clock set by {jump}: decided {fired:.2f} s after the key was pressed")
            assert abs(fired - within) <= 2
