"""Listening on a real PBX: who hears whom, on exactly one channel, and what is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ccd.adapters.listening import originate, turning
from ccd.effects import TurnListening
from tests.pbx.asterisk import Asterisk
from tests.pbx.incidents import command
from tests.pbx.listeners import AGENT, ANALYST, LEAD, Ears, floor, listen_to, new_name
from tests.pbx.phones import answers, busy, no_answer
from tests.pbx.sipua import Behaviour

pytestmark = pytest.mark.pbx


# --- who hears whom -----------------------------------------------------------------------------------------


async def test_listening_hears_both_and_is_heard_by_nobody(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        caller, agent, spied = await on.call()
        name, lead = await on.listen(spied)
        ears = Ears(on.phones, caller=caller, agent=agent, lead=lead)
        assert await ears.of("lead") == set()
        assert await ears.of("caller") == {"agent", "lead"}
        assert await ears.of("agent") == {"caller", "lead"}
        assert on.count("UserEvent", UserEvent="CcdListen", Key=name, What="on", How="4") == 1


@pytest.mark.parametrize(("how", "reached"), [("whisper", {"agent"}), ("barge", {"agent", "caller"})])
async def test_whispering_reaches_the_agent_alone_and_barging_in_both(
    asterisk: Asterisk, how: str, reached: set[str]
) -> None:
    async with floor(asterisk) as on:
        caller, agent, spied = await on.call()
        _, lead = await on.listen(spied, how=how)
        ears = Ears(on.phones, caller=caller, agent=agent, lead=lead)
        assert await ears.of("lead") == reached
        assert await ears.of("caller") == {"agent", "lead"}


async def test_two_listen_at_once_and_do_not_hear_each_other(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        caller, agent, spied = await on.call()
        _, lead = await on.listen(spied, how="whisper")
        _, analyst = await on.listen(spied, ANALYST)
        ears = Ears(on.phones, caller=caller, agent=agent, lead=lead, analyst=analyst)
        assert await ears.of("caller") == {"agent", "lead", "analyst"}
        assert await ears.of("analyst") == set()
        await lead.hangup()
        assert await ears.of("agent") == {"caller", "analyst"}


# --- turning ------------------------------------------------------------------------------------------------


async def test_keys_turn_to_what_was_granted_and_each_turn_is_told(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        caller, agent, spied = await on.call()
        name, lead = await on.listen(spied, modes=("listen", "whisper"))
        ears = Ears(on.phones, caller=caller, agent=agent, lead=lead)
        await lead.press("5")
        await on.until("UserEvent", Key=name, What="on", How="5")
        assert await ears.of("lead") == {"agent"}
        await lead.press("6")
        assert await ears.of("lead") == {"agent"}, "to barge in was not granted"
        await lead.press("4")
        await on.until("UserEvent", Key=name, What="on", How="4")
        assert await ears.of("lead") == set()
        assert on.count("UserEvent", Key=name, How="6") == 0
        for key in "#", "9", "0", "12#":
            await lead.press(key)
        assert await ears.of("caller") == {"agent", "lead"}, "other keys lead nowhere, and to nobody else"
        await on.hear()
        assert {one["SpyeeUniqueid"] for one in on.told if one.get("Event") == "ChanSpyStart"} == {spied}


async def test_the_console_turns_it_and_grants_or_takes_away(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        caller, agent, spied = await on.call()
        name, lead = await on.listen(spied, how="barge")
        ears = Ears(on.phones, caller=caller, agent=agent, lead=lead)
        await on.send(turning(TurnListening("k", "test", "main", name, "listen", ("listen",))))
        await on.until("UserEvent", Key=name, What="on", How="4")
        await lead.press("6")
        assert await ears.of("lead") == set()
        await on.send(turning(TurnListening("k", "test", "main", name, "whisper", ("listen", "whisper"))))
        await on.until("UserEvent", Key=name, What="on", How="5")
        assert await ears.of("lead") == {"agent"}
        assert not lead.ended.is_set()


# --- exactly this channel -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cut", [lambda spied: spied[:-1], lambda spied: spied.split(".")[0], lambda spied: AGENT]
)
async def test_what_is_only_the_beginning_of_a_channels_name_is_no_channel(
    asterisk: Asterisk, cut: Callable[[str], str]
) -> None:
    async with floor(asterisk) as on:
        _, agent, spied = await on.call()
        on.phones[LEAD].behaviour = answers()
        name = new_name()
        await on.send(originate(listen_to(name, cut(spied), LEAD)))
        await on.until("Hangup", Uniqueid=name)
        assert on.count("ChanSpyStart") == 0
        assert not agent.ended.is_set()


async def test_variables_that_are_none_of_ours_listen_to_nobody(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        _, _, spied = await on.call()
        on.phones[LEAD].behaviour = answers()
        for changed in ({"CCD_HOW": "456"}, {"CCD_HOW": "B"}, {"CCD_SPIED": "&/;"}, {"CCD_SPIED": ""}):
            name = new_name()
            fields = originate(listen_to(name, spied, LEAD))
            replaced = tuple(
                ("Variable", f"{key}={changed[key]}")
                if (key := value.partition("=")[0]) in changed
                else (kind, value)
                for kind, value in fields
            )
            await on.send(replaced)
            await on.until("Hangup", Uniqueid=name)
        assert on.count("ChanSpyStart") == 0


async def test_no_phone_and_no_caller_gets_there_by_dialling(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        await on.call()
        for phone in (on.phones[LEAD], on.phones.outside):
            for number in ("listen-1x", "tone", "s", "4", "ccd-listen"):
                call = await phone.call(number)
                await call.wait_ended(10)
                assert call.status in (404, 484), (phone.user, number)
        await on.hear()
        assert on.count("ChanSpyStart") == 0
        shown = await asyncio.to_thread(command, on.pbx, "dialplan show")
        assert "Include => 'ccd-listen" not in shown.replace("=>  ", "=> ")


# --- how it ends --------------------------------------------------------------------------------------------


async def test_the_end_of_the_call_ends_it_and_says_so(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        caller, _, spied = await on.call()
        name, lead = await on.listen(spied)
        await caller.hangup()
        await on.until("UserEvent", Key=name, What="over")
        await lead.wait_ended(5)


async def test_who_hangs_up_or_leaves_by_the_star_ends_nothing_else(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        caller, agent, spied = await on.call()
        name, lead = await on.listen(spied, how="barge")
        await lead.hangup()
        await on.until("Hangup", Uniqueid=name)
        name, lead = await on.listen(spied, how="whisper")
        await lead.press("*")
        await on.until("UserEvent", Key=name, What="left")
        await lead.wait_ended(5)
        ears = Ears(on.phones, caller=caller, agent=agent)
        assert await ears.of("caller") == {"agent"}


async def test_ccds_own_rights_end_it_and_the_call_goes_on(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        caller, agent, spied = await on.call()
        name, lead = await on.listen(spied, how="barge")
        await on.send((("Action", "Hangup"), ("Channel", name)))
        await lead.wait_ended(5)
        ears = Ears(on.phones, caller=caller, agent=agent)
        assert await ears.of("caller") == {"agent"}


@pytest.mark.parametrize(("behaviour", "reason"), [(no_answer, "3"), (busy, "0")])
async def test_a_phone_that_nobody_takes_up_listens_to_nothing(
    asterisk: Asterisk, behaviour: Behaviour, reason: str
) -> None:
    async with floor(asterisk) as on:
        _, _, spied = await on.call()
        on.phones[LEAD].behaviour = behaviour
        name = new_name()
        await on.send(originate(listen_to(name, spied, LEAD)))
        told = await on.until("OriginateResponse", Exten=name)
        assert (told["Response"], told["Context"], told["Reason"]) == ("Failure", "ccd-listen", reason)
        assert on.count("UserEvent", UserEvent="CcdListen") == 0


async def test_one_that_lasts_too_long_ends(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        _, agent, spied = await on.call()
        on.phones[LEAD].behaviour = answers()
        name = new_name()
        effect = listen_to(name, spied, LEAD)
        fields = tuple(
            (kind, "CCD_LONGEST=2" if value.startswith("CCD_LONGEST") else value)
            for kind, value in originate(effect)
        )
        await on.send(fields)
        await on.until("UserEvent", Key=name, What="longest")
        assert not agent.ended.is_set()


# --- what becomes of the call meanwhile ---------------------------------------------------------------------


async def test_a_caller_who_is_handed_on_is_not_followed(asterisk: Asterisk) -> None:
    async with floor(asterisk, "1006") as on:
        caller, agent, spied = await on.call()
        name, lead = await on.listen(spied)
        on.phones["1006"].behaviour = answers()
        await agent.transfer("1006")
        await on.until("UserEvent", Key=name, What="over")
        await lead.wait_ended(5)
        assert not caller.ended.is_set()


async def test_an_attended_transfer_to_the_agent_goes_on_being_heard(asterisk: Asterisk) -> None:
    """The colleague's legs go, and the agent's stays: it is what was asked for."""
    async with floor(asterisk, "1006") as on:
        on.phones["1006"].behaviour = answers()
        on.phones[AGENT].behaviour = answers()
        caller = await on.phones.outside.call("1006", caller="13800138000")
        await caller.wait_answered()
        first = on.phones["1006"].calls[-1]
        await first.hold()
        consult = await on.phones["1006"].call(AGENT)
        await consult.wait_answered()
        agent = on.phones[AGENT].calls[-1]
        shown = await asyncio.to_thread(command, on.pbx, "core show channels concise")
        spied = next(line for line in shown.splitlines() if line.startswith(f"PJSIP/{AGENT}-")).split("!")[-1]
        name, lead = await on.listen(spied)
        assert await first.transfer_to(consult) == 200
        ears = Ears(on.phones, caller=caller, agent=agent, lead=lead)
        assert await ears.of("caller") == {"agent", "lead"}
        assert await ears.of("agent") == {"caller", "lead"}
        await on.hear()
        assert on.count("UserEvent", Key=name, What="over") == 0


async def test_the_agent_hears_a_beep_only_where_it_is_announced(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        caller, agent, spied = await on.call()
        ears = on.phones.listen(agent)
        for call in (caller, agent):
            call.phone.media.hush(call)
        for tone in (False, True):
            await asyncio.sleep(0.5)
            ears.clear()
            _, lead = await on.listen(spied, tone=tone)
            lead.phone.media.hush(lead)
            await asyncio.sleep(2)
            assert any(frame.loud for frame in ears) == tone
            await lead.hangup()
