"""The codes of extensions-ccd.conf, dialled on real phones: they work, and they fail open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from ccd.adapters.agi import AgiServer
from ccd.config import AgiSettings
from ccd.effects import AnswerSignIn
from ccd.events import SignInAsked
from ccd.pins import hash_pin
from ccd.roster import Roster
from tests.pbx.asterisk import Asterisk
from tests.pbx.phones import Phones
from tests.pbx.sipua import Phone
from tests.pbx.test_hosts import dial, until

pytestmark = pytest.mark.pbx


def notes(pbx: Asterisk) -> list[str]:
    """``kind|seat|code`` of each missed sign-in, in order. Raises where count and keys do not agree."""
    rows = {}
    for line in pbx.rx("database show ccd-missed").splitlines():
        if line.startswith("/ccd-missed/"):
            key, _, value = line.removeprefix("/ccd-missed/").partition(":")
            rows[key.strip()] = value.strip()
    count = int(rows.pop("count", "0"))
    assert sorted(map(int, rows)) == list(range(1, count + 1))
    ordered = [rows[str(number)].split("|") for number in range(1, count + 1)]
    assert all(abs(int(at) - time.time()) < 60 for *_, at in ordered)
    return ["|".join(parts[:3]) for parts in ordered]


@pytest.fixture
def pbx(asterisk: Asterisk) -> Asterisk:
    """Without notes of missed sign-ins."""
    asterisk.rx("database deltree ccd-missed")
    return asterisk


async def press(phone: Phone, code: str) -> None:
    """Dial a code and hang up once the PBX has begun to speak: what it does comes before."""
    call = await phone.call(code)
    await call.wait_answered()
    await asyncio.sleep(0.5)
    await call.hangup()


async def test_with_nobody_listening_the_person_may_go_at_once(pbx: Asterisk) -> None:
    async with Phones(pbx, "1032") as phones:
        seconds = await dial(phones["1032"], "*82", "777#")
    assert seconds < 8, "refused at once, and a few words"
    assert notes(pbx) == ["leave|1032|777"]


@asynccontextmanager
async def silent_daemon(port: int) -> AsyncIterator[list[object]]:
    """As a daemon that was stopped: connections (the list) are taken, and that is all."""
    taken: list[object] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(writer)
        with suppress(OSError):
            await reader.read()  # until the PBX gives up
        writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", port):
        yield taken


async def test_a_daemon_that_says_nothing_has_two_seconds(pbx: Asterisk) -> None:
    async with silent_daemon(pbx.agi_port) as taken, Phones(pbx, "1032") as phones:
        seconds = await dial(phones["1032"], "*81777")
        assert len(taken) == 1
    assert 2 < seconds < 10
    assert notes(pbx) == ["arrive|1032|777"]


async def test_who_hangs_up_on_a_silent_daemon_is_noted_too(pbx: Asterisk) -> None:
    async with silent_daemon(pbx.agi_port) as taken, Phones(pbx, "1032") as phones:
        call = await phones["1032"].call("*82777")
        await until(lambda: taken)
        await call.hangup()
        await until(lambda: notes(pbx) == ["leave|1032|777"])
        await until(lambda: "0 active channels" in pbx.rx("core show channels"))


async def test_phones_that_sign_in_at_the_same_moment_do_not_overwrite_each_other(pbx: Asterisk) -> None:
    seats = [str(number) for number in range(1020, 1038)]
    async with Phones(pbx, *seats) as phones:
        calls = await asyncio.gather(*(phones[seat].call(f"*81{seat}") for seat in seats))
        await until(lambda: len(notes(pbx)) == len(seats))
        for call in calls:
            await call.hangup()
    assert sorted(notes(pbx)) == [f"arrive|{seat}|{seat}" for seat in seats]


async def test_hanging_up_before_the_code_is_complete_is_nothing(pbx: Asterisk) -> None:
    async with Phones(pbx, "1032") as phones:
        call = await phones["1032"].call("*81")
        await call.wait_answered()
        await call.dtmf("77")
        await call.hangup()
        await until(lambda: "0 active channels" in pbx.rx("core show channels"))
    assert notes(pbx) == []


async def test_an_answered_sign_in_leaves_no_note_and_its_pin_nowhere(fresh_asterisk: Asterisk) -> None:
    """With ccd's own server, which asks for the PIN: the dialplan would show it around."""
    pbx, pin = fresh_asterisk, "90417263"
    stored = hash_pin(pin, code="777")
    asked: list[SignInAsked] = []

    async def pin_hash(code: str) -> str | None:
        return stored if code == "777" else None

    def submit(event: SignInAsked) -> None:
        asked.append(event)
        prompt = "welcome" if event.pin_ok else "wrong-pin"
        answer = AnswerSignIn(key=event.request, because="test", accepted=bool(event.pin_ok), prompt=prompt)
        asyncio.get_running_loop().call_soon(server.answer, answer)

    server = AgiServer(
        AgiSettings(port=pbx.agi_port),
        roster=Roster,
        pbx_names=lambda: ["main"],
        pin_hash=pin_hash,
        submit=submit,
    )
    await server.start()
    with pbx.admin("system,call,agent,user,dialplan,reporting,verbose,log,agi,cdr") as session:
        async with Phones(pbx, "1032", "1033") as phones:
            right = dial(phones["1032"], "*81", "777#", f"{pin}#")
            await asyncio.gather(right, dial(phones["1033"], "*82777", "1234#"))
        told = list(session.events(0.5))
    await server.close()
    assert {(event.kind, event.code, event.seat, event.pin_ok) for event in asked} == {
        ("arrive", "777", "PJSIP/1032", True),
        ("leave", "777", "PJSIP/1033", False),
    }
    results = [event["Value"] for event in told if event.get("Variable") == "CCD_RESULT"]
    assert sorted(set(results) & {"accepted", "refused", "open"}) == ["accepted", "refused"]
    assert notes(pbx) == []
    pbx.stop()
    kept = [path for path in pbx.folder.rglob("*") if path.is_file()]
    assert [path for path in kept if pin.encode() in path.read_bytes()] == []
    assert not [event for event in told if pin in str(event)]


