"""A phone that is rung to be told something hears it twice, and the call ends by itself."""

from __future__ import annotations

import asyncio

import pytest

from tests.pbx.asterisk import Asterisk
from tests.pbx.incidents import at_desk
from tests.pbx.phones import answers, no_answer

pytestmark = pytest.mark.pbx


async def said(pbx: Asterisk, **variables: str) -> list[tuple[str, str]]:
    """What is played, and in which language, until the PBX hangs up."""
    with pbx.admin("dialplan") as session:
        async with at_desk(pbx, "1001") as (desk, phones):
            phones["1001"].behaviour = answers()
            desk.ring("ccd-page", "PJSIP/1001", **variables)
            await desk.until(lambda: phones["1001"].calls)
            await phones["1001"].calls[0].wait_ended(40)
            await desk.over()
            codes = desk.events("CcdCode")
        steps = await asyncio.to_thread(lambda: list(session.events(0.3)))
    assert [(code["Act"], code["Interface"]) for code in codes] == [("page", "PJSIP/1001")]
    return [
        (step["AppData"].removeprefix("1?Playback(").removesuffix(")"), step["Language"])
        for step in steps
        if step.get("Application") in ("Playback", "SayAlpha")
        or step.get("AppData", "").startswith("1?Playback(")
    ]


async def test_the_notice_and_the_seat_are_said_twice_in_the_persons_language(asterisk: Asterisk) -> None:
    told = await said(asterisk, notice="relief-missing", seat="7", language="zh")
    assert told == [("ccd/relief-missing", "zh"), ("ccd/seat", "zh"), ("7", "zh")] * 2


async def test_where_our_sounds_are_missing_a_beep_is_heard_and_it_ends(mute_asterisk: Asterisk) -> None:
    told = await said(mute_asterisk, notice="your-turn", seat="", language="en")
    assert told == [("ccd/your-turn", "en"), ("beep", "en")] * 2


async def test_a_word_of_next_year_and_hostile_ones_are_a_notice(mute_asterisk: Asterisk) -> None:
    told = await said(mute_asterisk, notice="${SHELL(id)}", seat="1&tt-monkeys", language="en/../..")
    assert {text for text, _ in told} == {"ccd/notice", "beep", "ccd/seat", "1ttmonkeys"}
    assert {language for _, language in told} == {"en"}


async def test_a_phone_that_nobody_answers_is_rung_once_and_left(mute_asterisk: Asterisk) -> None:
    async with at_desk(mute_asterisk, "1001") as (desk, phones):
        phones["1001"].behaviour = no_answer
        desk.ring("ccd-page", "PJSIP/1001", notice="your-turn", seat="")
        await desk.until(lambda: phones["1001"].calls)
        await desk.over()
        assert len(phones["1001"].calls) == 1
        assert desk.events("CcdCode") == []
