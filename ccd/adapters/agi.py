"""Sign-in by phone: a FastAGI server that asks the engine and tells the dialplan what it said.

The dialplan calls ``AGI(agi://HOST:PORT/sign-in,arrive|leave,CODE,PIN,ENDPOINT)``; where ``ccd`` follows
several PBXs each says its own name, ``…/sign-in/NAME``. It then reads two variables: ``CCD_RESULT``, which is
``accepted``, ``refused`` or ``open`` (ccd could not say: let the person go), and ``CCD_PROMPT``, the name of
what to play ("" with ``open``).

1. Its header is read: at most ``HEADER_LIMIT`` bytes; the seat is that of the calling channel's device.
2. The PIN is checked against its hash, in a thread. It is in no log, no event, no error.
3. A ``SignInAsked`` goes to the engine; the ``AnswerSignIn`` of the same request comes back by ``answer``.
4. The variables are set and the connection is closed, at most ``timeout_s`` after it began, whatever happens.

A PIN that could not be checked in its share of that time, or because its store failed, makes the sign-in one
that ``ccd`` missed (``how="missed"``): recorded, and never held against the person.

panoramisk's ``Request`` carries the commands. Its ``Application`` is not used: it spins at end of file, reads
without limit in size or time, and logs every header, the PIN among them.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import structlog
from panoramisk.fast_agi import Request

from ccd.adapters.clock import utc_now
from ccd.config import AgiSettings, ConfigError
from ccd.effects import AnswerSignIn
from ccd.events import SignInAsked
from ccd.pins import PinError, verify_pin
from ccd.roster import Roster

__all__ = ["AgiServer"]

log = structlog.get_logger("ccd.agi")

HEADER_LIMIT = 4096  # Asterisk's is some 700 bytes; it bounds each line of a reply as well
CONNECTIONS = 100
"""More at once are closed unread: the dialplan then does what it does without ccd."""
PIN_THREADS = 2
HEADER_SHARE = 0.4
PIN_SHARE = 0.7
ANSWER_SHARE = 0.9
"""By when, as shares of ``timeout_s``, the header must be read, the PIN checked, the answer there."""

_ARGUMENTS = tuple(f"agi_arg_{number}" for number in (1, 2, 3, 4))
_READ = frozenset(("agi_network_script", "agi_channel", *_ARGUMENTS))
_CHANNEL = re.compile(r"(?P<interface>[A-Za-z][A-Za-z0-9_]*/\S+)-[0-9a-f]{8,}(;[12])?")
_CODE = re.compile(r"[0-9A-D*#]{1,20}")
_PROMPT = re.compile(r"[a-z-]{0,32}")


class _AgiError(Exception):
    """What the peer sent cannot be answered. The text is our own, never theirs: it may hold a PIN."""


class _UnfinishedError(_AgiError):
    """The header never came to its end: nobody is there to be told anything."""


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: str
    code: str
    pin: str = field(repr=False)
    pbx: str
    interface: str


class _Verdict(NamedTuple):
    outcome: str
    """What to count it as."""
    result: str = ""
    """CCD_RESULT; empty where there is nobody to tell."""
    prompt: str = ""


class AgiServer:
    """``submit`` takes the question at once or raises; ``pin_hash`` gives a code's hash, None without one.

    ``counts`` grows by one per connection: ``accepted``, ``refused``, ``open``, ``bad`` (no sign-in in it),
    ``gone`` (hung up before the answer), ``full``; and by ``late`` for each answer that came too late.
    """

    def __init__(
        self,
        settings: AgiSettings,
        *,
        roster: Callable[[], Roster],
        pbx_names: Callable[[], Collection[str]],
        pin_hash: Callable[[str], Awaitable[str | None]],
        submit: Callable[[SignInAsked], object],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._settings = settings
        self._roster = roster
        self._pbx_names = pbx_names
        self._pin_hash = pin_hash
        self._submit = submit
        self._now = now
        self._waiting: dict[str, asyncio.Future[AnswerSignIn]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(PIN_THREADS, thread_name_prefix="ccd-pin")
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises ConfigError where the address cannot be had."""
        host, port = self._settings.host, self._settings.port
        try:
            self._server = await asyncio.start_server(self._connected, host, port, limit=HEADER_LIMIT)
        except OSError as error:
            raise ConfigError(
                f"agi: cannot listen on {host}:{port} ({error.strerror}); "
                "change agi.port, here and in extensions-ccd.conf"
            ) from None

    @property
    def port(self) -> int:
        """The port listened on: the one in the settings, or the free one that was found where that is 0."""
        assert self._server is not None, "not started"
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and drop whoever is waiting: the dialplan lets them go."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def answer(self, effect: AnswerSignIn) -> bool:
        """The engine's answer. False where nobody waits for it: no phone's request, or it came too late."""
        waiting = self._waiting.get(effect.key)
        if waiting is None or waiting.done():
            self.counts["late"] += effect.key.startswith("agi-")
            return False
        waiting.set_result(effect)
        return True

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._tasks) >= CONNECTIONS:
            self.counts["full"] += 1
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first byte to its end."""
        began = asyncio.get_running_loop().time()
        verdict = _Verdict("gone")
        try:
            async with asyncio.timeout_at(began + self._settings.timeout_s):
                verdict = await self._decide(reader, began)
                if verdict.result:
                    await _tell(reader, writer, verdict)
            writer.close()
        except (_AgiError, OSError) as error:  # a TimeoutError is an OSError
            verdict = verdict if verdict.outcome == "bad" else _Verdict("gone")
            log.warning("sign_in_not_told", why=str(error) or type(error).__name__)
            writer.transport.abort()
        finally:
            self.counts[verdict.outcome] += 1
            writer.close()

    async def _decide(self, reader: asyncio.StreamReader, began: float) -> _Verdict:
        time_out = self._settings.timeout_s
        try:
            async with asyncio.timeout_at(began + time_out * ANSWER_SHARE):
                raw = await _header(reader, began + time_out * HEADER_SHARE)
                asked = _asked(raw, self._pbx_names())
                effect = await self._ask(asked, began + time_out * PIN_SHARE)
        except _UnfinishedError as error:
            log.warning("agi_bad_request", why=str(error))
            return _Verdict("bad")
        except _AgiError as error:
            log.error("agi_bad_request", why=str(error))
            return _Verdict("bad", "open")
        except Exception as error:
            # Whatever is wrong on our side lets the person go. Only its kind is logged: its text may quote.
            log.error("sign_in_open", why=type(error).__name__)
            return _Verdict("open", "open")
        result = "accepted" if effect.accepted else "refused"
        return _Verdict(result, result, effect.prompt if _PROMPT.fullmatch(effect.prompt) else "")

    async def _ask(self, asked: _Asked, pin_by: float) -> AnswerSignIn:
        """Check the PIN, ask the engine, wait for its answer."""
        how = "phone"
        try:
            async with asyncio.timeout_at(pin_by):
                pin_ok = await self._check_pin(asked)
        except Exception as error:
            log.error("pin_not_checked", code=asked.code, why=type(error).__name__)
            pin_ok, how = None, "missed"
        request = f"agi-{uuid.uuid4().hex}"
        seat = self._roster().seat_of(asked.pbx, asked.interface) or asked.interface
        waiting: asyncio.Future[AnswerSignIn] = asyncio.get_running_loop().create_future()
        self._waiting[request] = waiting
        try:
            self._submit(
                SignInAsked(
                    at=self._now(),
                    request=request,
                    pbx=asked.pbx,
                    seat=seat,
                    code=asked.code,
                    kind=asked.kind,
                    pin_ok=pin_ok,
                    how=how,
                )
            )
            return await waiting
        finally:
            del self._waiting[request]

    async def _check_pin(self, asked: _Asked) -> bool | None:
        """None where no PIN was dialled. A wait for a free thread counts as time like any other."""
        if not asked.pin:
            return None
        stored = await self._pin_hash(asked.code)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, verify_pin, stored, asked.pin)
        except PinError as error:
            log.error("pin_unusable", code=asked.code, why=str(error))
            return False


async def _header(reader: asyncio.StreamReader, by: float) -> bytes:
    try:
        async with asyncio.timeout_at(by):
            return await reader.readuntil(b"\n\n")
    except asyncio.LimitOverrunError:
        raise _UnfinishedError(f"its header has more than {HEADER_LIMIT} bytes") from None
    except TimeoutError:
        raise _UnfinishedError("its header did not come in time") from None
    except (asyncio.IncompleteReadError, OSError):
        raise _UnfinishedError("closed before its header was complete") from None


def _asked(raw: bytes, pbx_names: Collection[str]) -> _Asked:
    """What the header asks for. A caller's name may be in any encoding, and nothing of it is used."""
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
            raise _AgiError(f"{name} is there twice")
        found[name] = value.strip()
    script, _, named = found.get("agi_network_script", "").strip("/").partition("/")
    if script != "sign-in":
        raise _AgiError("not the script sign-in; correct the AGI line in extensions-ccd.conf")
    pbx = named or (next(iter(pbx_names)) if len(pbx_names) == 1 else "")
    if pbx not in pbx_names:
        raise _AgiError("which PBX is this? call agi://HOST:PORT/sign-in/NAME, NAME as in [pbx.NAME]")
    channel = _CHANNEL.fullmatch(found.get("agi_channel", ""))
    if channel is None:
        raise _AgiError("agi_channel is not a channel of a device")
    kind, code, pin, _ = (found.get(name, "") for name in _ARGUMENTS)
    if kind not in ("arrive", "leave"):
        raise _AgiError("the first argument is neither arrive nor leave; correct it in extensions-ccd.conf")
    return _Asked(kind, code if _CODE.fullmatch(code) else "invalid", pin, pbx, channel["interface"])


async def _tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, verdict: _Verdict) -> None:
    """Both values come from closed sets: nothing a caller sent is ever part of a command."""
    request = Request(app=None, headers={}, reader=reader, writer=writer)
    for name, value in (("CCD_PROMPT", verdict.prompt), ("CCD_RESULT", verdict.result)):
        try:
            reply = await request.send_command(f'SET VARIABLE {name} "{value}"')
        except ValueError:  # end of file, a line without end, no AGI at all
            raise _AgiError("the PBX closed the connection, or does not speak AGI") from None
        if reply.get("status_code") != 200:
            raise _AgiError("the PBX did not take the answer, or the caller has hung up")