async def test_pauses_carry_their_reason_and_follow_the_seat(asterisk: Asterisk) -> None:
    before = len(asterisk.queue_log())
    async with Phones(asterisk, "1001", "1011") as phones:
        for code in ("*831", "*833", "*84"):
            await press(phones["1001"], code)
        await press(phones["1011"], "*832")  # a member whose interface is Local/1011@agents/n
        await press(phones["1011"], "*84")
    rows = [(row.queue, row.agent, row.event, row.data[0]) for row in asterisk.queue_log()[before:]]
    assert [row for row in rows if row[0] != "NONE"] == [
        ("support", "张三", "PAUSE", "meal"),
        ("support", "张三", "PAUSE", "training"),
        ("support", "张三", "UNPAUSE", ""),
        ("sales", "赵六", "PAUSE", "break"),
        ("sales", "赵六", "UNPAUSE", ""),
    ]


async def test_dynamic_members_log_in_to_the_queues_of_their_seat(asterisk: Asterisk) -> None:
    asterisk.rx("database put ccd-queues 1032 vip&night")
    before = len(asterisk.queue_log())
    async with Phones(asterisk, "1032", "1033") as phones:
        for seat in ("1032", "1033"):
            await press(phones[seat], "*85")
        assert "Agent 1032" in asterisk.rx("queue show night")
        for seat in ("1032", "1033"):
            await press(phones[seat], "*86")
    rows = [(row.queue, row.agent, row.event) for row in asterisk.queue_log()[before:]]
    assert rows == [
        ("vip", "PJSIP/1032", "ADDMEMBER"),
        ("night", "PJSIP/1032", "ADDMEMBER"),
        ("vip", "PJSIP/1033", "ADDMEMBER"),
        ("vip", "PJSIP/1032", "REMOVEMEMBER"),
        ("night", "PJSIP/1032", "REMOVEMEMBER"),
        ("vip", "PJSIP/1033", "REMOVEMEMBER"),
    ]


def test_the_snippets_name_no_secret_and_no_address_but_loopback() -> None:
    for path in Path("config/asterisk").rglob("*.conf"):
        text = path.read_text("utf-8")
        secrets = [line for line in text.splitlines() if line.startswith("secret")]
        assert secrets in ([], ["secret = CHANGE-ME"])
