"""May this phone be paused, asked by FastAGI: answered, or left open, so that the dialplan pauses alone."""

from __future__ import annotations

import asyncio

import pytest

from ccd.events import PauseAsked, Person
from ccd.roster import Roster
from tests.adapters.agi_desk import NOW, PIN, begun, desk, header, pause_header, settle

OPEN = {"CCD_RESULT": "open", "CCD_PROMPT": ""}
TWO = Roster(
    (
        Person("11", "张三", "agent", "一组", "A01", "PJSIP/1001", language="zh_CN"),
        Person("12", "Ann", "agent", "一组", "A01", "PJSIP/1001", language="en"),
    )
)
SEAT = ("north", "PJSIP/1001")


@pytest.mark.parametrize(
    ("reply", "variables"),
    [
        ((True, ""), {"CCD_RESULT": "accepted", "CCD_PROMPT": ""}),
        ((True, "paused"), {"CCD_RESULT": "accepted", "CCD_PROMPT": "paused"}),
        ((False, "meal-full"), {"CCD_RESULT": "refused", "CCD_PROMPT": "meal-full"}),
        ((False, 'x"\nEXEC System "rm'), {"CCD_RESULT": "refused", "CCD_PROMPT": ""}),
    ],
)
async def test_the_engine_is_asked_before_the_pause_and_its_answer_reaches_the_dialplan(
    reply: tuple[bool, str], variables: dict[str, str]
) -> None:
    async with desk() as made:
        made.pause_reply = reply
        assert await made.call(pause_header()) == variables
        (asked,) = made.pauses
        assert asked == PauseAsked(
            at=NOW,
            request=asked.request,
            pbx="north",
            interface="PJSIP/1001",
            seat="A01",
            person="",
            reason="meal",
            how="phone",
        )
        assert made.asked == []
        assert await settle(made) == {variables["CCD_RESULT"]: 1}


@pytest.mark.parametrize("reason", ["", "break", "用餐", "tea break"])
async def test_a_reason_is_the_sites_own_word(reason: str) -> None:
    async with desk() as made:
        assert (await made.call(pause_header(reason=reason)))["CCD_RESULT"] == "accepted"
        assert [asked.reason for asked in made.pauses] == [reason]


@pytest.mark.parametrize(
    ("here", "code", "person", "language"),
    [
        ((), "", "", None),
        (("11",), "", "", "zh"),
        (("11", "12"), "", "", None),
        (("11", "12"), "12", "12", "en"),
        (("11", "12"), "11", "11", "zh"),
        (("11",), "12", "", "zh"),
        (("11", "12"), "99", "", None),
        (("11", "12"), "1'; --", "", None),
    ],
)
async def test_a_code_counts_where_that_person_sits_there_and_the_prompt_is_in_their_language(
    here: tuple[str, ...], code: str, person: str, language: str | None
) -> None:
    async with desk() as made:
        made.roster, made.here = TWO, {SEAT: here}
        told = await made.call(pause_header(code=code))
        assert [asked.person for asked in made.pauses] == [person]
        assert told.get("CCD_LANGUAGE") == language


async def test_a_seat_of_another_pbx_is_another_seat() -> None:
    async with desk() as made:
        made.pbx_names = ["north", "south"]
        made.roster, made.here = TWO, {SEAT: ("11",)}
        await made.call(pause_header(script="pause/south", code="11"))
        assert [(asked.pbx, asked.person) for asked in made.pauses] == [("south", "")]


async def test_an_engine_that_does_not_answer_in_time_leaves_it_open() -> None:
    async with desk(timeout_s=0.6) as made:
        made.pause_reply = None
        began = asyncio.get_running_loop().time()
        assert await made.call(pause_header()) == OPEN
        assert asyncio.get_running_loop().time() - began < 5
        assert await settle(made) == {"open": 1}


async def test_an_engine_that_takes_nothing_leaves_it_open() -> None:
    async with desk() as made:

        def full(event: object) -> None:
            raise asyncio.QueueFull

        made.asks._submit = full
        assert await made.call(pause_header()) == OPEN
        assert await settle(made) == {"open": 1}


@pytest.mark.parametrize(
    "raw",
    [
        pause_header(channel=""),
        pause_header(script="pause/south"),
        pause_header(script="pauses"),
        pause_header(reason="x" * 81),
        pause_header(reason='meal"'),
        pause_header(reason="me\x07al"),
        pause_header(name="x\nagi_arg_1: meal"),
        pause_header(name="x\nagi_uniqueid: 1.1"),
    ],
)
async def test_what_is_no_question_leaves_it_open_and_asks_nothing(raw: bytes) -> None:
    async with desk() as made:
        assert await made.call(raw) == OPEN
        assert made.pauses == []
        assert await settle(made) == {"bad": 1}


async def test_who_has_hung_up_is_told_nothing() -> None:
    async with desk() as made:
        made.pause_reply = None
        _, writer = await begun(made, pause_header())
        while not made.pauses:
            await asyncio.sleep(0.005)
        writer.close()
        made.pause_reply = (True, "")
        made.ask(made.pauses[0])
        assert await settle(made) == {"gone": 1}


# --- leaving as ill ----------------------------------------------------------------------------------------


async def test_leaving_as_ill_is_a_leave_with_its_reason() -> None:
    async with desk() as made:
        await made.call(header(kind="leave-ill"))
        assert [(asked.kind, asked.reason, asked.pin_ok) for asked in made.asked] == [
            ("leave", "illness", True)
        ]


async def test_who_was_held_is_not_asked_for_the_pin_again_to_say_that_they_are_ill() -> None:
    async with desk() as made:
        made.reply = (False, "held")
        first = await made.call(header(kind="leave", pin="", sound="pin"), f"200 result={PIN}\n".encode())
        assert first["CCD_PROMPT"] == "held"
        made.reply = (True, "goodbye")
        again = await made.call(header(kind="leave-ill", pin="", sound="pin"))
        assert again == {"CCD_RESULT": "accepted", "CCD_PROMPT": "goodbye"}
        assert [(asked.reason, asked.pin_ok) for asked in made.asked] == [("", True), ("illness", True)]
        once_more = await made.call(header(kind="leave-ill", pin="", sound="pin"))
        assert "GET DATA" in once_more, "good for one question"


@pytest.mark.parametrize(
    "other",
    [
        header(kind="leave-ill", pin="", sound="pin", code="12"),
        header(kind="leave-ill", pin="", sound="pin", channel="PJSIP/1002-0000000b"),
        header(kind="leave-ill", pin="", sound="pin").replace(b"1795296689.0", b"1795296690.0"),
        header(kind="leave", pin="", sound="pin"),
        header(kind="attend", pin="", sound="pin"),
    ],
    ids=["another person", "another phone", "another call", "just leaving", "being there"],
)
async def test_that_holds_for_nothing_else(other: bytes) -> None:
    async with desk() as made:
        made.reply = (False, "held")
        await made.call(header(kind="leave", pin="", sound="pin"), f"200 result={PIN}\n".encode())
        assert "GET DATA" in await made.call(other)


async def test_a_wrong_pin_is_asked_for_again() -> None:
    async with desk() as made:
        made.reply = (False, "wrong-pin")
        await made.call(header(kind="leave", pin="", sound="pin"), b"200 result=9999\n")
        assert "GET DATA" in await made.call(header(kind="leave-ill", pin="", sound="pin"))
