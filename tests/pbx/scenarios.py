"""What happens in a call centre, one scene at a time, each named by what it shows. Played by ``capture``."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from tests.pbx.asterisk import Asterisk
from tests.pbx.layout import SALES, SUPPORT
from tests.pbx.phones import Phones, answers, busy, no_answer
from tests.pbx.sipua import Behaviour, Call, CallFailedError

__all__ = ["LARGE", "PHONES", "SCENARIOS", "Stage"]

PHONES = (*SUPPORT, *SALES, "1006", "1007", "1020", "1021", "1039")
CUSTOMER = "13800138000"
LARGE = {"busy"}
"""Kept compressed."""


class Stage:
    """A running PBX with phones plugged in, and shorthands for what most scenes need."""

    def __init__(self, pbx: Asterisk, phones: Phones) -> None:
        self.pbx = pbx
        self.phones = phones
        self.again: Callable[[], Awaitable[None]] | None = None
        """What is left to play after the PBX was restarted, for a new session to record."""

    def team(self, extensions: tuple[str, ...], behaviour: Behaviour) -> None:
        for extension in extensions:
            self.phones[extension].behaviour = behaviour

    async def caller(self, number: str, caller: str = CUSTOMER, name: str = "李雷") -> Call:
        return await self.phones.outside.call(number, caller=caller, name=name)

    async def dial(self, extension: str, code: str, wait: float = 15) -> None:
        """Dial a code that ends by itself."""
        call = await self.phones[extension].call(code)
        await call.wait_ended(wait)

    async def action(self, name: str, **headers: str) -> None:
        """One AMI action of an administrator."""

        def send() -> None:
            with self.pbx.admin() as session:
                session.action(name, headers)

        await asyncio.to_thread(send)


def then(after: float, talk: Callable[[Call], Awaitable[Any]]) -> Behaviour:
    """Answer after so many seconds, and do something with the call."""

    async def behaviour(call: Call) -> None:
        await call.ring()
        await asyncio.sleep(after)
        await call.answer()
        if not call.ended.is_set():
            await talk(call)

    return behaviour


def nth_answers(number: int, talk: float) -> Behaviour:
    """Shared by several phones: only the ``number``-th ring of all is answered."""
    rung = 0

    async def behaviour(call: Call) -> None:
        nonlocal rung
        rung += 1
        await (answers(0.3, talk) if rung == number else no_answer)(call)

    return behaviour


# --- queue calls ------------------------------------------------------------------------------------------


async def answered_agent_hangup(stage: Stage) -> None:
    stage.team(SUPPORT, answers(0.5, talk=2))
    await (await stage.caller("800")).wait_ended()


async def answered_caller_hangup(stage: Stage) -> None:
    stage.team(SUPPORT, answers(0.5))
    call = await stage.caller("800")
    await call.wait_answered()
    await asyncio.sleep(2.5)
    await call.hangup()


async def abandoned_while_ringing(stage: Stage) -> None:
    stage.team(SUPPORT, no_answer)
    call = await stage.caller("800")
    await asyncio.sleep(2.5)
    await call.hangup()


async def abandoned_nobody_there(stage: Stage) -> None:
    call = await stage.caller("802")
    await asyncio.sleep(2.5)
    await call.hangup()


async def timeout_second_queue(stage: Stage) -> None:
    stage.team(SUPPORT, no_answer)
    stage.team(SALES, answers(0.5, talk=2))
    await (await stage.caller("810")).wait_ended()


async def timeout_then_on(stage: Stage) -> None:
    stage.team(SUPPORT, no_answer)
    await (await stage.caller("812")).wait_ended()


async def timeout_voicemail(stage: Stage) -> None:
    stage.team(SUPPORT, no_answer)
    call = await stage.caller("811")
    await asyncio.sleep(10)
    await call.hangup()


async def ring_no_answer_then_other(stage: Stage) -> None:
    stage.team(SUPPORT, nth_answers(2, talk=2))
    await (await stage.caller("800")).wait_ended()


async def busy_then_other(stage: Stage) -> None:
    refused = False

    async def behaviour(call: Call) -> None:
        nonlocal refused
        first, refused = not refused, True
        await (busy if first else answers(0.3, talk=2))(call)

    stage.team(SUPPORT, behaviour)
    await (await stage.caller("800")).wait_ended()


async def two_callers_one_agent(stage: Stage) -> None:
    await stage.action("QueueAdd", Queue="vip", Interface="PJSIP/1020", MemberName="王五")
    stage.team(("1020",), answers(0.3, talk=2))
    first = await stage.caller("802")
    second = await stage.caller("802", caller="13900139000", name="")
    await first.wait_ended()
    await second.wait_ended()


async def local_member_call(stage: Stage) -> None:
    stage.team(SALES, answers(0.5, talk=2))
    await (await stage.caller("801")).wait_ended()


async def exit_with_key(stage: Stage) -> None:
    stage.team(SUPPORT, no_answer)
    call = await stage.caller("800")
    await asyncio.sleep(1.5)
    await call.dtmf("1")
    await call.wait_ended()


async def leave_empty(stage: Stage) -> None:
    stage.team(("1020",), no_answer)
    await stage.action("QueueAdd", Queue="night", Interface="PJSIP/1020", MemberName="王五")
    call = await stage.caller("803")
    await asyncio.sleep(1.5)
    await stage.action("QueuePause", Queue="night", Interface="PJSIP/1020", Paused="true", Reason="break")
    await call.wait_ended()


async def join_empty(stage: Stage) -> None:
    await (await stage.caller("803")).wait_ended()


async def hold_resume(stage: Stage) -> None:
    async def talk(call: Call) -> None:
        await asyncio.sleep(0.7)
        await call.hold()
        await asyncio.sleep(1.5)
        await call.resume()
        await asyncio.sleep(0.7)
        await call.hangup()

    stage.team(SUPPORT, then(0.3, talk))
    await (await stage.caller("800")).wait_ended()


# --- transfers --------------------------------------------------------------------------------------------


async def blind_transfer_agent(stage: Stage) -> None:
    async def talk(call: Call) -> None:
        await asyncio.sleep(1)
        await call.transfer("1006")

    stage.team(SUPPORT, then(0.3, talk))
    stage.team(("1006",), answers(0.5, talk=2))
    await (await stage.caller("800")).wait_ended()


async def blind_transfer_queue(stage: Stage) -> None:
    async def talk(call: Call) -> None:
        await asyncio.sleep(1)
        await call.transfer("801")

    stage.team(SUPPORT, then(0.3, talk))
    stage.team(SALES, answers(0.5, talk=2))
    await (await stage.caller("800")).wait_ended()


async def blind_transfer_code(stage: Stage) -> None:
    """By feature code: the agent dials ##1006."""

    async def talk(call: Call) -> None:
        await asyncio.sleep(1)
        await call.dtmf("##")
        await asyncio.sleep(1.5)
        await call.dtmf("1006")

    stage.team(SUPPORT, then(0.3, talk))
    stage.team(("1006",), answers(0.5, talk=2))
    await (await stage.caller("800")).wait_ended()


