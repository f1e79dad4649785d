"""The listener's phone: rung into the context ``ccd-listen``, turned, and hung up.

Only a device is ever named (no outside number, no context), and the channel to be listened to by its
Uniqueid, which ChanSpy's option ``u`` takes for that one alone. Turning is asked of the dialplan, by a Local
channel that redirects the listener's leg: ccd has no right to move a call by itself. Ending hangs up that leg
by its id, which is the listening's, and no other channel can have.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from datetime import datetime

import structlog

from ccd.adapters.ami.actions import ActionFailed, ActionTimeout, AmiError, NotConnected
from ccd.adapters.astdb import Actions, Fields
from ccd.adapters.clock import utc_now
from ccd.adapters.notify.ending import end
from ccd.adapters.rings import DEVICE
from ccd.effects import EndListening, ListenTo, TurnListening
from ccd.events import Event
from ccd.events.quality import ListeningTold

__all__ = ["Listeners", "originate", "turning"]

log = structlog.get_logger("ccd.listening")

CONTEXT = "ccd-listen"
TURN, IDLE = "ccd-listen-turn", "ccd-listen-idle"
KEYS = {"listen": "4", "whisper": "5", "barge": "6"}
_ID = re.compile(r"listen-1[0-9a-f]{20}")
_UNIQUEID = re.compile(r"[A-Za-z0-9_.-]{1,150}")


def originate(effect: ListenTo) -> Fields:
    """The Originate of a ring. Raises ValueError for what must not be rung."""
    fit = _ID.fullmatch(effect.listening) and _UNIQUEID.fullmatch(effect.channel)
    if not fit or not DEVICE.fullmatch(effect.phone) or effect.how not in KEYS:
        raise ValueError("the listening's id, the channel, the phone or the manner is none that can be rung")
    variables = {
        "CCD_SPIED": effect.channel,
        "CCD_HOW": KEYS[effect.how],
        "CCD_KEYS": "".join(KEYS[how] for how in effect.modes if how in KEYS),
        "CCD_LONGEST": str(max(round(effect.longest_s), 1)),
        "CCD_TONE": "1" if effect.tone else "0",
        "CCD_LANGUAGE": "zh" if effect.language == "zh" else "en",
    }
    return (
        ("Action", "Originate"),
        ("Channel", effect.phone),
        ("Context", CONTEXT),
        ("Exten", effect.listening),
        ("Priority", "1"),
        ("Timeout", str(round(effect.ring_s * 1000))),
        ("CallerID", "ccd <CCD>"),
        ("Async", "true"),
        ("ChannelId", effect.listening),
        *(("Variable", f"{name}={value}") for name, value in variables.items()),
    )


def turning(effect: TurnListening) -> Fields:
    """The Originate that turns a listener's leg. Raises ValueError."""
    if not _ID.fullmatch(effect.listening) or effect.how not in KEYS:
        raise ValueError("the listening's id, or the manner, is none that can be turned to")
    keys = "".join(KEYS[how] for how in effect.modes if how in KEYS) or KEYS["listen"]
    return (
        ("Action", "Originate"),
        ("Channel", f"Local/{effect.listening}+{KEYS[effect.how]}+{keys}@{TURN}/n"),
        ("Context", IDLE),
        ("Exten", "s"),
        ("Priority", "1"),
        ("Async", "true"),
    )


class Listeners:
    """``session`` gives the session of a PBX, if there is one. What is performed returns at once."""

    def __init__(
        self,
        session: Callable[[str], Actions | None],
        submit: Callable[[Event], None],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._session = session
        self._submit = submit
        self._now = now
        self._jobs: set[asyncio.Task[None]] = set()

    def listen(self, effect: ListenTo) -> None:
        try:
            fields = originate(effect)
        except ValueError as error:
            log.error("listening_unfit", listening=effect.listening, why=str(error))
            self._failed(effect, "unfit")
            return
        self._start(self._ring(effect, fields))

    def turn(self, effect: TurnListening) -> None:
        self._start(self._send(effect.pbx, turning(effect), effect.listening))

    def end(self, effect: EndListening) -> None:
        if not _ID.fullmatch(effect.listening):
            raise ValueError(f"{effect.listening!r} is no listening's id")
        fields = (("Action", "Hangup"), ("Channel", effect.listening))
        self._start(self._send(effect.pbx, fields, effect.listening))

    async def close(self) -> None:
        """What is under way is given up; a phone that rings goes on ringing."""
        await end(list(self._jobs))

    def _start(self, work: Coroutine[object, object, None]) -> None:
        job = asyncio.create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _ring(self, effect: ListenTo, fields: Fields) -> None:
        session = self._session(effect.pbx)
        if session is None:
            self._failed(effect, "no_session")
            return
        try:
            await session.action(fields)
        except ActionFailed as error:
            log.error("listening_refused", listening=effect.listening, pbx=effect.pbx, why=error.message)
            self._failed(effect, f"refused by the PBX: {error.message[:200]}")
        except NotConnected as error:
            log.warning("listening_unanswered", listening=effect.listening, pbx=effect.pbx, sent=error.sent)
            if not error.sent:
                self._failed(effect, "no_session")
        except ActionTimeout:  # it may ring all the same: the policy's deadline judges it
            log.warning("listening_unanswered", listening=effect.listening, pbx=effect.pbx, sent=True)

    async def _send(self, pbx: str, fields: Fields, listening: str) -> None:
        """What became of it the PBX tells by events."""
        session = self._session(pbx)
        try:
            if session is not None:
                await session.action(fields)
                return
            why = "no session"
        except AmiError as error:
            why = str(error)
        log.warning("listening_not_changed", listening=listening, pbx=pbx, action=fields[0][1], why=why)

    def _failed(self, effect: ListenTo, detail: str) -> None:
        told = ListeningTold(
            at=self._now(), pbx=effect.pbx, listening=effect.listening, what="failed", detail=detail
        )
        self._submit(told)
