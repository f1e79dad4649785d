"""Nobody has come in time: a voice is found for the police. Their phones count what comes to them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.e2e.floor import (
    AGENT,
    LEAD,
    MANAGER,
    MANAGERS_PHONE,
    PIN,
    POLICE,
    SECOND_TRUNK,
    Floor,
    Floors,
    Scene,
    each_call,
    heard_both_ways,
    mute,
    outside_line,
    presses,
)
from tests.pbx.phones import answers, busy, no_answer

pytestmark = pytest.mark.pbx

WITHIN_S = 2.0
SETTINGS = f"""
[policies.incidents.ladders.threat]
arrive_within_s = {WITHIN_S}
warn_before_s = 1
rungs = [{{ role = "duty_lead", ring_s = 5, turn_s = 30, means = {{ phone = 0, console = 0 }} }}]
[policies.incidents.ladders.asked]
arrive_within_s = {WITHIN_S}
warn_before_s = 1
police = "confirm"
rungs = [{{ role = "duty_lead", means = {{ console = 0 }} }}]
[policies.incidents.police]
number = "02155550110"
voice_ring_s = 5
retry_s = 1
"""
EVERYBODY = (AGENT, "2002", LEAD)
OTHER = "1002"
"""The phone of another seat."""


@pytest.fixture(scope="module")
def floors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floors]:
    with Floors(tmp_path_factory.mktemp("police"), SETTINGS, also=mute) as floors:
        yield floors


# On 16 test_ladder_faults.py has a shorter one, beside a 22.
@pytest.fixture(params=["22", pytest.param("16", marks=pytest.mark.soak)])
def both(request: pytest.FixtureRequest, floors: Floors) -> Floor:
    return floors[request.param]


@pytest.fixture
def site(floors: Floors) -> Floor:
    return floors["22"]


async def voices(site: Floor, incident: str) -> list[tuple[str, str]]:
    """Who was rung to hear the facts, and what came of it."""
    facts = site.timeline(incident)
    results = {fact["key"]: fact["result"] for fact in facts if fact["type"] == "TellingEnded"}
    return [(fact["where"], results.get(fact["key"], "")) for fact in facts if fact["type"] == "VoiceSought"]


async def never_rung_again(scene: Scene, times: tuple[int, int]) -> None:
    await asyncio.sleep(1.5)  # longer than retry_s
    assert scene.police_rings == times


async def test_a_seat_that_says_nothing_is_joined_to_the_police_once(both: Floor) -> None:
    """The lead does not answer, the manager's number is busy: it is the next seat that hears the facts."""
    site = both
    async with site.scene("1001", OTHER, "1020", signed_in=EVERYBODY) as scene:
        silent = no_answer if site.pbx.major == "22" else busy
        scene.phones["1020"].behaviour = each_call(scene.phones["1020"], no_answer, silent)
        scene.phones.outside.behaviour = busy
        scene.phones[OTHER].behaviour = answers(after=0)
        caller, agent = await scene.threat()
        await agent.press("*9")
        incident = str((await site.only())["id"])
        due = await site.fact(incident, "PoliceDue")
        assert (due["why"], due["mode"]) == ("deadline", "call")
        assert abs(due["after_s"] - WITHIN_S) < 2
        voice = await scene.rung(OTHER, within_s=15)
        await voice.wait_answered()
        heard = scene.phones.listen(voice)
        await scene.rung(POLICE, within_s=40)
        assert sum(frame.loud for frame in heard) > 25, "the facts were read out"
        await site.fact(incident, "PoliceAnswered")
        await heard_both_ways(scene.phones, voice, scene.phones[POLICE].calls[0])
        await heard_both_ways(scene.phones, caller, agent)
        assert [where for where, _ in await voices(site, incident)] == [
            "main/PJSIP/1020",
            f"main/outside:{MANAGERS_PHONE}",
            f"main/PJSIP/{OTHER}",
        ]
        await scene.phones[POLICE].calls[0].hangup()
        await voice.wait_ended(5)
        await never_rung_again(scene, (1, 0))
        assert await site.phase(incident) == "called"


async def test_who_presses_9_and_a_reason_stands_down(site: Floor) -> None:
    async with site.scene("1001", "1020", signed_in=EVERYBODY) as scene:
        scene.phones["1020"].behaviour = each_call(scene.phones["1020"], presses("1"), presses("9", "2"))
        incident = await scene.reported()
        stood_down = await site.fact(incident, "StoodDown")
        assert (stood_down["person"], stood_down["reason"]) == (LEAD, "manager_here")
        assert await site.phase(incident) == "stood_down"
        await never_rung_again(scene, (0, 0))
        assert "barred" in site.pbx.rx(f"database get ccd-police {incident}")


async def test_where_a_yes_is_needed_the_police_are_rung_after_it_only(site: Floor) -> None:
    async with site.scene("1001", OTHER, "1020", signed_in=EVERYBODY) as scene:
        scene.phones["1020"].behaviour = presses("5", "0")
        scene.phones.outside.behaviour = busy
        scene.phones[OTHER].behaviour = presses("1")
        incident = await site.report("asked")
        await site.fact(incident, "PoliceAnswered", 60)
        assert [where for where, _ in await voices(site, incident)] == [
            "main/PJSIP/1020",
            f"main/outside:{MANAGERS_PHONE}",
            f"main/PJSIP/{OTHER}",
        ]
        results = [result for _, result in await voices(site, incident)]
        assert (results[0], results[-1]) == ("hung_up", "confirmed")
        assert scene.police_rings == (1, 0)


async def test_where_no_trunk_works_all_are_told_to_dial_and_it_is_tried_until_one_does(site: Floor) -> None:
    """At last the second one, where the first is still busy."""
    async with site.scene("1001", "1020", signed_in=[AGENT, LEAD]) as scene:
        scene.phones["1020"].behaviour = each_call(scene.phones["1020"], presses("1"), answers(after=0))
        scene.phones.outside.behaviour = busy
        scene.phones[POLICE].behaviour = busy
        scene.phones[SECOND_TRUNK].behaviour = each_call(scene.phones[SECOND_TRUNK], busy, answers(after=0))
        incident = await scene.reported()
        await site.fact(incident, "PoliceFailed", 40)
        await site.fact(incident, "PersonTold", kind="police_failed")
        await site.fact(incident, "PoliceAnswered", 40)
        voice = scene.phones["1020"].calls[-1]
        await heard_both_ways(scene.phones, voice, scene.phones[SECOND_TRUNK].calls[-1])
        await never_rung_again(scene, (2, 2))
        assert await site.phase(incident) == "called"


async def test_a_manager_who_arrives_while_a_voice_listens_ends_it(site: Floor) -> None:
    async with site.scene("1001", "1020", "1022", signed_in=EVERYBODY) as scene:
        scene.phones["1020"].behaviour = each_call(scene.phones["1020"], presses("1"), answers(after=0))
        scene.phones.outside.behaviour = outside_line()
        incident = await scene.reported()
        voice = await scene.rung("1020", 2)
        await voice.wait_answered()
        signing = time.monotonic()
        await scene.at["1022"].sign("*87", MANAGER, PIN)
        await site.fact(incident, "Arrived", 3, person=MANAGER)
        await voice.wait_ended(3)
        print(f"cut off {time.monotonic() - signing:.2f} s after *87 was dialled")
        assert await site.phase(incident) == "attended"
        await never_rung_again(scene, (0, 0))
