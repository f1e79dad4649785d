"""One FastAGI connection: Asterisk's header, then our commands, each with its reply. All bounded.

panoramisk's ``Request`` carries the commands. Its ``Application`` is not used: it spins at end of file, reads
without limit in size or time, and logs every header, a PIN among them.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from panoramisk.fast_agi import Request

__all__ = [
    "ANSWER_SHARE",
    "HEADER_LIMIT",
    "HEADER_SHARE",
    "PIN_SHARE",
    "AgiError",
    "Asked",
    "AskedPause",
    "GoneError",
    "Talk",
    "UnfinishedError",
    "Verdict",
    "read_header",
]

HEADER_LIMIT = 4096  # Asterisk's is some 700 bytes; it bounds each line of a reply as well

HEADER_SHARE = 0.4
PIN_SHARE = 0.7
ANSWER_SHARE = 0.9
"""By when, as shares of ``timeout_s``, the header must be read, the PIN checked, the answer there."""

DIGIT_MS = 4000
"""How long Asterisk waits for the first digit of a PIN, and for each next one."""
PIN_DIGITS = 8
ENTRY_S = 60
"""Longer than any entry can take (a prompt, then a first digit and eight more): an entry that outlasted the
channel's absolute timeout would count as missed by ccd, and whoever dials slowly enough would need no PIN."""

_ARGUMENTS = tuple(f"agi_arg_{number}" for number in (1, 2, 3, 4, 5))
_READ = frozenset(("agi_network_script", "agi_channel", "agi_uniqueid", *_ARGUMENTS))
_SCRIPTS = ("sign-in", "pause")
_SIGN_INS = ("arrive", "leave", "leave-ill", "attend")
_CHANNEL = re.compile(r"(?P<interface>[A-Za-z][A-Za-z0-9_]*/\S+)-[0-9a-f]{8,}(;[12])?")
_CODE = re.compile(r"[0-9A-D*#]{1,20}")
_SOUND = re.compile(r"[A-Za-z0-9_./-]{1,100}")
_REASON = re.compile(r"[^\x00-\x1f\x7f,|\"\\]{0,80}")
"""Words of the site's own, maybe none, in any script."""


class AgiError(Exception):
    """What the peer sent cannot be answered. The text is our own, never theirs: it may hold a PIN."""


class UnfinishedError(AgiError):
    """The header never came to its end: nobody is there to be told anything."""


class GoneError(AgiError):
    """The caller or the PBX has hung up, or what answers is no PBX."""


class Verdict(NamedTuple):
    outcome: str
    """What to count it as."""
    result: str = ""
    """CCD_RESULT; empty where there is nobody to tell."""
    prompt: str = ""
    language: str = ""
    """zh or en, of the person it is about; empty where nobody's is known."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-in. ``uniqueid`` is that of the calling channel."""

    kind: str
    code: str
    pin: str = field(repr=False)
    """As the dialplan gave it; it had better give none, and a ``sound`` to ask for it by."""
    sound: str
    pbx: str
    interface: str
    uniqueid: str = ""


@dataclass(frozen=True, slots=True)
class AskedPause:
    """``code``: whose pause it is to be, where that was asked for; else empty."""

    reason: str
    code: str
    pbx: str
    interface: str


