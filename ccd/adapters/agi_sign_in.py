"""The script ``sign-in``: arriving, leaving, being there, by code and PIN.

``AGI(agi://HOST:PORT/sign-in/PBX,arrive|leave|leave-ill|attend,CODE,PIN,ENDPOINT,SOUND)``.

1. Where the dialplan gives a SOUND and no PIN, the PIN is asked for with it; for ``attend`` in any case.
   The PIN is in no log, no event and no error; from the dialplan, it would be in the PBX's logs and events.
2. The PIN is checked against its hash, in a thread.
3. A ``SignInAsked`` goes to the engine; the ``AnswerSignIn`` of the same request comes back by ``answer``.

A PIN that could not be checked in its share of the time, or because its store failed, makes the sign-in one
that ``ccd`` missed (``how="missed"``): recorded, and never held against the person. Whoever has just proved
to be who they are, and was not let go, is not asked again in the same call to say that they are ill.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import structlog

from ccd.adapters.agi_talk import ANSWER_SHARE, HEADER_SHARE, PIN_SHARE, Asked, Talk, Verdict
from ccd.effects import AnswerSignIn
from ccd.events import SignInAsked
from ccd.pins import PinError, verify_pin
from ccd.roster import Roster

__all__ = ["SignInScript"]

log = structlog.get_logger("ccd.agi")

PIN_THREADS = 2
PROVED = 200
"""Calls of which it is remembered that the PIN was right."""

_Call = tuple[str, str, str, str]
"""PBX, interface, Uniqueid of the calling channel, code."""


class SignInScript:
    """Takes what ``AgiServer`` was given."""

    def __init__(
        self,
        *,
        roster: Callable[[], Roster],
        pin_hash: Callable[[str], Awaitable[str | None]],
        submit: Callable[[SignInAsked], object],
        asks_pin: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._roster = roster
        self._pin_hash = pin_hash
        self._submit = submit
        self._asks_pin = asks_pin
        self._now = now
        self._waiting: dict[str, asyncio.Future[AnswerSignIn]] = {}
        self._proved: OrderedDict[_Call, None] = OrderedDict()
        self._threads = ThreadPoolExecutor(PIN_THREADS, thread_name_prefix="ccd-pin")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def answer(self, effect: AnswerSignIn) -> bool:
        """The engine's answer. False where nobody waits for it."""
        waiting = self._waiting.get(effect.key)
        if waiting is None or waiting.done():
            return False
        waiting.set_result(effect)
        return True

    async def verdict(self, asked: Asked, talk: Talk) -> Verdict:
        """Raises AgiError, or whatever kept the engine from being asked and from answering in time."""
        proved = asked.kind == "leave-ill" and _call(asked) in self._proved
        needs_pin = asked.kind == "attend" or (self._asks_pin() and not proved)
        if asked.sound and not asked.pin and needs_pin:
            asked = replace(asked, pin=await talk.enter_pin(asked.sound))
        else:
            async with asyncio.timeout_at(talk.by(HEADER_SHARE)):
                await talk.be_there()
        async with asyncio.timeout_at(talk.by(ANSWER_SHARE)):
            effect = await self._ask(asked, talk.by(PIN_SHARE), proved=proved)
        result = "accepted" if effect.accepted else "refused"
        person = self._roster().by_code(asked.code)
        return Verdict(result, result, effect.prompt, person.language if person else "")

    async def _ask(self, asked: Asked, pin_by: float, *, proved: bool) -> AnswerSignIn:
        """Check the PIN, ask the engine, wait for its answer."""
        how = "phone"
        try:
            async with asyncio.timeout_at(pin_by):
                pin_ok = True if proved and not asked.pin else await self._check_pin(asked)
        except Exception as error:
            log.error("pin_not_checked", code=asked.code, why=type(error).__name__)
            pin_ok, how = None, "missed"
        event = self._event(asked, pin_ok, how)
        waiting: asyncio.Future[AnswerSignIn] = asyncio.get_running_loop().create_future()
        self._waiting[event.request] = waiting
        try:
            self._submit(event)
            effect = await waiting
        finally:
            del self._waiting[event.request]
        self._remember(asked, proved=pin_ok is True and asked.kind == "leave" and not effect.accepted)
        return effect

    def _event(self, asked: Asked, pin_ok: bool | None, how: str) -> SignInAsked:
        ill = asked.kind == "leave-ill"
        return SignInAsked(
            at=self._now(),
            request=f"agi-{uuid.uuid4().hex}",
            pbx=asked.pbx,
            seat=self._roster().seat_of(asked.pbx, asked.interface) or asked.interface,
            code=asked.code,
            kind="leave" if ill else asked.kind,
            pin_ok=pin_ok,
            how=how,
            reason="illness" if ill else "",
        )

    def _remember(self, asked: Asked, *, proved: bool) -> None:
        """Good for one more question of this call."""
        self._proved.pop(_call(asked), None)
        if proved and asked.uniqueid:
            self._proved[_call(asked)] = None
            if len(self._proved) > PROVED:
                self._proved.popitem(last=False)

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


def _call(asked: Asked) -> _Call:
    return asked.pbx, asked.interface, asked.uniqueid, asked.code
