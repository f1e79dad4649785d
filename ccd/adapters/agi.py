"""Sign-in by phone: a FastAGI server that asks the engine and tells the dialplan what it said.

The dialplan calls ``AGI(agi://HOST:PORT/sign-in/PBX,arrive|leave|attend,CODE,PIN,ENDPOINT,SOUND)``; PBX may
be empty where ``ccd`` follows only one. It then reads two variables: ``CCD_RESULT``, which is ``accepted``,
``refused`` or ``open`` (ccd could not say: let the person go), and ``CCD_PROMPT``, the name of what to play
("" with ``open``).

1. The header is read; the seat is that of the calling channel's device.
2. Where the dialplan gives a SOUND and no PIN, the PIN is asked for with it; for ``attend`` in any case.
   The PIN is in no log, no event and no error; from the dialplan, it would be in the PBX's logs and events.
3. The PIN is checked against its hash, in a thread.
4. A ``SignInAsked`` goes to the engine; the ``AnswerSignIn`` of the same request comes back by ``answer``.
5. The variables are set and the connection is closed.

But for the time a person takes to dial the PIN, this ends ``timeout_s`` after it began, whatever happens.
A PIN that could not be checked in its share of that time, or because its store failed, makes the sign-in one
that ``ccd`` missed (``how="missed"``): recorded, and never held against the person.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import structlog

from ccd.adapters.agi_talk import HEADER_LIMIT, AgiError, Asked, GoneError, Talk, UnfinishedError, read_header
from ccd.adapters.clock import utc_now
from ccd.config import AgiSettings, ConfigError
from ccd.effects import AnswerSignIn
from ccd.events import SignInAsked
from ccd.pins import PinError, verify_pin
from ccd.roster import Roster

__all__ = ["AgiServer"]

log = structlog.get_logger("ccd.agi")

CONNECTIONS = 200
"""More at once are closed unread: the dialplan then does what it does without ccd."""
PIN_THREADS = 2
HEADER_SHARE = 0.4
PIN_SHARE = 0.7
ANSWER_SHARE = 0.9
"""By when, as shares of ``timeout_s``, the header must be read, the PIN checked, the answer there."""

_PROMPT = re.compile(r"[a-z-]{0,32}")


class _Verdict(NamedTuple):
    outcome: str
    """What to count it as."""
    result: str = ""
    """CCD_RESULT; empty where there is nobody to tell."""
    prompt: str = ""


class AgiServer:
    """``submit`` takes the question at once or raises; ``pin_hash`` gives a code's hash, None without one;
    ``asks_pin`` says whether a PIN is to be asked for.

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
        asks_pin: Callable[[], bool] = lambda: True,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._settings = settings
        self._roster = roster
        self._pbx_names = pbx_names
        self._pin_hash = pin_hash
        self._submit = submit
        self._asks_pin = asks_pin
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
            if effect.key.startswith("agi-"):
                self.counts["late"] += 1
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
        talk = Talk(reader, writer, self._settings.timeout_s)
        verdict = _Verdict("gone")
        try:
            verdict = await self._decide(talk)
            if verdict.result:
                async with asyncio.timeout_at(talk.by(1.0)):
                    await talk.set("CCD_PROMPT", verdict.prompt)
                    await talk.set("CCD_RESULT", verdict.result)
            writer.close()
        except (AgiError, OSError) as error:  # a TimeoutError is an OSError
            verdict = verdict if verdict.outcome == "bad" else _Verdict("gone")
            log.warning("sign_in_not_told", why=str(error) or type(error).__name__)
            writer.transport.abort()
        finally:
            self.counts[verdict.outcome] += 1
            writer.close()

    async def _decide(self, talk: Talk) -> _Verdict:
        try:
            asked = read_header(await talk.header(HEADER_SHARE), self._pbx_names())
            if asked.sound and not asked.pin and (asked.kind == "attend" or self._asks_pin()):
                asked = replace(asked, pin=await talk.enter_pin(asked.sound))
            else:
                async with asyncio.timeout_at(talk.by(HEADER_SHARE)):
                    await talk.be_there()
            async with asyncio.timeout_at(talk.by(ANSWER_SHARE)):
                effect = await self._ask(asked, talk.by(PIN_SHARE))
        except GoneError:
            raise
        except UnfinishedError as error:
            log.warning("agi_bad_request", why=str(error))
            return _Verdict("bad")
        except AgiError as error:
            log.error("agi_bad_request", why=str(error))
            return _Verdict("bad", "open")
        except Exception as error:
            # Whatever is wrong on our side lets the person go. Only its kind is logged: its text may quote.
            log.error("sign_in_open", why=type(error).__name__)
            return _Verdict("open", "open")
        result = "accepted" if effect.accepted else "refused"
        return _Verdict(result, result, effect.prompt if _PROMPT.fullmatch(effect.prompt) else "")

    async def _ask(self, asked: Asked, pin_by: float) -> AnswerSignIn:
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

    async def _check_pin(self, asked: Asked) -> bool | None:
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
