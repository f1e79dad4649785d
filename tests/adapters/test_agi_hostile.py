"""Sign-in by FastAGI against peers that are slow, endless, broken or malicious: raw bytes over loopback."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest
import structlog

from ccd.adapters import agi, agi_talk
from ccd.adapters.agi_talk import read_header
from tests.adapters.agi_desk import PIN, begun, desk, header, obey, settle, stored


@pytest.mark.parametrize(
    "raw",
    [b"", b"agi_network: yes", header()[:-1], b"x" * (1024 * 1024), b"agi_arg_1: x\n" * 100_000],
    ids=["nothing", "no newline", "no blank line", "1 MB in a line", "1 MB of lines"],
)
@pytest.mark.parametrize("end", ["eof", "silence"])
async def test_a_header_without_end_is_dropped_in_time_and_asks_nothing(raw: bytes, end: str) -> None:
    async with desk(timeout_s=0.4) as made:
        reader, writer = await made.connect()
        with suppress(ConnectionError):  # a connection dropped with bytes unread is reset
            writer.write(raw)
            await writer.drain()
            if end == "eof":
                writer.write_eof()
            async with asyncio.timeout(10):
                assert await reader.read() == b""
        writer.close()
        assert made.asked == []
        assert await settle(made) == {"bad": 1}


async def test_a_header_byte_by_byte_is_read_and_one_too_slow_is_dropped() -> None:
    async with desk() as made:
        reader, writer = await made.connect()
        for byte in header():
            writer.write(bytes([byte]))
            await writer.drain()
        assert (await obey(reader, writer))["CCD_RESULT"] == "accepted"
    async with desk(timeout_s=0.2) as made:
        reader, writer = await made.connect()
        writer.write(header()[:100])
        with structlog.testing.capture_logs() as logs:
            assert await reader.read() == b""
        writer.close()
        assert made.asked == []
        assert [entry["why"] for entry in logs] == ["its header did not come in time"]


@pytest.mark.parametrize("name", ["\xd5\xc5\xc8\xfd", "\xff\xfe", "\x00\x1b[2J"])
async def test_a_name_in_any_encoding_does_no_harm(name: str) -> None:
    raw = header(name="NAME").replace(b"NAME", name.encode("latin-1"))
    async with desk() as made:
        assert (await made.call(raw))["CCD_RESULT"] == "accepted"
        assert [asked.code for asked in made.asked] == ["11"]


@pytest.mark.parametrize("code", ["", "1" * 21, "11'; --", "张三", "<script>", "1\x002"])
async def test_a_code_that_no_phone_can_dial_is_not_passed_on(code: str) -> None:
    async with desk() as made:
        await made.call(header(code=code))
        assert [asked.code for asked in made.asked] == ["invalid"]


@pytest.mark.parametrize("prompt", ['welcome"\nEXEC System "rm', "welcome\r\n", "Welcome!", "x" * 33, "欢迎"])
async def test_no_prompt_can_carry_a_second_command(prompt: str) -> None:
    async with desk() as made:
        made.reply = (False, prompt)
        assert await made.call(header()) == {"CCD_RESULT": "refused", "CCD_PROMPT": ""}


@pytest.mark.parametrize(
    "reply",
    [b"HANGUP\n", b"200 result=-1\n", b"510 Invalid or unknown command\n", b"garbage\n", b"x" * 100_000, b""],
)
async def test_a_peer_that_does_not_take_the_answer_is_left_alone(reply: bytes) -> None:
    async with desk() as made:
        reader, writer = await begun(made, header())
        assert await reader.readline() == b'SET VARIABLE CCD_PROMPT "welcome"\n'
        with suppress(ConnectionError):
            writer.write(reply)
            writer.write_eof()
            async with asyncio.timeout(10):
                await reader.read()
        writer.close()
        assert await settle(made) == {"gone": 1}


async def test_a_peer_that_never_reacts_is_dropped_when_the_time_is_over() -> None:
    async with desk(timeout_s=0.8) as made:
        reader, writer = await begun(made, header(pin=""))
        async with asyncio.timeout(10):
            assert await reader.readline() == b'SET VARIABLE CCD_PROMPT "welcome"\n'
            while await reader.read(100):
                pass
        writer.close()
        assert await settle(made) == {"gone": 1}


async def test_a_call_that_was_over_before_we_came_to_it_asks_nothing() -> None:
    """As after a standstill of ours: the dialplan has let the person go and noted it."""
    async with desk() as made:
        _, writer = await made.connect()
        writer.write(header(pin=""))
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(10):
            while not made.server.counts:
                await asyncio.sleep(0.005)
        assert await settle(made) == {"gone": 1}
        assert made.asked == []


async def test_endless_trying_is_cut_off() -> None:
    async with desk(timeout_s=0.8) as made:
        reader, writer = await made.connect()
        writer.write(header(pin=""))
        await reader.readline()
        with suppress(ConnectionError):
            async with asyncio.timeout(10):
                while not reader.at_eof():
                    writer.write(b"100 result=0 Trying...\n" * 100)
                    await writer.drain()
                    await asyncio.sleep(0)
        writer.close()
        assert await settle(made) == {"gone": 1}


async def test_a_pin_that_never_comes_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agi_talk, "ENTRY_S", 1.2)
    async with desk(timeout_s=0.4) as made:
        reader, writer = await made.connect()
        writer.write(header(pin="", sound="agent-pass"))
        async with asyncio.timeout(10):
            assert await reader.read() == b'SET VARIABLE CCD_RESULT "asking"\n'
        writer.close()
        assert made.asked == []
        assert await settle(made) == {"gone": 1}


async def test_beyond_the_limit_connections_are_closed_unread_and_later_ones_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(agi, "CONNECTIONS", 3)
    async with desk() as made:
        held = [await made.connect() for _ in range(3)]
        async with asyncio.timeout(5):
            while len(made.server._tasks) < 3:
                await asyncio.sleep(0.005)
        with suppress(ConnectionError):
            assert await made.call(header()) == {}
        assert made.server.counts["full"] == 1
        for _, writer in held:
            writer.close()
        await settle(made)
        assert (await made.call(header()))["CCD_RESULT"] == "accepted"


async def test_the_pin_is_in_no_log_and_no_event() -> None:
    async def leaky(code: str) -> str | None:
        raise RuntimeError(f"looked for {code} with {PIN}")

    with structlog.testing.capture_logs() as logs:
        for pin_hash in (stored, leaky):
            async with desk(timeout_s=0.5, pin_hash=pin_hash) as made:
                for raw in (header(), header(pin=PIN + "9"), header(script="other"), header(code=PIN * 9)):
                    await made.call(raw)
                await made.call(header(pin="", sound="x"), f"200 result={PIN}\n".encode())
                await made.call(header(pin="", sound="x"), f"{PIN} result={PIN}\n".encode())
                made.reply = None
                await made.call(header())
                assert made.asked
                assert PIN not in repr(made.asked)
    assert logs
    assert PIN not in json.dumps(logs, default=repr)
    assert PIN not in repr(read_header(header(), ["north"]))
