"""Sign-in by FastAGI: what Asterisk asks is answered, and what cannot be answered lets the person go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import structlog

from ccd.adapters.agi import AgiServer
from ccd.config import AgiSettings, ConfigError
from ccd.effects import AnswerSignIn
from ccd.events import SignInAsked
from tests.adapters.agi_desk import NOW, PIN, ROSTER, desk, header, obey, settle, stored

# --- what Asterisk asks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "variables"),
    [
        ((True, "welcome"), {"CCD_RESULT": "accepted", "CCD_PROMPT": "welcome"}),
        ((True, "already"), {"CCD_RESULT": "accepted", "CCD_PROMPT": "already"}),
        ((False, "wrong-pin"), {"CCD_RESULT": "refused", "CCD_PROMPT": "wrong-pin"}),
    ],
)
async def test_the_engine_is_asked_and_its_answer_reaches_the_dialplan(
    reply: tuple[bool, str], variables: dict[str, str]
) -> None:
    async with desk() as made:
        made.reply = reply
        assert await made.call(header()) == variables
        (asked,) = made.asked
        expected = SignInAsked(NOW, asked.request, "north", "A01", "11", "arrive", True, "phone")
        assert asked == expected
        assert await settle(made) == {variables["CCD_RESULT"]: 1}


@pytest.mark.parametrize(
    ("code", "pin", "pin_ok"),
    [
        ("11", PIN, True),
        ("11", "480262", False),
        ("11", "", None),
        ("12", PIN, False),
        ("12", "张" * 99, False),
    ],
)
async def test_the_pin_is_checked_and_only_the_result_goes_on(
    code: str, pin: str, pin_ok: bool | None
) -> None:
    async with desk() as made:
        await made.call(header(code=code, pin=pin, kind="leave"))
        assert [(asked.code, asked.kind, asked.pin_ok) for asked in made.asked] == [(code, "leave", pin_ok)]


@pytest.mark.parametrize(
    ("channel", "seat"),
    [
        ("PJSIP/1001-0000000a", "A01"),
        ("PJSIP/1002-0000000a", "PJSIP/1002"),
        ("PJSIP/seat-12-0000000a", "PJSIP/seat-12"),
        ("Local/8@default-00000000;1", "Local/8@default"),
    ],
)
async def test_the_seat_is_that_of_the_calling_device(channel: str, seat: str) -> None:
    async with desk() as made:
        await made.call(header(channel=channel))
        assert [asked.seat for asked in made.asked] == [seat]


@pytest.mark.parametrize(
    ("names", "script", "pbx"),
    [
        (["north"], "sign-in", "north"),
        (["north"], "sign-in/north", "north"),
        (["north", "south"], "sign-in/south", "south"),
    ],
)
async def test_each_pbx_says_its_name_where_there_are_several(
    names: list[str], script: str, pbx: str
) -> None:
    async with desk() as made:
        made.pbx_names = names
        await made.call(header(script=script))
        assert [asked.pbx for asked in made.asked] == [pbx]


async def test_many_sign_in_at_once_and_each_gets_its_own_answer() -> None:
    async with desk() as made:
        made.reply = None
        calls = [asyncio.create_task(made.call(header(code=str(code), pin=""))) for code in range(20, 60)]
        async with asyncio.timeout(5):
            while len(made.asked) < 40:
                await asyncio.sleep(0.005)
        for asked in reversed(made.asked):
            prompt = "welcome" if int(asked.code) % 2 else "goodbye"
            assert made.server.answer(AnswerSignIn(asked.request, "because", True, prompt))
        prompts = [(await call)["CCD_PROMPT"] for call in calls]
        assert prompts == ["welcome" if code % 2 else "goodbye" for code in range(20, 60)]


# --- the PIN asked for by ccd ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dials", "pin_ok"),
    [
        (f"200 result={PIN}\n", True),
        (f"200 result={PIN} (timeout)\n", True),
        ("200 result=480262\n", False),
        ("200 result=48 (timeout)\n", False),
        ("200 result= (timeout)\n", None),
        ("200 result=\n", None),
    ],
)
async def test_a_pin_the_dialplan_does_not_know_is_asked_for(dials: str, pin_ok: bool | None) -> None:
    async with desk() as made:
        said = await made.call(header(pin="", sound="agent-pass"), dials.encode())
        assert said == {
            "CCD_RESULT": "accepted",
            "CCD_PROMPT": "welcome",
            "SET AUTO": "SET AUTOHANGUP 60; SET AUTOHANGUP 3",
            "GET DATA": 'GET DATA "agent-pass" 4000 8',
        }
        assert [(asked.pin_ok, asked.how) for asked in made.asked] == [(pin_ok, "phone")]


async def test_the_time_a_person_takes_to_dial_is_not_ours() -> None:
    async with desk(timeout_s=0.6) as made:
        reader, writer = await made.connect()
        writer.write(header(pin="", sound="agent-pass"))
        assert await reader.readline() == b'SET VARIABLE CCD_RESULT "asking"\n'
        writer.write(b"200 result=1\n")
        await reader.readline()
        await asyncio.sleep(0.9)
        writer.write(b"200 result=1\n")
        said = await obey(reader, writer, f"200 result={PIN}\n".encode())
        assert said["CCD_RESULT"] == "accepted"
        assert [asked.how for asked in made.asked] == ["phone"]


@pytest.mark.parametrize(
    "dials", [b"200 result=-1\n", b"HANGUP\n", b"511 Command Not Permitted on a dead channel\n"]
)
async def test_who_hangs_up_over_the_pin_has_asked_nothing_and_was_not_missed(dials: bytes) -> None:
    async with desk() as made:
        said = await made.call(header(pin="", sound="agent-pass"), dials)
        assert said["CCD_RESULT"] == "asking"
        assert made.asked == []
        assert await settle(made) == {"gone": 1}


async def test_whoever_says_to_be_there_is_asked_for_a_pin_in_any_case() -> None:
    async with desk() as made:
        made.asks_pin = False
        said = await made.call(
            header(kind="attend", pin="", sound="agent-pass"), f"200 result={PIN}\n".encode()
        )
        assert said["GET DATA"] == 'GET DATA "agent-pass" 4000 8'
        assert [(asked.kind, asked.pin_ok) for asked in made.asked] == [("attend", True)]


async def test_no_pin_is_asked_for_where_none_is_required() -> None:
    async with desk() as made:
        made.asks_pin = False
        assert "GET DATA" not in await made.call(header(pin="", sound="agent-pass"))
        assert [asked.pin_ok for asked in made.asked] == [None]


# --- when ccd cannot say ------------------------------------------------------------------------------------

OPEN = {"CCD_RESULT": "open", "CCD_PROMPT": ""}


async def test_an_engine_that_does_not_answer_in_time_lets_the_person_go() -> None:
    async with desk(timeout_s=0.8) as made:
        made.reply = None
        assert await made.call(header(pin="")) == OPEN
        assert not made.server.answer(AnswerSignIn(made.asked[0].request, "because", False, "refused"))
        assert await settle(made) == {"open": 1, "late": 1}


async def test_an_engine_that_takes_nothing_lets_the_person_go() -> None:
    def full(event: SignInAsked) -> None:
        raise asyncio.QueueFull

    async with desk() as made:
        made.server._submit = full
        assert await made.call(header()) == OPEN
        assert await settle(made) == {"open": 1}


async def _fails(code: str) -> str | None:
    raise OSError("the store is gone")


async def _hangs(code: str) -> str | None:
    await asyncio.sleep(60)
    return None


@pytest.mark.parametrize("pin_hash", [_fails, _hangs])
async def test_a_pin_that_cannot_be_checked_makes_it_one_that_was_missed(
    pin_hash: Callable[[str], Awaitable[str | None]],
) -> None:
    async with desk(timeout_s=1.0, pin_hash=pin_hash) as made:
        assert (await made.call(header()))["CCD_RESULT"] == "accepted"
        assert [(asked.pin_ok, asked.how) for asked in made.asked] == [(None, "missed")]


async def test_a_damaged_hash_is_a_wrong_pin() -> None:
    async def damaged(code: str) -> str | None:
        return "x"

    async with desk(pin_hash=damaged) as made:
        await made.call(header())
        assert [(asked.pin_ok, asked.how) for asked in made.asked] == [(False, "phone")]


@pytest.mark.parametrize(
    "raw",
    [
        header(script="other"),
        header(script="sign-in/south"),
        header(script=""),
        header(kind="dance"),
        header(kind=""),
        header(channel=""),
        header(channel="PJSIP"),
        header(name="x\nagi_channel: PJSIP/9999-0000000b"),
        header(name="x\nagi_arg_2: 99"),
        header(pin="", sound='x" 1 1\rHANGUP'),
        header(pin="", sound="x y"),
        b"\n\n",
    ],
)
async def test_what_is_no_sign_in_lets_go_and_asks_nothing(raw: bytes) -> None:
    async with desk() as made:
        assert await made.call(raw) == OPEN
        assert made.asked == []
        assert await settle(made) == {"bad": 1}


async def test_two_pbxs_and_no_name_is_reported_and_lets_go() -> None:
    async with desk() as made:
        made.pbx_names = ["north", "south"]
        with structlog.testing.capture_logs() as logs:
            assert await made.call(header()) == OPEN
        assert "sign-in/NAME" in logs[0]["why"]


async def test_closing_drops_whoever_waits() -> None:
    async with desk() as made:
        made.reply = None
        call = asyncio.create_task(made.call(header(pin="")))
        async with asyncio.timeout(5):
            while not made.asked:
                await asyncio.sleep(0.005)
        await made.server.close()
        assert await call == {}


async def test_a_port_in_use_is_named_with_its_mend() -> None:
    async with desk() as made:
        settings = AgiSettings(port=made.server.port)
        second = AgiServer(
            settings, roster=lambda: ROSTER, pbx_names=list, pin_hash=stored, submit=made.submit
        )
        with pytest.raises(ConfigError, match=f"127.0.0.1:{made.server.port} .*change agi.port"):
            await second.start()
        await second.close()
