"""A threat call from the report to the outcome: real phones, real announcements, the daemon as installed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e.floor import (
    AGENT,
    CALLER,
    EN_LEAD,
    LEAD,
    MANAGER,
    MANAGERS_PHONE,
    PEOPLE,
    PIN,
    Floor,
    Floors,
    Scene,
    each_call,
    heard_both_ways,
    outside_line,
    presses,
)
from tests.e2e.outside import until
from tests.pbx.phones import answers, busy, no_answer
from tests.pbx.sipua import Call

pytestmark = pytest.mark.pbx

SETTINGS = """
[policies.recordings]
quiet_s = 0.4
give_up_s = 5
[policies.incidents.ladders.threat]
arrive_within_s = 60
warn_before_s = 0
rungs = [
    { role = "duty_lead", ring_s = 5, turn_s = 20, means = { phone = 0, console = 0 } },
    { role = "operations_manager", ring_s = 5, after_s = 40, means = { phone = 0 } },
]
[policies.incidents.police]
number = "02155550110"
"""
WRONG_PIN = "vm-incorrect"


OUTSIDE_LEAD = "3003,Cai Yun,duty_lead,,,,en,13900003003,"


@pytest.fixture(scope="module")
def floors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floors]:
    with Floors(tmp_path_factory.mktemp("ladder"), SETTINGS, people=(*PEOPLE, OUTSIDE_LEAD)) as floors:
        yield floors


@pytest.fixture(params=["22", "16"])
def both(request: pytest.FixtureRequest, floors: Floors) -> Floor:
    return floors[request.param]


@pytest.fixture
def site(floors: Floors) -> Floor:
    return floors["22"]


# --- the whole story ---------------------------------------------------------------------------------------


async def test_from_the_agents_key_to_the_bundle(both: Floor) -> None:
    site = both
    async with site.scene("1001", "1020", "1022", signed_in=[AGENT, LEAD]) as scene:
        scene.phones["1020"].behaviour = answers(after=0)
        caller, agent = await scene.threat()
        incident = await reported_by_the_agent_alone(site, scene, caller, agent)
        await the_lead_is_told_and_acknowledges(site, scene, incident)
        await the_manager_arrives_by_code_and_pin(site, scene, incident)
        await agent.hangup()
        ended = await site.fact(incident, "CallEndedMeanwhile")
        assert ended["caller_kept"]
        await asyncio.sleep(0.7)
        assert not caller.ended.is_set(), "the line is held, to be traced"
        await caller.hangup()
        await the_copy_is_final(site, incident)
        await closed_with_a_bundle_that_verifies(site, incident)
        assert scene.police_rings == (0, 0)


async def reported_by_the_agent_alone(site: Floor, scene: Scene, caller: Call, agent: Call) -> str:
    at_agent, at_caller = scene.phones.listen(agent), scene.phones.listen(caller)
    await caller.press("*9")
    await asyncio.sleep(1.2)
    assert await site.open_ones() == [], "the caller's keys report nothing"
    before = len(at_agent), len(at_caller)
    rings = asyncio.create_task(rung_at(scene))
    await agent.press("*9")
    pressed = time.time()
    incident = str((await site.only())["id"])
    opened = site.timeline(incident)[0]
    lead_rang = await rings
    on_record = datetime.fromisoformat(opened["at"]).timestamp()
    print(
        f"Asterisk {site.pbx.major}: after the key was up, on record {on_record - pressed:+.3f} s, "
        f"the lead's phone rings {lead_rang - pressed:+.3f} s"
    )
    shown = json.loads(
        (await asyncio.to_thread(site.daemon.ccd, "incident", "show", "--json", incident)).stdout
    )
    facts = shown["incident"]["call"]
    assert {name: facts[name] for name in ("seat", "agent", "agent_name", "queue", "called_number")} == {
        "seat": "1",
        "agent": AGENT,
        "agent_name": "陈志远",
        "queue": "threats",
        "called_number": "815",
    }
    assert (facts["caller_number"], facts["caller_name"]) == (CALLER, "李雷")
    assert facts["channel"].startswith("PJSIP/1001-")
    assert facts["caller_channel"].startswith("PJSIP/trunk-")
    channels = site.pbx.rx("core show channels concise")
    assert facts["channel"] in channels
    assert facts["uniqueid"] in channels
    assert list(opened["facts"]["recordings"]) == facts["recordings"] != []
    assert f"Call-ID {caller.id}" in (await site.fact(incident, "SourceKnown"))["source"]
    await heard_both_ways(scene.phones, caller, agent)

    async def whispered() -> bool:
        return len({frame.samples for frame in at_agent[before[0] :]}) > 10

    await until("the agent hears that the report was taken", whispered, 6)
    assert len({frame.samples for frame in at_caller[before[1] :]}) == 1, "the caller hears the agent only"
    await agent.press("*9")
    await site.fact(incident, "ReportRepeated")
    assert await site.open_ones() == [incident]
    return incident


async def rung_at(scene: Scene) -> float:
    """When the lead's phone rang, epoch seconds."""
    async with asyncio.timeout(5):
        while not scene.rings("1020"):
            await asyncio.sleep(0.005)
    return time.time()


async def the_lead_is_told_and_acknowledges(site: Floor, scene: Scene, incident: str) -> None:
    call = scene.phones["1020"].calls[0]
    await call.wait_answered()
    heard = scene.phones.listen(call)

    async def speaks() -> bool:
        return sum(frame.loud for frame in heard) > 25

    await until("the announcement is heard", speaks, 6)
    await call.press("1")
    await site.fact(incident, "Acknowledged", 3, person=LEAD, how="phone")

    async def manager_rings() -> bool:
        return scene.outside_rings(MANAGERS_PHONE) == 1

    await until("the manager's phone rings", manager_rings, 3)
    assert await site.phase(incident) == "live", "no acknowledgement stops the clock"
    assert scene.rings("1020") == 1


