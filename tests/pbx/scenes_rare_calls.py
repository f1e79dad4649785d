"""Calls that are rare in a call centre and hard to follow: who rings, and where a call is taken to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.pbx.phones import answers, busy, no_answer
from tests.pbx.sipmessage import SipMessage
from tests.pbx.sipua import Call
from tests.pbx.stage import Stage, then
from tests.pbx.stage_extras import DIALPLAN, channel_of, configure, log_in

# --- who rings --------------------------------------------------------------------------------------------


async def ringall_one_answers(stage: Stage) -> None:
    for extension, name in (("1006", "甲"), ("1007", "乙"), ("1020", "丙")):
        await log_in(stage, extension, name)
    stage.team(("1006", "1020"), no_answer)
    stage.team(("1007",), answers(0.7, talk=1.5))
    await (await stage.caller("802")).wait_ended()


async def ringall_given_up(stage: Stage) -> None:
    for extension, name in (("1006", "甲"), ("1007", "乙")):
        await log_in(stage, extension, name)
    stage.team(("1006",), no_answer)
    stage.team(("1007",), busy)
    call = await stage.caller("802")
    await asyncio.sleep(1.5)
    await call.hangup()


async def picked_up(stage: Stage) -> None:
    """A colleague takes the call that rings at another's phone."""
    await configure(stage, "extensions.conf", DIALPLAN, "pbx_config.so")
    await stage.action("ModuleLoad", Module="app_directed_pickup.so", LoadType="load")
    await log_in(stage, "1020", "丙")
    stage.team(("1020",), no_answer)
    caller = await stage.caller("802")
    await asyncio.sleep(1)
    taking = await stage.phones["1006"].call("*91")
    await taking.wait_answered()
    await asyncio.sleep(1.5)
    await taking.hangup()
    await caller.wait_ended()


async def two_phones_dialled(stage: Stage) -> None:
    await configure(stage, "extensions.conf", DIALPLAN, "pbx_config.so")
    stage.team(("1006",), no_answer)
    stage.team(("1007",), answers(0.5, talk=1))
    await (await stage.caller("92")).wait_ended()
    stage.team(("1007",), busy)
    await stage.dial("1020", "92")


async def forwarded(stage: Stage) -> None:
    """The phone says: moved to 1007."""

    async def deflect(call: Call) -> None:
        await call.ring()
        await asyncio.sleep(0.3)
        asked = call._invite
        assert asked is not None
        headers = [("Via", via) for via in asked.all("Via")]
        headers += [
            ("From", call.remote),
            ("To", call.local),
            ("Call-ID", call.id),
            ("CSeq", asked.get("CSeq")),
        ]
        headers += [("Contact", f"<sip:1007@127.0.0.1:{call.phone.pbx_port}>")]
        call.phone.send(SipMessage("SIP/2.0 302 Moved", headers))
        call._over(302)

    stage.team(("1006", "1020"), deflect)
    stage.team(("1007",), answers(0.5, talk=1))
    await (await stage.caller("1006")).wait_ended()
    await log_in(stage, "1020", "丙")
    await (await stage.caller("802")).wait_ended()


async def dials_while_ringing(stage: Stage) -> None:
    await log_in(stage, "1020", "丙")
    stage.team(("1020",), no_answer)
    stage.team(("1007",), answers(0.2))
    caller = await stage.caller("802")
    await asyncio.sleep(1)
    other = await stage.phones["1020"].call("1007")
    await other.wait_answered()
    await asyncio.sleep(1)
    await other.hangup()
    await asyncio.sleep(0.5)
    await caller.hangup()


async def two_calls_on_one_phone(stage: Stage) -> None:
    """Call waiting: holds the first, takes the second, swaps, ends both."""
    await configure(stage, "queues.conf", "[vip](+)\nringinuse = yes", "app_queue.so")
    await log_in(stage, "1020", "丙")
    calls: list[Call] = []

    async def behaviour(call: Call) -> None:
        calls.append(call)
        await call.ring()
        if len(calls) == 1:
            await call.answer()
            return
        await asyncio.sleep(0.5)
        await calls[0].hold()
        await call.answer()
        await asyncio.sleep(0.7)
        await call.hold()
        await calls[0].resume()
        await asyncio.sleep(0.7)
        await calls[0].hangup()
        await call.resume()
        await asyncio.sleep(0.7)
        await call.hangup()

    stage.team(("1020",), behaviour)
    first = await stage.caller("802")
    await first.wait_answered()
    await asyncio.sleep(0.7)
    second = await stage.caller("802", caller="13900139000", name="")
    await second.wait_ended()
    await first.wait_ended()