class Talk:
    """The time allowed begins when the connection does, and again after a person has dialled their PIN."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, timeout_s: float) -> None:
        self._reader = reader
        self._request = Request(app=None, headers={}, reader=reader, writer=writer)
        self._timeout_s = timeout_s
        self._began = asyncio.get_running_loop().time()

    def by(self, share: float) -> float:
        """When that share of the time allowed is over, on the loop's clock."""
        return self._began + share * self._timeout_s

    async def header(self, share: float) -> bytes:
        """Raises UnfinishedError: closed, too long, or not complete within that share of the time."""
        try:
            async with asyncio.timeout_at(self.by(share)):
                return await self._reader.readuntil(b"\n\n")
        except asyncio.LimitOverrunError:
            raise UnfinishedError(f"its header has more than {HEADER_LIMIT} bytes") from None
        except TimeoutError:
            raise UnfinishedError("its header did not come in time") from None
        except (asyncio.IncompleteReadError, OSError):
            raise UnfinishedError("closed before its header was complete") from None

    async def enter_pin(self, sound: str) -> str:
        """Play ``sound`` and take the digits that are dialled, "" for none. Raises GoneError.

        ``CCD_RESULT`` says ``asking`` meanwhile: hung up now, it is nothing that ccd has missed.
        """
        try:
            async with asyncio.timeout(ENTRY_S - 1):
                await self.set("CCD_RESULT", "asking")
                await self._command(f"SET AUTOHANGUP {ENTRY_S}")
                reply = await self._command(f'GET DATA "{sound}" {DIGIT_MS} {PIN_DIGITS}')
                await self._command(f"SET AUTOHANGUP {math.ceil(self._timeout_s) + 1}")
        except TimeoutError:
            raise GoneError("the PBX did not come back with the PIN") from None
        self._began = asyncio.get_running_loop().time()
        return str(reply["result"][0])

    async def be_there(self) -> None:
        """Raises GoneError where nobody is: while we were stuck a whole call may have come and gone, and that
        one has been noted by the dialplan.
        """
        await self._command("NOOP")

    async def set(self, name: str, value: str) -> None:
        """Set a variable of the channel. Both come from closed sets: nothing of a caller is in a command."""
        await self._command(f'SET VARIABLE {name} "{value}"')

    async def _command(self, command: str) -> dict[str, Any]:
        try:
            reply: dict[str, Any] = await self._request.send_command(command)
        except ValueError:  # end of file, a line without end, no AGI at all
            raise GoneError("the PBX closed the connection, or does not speak AGI") from None
        if reply.get("status_code") != 200:
            raise GoneError("the caller has hung up, or the PBX did not take a command")
        return reply


def read_header(raw: bytes, pbx_names: Collection[str]) -> Asked | AskedPause:
    """What the header asks for. A caller's name may be in any encoding, and nothing of it is used.

    Raises AgiError, with the mend where it lies in the dialplan.
    """
    found = _fields(raw)
    script, _, named = found.get("agi_network_script", "").strip("/").partition("/")
    if script not in _SCRIPTS:
        raise AgiError("neither the script sign-in nor pause; correct the AGI line in extensions-ccd.conf")
    pbx = named or (next(iter(pbx_names)) if len(pbx_names) == 1 else "")
    if pbx not in pbx_names:
        raise AgiError(f"which PBX is this? call agi://HOST:PORT/{script}/NAME, NAME as in [pbx.NAME]")
    channel = _CHANNEL.fullmatch(found.get("agi_channel", ""))
    if channel is None:
        raise AgiError("agi_channel is not a channel of a device")
    given = [found.get(name, "") for name in _ARGUMENTS]
    if script == "pause":
        return _pause(given, pbx, channel["interface"])
    return _sign_in(given, pbx, channel["interface"], found.get("agi_uniqueid", ""))


def _fields(raw: bytes) -> dict[str, str]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    found: dict[str, str] = {}
    for line in text.split("\n"):
        name, _, value = line.partition(":")
        if name not in _READ:
            continue
        if name in found:  # a line break in a caller's name: which of the two is Asterisk's is not certain
            raise AgiError(f"{name} is there twice")
        found[name] = value.strip()
    return found


def _sign_in(given: list[str], pbx: str, interface: str, uniqueid: str) -> Asked:
    kind, code, pin, _, sound = given
    if kind not in _SIGN_INS:
        raise AgiError(f"the first argument is none of {', '.join(_SIGN_INS)}; correct extensions-ccd.conf")
    if sound and not _SOUND.fullmatch(sound):
        raise AgiError("the fifth argument is no name of a sound; correct it in extensions-ccd.conf")
    code = code if _CODE.fullmatch(code) else "invalid"
    return Asked(kind, code, pin, sound, pbx, interface, uniqueid)


def _pause(given: list[str], pbx: str, interface: str) -> AskedPause:
    reason, _, code, *_ = given
    if not _REASON.fullmatch(reason):
        raise AgiError("the first argument is no reason of a pause; correct it in [ccd-reasons]")
    return AskedPause(reason, code if _CODE.fullmatch(code) else "", pbx, interface)
