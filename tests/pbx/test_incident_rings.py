"""Telling people of an emergency by phone: the announcement, the keys, and what ccd is told of it."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.pbx.asterisk import Asterisk
from tests.pbx.incidents import at_desk, mark, presses
from tests.pbx.phones import answers, busy

pytestmark = pytest.mark.pbx


async def test_each_key_and_each_silence_has_its_result(mute_asterisk: Asterisk) -> None:
    behaviours = {
        "1001": presses("1"),
        "1002": presses("2"),
        "1003": answers(),
        "1004": presses(hangs_up=True),
        "1005": presses("5", "1"),
        "1011": presses("#"),
    }
    expected = {
        "1001": "acknowledged",
        "1002": "cannot",
        "1003": "hung_up",  # listened three times and said nothing
        "1004": "hung_up",
        "1005": "acknowledged",  # the first key meant nothing
        "1011": "hung_up",
    }
    async with at_desk(mute_asterisk, *behaviours) as (desk, phones):
        for extension, behaviour in behaviours.items():
            phones[extension].behaviour = behaviour
        keys = {extension: desk.ring("ccd-tell", f"PJSIP/{extension}", seat="7") for extension in behaviours}
        await desk.over()
        results = {extension: desk.results(key) for extension, key in keys.items()}
        assert results == {
            extension: [("answered", ""), (result, "")] for extension, result in expected.items()
        }
        for extension, key in keys.items():
            result, reason, at = mark(mute_asterisk, "ccd-ring", key)
            assert (result, reason) == (expected[extension], "")
            assert abs(int(at) - time.time()) < 30


async def test_who_could_not_be_reached_is_told_apart_by_the_key(mute_asterisk: Asterisk) -> None:
    async with at_desk(mute_asterisk, "1001", "1002") as (desk, phones):
        phones["1001"].behaviour = busy
        where = {
            "busy": "PJSIP/1001",
            "ringing": "PJSIP/1002",
            "nowhere": "PJSIP/none",
            "110": "Local/110@ccd-outside/n",
        }
        for key, channel in where.items():
            desk.ring("ccd-tell", channel, key=f"key-{key}")
        answered = [("answered", ""), ("hung_up", "")]
        phones.outside.behaviour = answers(talk=0.3)
        outside = desk.ring("ccd-tell", "Local/13800138000@ccd-outside/n")
        await desk.until(lambda: desk.results(outside) == answered)
        await desk.over()
        failed = {
            event["Uniqueid"]: (event["Context"], event["Exten"], event["Reason"])
            for event in desk.told
            if event["Event"] == "OriginateResponse" and event["Response"] == "Failure"
        }
        causes = {event["Uniqueid"]: event["Cause"] for event in desk.told if event["Event"] == "Hangup"}
        assert phones.outside.calls[0].number == "13800138000"
        assert len(phones.outside.calls) == 1, "a short emergency number cannot be rung"
    reasons = {"key-busy": "0", "key-ringing": "3", "key-nowhere": "0", "key-110": "0"}
    assert failed == {key: ("ccd-tell", key, reason) for key, reason in reasons.items()}
    assert causes["key-busy"] == "17", "what tells a busy phone from one that is not there"


async def test_what_is_read_out_is_the_emergency_the_seat_and_the_caller(mute_asterisk: Asterisk) -> None:
    """And of hostile text nothing but letters and digits, which are read out one by one."""
    variables = {
        "fire": {"ladder": "fire", "seat": "A03", "drill": "1", "language": "zh", "caller": "13"},
        "own": {"ladder": "flood_water", "seat": "", "caller": "", "not_saved": "1"},
        "hostile": {
            "ladder": 'leak"&tt-monkeys)${SHELL(id)}',
            "seat": "1&tt-monkeys",
            "caller": "1${EPOCH};x2",
            "language": "en/../..",
            "incident": "a|b.c",
        },
    }
    with mute_asterisk.admin("dialplan") as session:
        async with at_desk(mute_asterisk, "1001") as (desk, phones):
            phones["1001"].behaviour = presses("1", after=0.6)
            for key, given in variables.items():
                desk.ring("ccd-tell", "PJSIP/1001", key=f"say-{key}", **given)
                await desk.over()
            results = [event for event in desk.events("CcdRing") if event["Result"] == "acknowledged"]
        steps = await asyncio.to_thread(lambda: list(session.events(0.3)))
    said = [
        step["AppData"].split(",")[1]
        for step in steps
        if step.get("Application") == "Read" and "&" in step["AppData"]
    ]
    end = "&ccd/press-1-ack-2-cannot&beep"
    assert said == [
        "ccd/this-is-a-drill&ccd/fire&ccd/seat&letters/a&digits/0&digits/3&ccd/caller&digits/1&digits/3"
        + end,
        "ccd/danger&ccd/not-saved" + end,
        "ccd/danger&ccd/seat&digits/1"
        + "".join(f"&letters/{c}" for c in "ttmonkeys")
        + "&ccd/caller&digits/1&digits/2"
        + end,
    ]
    languages = [event["Language"] for event in results]
    assert languages == ["zh", "en", "en"]
    assert results[-1]["Incident"] == "abc"


async def test_the_agent_alone_hears_the_whisper(mute_asterisk: Asterisk) -> None:
    async with at_desk(mute_asterisk, "1001") as (desk, phones):
        phones["1001"].behaviour = answers()
        caller = await phones.outside.call("800", caller="13800138000")
        await caller.wait_answered()
        await desk.until(lambda: phones["1001"].calls)
        agent = phones["1001"].calls[0]
        await asyncio.sleep(0.5)
        at_agent, at_caller = phones.listen(agent), phones.listen(caller)
        await asyncio.sleep(0.5)
        lines = mute_asterisk.rx("core show channels concise").splitlines()
        channel = next(line.split("!")[0] for line in lines if line.startswith("PJSIP/1001-"))
        before = len(at_agent), len(at_caller)
        desk.ring("ccd-whisper", "Local/s@ccd-whisper/n", channel=channel)
        await desk.until(lambda: len({frame.samples for frame in at_agent[before[0] :]}) > 10)
        await asyncio.sleep(0.5)
        assert len(at_caller) > before[1] + 20
        assert len({frame.samples for frame in at_caller[before[1] :]}) == 1, "nothing but the agent's tone"
        await caller.hangup()
        await desk.over()


async def test_the_prompts_are_heard_and_end_at_a_key(asterisk: Asterisk) -> None:
    async with at_desk(asterisk, "1001") as (desk, phones):
        phones["1001"].behaviour = answers()
        key = desk.ring("ccd-tell", "PJSIP/1001", language="zh", seat="7", caller="13800138000")
        await desk.until(lambda: phones["1001"].calls and phones["1001"].calls[0].answered.is_set())
        call = phones["1001"].calls[0]
        heard = phones.listen(call)
        await desk.until(lambda: sum(frame.loud for frame in heard) > 50)
        assert desk.results(key) == [("answered", "")]
        await call.press("1")
        await desk.until(lambda: desk.results(key)[-1] == ("acknowledged", ""), timeout=1)
        await call.wait_ended()
