"""Scenes of calls that come from no queue, of conferences, parking and recording."""

from __future__ import annotations

import asyncio

from tests.pbx.layout import SUPPORT
from tests.pbx.phones import answers, busy, no_answer
from tests.pbx.sipua import Call
from tests.pbx.stage import CUSTOMER, Stage, then
from tests.pbx.stage_extras import channel_of


async def direct_call(stage: Stage) -> None:
    stage.team(("1006",), answers(0.5, talk=2))
    await (await stage.caller("1006")).wait_ended()


async def direct_voicemail(stage: Stage) -> None:
    stage.team(("1006",), no_answer)
    call = await stage.caller("1006")
    await call.wait_answered(15)
    await asyncio.sleep(4)
    await call.hangup()


async def outbound_call(stage: Stage) -> None:
    stage.phones.outside.behaviour = answers(0.7, talk=2)
    await stage.dial("1006", "9" + CUSTOMER)


async def outbound_busy(stage: Stage) -> None:
    stage.phones.outside.behaviour = busy
    await stage.dial("1006", "9" + CUSTOMER)


async def outbound_no_answer(stage: Stage) -> None:
    stage.phones.outside.behaviour = no_answer
    call = await stage.phones["1006"].call("9" + CUSTOMER)
    await asyncio.sleep(2)
    await call.hangup()


async def internal_call(stage: Stage) -> None:
    stage.team(("1007",), answers(0.5, talk=2))
    await stage.dial("1006", "1007")


async def originated_call(stage: Stage) -> None:
    """Click to call: the PBX rings the agent first, then dials out."""
    stage.team(("1006",), answers(0.3))
    stage.phones.outside.behaviour = answers(0.5, talk=2)
    caller_id = '"click" <1006>'
    await asyncio.to_thread(stage.pbx.originate, "PJSIP/1006", "9" + CUSTOMER, "phones", caller=caller_id)
    await asyncio.sleep(4)
    await stage.phones["1006"].calls[-1].wait_ended()


async def conference(stage: Stage) -> None:
    calls = []
    for phone in ("1006", "1007"):
        calls.append(await stage.phones[phone].call("7000"))
        await calls[-1].wait_answered()
        await asyncio.sleep(0.7)
    calls.append(await stage.caller("7000"))
    await asyncio.sleep(2)
    for call in calls:
        await call.hangup()
        await asyncio.sleep(0.3)


async def park_retrieve(stage: Stage) -> None:
    async def talk(call: Call) -> None:
        await asyncio.sleep(1)
        await call.transfer("700")

    stage.team(("1006",), then(0.3, talk))
    customer = await stage.caller("1006")
    await customer.wait_answered()
    await asyncio.sleep(3)
    fetching = await stage.phones["1007"].call("701")
    await fetching.wait_answered()
    await asyncio.sleep(1.5)
    await fetching.hangup()
    await customer.wait_ended()


async def park_abandoned(stage: Stage) -> None:
    async def talk(call: Call) -> None:
        await asyncio.sleep(1)
        await call.transfer("700")

    stage.team(SUPPORT, then(0.3, talk))
    customer = await stage.caller("800")
    await asyncio.sleep(4)
    await customer.hangup()


async def recording_toggled(stage: Stage) -> None:
    """An agent of a queue that records anyway switches a second recording on and off (*3)."""

    async def talk(call: Call) -> None:
        for _ in range(2):
            await asyncio.sleep(0.7)
            await call.dtmf("*3")
            await asyncio.sleep(1)
        await call.hangup()

    stage.team(SUPPORT, then(0.3, talk))
    await (await stage.caller("800")).wait_ended()


async def recording_paused(stage: Stage) -> None:
    """The recording of a queue's call is muted by AMI for a while; then the agent marks a span (*5, *6)."""
    done = asyncio.Event()

    async def talk(call: Call) -> None:
        await done.wait()
        for code in ("*5", "*6"):
            await call.dtmf(code)
            await asyncio.sleep(1)
        await call.hangup()

    stage.team(SUPPORT, then(0.3, talk))
    customer = await stage.caller("800")
    await customer.wait_answered()
    await asyncio.sleep(1.5)
    channel = channel_of(stage, "PJSIP/trunk-")
    for state in ("1", "0"):
        await stage.action("MixMonitorMute", Channel=channel, Direction="both", State=state)
        await asyncio.sleep(1)
    done.set()
    await customer.wait_ended()


async def hostile_caller(stage: Stage) -> None:
    """A caller whose name is HTML, a formula, quotes and other scripts."""
    stage.team(SUPPORT, answers(0.3, talk=1))
    name = "=1+1<script>alert(1)</script>|;,%0d%0a'${EXTEN}#+/ 名"
    await (await stage.caller("800", caller="+8613800138000", name=name)).wait_ended()
