"""Reporting an emergency at a phone: by the agent only, in the middle of the call, with and without ccd."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.pbx.asterisk import Asterisk
from tests.pbx.incidents import Desk, at_desk, command, mark, presses
from tests.pbx.phones import Phones, answers, no_answer
from tests.pbx.sipua import Call, Phone
from tests.pbx.test_hosts import dial

pytestmark = pytest.mark.pbx


async def connected(phones: Phones, number: str, extension: str) -> tuple[Call, Call]:
    """A caller from outside and the agent at ``extension``, who talk with one another."""
    phones[extension].behaviour = answers()
    caller = await phones.outside.call(number, caller="13800138000")
    async with asyncio.timeout(5):
        while not (phones[extension].calls and phones[extension].calls[0].answered.is_set()):
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    return caller, phones[extension].calls[0]


def leg(pbx: Asterisk, phone: str) -> tuple[str, str]:
    """Name and Uniqueid of that phone's channel."""
    lines = command(pbx, "core show channels concise").splitlines()
    line = next(line for line in lines if line.startswith(f"PJSIP/{phone}-"))
    return line.split("!")[0], line.split("!")[-1]


def marks(pbx: Asterisk) -> list[list[str]]:
    count = int("".join(mark(pbx, "ccd-missed", "count")) or "0")
    return [mark(pbx, "ccd-missed", str(number)) for number in range(1, count + 1)]


@pytest.mark.parametrize(("number", "extension"), [("802", "1020"), ("801", "1011")], ids=["member", "Local"])
async def test_the_agents_key_reports_the_callers_does_not_and_the_call_goes_on(
    mute_asterisk: Asterisk, number: str, extension: str
) -> None:
    """A Local member's caller too: what he presses is heard in the bridge that the agent's phone is in."""
    async with at_desk(mute_asterisk, extension, member="1020") as (desk, phones):
        command(mute_asterisk, f"database put ccd-duty leads PJSIP/{extension}")
        caller, agent = await connected(phones, number, extension)
        channel, uniqueid = leg(mute_asterisk, extension)
        heard = phones.listen(agent), phones.listen(caller)
        await caller.press("*9")
        await asyncio.sleep(2.5)  # what one side pressed holds the other's keys up for featuredigittimeout
        assert not desk.events("CcdReport")
        assert not marks(mute_asterisk)
        await agent.press("*9")
        await desk.until(lambda: desk.events("CcdReport"), timeout=2)
        command(mute_asterisk, f"database put ccd-taken {uniqueid} inc-1")
        pressed_at = asyncio.get_running_loop().time()
        await asyncio.sleep(1.8)
        for frames in heard:
            assert sum(frame.loud for frame in frames if frame.at > pressed_at) > 50, "they hear one another"
        assert len(phones[extension].calls) == 1, "ccd has taken it: no lead is rung"
        assert mark(mute_asterisk, "ccd-taken", uniqueid) == []
        await caller.hangup()
        await desk.over()
        (report,) = desk.events("CcdReport")
        ((kind, seat, of, at),) = marks(mute_asterisk)
        assert (kind, seat, of) == ("threat", extension, uniqueid)
        assert abs(int(at) - time.time()) < 30
        told = {name: report[name] for name in ("Channel", "Uniqueid", "Ladder", "Request", "Seat", "Mark")}
        assert told == {
            "Channel": channel,
            "Uniqueid": uniqueid,
            "Ladder": "threat",
            "Request": f"{uniqueid}-{at}",
            "Seat": extension,
            "Mark": "1",
        }
        assert desk.events("CcdMissed") == desk.events("CcdAlone") == []


async def test_without_ccd_the_leads_it_last_named_are_rung_one_after_the_other(
    mute_asterisk: Asterisk,
) -> None:
    async with at_desk(mute_asterisk, "1020", "1006", "1007", "1008", member="1020") as (desk, phones):
        command(mute_asterisk, "database put ccd-duty leads PJSIP/1006&PJSIP/1007")
        command(mute_asterisk, "database put ccd-duty next PJSIP/1008")
        phones["1006"].behaviour = no_answer
        phones["1007"].behaviour = presses("2")
        phones["1008"].behaviour = presses("1")
        caller, agent = await connected(phones, "802", "1020")
        _, uniqueid = leg(mute_asterisk, "1020")
        await agent.press("*9")
        await desk.until(lambda: len(desk.events("CcdAlone")) == 2, timeout=12)
        assert not agent.ended.is_set()
        await caller.hangup()
        await desk.over()
        assert [len(phones[seat].calls) for seat in ("1006", "1007", "1008")] == [1, 1, 1]
        alone = [(event["Leg"], event["Result"]) for event in desk.events("CcdAlone")]
        assert alone == [(uniqueid, "dialled"), (uniqueid, "acknowledged")]
        assert mark(mute_asterisk, "ccd-alone", uniqueid)[1] == "acknowledged"
        assert len(desk.events("CcdMissed")) == 1, "in case ccd is there and has only not seen it"
        assert [kind for kind, *_ in marks(mute_asterisk)] == ["threat"]


