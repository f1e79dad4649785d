"""Members of other kinds, listening in, several recordings, trouble: rare, and hard to follow."""

from __future__ import annotations

import asyncio

from tests.pbx.phones import answers, busy
from tests.pbx.sipua import Call
from tests.pbx.stage import Stage
from tests.pbx.stage_extras import DIALPLAN, configure, log_in

# --- members of other kinds -------------------------------------------------------------------------------


async def queue_in_a_queue(stage: Stage) -> None:
    """The only member of one queue is another queue."""
    await stage.action("QueueAdd", Queue="vip", Interface="Local/801@inbound/n", MemberName="to sales")
    stage.team(("1011", "1012", "1013", "1014", "1015"), answers(0.3, talk=1.5))
    caller = await stage.caller("802")
    await caller.wait_answered()
    await asyncio.sleep(4.5)
    await caller.hangup()


async def plain_local_member(stage: Stage) -> None:
    """A Local member without /n and without a state interface is optimised away once it is answered."""
    await stage.action("QueueAdd", Queue="vip", Interface="Local/1020@agents", MemberName="丙")
    stage.team(("1020",), answers(0.3, talk=5))
    await (await stage.caller("802")).wait_ended()
    stage.team(("1020",), answers(0.3))
    caller = await stage.caller("802", caller="13900139000")
    await asyncio.sleep(5)
    await caller.hangup()


async def plain_local_caller(stage: Stage) -> None:
    """A caller comes through a Local channel (a call-back) that is optimised away; nothing is recorded."""
    await configure(stage, "extensions.conf", DIALPLAN, "pbx_config.so")
    await configure(stage, "queues.conf", "[quiet]\nstrategy = ringall", "app_queue.so")
    await log_in(stage, "1020", "丙", queue="quiet")
    stage.team(("1020",), answers(0.5))
    stage.team(("1007",), answers(0.3, talk=6))
    await asyncio.to_thread(
        stage.pbx.originate, "Local/quiet@queues", "s", "called-back", caller='"back" <13800138000>'
    )
    await asyncio.sleep(9)


async def watched_by_a_hint(stage: Stage) -> None:
    await configure(stage, "extensions.conf", DIALPLAN, "pbx_config.so")
    await log_in(stage, "1020", "丙", StateInterface="hint:1020@odd")
    await log_in(stage, "1006", "甲", StateInterface="Custom:dnd1006", Paused="true")
    stage.team(("1020",), answers(0.3, talk=1.5))
    await (await stage.caller("802")).wait_ended()
    stage.team(("1006",), answers(0.3, talk=1))
    await (await stage.caller("1006")).wait_ended()


async def one_phone_twice_in_a_queue(stage: Stage) -> None:
    await log_in(stage, "1020", "丙")
    local = {"Queue": "vip", "Interface": "Local/1020@agents/n"}
    await stage.action("QueueAdd", **local, MemberName="丙2", StateInterface="PJSIP/1020")
    await stage.action("QueuePause", **local, Paused="true", Reason="one")
    stage.team(("1020",), answers(0.3, talk=1.5))
    await (await stage.caller("802")).wait_ended()
    await stage.action("QueueRemove", **local)
    await (await stage.caller("802")).wait_ended()
    await stage.action("QueueRemove", Queue="vip", Interface="PJSIP/1020")


async def moved_to_another_seat(stage: Stage) -> None:
    """The same name at another phone; then the same Local member with another phone behind it."""
    await log_in(stage, "1020", "王五")
    await stage.action("QueueRemove", Queue="vip", Interface="PJSIP/1020")
    await log_in(stage, "1021", "王五")
    local = {"Queue": "support", "Interface": "Local/1007@agents/n"}
    await stage.action("QueueAdd", **local, MemberName="乙", StateInterface="PJSIP/1007")
    await stage.action("QueueRemove", **local)
    await stage.action("QueueAdd", **local, MemberName="乙")
    await stage.action("QueueRemove", **local)
    stage.team(("1021",), answers(0.3, talk=1.5))
    await (await stage.caller("802")).wait_ended()


async def paused_in_one_of_two(stage: Stage) -> None:
    for queue in ("vip", "support"):
        await log_in(stage, "1020", "丙", queue=queue)
    one = {"Queue": "vip", "Interface": "PJSIP/1020"}
    await stage.action("QueuePause", **one, Paused="true", Reason="a")
    await stage.action("QueuePause", Queue="support", Interface="PJSIP/1020", Paused="true", Reason="b")
    await stage.action("QueuePause", **one, Paused="false")
    await stage.action("QueueRemove", Queue="support", Interface="PJSIP/1020")
    await stage.action("QueuePause", **one, Paused="true", Reason="c")
    await stage.action("QueueRemove", **one)


async def paused_and_removed_meanwhile(stage: Stage) -> None:
    """Paused while it rings, logged out while talking."""

    async def behaviour(call: Call) -> None:
        await call.ring()
        await asyncio.sleep(0.5)
        await stage.action("QueuePause", Queue="vip", Interface="PJSIP/1020", Paused="true", Reason="late")
        await asyncio.sleep(0.5)
        await call.answer()
        await asyncio.sleep(0.7)
        await stage.action("QueueRemove", Queue="vip", Interface="PJSIP/1020")
        await asyncio.sleep(0.7)
        await call.hangup()

    await log_in(stage, "1020", "丙")
    stage.team(("1020",), behaviour)
    await (await stage.caller("802")).wait_ended()


# --- listening in, recordings -----------------------------------------------------------------------------


async def whispered_to(stage: Stage) -> None:
    await configure(stage, "extensions.conf", DIALPLAN, "pbx_config.so")
    for extension, name in (("1020", "丙"), ("1006", "甲")):
        await log_in(stage, extension, name)
    stage.team(("1020",), answers(0.3))
    stage.team(("1006",), busy)
    caller = await stage.caller("802")
    await caller.wait_answered()
    await asyncio.sleep(1)
    spy = await stage.phones["1006"].call("*90")
    await asyncio.sleep(1.5)
    await caller.hangup()
    await asyncio.sleep(0.5)
    await spy.hangup()


async def taped_twice(stage: Stage) -> None:
    await configure(stage, "extensions.conf", DIALPLAN, "pbx_config.so")
    await stage.dial("1006", "*92")


# --- trouble ----------------------------------------------------------------------------------------------


async def outbound_congestion(stage: Stage) -> None:
    async def refuse(call: Call) -> None:
        await call.reject(503)

    stage.phones.outside.behaviour = refuse
    await stage.dial("1006", "913800138000")


async def hostile_names(stage: Stage) -> None:
    name = 'a;b,c,"d" <1> \' %0d${X} ' + "长" * 8
    await stage.action("QueueAdd", Queue="vip", Interface="PJSIP/1020", MemberName=name)
    reason = "r;s,t " + "由" * 10
    await stage.action("QueuePause", Queue="vip", Interface="PJSIP/1020", Paused="true", Reason=reason)
    await stage.action("QueuePause", Queue="vip", Interface="PJSIP/1020", Paused="false")
    stage.team(("1020",), answers(0.3, talk=1))
    await (await stage.caller("802")).wait_ended()
