"""A FastAGI server under test on loopback, with an engine in its place; and Asterisk's part of the talk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from ccd.adapters.agi import AgiServer
from ccd.adapters.asks import Asks
from ccd.config import AgiSettings
from ccd.effects import AnswerAsked, AnswerSignIn
from ccd.events import PauseAsked, Person, ShiftAct, SignInAsked
from ccd.pins import hash_pin
from ccd.roster import Roster

__all__ = [
    "NOW",
    "PIN",
    "ROSTER",
    "Desk",
    "begun",
    "desk",
    "header",
    "obey",
    "pause_header",
    "settle",
    "stored",
]

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ROSTER = Roster((Person("11", "张三", "agent", "一组", "A01", "PJSIP/1001"),))
PIN = "480261"
HASH = hash_pin(PIN, code="11")

HEADER = """\
agi_network: yes
agi_network_script: {script}
agi_request: agi://127.0.0.1:4573/{script}
agi_channel: {channel}
agi_language: en
agi_type: PJSIP
agi_uniqueid: 1795296689.0
agi_version: 22.10.1
agi_callerid: 1001
agi_calleridname: {name}
agi_callingpres: 0
agi_callingani2: 0
agi_callington: 0
agi_callingtns: 0
agi_dnid: unknown
agi_rdnis: unknown
agi_context: default
agi_extension: *81
agi_priority: 2
agi_enhanced: 0.0
agi_accountcode:{space}
agi_threadid: 139943466223296
agi_arg_1: {kind}
agi_arg_2: {code}
agi_arg_3: {pin}
agi_arg_4: 1001
{more}
"""
"""As a real Asterisk 22.10 sent it (16.28 sends the same names in the same order)."""


def header(
    *,
    script: str = "sign-in",
    channel: str = "PJSIP/1001-0000000a",
    name: str = "张三",
    kind: str = "arrive",
    code: str = "11",
    pin: str = PIN,
    sound: str | None = None,
) -> bytes:
    """``sound``: the fifth argument, which asks for the PIN where it is not among the others."""
    more = f"agi_arg_5: {sound}\n" if sound is not None else ""
    given = {"script": script, "channel": channel, "name": name, "kind": kind, "code": code, "pin": pin}
    return HEADER.format(**given, more=more, space=" ").encode()


def pause_header(
    *,
    script: str = "pause",
    channel: str = "PJSIP/1001-0000000a",
    name: str = "张三",
    reason: str = "meal",
    code: str = "",
) -> bytes:
    """As Asterisk sends it: an argument that is empty stands there all the same."""
    given = {"script": script, "channel": channel, "name": name, "kind": reason, "code": "1001", "pin": code}
    raw = HEADER.format(**given, more="", space=" ")
    return raw.replace("agi_arg_4: 1001\n", "").encode()


async def stored(code: str) -> str | None:
    return HASH if code == "11" else None


class Desk:
    """A server, with an engine in its place that answers what it is told to."""

    def __init__(self, timeout_s: float, pin_hash: Callable[[str], Awaitable[str | None]]) -> None:
        self.asked: list[SignInAsked] = []
        self.reply: tuple[bool, str] | None = (True, "welcome")
        self.pauses: list[PauseAsked] = []
        self.pause_reply: tuple[bool, str] | None = (True, "")
        self.here: dict[tuple[str, str], tuple[str, ...]] = {}
        self.roster = ROSTER
        self.asks = Asks(self.ask)
        self.pbx_names = ["north"]
        self.asks_pin = True
        self.server = AgiServer(
            AgiSettings(port=0, timeout_s=timeout_s),
            roster=lambda: self.roster,
            pbx_names=lambda: self.pbx_names,
            pin_hash=pin_hash,
            submit=self.submit,
            asks_pin=lambda: self.asks_pin,
            ask_pause=self.asks.ask,
            people_at=lambda pbx, interface: self.here.get((pbx, interface), ()),
            now=lambda: NOW,
        )

    def submit(self, event: SignInAsked) -> None:
        self.asked.append(event)
        if self.reply is not None:
            effect = AnswerSignIn(event.request, "presence: because", *self.reply)
            asyncio.get_running_loop().call_soon(self.server.answer, effect)

    def ask(self, event: PauseAsked | ShiftAct) -> None:
        assert isinstance(event, PauseAsked)
        self.pauses.append(event)
        if self.pause_reply is not None:
            accepted, prompt = self.pause_reply
            effect = AnswerAsked(event.request, "meals: because", accepted, prompt=prompt)
            asyncio.get_running_loop().call_soon(self.asks.answer, effect)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.server.port)

    async def call(self, raw: bytes, dials: bytes = b"200 result=0\n") -> dict[str, str]:
        """Play Asterisk's part: send the header, obey every command, give the variables at the end."""
        reader, writer = await self.connect()
        writer.write(raw)
        return await obey(reader, writer, dials)


async def obey(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dials: bytes = b"200 result=0\n"
) -> dict[str, str]:
    """What was set, under the variable's name; other commands under their first word. ``dials`` is the reply
    to GET DATA: the digits, as Asterisk 16 and 22 give them.
    """
    variables: dict[str, str] = {}
    async with asyncio.timeout(10):
        while line := await reader.readline():
            assert line.endswith(b"\n")
            command = line.decode().removesuffix("\n")
            if command == "NOOP":  # whether we are still there
                writer.write(b"200 result=0\n")
                continue
            if command.startswith("SET VARIABLE "):
                name, _, value = command.removeprefix("SET VARIABLE ").partition(" ")
                variables[name] = value.removeprefix('"').removesuffix('"')
            else:
                name = command[:8].strip()
                variables[name] = f"{variables[name]}; {command}" if name in variables else command
            writer.write(dials if command.startswith("GET DATA ") else b"200 result=1\n")
    writer.close()
    return variables


async def begun(made: Desk, raw: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection with the header sent and the first question answered: whether we are still there."""
    reader, writer = await made.connect()
    writer.write(raw)
    assert await reader.readline() == b"NOOP\n"
    writer.write(b"200 result=0\n")
    return reader, writer


@asynccontextmanager
async def desk(
    timeout_s: float = 2.0, pin_hash: Callable[[str], Awaitable[str | None]] = stored
) -> AsyncIterator[Desk]:
    made = Desk(timeout_s, pin_hash)
    await made.server.start()
    try:
        yield made
    finally:
        await made.server.close()


async def settle(made: Desk) -> dict[str, int]:
    """Wait until nobody is being served; then what was counted."""
    async with asyncio.timeout(10):
        while made.server._tasks:
            await asyncio.sleep(0.005)
    return dict(made.server.counts)
