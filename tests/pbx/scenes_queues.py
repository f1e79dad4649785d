"""Scenes of queue calls, and of their transfers."""

from __future__ import annotations

import asyncio

from tests.pbx.layout import SALES, SUPPORT
from tests.pbx.phones import answers, busy, no_answer
from tests.pbx.sipua import Behaviour, Call
from tests.pbx.stage import Stage, then


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


# --- transfers ------------------------------------------------------------------------------------------


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


def nth_answers(number: int, talk: float) -> Behaviour:
    """Shared by several phones: only the ``number``-th ring of all is answered."""
    rung = 0

    async def behaviour(call: Call) -> None:
        nonlocal rung
        rung += 1
        await (answers(0.3, talk) if rung == number else no_answer)(call)

    return behaviour
