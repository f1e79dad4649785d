"""A threat call while ccd is down, the PBX restarts, or the way to it is cut; and with two PBXs."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.daemon import Daemon
from tests.e2e.floor import (
    AGENT,
    HEADER,
    LEAD,
    POLICE,
    SECOND_TRUNK,
    Floor,
    Scene,
    each_call,
    floor,
    following,
    heard_both_ways,
    mute,
    prepare,
    presses,
)
from tests.e2e.outside import until
from tests.e2e.proxy import Proxy
from tests.e2e.test_two_pbxs import named, section
from tests.pbx.asterisk import Asterisk, PbxError
from tests.pbx.fixtures import running
from tests.pbx.incidents import mark
from tests.pbx.phones import Phones, answers, busy, no_answer
from tests.pbx.ports import free_run

pytestmark = pytest.mark.pbx

SETTINGS = """
[policies.incidents.ladders.threat]
arrive_within_s = 3
warn_before_s = 1
rungs = [{ role = "duty_lead", ring_s = 5, turn_s = 30, means = { phone = 0, console = 0 } }]
[policies.incidents.police]
number = "02155550110"
voice_ring_s = 5
retry_s = 1
"""
CALM = SETTINGS.replace("arrive_within_s = 3", "arrive_within_s = 60")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Floor]:
    with floor("22", tmp_path, SETTINGS, also=mute) as site:
        yield site


# --- ccd is down -------------------------------------------------------------------------------------------


async def test_a_report_while_ccd_is_down_is_told_by_the_dialplan_and_adopted(tmp_path: Path) -> None:
    with floor("22", tmp_path, CALM, also=mute) as site:
        async with site.scene("1001", "1020", signed_in=[AGENT, LEAD]) as scene:
            await until("the dialplan knows the lead", lambda: cached(site, "PJSIP/1020"), 5)
            scene.phones["1020"].behaviour = presses("1")
            _, agent = await scene.threat()
            await asyncio.to_thread(site.daemon.stop)
            pressed = time.time()
            await agent.press("*9")
            await scene.rung("1020", within_s=6)
            await until("the lead has acknowledged to the dialplan", lambda: alone(site), 8)
            await asyncio.to_thread(site.daemon.start)
            incident = str((await site.only())["id"])
            opened = site.timeline(incident)[0]
            assert (opened["how"], opened["told_alone"]) == ("adopted", True)
            assert abs(datetime.fromisoformat(opened["at"]).timestamp() - pressed) < 2.5
            assert opened["facts"]["caller_number"] == "7", "the call is still up"
            acknowledged = await site.fact(incident, "Acknowledged", person=LEAD)
            assert acknowledged["how"] == "phone"
            await until("the note is gone", lambda: forgotten(site), 5)
            await asyncio.to_thread(site.restart)
            assert await site.open_ones() == [incident]
            await asyncio.sleep(1.5)
            assert scene.rings("1020") == 2, "by the dialplan, and by ccd"


async def cached(site: Floor, phone: str) -> bool:
    return await asyncio.to_thread(mark, site.pbx, "ccd-duty", "leads") == [phone]


async def alone(site: Floor) -> bool:
    return "acknowledged" in await asyncio.to_thread(site.pbx.rx, "database show ccd-alone")


async def forgotten(site: Floor) -> bool:
    return "threat|" not in await asyncio.to_thread(site.pbx.rx, "database show ccd-missed")


# --- the PBX restarts --------------------------------------------------------------------------------------


async def restarted(site: Floor) -> None:
    """``core restart now``: every call is gone, AstDB stays."""
    with contextlib.suppress(PbxError):  # it cannot say that it has heard
        await asyncio.to_thread(site.pbx.rx, "core restart now")

    async def away() -> bool:
        return not all(pbx["synced"] for pbx in (await site.outside.picture())["pbxs"])

    await until("the PBX is away", away, 10)


async def test_restarts_of_the_pbx_hold_up_neither_the_clock_nor_the_search_for_a_voice(site: Floor) -> None:
    async with site.scene("1001", "1020", signed_in=[AGENT, LEAD]) as scene:
        scene.phones["1020"].behaviour = each_call(
            scene.phones["1020"], presses("1"), no_answer, answers(after=0)
        )
        scene.phones.outside.behaviour = busy
        incident = await scene.reported()
        await site.fact(incident, "Acknowledged")
        await restarted(site)
        await site.fact(incident, "PoliceDue")
        await scene.rung("1020", 2, within_s=15)
        known = len(site.timeline(incident))
        await restarted(site)

        async def told_to_dial() -> bool:
            since = site.timeline(incident)[known:]
            return any(fact["type"] == "PersonTold" and fact["kind"] == "dial_yourself" for fact in since)

        await until("everybody is told to dial by themselves", told_to_dial, 8)
        await site.fact(incident, "PoliceAnswered", 30)
        await joined_once(scene)


async def joined_once(scene: Scene) -> None:
    voice = [call for call in scene.phones["1020"].calls if call.answered.is_set()][-1]
    await heard_both_ways(scene.phones, voice, scene.phones[POLICE].calls[0])
    await asyncio.sleep(1.5)  # longer than retry_s
    assert scene.police_rings == (1, 0)


# --- the session is cut ------------------------------------------------------------------------------------


async def test_with_the_session_cut_the_ladder_goes_on_and_what_the_dialplan_did_is_learnt(
    tmp_path: Path,
) -> None:
    async with Proxy(0) as proxy:

        def behind(pbx: Asterisk) -> None:
            mute(pbx)
            proxy.target = pbx.ami_port

        async with (
            beside(tmp_path, proxy, behind) as site,
            site.scene("1001", "1020", signed_in=[AGENT, LEAD]) as scene,
        ):
            answering = asyncio.Event()

            async def waits(call: object) -> None:
                await scene.phones["1020"].calls[-1].ring()
                await answering.wait()
                await scene.phones["1020"].calls[-1].answer()

            scene.phones["1020"].behaviour = each_call(scene.phones["1020"], presses("1"), waits)
            scene.phones.outside.behaviour = busy
            incident = await scene.reported()
            await site.fact(incident, "Acknowledged")
            proxy.refusing = True
            proxy.reset()
            await site.fact(incident, "PoliceDue")
            await site.fact(incident, "PersonTold", kind="dial_yourself")
            proxy.refusing = False
            await scene.rung("1020", 2)
            proxy.refusing = True
            proxy.reset()
            answering.set()
            await scene.rung(POLICE, within_s=20)
            assert await site.phase(incident) == "police", "it knows nothing of it yet"
            proxy.refusing = False
            await site.fact(incident, "PoliceAnswered")
            assert (await site.fact(incident, "PoliceDialling"))["live"] is False
            await joined_once(scene)


@contextlib.asynccontextmanager
async def beside(folder: Path, proxy: Proxy, also: Callable[[Asterisk], None]) -> AsyncIterator[Floor]:
    """A floor whose daemon reaches its PBX by the proxy, which plays in this loop."""
    context = floor("22", folder, SETTINGS, ami_port=proxy.port, also=also)
    site = await asyncio.to_thread(context.__enter__)
    try:
        yield site
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)


# --- two PBXs ----------------------------------------------------------------------------------------------

ROWS = (
    "2001,陈志远,agent,客服一组,1,PJSIP/1001,,,,old",
    "2002,林晓燕,agent,客服一组,2,PJSIP/1002,en,,,old",
    "3001,王丽娜,duty_lead,客服一组,L,PJSIP/1020,,,,new",
    "4001,Bo Li,operations_manager,,M,PJSIP/1022,,,,new",
)


async def test_of_two_pbxs_the_one_of_the_call_reaches_the_police(tmp_path: Path) -> None:
    """The lead is told at their phone on the other one."""
    agi_port = free_run(1)
    with ExitStack() as up:
        pbxs = {
            name: up.enter_context(running(version, partial(at_site, name, agi_port)))
            for name, version in (("old", "16"), ("new", "22"))
        }
        sections = "".join(section(name, pbx) for name, pbx in pbxs.items())
        daemon = Daemon(tmp_path, f"[agi]\nport = {agi_port}\n{sections}\n{SETTINGS}")
        up.enter_context(following(daemon, ROWS, header=f"{HEADER},pbx"))
        outside = Floor(pbxs["old"], daemon).outside
        for code, seat, pbx in (("2001", "1", "old"), ("2002", "2", "old"), ("3001", "L", "new")):
            reply = await outside.ask("sign_in", kind="arrive", code=code, seat=seat, pbx=pbx)
            assert reply["ok"], reply
        await a_threat_on_the_old_one(Floor(pbxs["old"], daemon), pbxs["new"])


async def a_threat_on_the_old_one(site: Floor, other: Asterisk) -> None:
    async with (
        Phones(site.pbx, "1001", "1002", POLICE, SECOND_TRUNK) as old,
        Phones(other, "1020", "1002", POLICE, SECOND_TRUNK) as new,
    ):
        for phones in (old, new):
            phones[POLICE].behaviour = phones["1002"].behaviour = answers(after=0)
        old["1001"].behaviour = answers(after=0)
        new["1020"].behaviour = presses("1")
        await old.outside.call("815", caller="7")
        await until("the agent talks", lambda: talks(site), 8)
        await old["1001"].calls[0].press("*9")
        incident = str((await site.only())["id"])
        facts = site.timeline(incident)[0]["facts"]
        assert (facts["pbx"], facts["seat"], facts["queue"]) == ("old", "1", "threats")
        await site.fact(incident, "Acknowledged", person=LEAD, how="phone")
        await site.fact(incident, "PoliceAnswered", 20)
        await heard_both_ways(old, old["1002"].calls[0], old[POLICE].calls[0])
        calls = [len(phones[seat].calls) for phones in (old, new) for seat in ("1002", POLICE, SECOND_TRUNK)]
        assert calls == [1, 1, 0, 0, 0, 0]
        assert len(new["1020"].calls) == 1


async def talks(site: Floor) -> bool:
    pbxs = (await site.outside.picture())["pbxs"]
    agents = next(pbx["agents"] for pbx in pbxs if pbx["name"] == "old")
    return any((each["interface"], each["state"]) == ("PJSIP/1001", "talking") for each in agents)


def at_site(name: str, agi_port: int, pbx: Asterisk) -> None:
    named(name, agi_port)(pbx)
    prepare(pbx)
    mute(pbx)