async def test_without_ccd_and_a_lead_it_is_noted_that_nobody_was_told(mute_asterisk: Asterisk) -> None:
    """What stands in AstDB is phones: no context can be named there, not that of the police either."""
    async with at_desk(mute_asterisk, "1020") as (desk, phones):
        command(mute_asterisk, "database put ccd-duty leads Local/call@ccd-police/n")
        assert await dial(phones["1020"], "*883") > 0
        await desk.over()
        assert [event["Result"] for event in desk.events("CcdAlone")] == ["dialled", "nobody"]
        assert desk.events("CcdPolice") == []
        assert [len(phones[police].calls) for police in ("1036", "1037")] == [0, 0]


async def test_a_call_that_is_not_recorded_is_recorded_from_the_report_on(mute_asterisk: Asterisk) -> None:
    async with at_desk(mute_asterisk, "1020", "1005", member="1020") as (desk, phones):
        for number, extension, files in (("814", "1005", 1), ("802", "1020", 0)):
            caller, agent = await connected(phones, number, extension)
            _, uniqueid = leg(mute_asterisk, extension)
            command(mute_asterisk, f"database put ccd-taken {uniqueid} inc-1")
            await agent.press("*9")
            await asyncio.sleep(1)
            await caller.hangup()
            await desk.over()
            recording = mute_asterisk.monitor_dir / f"{uniqueid}.wav"
            assert len(list(mute_asterisk.monitor_dir.glob(f"{uniqueid}*"))) == files
            assert not files or recording.stat().st_size > 4000


async def test_a_callers_line_is_held_when_the_agent_who_reported_hangs_up(mute_asterisk: Asterisk) -> None:
    async with at_desk(mute_asterisk, "1020", member="1020") as (desk, phones):
        ordinary, agent = await connected(phones, "813", "1020")
        await agent.hangup()
        await ordinary.wait_ended(3)
        phones["1020"].calls.clear()
        caller, agent = await connected(phones, "813", "1020")
        command(mute_asterisk, f"database put ccd-taken {leg(mute_asterisk, '1020')[1]} inc-1")
        await agent.press("*9")
        await desk.until(lambda: desk.events("CcdReport"), timeout=2)
        await agent.hangup()
        await asyncio.sleep(1.5)
        assert not caller.ended.is_set()
        await caller.hangup()
        await desk.over()


@pytest.mark.parametrize(
    ("code", "digits", "kind"),
    [
        ("*881", (), "threat"),
        ("*88", ("2",), "intruder"),
        ("*88", ("7", "5"), "leak"),
        ("*884", (), "danger"),
    ],
)
async def test_an_emergency_is_reported_by_code_from_a_phone_without_a_call(
    mute_asterisk: Asterisk, code: str, digits: tuple[str, ...], kind: str
) -> None:
    async with at_desk(mute_asterisk, "1020") as (desk, phones):
        await report_by_code(desk, phones["1020"], code, digits)
        (report,) = desk.events("CcdReport")
        (codes,) = desk.events("CcdCode")
        assert codes["Act"] == "report"
        assert (report["Ladder"], report["Seat"]) == (kind, "1020")
        assert marks(mute_asterisk) == [[kind, "1020", *report["Request"].split("-")]]


async def report_by_code(desk: Desk, phone: Phone, code: str, digits: tuple[str, ...]) -> None:
    call = await phone.call(code)
    await call.wait_answered()
    for digit in digits:
        await asyncio.sleep(0.6)
        await call.press(digit)
    await desk.until(lambda: desk.events("CcdReport"))
    command(desk.pbx, f"database put ccd-taken {desk.events('CcdReport')[0]['Uniqueid']} inc-1")
    await call.wait_ended()
    await desk.over()


async def test_who_only_listens_to_the_choice_reports_nothing(mute_asterisk: Asterisk) -> None:
    async with at_desk(mute_asterisk, "1020") as (desk, phones):
        call = await phones["1020"].call("*88")
        await call.wait_answered()
        await asyncio.sleep(0.5)
        await call.hangup()
        await desk.over()
        assert not desk.events("CcdReport")
        assert not marks(mute_asterisk)


async def test_an_arrival_that_ccd_missed_is_noted(mute_asterisk: Asterisk) -> None:
    async with at_desk(mute_asterisk, "1020") as (desk, phones):
        await dial(phones["1020"], "*87777")
        await desk.over()
        assert [noted[:3] for noted in marks(mute_asterisk)] == [["attend", "1020", "777"]]
