"""Scenes of queue members, and of the PBX itself: reloads, restarts, a busy hour."""

from __future__ import annotations

import asyncio
import random

from tests.pbx.layout import SALES, SUPPORT
from tests.pbx.phones import answers
from tests.pbx.sipua import Call
from tests.pbx.stage import Stage, then


async def pause_reasons(stage: Stage) -> None:
    """By code: a meal, from there to a training, back; by AMI: one queue only, and all without a reason."""
    for code in ("*831", "*833", "*84"):
        await stage.dial("1001", code)
    await stage.dial("1011", "*832")
    interface = {"Interface": "PJSIP/1002"}
    await stage.action("QueuePause", **interface, Queue="support", Paused="true", Reason="meeting")
    await stage.action("QueuePause", **interface, Queue="support", Paused="false")
    await stage.action("QueuePause", **interface, Paused="true")
    await stage.action("QueuePause", **interface, Paused="false", Reason="back")


async def members_come_and_go(stage: Stage) -> None:
    for code in ("*85", "*86", "*85"):
        await stage.dial("1020", code)
    local = {"Queue": "vip", "Interface": "Local/1021@agents/n"}
    await stage.action("QueueAdd", **local, MemberName="赵云", StateInterface="PJSIP/1021", Paused="true")
    await stage.action("QueuePenalty", Interface=local["Interface"], Penalty="3", Queue="vip")
    stage.team(("1020",), answers(0.3, talk=1.5))
    await (await stage.caller("802")).wait_ended()
    await stage.action("QueueRemove", **local)


async def pause_while_talking(stage: Stage) -> None:
    async def talk(call: Call) -> None:
        interface = f"PJSIP/{call.phone.user}"
        await asyncio.sleep(0.7)
        await stage.action("QueuePause", Interface=interface, Paused="true", Reason="meal")
        await asyncio.sleep(0.7)
        await call.hangup()
        await asyncio.sleep(1)
        await stage.action("QueuePause", Interface=interface, Paused="false")

    stage.team(SUPPORT, then(0.3, talk))
    await (await stage.caller("800")).wait_ended()
    await asyncio.sleep(2)


async def phone_unplugged(stage: Stage) -> None:
    """A watched phone goes away and comes back while its owner is logged in."""
    await stage.action("QueueAdd", Queue="vip", Interface="PJSIP/1039", MemberName="周仓")
    await asyncio.sleep(1)
    await stage.phones["1039"].stop()
    await asyncio.sleep(3)
    call = await stage.caller("802")
    await asyncio.sleep(2)
    stage.team(("1039",), answers(0.3, talk=1.5))
    await stage.phones["1039"].start()
    await call.wait_ended()


# --- the PBX itself -------------------------------------------------------------------------------------


async def reload(stage: Stage) -> None:
    await stage.action("Reload", Module="app_queue.so")
    await asyncio.sleep(1)


async def pbx_restart(stage: Stage) -> None:
    """In the middle of one call and with another caller waiting; the members' pauses are kept."""
    stage.team(SUPPORT, answers(0.3))
    await stage.action("QueuePause", Interface="PJSIP/1002", Paused="true", Reason="meal")
    await stage.action("QueueAdd", Queue="vip", Interface="PJSIP/1021", MemberName="赵云")
    first = await stage.caller("800")
    waiting = await stage.caller("802", caller="13900139000")
    await asyncio.sleep(2)
    await asyncio.to_thread(stage.pbx.stop)
    for call in (first, waiting):
        await call.wait_ended()
    await asyncio.to_thread(stage.pbx.start)

    async def afterwards() -> None:
        stage.team(SUPPORT, answers(0.3, talk=1))
        await (await stage.caller("800")).wait_ended()

    stage.again = afterwards


async def pbx_killed(stage: Stage) -> None:
    """As ``pbx_restart``, but the PBX has no time to say anything."""
    stage.team(SUPPORT, answers(0.3))
    await stage.caller("800")
    await asyncio.sleep(2)
    await asyncio.to_thread(stage.pbx.restart, by_kill=True)

    async def afterwards() -> None:
        stage.team(SUPPORT, answers(0.3, talk=1))
        await (await stage.caller("800")).wait_ended()

    stage.again = afterwards


async def busy_hour(stage: Stage) -> None:
    """200 recorded queue calls, 16 callers at a time, for the benchmark: seeded, but not to the event."""
    dice = random.Random(20)
    stage.team(SUPPORT, lambda call: answers(0.1, dice.uniform(0.3, 1.2))(call))
    stage.team(SALES, lambda call: answers(0.1, dice.uniform(0.3, 1.2))(call))
    lines = asyncio.Semaphore(16)

    async def one(number: int) -> None:
        async with lines:
            call = await stage.caller("800" if number % 3 else "801", caller=f"1380013{number:04d}")
            try:
                await asyncio.wait_for(call.ended.wait(), 60)
            except TimeoutError:
                await call.hangup()

    await asyncio.gather(*(one(number) for number in range(200)))