async def the_manager_arrives_by_code_and_pin(site: Floor, scene: Scene, incident: str) -> None:
    assert await scene.at["1022"].sign("*87", MANAGER, "1234") == WRONG_PIN
    shown = (await site.show(incident))["incident"]
    assert (shown["phase"], shown["clock"]["left_s"] > 0) == ("live", True)
    await scene.at["1022"].sign("*87", MANAGER, PIN)
    arrived = await site.fact(incident, "Arrived", 3, person=MANAGER)
    assert (arrived["how"], arrived["seat"]) == ("phone", "M")
    assert (await site.show(incident))["incident"]["clock"]["left_s"] is None
    managers = [call for call in scene.phones.outside.calls if call.number == MANAGERS_PHONE]

    async def silent() -> bool:
        return all(call.ended.is_set() for call in managers)

    await until("the manager's phone rings no more", silent, 8)


async def the_copy_is_final(site: Floor, incident: str) -> None:
    kept = await site.fact(incident, "EvidenceKept", final=True)
    original = site.pbx.monitor_dir / Path(kept["source"]).name
    copy = Path(kept["path"])
    assert copy.read_bytes() == original.read_bytes()
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == kept["sha256"]
    assert copy.is_relative_to(site.daemon.state / "evidence")
    assert kept["size"] > 20_000, "it runs from the answer on"


async def closed_with_a_bundle_that_verifies(site: Floor, incident: str) -> None:
    ccd = site.daemon.ccd
    if site.pbx.major != "22":  # what follows is nothing to the PBX
        await site.act("close", LEAD, "恶作剧", incident)
        return
    await asyncio.to_thread(ccd, "incident", "close", incident, "--person", LEAD, "--outcome", "恶作剧")
    assert await site.open_ones() == []
    file = site.daemon.folder / "bundle.zip"
    file.unlink(missing_ok=True)
    await asyncio.to_thread(ccd, "incident", "bundle", incident, "--output", str(file))
    await asyncio.to_thread(ccd, "incident", "verify", str(file))
    await asyncio.to_thread(ccd, "audit", "verify")
    with zipfile.ZipFile(file) as bundle:
        pages = [bundle.read(name).decode() for name in bundle.namelist() if name.endswith((".html", ".htm"))]
    assert pages
    for named in ("陈志远", "王丽娜", "Bo Li", "恶作剧"):
        assert any(named in page for page in pages), named


# --- rung by rung ------------------------------------------------------------------------------------------


async def test_who_is_busy_or_cannot_come_is_followed_by_the_next_and_the_manager_by_the_police(
    site: Floor,
) -> None:
    async with site.scene("1001", "1020", "1021", signed_in=[AGENT, LEAD, EN_LEAD]) as scene:
        scene.phones["1020"].behaviour = busy
        scene.phones["1021"].behaviour = each_call(
            scene.phones["1021"], presses("2"), presses("9", "1", after=1)
        )
        scene.phones.outside.behaviour = outside_line(
            n13900003003=presses("1"), **{f"n{MANAGERS_PHONE}": presses("2")}
        )
        incident = await scene.reported()
        await site.fact(incident, "CannotCome", person=EN_LEAD, how="phone")
        await site.fact(incident, "Acknowledged", person="3003", how="phone")
        await site.fact(incident, "CannotCome", person=MANAGER, how="phone")
        due = await site.fact(incident, "PoliceDue", 3)
        assert (due["why"], due["mode"]) == ("cannot_come", "call")
        stood_down = await site.fact(incident, "StoodDown")
        assert (stood_down["person"], stood_down["role"]) == (EN_LEAD, "duty_lead")
        assert (stood_down["reason"], stood_down["how"]) == ("false_alarm", "phone")
        turns = [fact for fact in site.timeline(incident) if fact["type"] == "TurnBegan"]
        assert [turn["person"] for turn in turns] == [LEAD, EN_LEAD, "3003", MANAGER]
        assert [scene.rings("1020"), scene.rings("1021")] == [2, 2], "told, and then asked for a voice"
        assert scene.police_rings == (0, 0)


async def test_who_does_not_answer_is_followed_by_the_next(site: Floor) -> None:
    async with site.scene("1001", "1020", "1021", signed_in=[AGENT, LEAD, EN_LEAD]) as scene:
        scene.phones["1020"].behaviour = no_answer
        scene.phones["1021"].behaviour = presses("1")
        incident = await scene.reported()
        first = await scene.rung("1020", within_s=3)
        await first.wait_ended(8)
        await site.fact(incident, "Acknowledged", person=EN_LEAD)
        ended = await site.fact(incident, "TellingEnded", result="no_answer")
        assert ended["after_s"] < 8, "its turn is not waited for"


async def test_with_nobody_on_duty_an_alarm_is_told_and_the_number_outside_rung(site: Floor) -> None:
    async with site.scene("1001", "1020", signed_in=[AGENT]) as scene:
        scene.phones.outside.behaviour = outside_line(n13900003003=presses("1"))
        incident = await scene.reported()
        await site.fact(incident, "Acknowledged", person="3003", how="phone")
        told = await site.fact(incident, "PersonTold", kind="nobody_on_duty")
        assert told["means"] == "console"
        assert scene.outside_rings("13900003003") == 1
        assert scene.rings("1020") == 0
