"""`ccd drill threat` with real phones: what passes, what fails, and that the police never hear of it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e.floor import AGENT, LEAD, MANAGERS_PHONE, Floor, each_call, floor, mute, outside_line, presses
from tests.pbx.phones import answers, busy, no_answer

pytestmark = pytest.mark.pbx

SETTINGS = """
[policies.incidents.ladders.threat]
arrive_within_s = 200
warn_before_s = 100
rungs = [
    { role = "duty_lead", ring_s = 5, turn_s = 30, means = { phone = 0, console = 0 } },
    { role = "operations_manager", ring_s = 5, after_s = 100, means = { phone = 0 } },
]
[policies.incidents.police]
number = "02155550110"
voice_ring_s = 5
retry_s = 1
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with floor("22", tmp_path_factory.mktemp("drill"), SETTINGS, also=mute) as site:
        yield site


async def drill(site: Floor) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        site.daemon.ccd, "drill", "threat", "--fast", "--seat", "1", "--json", check=False
    )


async def test_a_drill_in_which_all_answer_passes_and_says_that_it_is_one(site: Floor) -> None:
    async with site.scene("1001", "1020", signed_in=[AGENT, LEAD]) as scene:
        scene.phones["1020"].behaviour = each_call(scene.phones["1020"], presses("1"), answers(after=0))
        scene.phones.outside.behaviour = outside_line(**{f"n{MANAGERS_PHONE}": presses("1")})
        done = await drill(site)
        assert done.returncode == 0, done.stdout + done.stderr
        reply = json.loads(done.stdout)
        assert reply["verdict"] == {"passed": True, "failures": []}
        assert [scene.rings("1020"), scene.outside_rings(MANAGERS_PHONE)] == [2, 1]
        said = [
            event["AppData"]
            for event in scene.at.ear.events
            if event.get("Event") == "Newexten" and event.get("Application") in ("Read", "Playback")
        ]
        announced = [sounds for sounds in said if "ccd/threat-call" in sounds]
        assert len(announced) == 3, "the lead, the manager, and the voice for the police"
        assert all("ccd/this-is-a-drill&ccd/threat-call" in sounds for sounds in announced)
        assert any("ccd/drill-police" in sounds for sounds in said)
        assert scene.police_rings == (0, 0)


async def test_a_drill_whose_lead_does_not_answer_fails_and_says_so(site: Floor) -> None:
    async with site.scene("1001", "1020", signed_in=[AGENT, LEAD]) as scene:
        scene.phones["1020"].behaviour = each_call(scene.phones["1020"], no_answer, busy)
        scene.phones.outside.behaviour = outside_line(**{f"n{MANAGERS_PHONE}": presses("1", "9", "4")})
        done = await drill(site)
        assert done.returncode == 1, done.stdout + done.stderr
        verdict = json.loads(done.stdout)["verdict"]
        assert verdict == {"passed": False, "failures": ["rung-0-not-acknowledged"]}
        assert scene.police_rings == (0, 0)