# --- transfers --------------------------------------------------------------------------------------------


def _to(number: str, wait: float, *, answered: bool) -> Callable[[Call], Awaitable[None]]:
    async def talk(call: Call) -> None:
        await asyncio.sleep(0.7)
        await call.hold()
        other = await call.phone.call(number)
        if answered:
            await other.wait_answered()
        await asyncio.sleep(wait)
        await call.transfer_to(other)
        await asyncio.sleep(0.3)
        await other.hangup()
        await call.hangup()

    return talk


async def blonde_transfer(stage: Stage) -> None:
    """Attended, but the target still rings when the agent lets go."""
    await log_in(stage, "1020", "丙")
    stage.team(("1020",), then(0.3, _to("1006", 0.7, answered=False)))
    stage.team(("1006",), answers(2, talk=1.5))
    await (await stage.caller("802")).wait_ended()


async def transfer_into_the_wait(stage: Stage) -> None:
    """The agent waits in another queue, and puts the caller in his place."""
    await log_in(stage, "1020", "丙", queue="support")
    for interface in range(1001, 1006):
        await stage.action("QueuePause", Interface=f"PJSIP/{interface}", Paused="true")
    await stage.action("QueuePause", Interface="PJSIP/1020", Paused="false")
    stage.team(("1020",), then(0.3, _to("802", 1, answered=True)))
    stage.team(("1006",), answers(0.3, talk=1.5))
    caller = await stage.caller("800")
    await asyncio.sleep(4)
    await log_in(stage, "1006", "甲")
    await caller.wait_ended()


async def both_redirected(stage: Stage) -> None:
    """An administrator takes both legs of a queue call into a conference, where a third joins."""
    await log_in(stage, "1020", "丙")
    stage.team(("1020",), answers(0.3))
    caller = await stage.caller("802")
    await caller.wait_answered()
    await asyncio.sleep(1.5)
    names = [await asyncio.to_thread(channel_of, stage, start) for start in ("PJSIP/trunk", "PJSIP/1020")]
    where = {"Exten": "7000", "Context": "services", "Priority": "1"}
    extra = {"ExtraExten": "7000", "ExtraContext": "services", "ExtraPriority": "1"}
    await stage.action("Redirect", Channel=names[0], ExtraChannel=names[1], **where, **extra)
    await asyncio.sleep(1)
    third = await stage.phones["1007"].call("7000")
    await asyncio.sleep(1)
    await stage.phones["1020"].calls[-1].hangup()
    await asyncio.sleep(1)
    await caller.hangup()
    await third.hangup()


async def caller_redirected(stage: Stage) -> None:
    """Only the caller is taken away from the agent, into another queue."""
    await log_in(stage, "1020", "丙")
    stage.team(("1020",), answers(0.3))
    stage.team(("1011", "1012", "1013", "1014", "1015"), answers(0.3, talk=1))
    caller = await stage.caller("802")
    await caller.wait_answered()
    await asyncio.sleep(1.5)
    name = await asyncio.to_thread(channel_of, stage, "PJSIP/trunk")
    await stage.action("Redirect", Channel=name, Exten="801", Context="inbound", Priority="1")
    await caller.wait_ended()


async def park_timed_out(stage: Stage) -> None:
    """Nobody fetches the parked caller: he rings at the agent who parked him."""
    text = "[default](+)\nparkingtime => 2"
    await configure(stage, "res_parking.conf", text, "res_parking.so")
    rung = 0

    async def behaviour(call: Call) -> None:
        nonlocal rung
        rung += 1
        await answers(0.3)(call)
        await asyncio.sleep(1)
        if rung == 1:
            await call.transfer("700")
        else:
            await call.hangup()

    await log_in(stage, "1020", "丙")
    stage.team(("1020",), behaviour)
    await (await stage.caller("802")).wait_ended()