def _consult(stage: Stage, number: str, talk: float) -> Behaviour:
    async def consult(call: Call) -> None:
        await asyncio.sleep(1)
        await call.hold()
        other = await call.phone.call(number)
        await other.wait_answered()
        await asyncio.sleep(talk)
        await call.transfer_to(other)

    return then(0.3, consult)


async def attended_transfer(stage: Stage) -> None:
    stage.team(SUPPORT, _consult(stage, "1006", 1.5))
    stage.team(("1006",), answers(0.5, talk=4))
    await (await stage.caller("800")).wait_ended()


async def attended_transfer_queue(stage: Stage) -> None:
    """The agent calls the other queue, speaks to whoever answers there, and joins the two."""
    stage.team(SUPPORT, _consult(stage, "801", 2.5))
    stage.team(SALES, answers(0.5, talk=5))
    await (await stage.caller("800")).wait_ended()


async def attended_transfer_code(stage: Stage) -> None:
    """By feature code: the agent dials *2, 1006, speaks, and hangs up."""

    async def talk(call: Call) -> None:
        await asyncio.sleep(1)
        await call.dtmf("*2")
        await asyncio.sleep(1.5)
        await call.dtmf("1006")
        await asyncio.sleep(2.5)
        await call.hangup()

    stage.team(SUPPORT, then(0.3, talk))
    stage.team(("1006",), answers(0.5, talk=4))
    await (await stage.caller("800")).wait_ended()


# --- members ----------------------------------------------------------------------------------------------


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


# --- other calls ------------------------------------------------------------------------------------------


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


async def hostile_caller(stage: Stage) -> None:
    """A caller whose name is HTML, a formula, quotes and other scripts."""
    stage.team(SUPPORT, answers(0.3, talk=1))
    name = "=1+1<script>alert(1)</script>|;,%0d%0a'${EXTEN}#+/ 名"
    await (await stage.caller("800", caller="+8613800138000", name=name)).wait_ended()


# --- the PBX itself ---------------------------------------------------------------------------------------


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
            except (TimeoutError, CallFailedError):
                await call.hangup()

    await asyncio.gather(*(one(number) for number in range(200)))


_SCENES: tuple[Any, ...] = (
    answered_agent_hangup,
    answered_caller_hangup,
    abandoned_while_ringing,
    abandoned_nobody_there,
    timeout_second_queue,
    timeout_then_on,
    timeout_voicemail,
    ring_no_answer_then_other,
    busy_then_other,
    two_callers_one_agent,
    local_member_call,
    exit_with_key,
    leave_empty,
    join_empty,
    hold_resume,
    blind_transfer_agent,
    blind_transfer_queue,
    blind_transfer_code,
    attended_transfer,
    attended_transfer_queue,
    attended_transfer_code,
    pause_reasons,
    members_come_and_go,
    pause_while_talking,
    phone_unplugged,
    direct_call,
    direct_voicemail,
    outbound_call,
    outbound_busy,
    outbound_no_answer,
    internal_call,
    originated_call,
    conference,
    park_retrieve,
    park_abandoned,
    recording_toggled,
    hostile_caller,
    reload,
    pbx_restart,
    pbx_killed,
)

SCENARIOS: dict[str, Callable[[Stage], Coroutine[Any, Any, None]]] = {
    scene.__name__: scene for scene in _SCENES
} | {"busy": busy_hour}
