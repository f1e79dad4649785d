"""Phone calls for incidents: placed by Originate, into contexts that no effect can name.

Which context a ring is sent to stands in ``_CONTEXTS``, by the effect's class and by nothing else; whom it
rings is held to the form of a device or of an outside number, neither of which can name a context or a trunk.
So a drill has no way to the police: only ``ccd-decide`` and ``ccd-unattended`` lead there, and what is marked
as a drill is not sent to these.

The key of the effect is the channel's id, the extension, and the key of what the dialplan notes. Before a
phone is rung the PBX is asked for both: what has been noted is told instead, and a ring that lives goes on.
An Originate whose answer was lost is not sent again; the policy asks for its mark when the PBX is back.

Measured on Asterisk 16.28 and 22.10: an id in use is not refused at once. The answer is "successfully
queued", and then an OriginateResponse like that of any failure.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from datetime import datetime

import structlog

from ccd.adapters import astdb
from ccd.adapters.ami.actions import ActionFailed, ActionTimeout, AmiError, NotConnected
from ccd.adapters.astdb import Actions, Fields
from ccd.adapters.clock import utc_now
from ccd.effects import (
    CallPoliceUnattended,
    ReadMark,
    ReadSource,
    Ring,
    RingForPolice,
    RingForPoliceDrill,
    RingToTell,
)
from ccd.events import Event, PoliceMark, RingResult, SourceRead

__all__ = ["DEVICE", "Rings", "UnfitError", "originate"]

log = structlog.get_logger("ccd.rings")

Placed = Ring | CallPoliceUnattended

_CONTEXTS: dict[type[Placed], str] = {
    RingToTell: "ccd-tell",
    RingForPolice: "ccd-decide",
    RingForPoliceDrill: "ccd-decide-drill",
    CallPoliceUnattended: "ccd-unattended",
}
_NEVER_IN_A_DRILL = frozenset(("ccd-decide", "ccd-unattended"))

ASKED_S = 2.0
"""So long the PBX has to say what it knows of a ring."""
UNATTENDED_S = 90.0
"""Both trunks may ring out."""

_KEY = re.compile(r"(?=[^0-9]*[0-9])[a-z0-9-]{1,79}")
"""With a digit: ``failed`` and ``call`` are extensions of their own. 79: Asterisk's longest extension."""
DEVICE = re.compile(r"(PJSIP|SIP|SCCP|IAX2|DAHDI|MOTIF)/[A-Za-z0-9_.-]{1,64}")
"""A device and no more: with @ or a second / it could name a trunk and a number on it, with & another one."""
_OUTSIDE = re.compile(r"outside:\+?([0-9]{7,20})")
"""No short emergency number."""
_MARK = re.compile(r"(?P<result>[a-z_]{1,20})\|(?P<reason>[a-z0-9_-]{0,79})(\|[0-9]*)?")
_NOTED = frozenset(("acknowledged", "cannot", "stood_down", "confirmed", "hung_up"))
_POLICE = frozenset(("dialling", "answered", "failed"))


class UnfitError(ValueError):
    """An effect that must not be carried out; the text says why."""


def originate(effect: Placed) -> Fields:
    """The Originate for an effect. Raises UnfitError."""
    context = _CONTEXTS.get(type(effect))
    drill = isinstance(effect, RingForPoliceDrill) or (isinstance(effect, Ring) and effect.drill)
    if context is None:
        raise UnfitError(f"{type(effect).__name__} has no context")
    if drill and context in _NEVER_IN_A_DRILL:
        raise UnfitError(f"a drill is never sent to {context}")
    if not _KEY.fullmatch(effect.key) or not _KEY.fullmatch(effect.incident):
        raise UnfitError("the key, or the incident's id, is none that can stand in a dialplan")
    channel, seconds = _channel(effect), UNATTENDED_S
    if isinstance(effect, Ring):
        seconds = min(max(effect.ring_s, 1.0), 120.0)
    variables = {
        "CCD_KEY": effect.key,
        "CCD_INCIDENT": effect.incident,
        "CCD_LADDER": _only("a-z0-9_", effect.ladder),
        "CCD_SEAT": _only("A-Za-z0-9_.-", effect.seat),
        "CCD_CALLER": _only("0-9", effect.caller_number),
        "CCD_LANGUAGE": "zh" if effect.language == "zh" else "en",
        "CCD_DRILL": _flag(drill),
        "CCD_MAY_STAND_DOWN": _flag(getattr(effect, "may_stand_down", False)),
        "CCD_CONFIRM": _flag(getattr(effect, "confirm", False)),
        "CCD_OUTSIDE": _flag(isinstance(effect, Ring) and effect.where.startswith("outside:")),
    }
    return (
        ("Action", "Originate"),
        ("Channel", channel),
        ("Context", context),
        ("Exten", effect.key),
        ("Priority", "1"),
        ("Timeout", str(round(seconds * 1000))),
        ("CallerID", "ccd <CCD>"),
        ("Async", "true"),
        ("ChannelId", effect.key),
        *(("Variable", f"{name}={value}") for name, value in variables.items()),
    )


def _channel(effect: Placed) -> str:
    if isinstance(effect, CallPoliceUnattended):
        return "Local/call@ccd-unattended/n"
    if outside := _OUTSIDE.fullmatch(effect.where):
        return f"Local/{outside[1]}@ccd-outside/n"
    if DEVICE.fullmatch(effect.where):
        return effect.where
    raise UnfitError("where to ring is neither a device nor outside:NUMBER with seven digits or more")


def _only(allowed: str, text: str) -> str:
    return re.sub(f"[^{allowed}]", "", text)[:64]


def _flag(on: bool) -> str:
    return "1" if on else "0"


class Rings:
    """``session`` gives the session of a PBX, if there is one; ``submit`` takes what came of an effect.

    ``perform`` returns at once and never raises.
    """

    def __init__(
        self,
        session: Callable[[str], Actions | None],
        submit: Callable[[Event], None],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._session = session
        self._submit = submit
        self._now = now
        self._jobs: dict[str, asyncio.Task[None]] = {}
        """By the effect's key: the same one twice at a time is one."""

    def perform(self, effect: Placed | ReadMark | ReadSource) -> None:
        if effect.key in self._jobs:
            return
        if isinstance(effect, ReadMark):
            work = self._read_mark(effect)
        elif isinstance(effect, ReadSource):
            work = self._read_source(effect)
        else:
            work = self._place(effect)
        job = asyncio.create_task(self._guarded(effect, work))
        self._jobs[effect.key] = job
        job.add_done_callback(lambda _: self._jobs.pop(effect.key, None))

    async def close(self) -> None:
        """What is under way is dropped; nothing is told of it any more."""
        jobs = list(self._jobs.values())
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    async def _guarded(
        self, effect: Placed | ReadMark | ReadSource, work: Coroutine[object, object, None]
    ) -> None:
        try:
            await work
        except Exception:  # a defect here must not leave the policy without a word
            log.exception("ring_defect", key=effect.key)
            if isinstance(effect, Ring | CallPoliceUnattended):
                self._failed(effect, "defect")

    # --- rings ---

    async def _place(self, effect: Placed) -> None:
        try:
            fields = originate(effect)
        except UnfitError as error:
            log.error("ring_unfit", key=effect.key, kind=type(effect).__name__, why=str(error))
            self._failed(effect, "unfit")
            return
        session = self._session(effect.pbx)
        if session is None:
            self._failed(effect, "no_session")
            return
        try:
            if await self._goes_on(session, effect.pbx, effect.key):
                return
        except ActionFailed as error:  # a right that is missing is no reason not to ring
            log.error("ring_not_looked_up", key=effect.key, pbx=effect.pbx, why=str(error))
        except AmiError as error:
            log.warning("ring_not_placed", key=effect.key, pbx=effect.pbx, why=str(error))
            self._failed(effect, "no_session")
            return
        try:
            await session.action(fields)
        except ActionFailed as error:
            log.error("ring_refused", key=effect.key, pbx=effect.pbx, why=error.message)
            self._failed(effect, "refused")
        except NotConnected as error:
            log.warning("ring_unanswered", key=effect.key, pbx=effect.pbx, sent=error.sent, why=str(error))
            if not error.sent:
                self._failed(effect, "no_session")
        except ActionTimeout as error:
            log.warning("ring_unanswered", key=effect.key, pbx=effect.pbx, sent=True, why=str(error))

    def _failed(self, effect: Placed, reason: str) -> None:
        self._tell(effect.pbx, effect.key, "failed", reason)

    def _tell(self, pbx: str, key: str, result: str, reason: str = "") -> None:
        self._submit(RingResult(at=self._now(), pbx=pbx, key=key, result=result, reason=reason))

    async def _goes_on(self, session: Actions, pbx: str, key: str) -> bool:
        """Whether this ring needs no placing: it lives, or the dialplan has noted what became of it."""
        noted, state = await asyncio.gather(_noted(session, key), _state(session, key))
        if noted is not None:
            self._tell(pbx, key, *noted)
            return True
        return state is not None

    # --- what the PBX knows ---

    async def _read_mark(self, effect: ReadMark) -> None:
        """Nothing is told where it cannot be read, or of a phone that rings still."""
        session = self._session(effect.pbx)
        if session is None or not _KEY.fullmatch(effect.ring or effect.incident):
            return
        try:
            if effect.ring:
                await self._read_ring(session, effect.pbx, effect.ring)
            else:
                await self._read_police(session, effect)
        except AmiError as error:
            log.warning("mark_unread", key=effect.key, pbx=effect.pbx, why=str(error))

    async def _read_ring(self, session: Actions, pbx: str, key: str) -> None:
        noted, state = await asyncio.gather(_noted(session, key), _state(session, key))
        if noted is not None:
            self._tell(pbx, key, *noted)
        elif state is None:
            self._tell(pbx, key, "none")
        elif state == "Up":
            self._tell(pbx, key, "answered")

    async def _read_police(self, session: Actions, effect: ReadMark) -> None:
        value = await astdb.get(session, "ccd-police", effect.incident, ASKED_S)
        found = _MARK.fullmatch(value or "")
        state, by = (found["result"], found["reason"]) if found else ("none", "")
        if value == "barred":
            state = "barred"
        elif value is not None and state not in _POLICE:
            log.warning("police_mark_unreadable", incident=effect.incident, pbx=effect.pbx, value=value[:80])
            return
        self._submit(
            PoliceMark(
                at=self._now(), pbx=effect.pbx, incident=effect.incident, state=state, by=by, live=False
            )
        )

    async def _read_source(self, effect: ReadSource) -> None:
        """What the dialplan knows of the customer; of a PJSIP channel, where its signalling comes from, and
        the Call-ID by which others find it.
        """
        session = self._session(effect.pbx)
        if session is None:
            return
        address = call_id = ""
        try:
            customer = await _variable(session, effect.channel, "CCD_CUSTOMER")
            if effect.channel.startswith("PJSIP/"):
                address = await _variable(session, effect.channel, "CHANNEL(pjsip,remote_addr)")
                call_id = await _variable(session, effect.channel, "CHANNEL(pjsip,call-id)")
        except (AmiError, ValueError) as error:
            log.warning("source_unread", incident=effect.incident, why=str(error))
            return
        source = ", ".join(part[:200] for part in (address, f"Call-ID {call_id}" if call_id else "") if part)
        if source or customer:
            self._submit(SourceRead(self._now(), effect.incident, source, customer[:1000]))


async def _noted(session: Actions, key: str) -> tuple[str, str] | None:
    """Result and reason, as the dialplan noted them."""
    value = await astdb.get(session, "ccd-ring", key, ASKED_S)
    found = _MARK.fullmatch(value or "")
    return (found["result"], found["reason"]) if found and found["result"] in _NOTED else None


async def _state(session: Actions, key: str) -> str | None:
    """The state of the channel of that id (Ringing, Up); None where there is none."""
    try:
        return await _variable(session, key, "CHANNEL(state)")
    except ActionFailed as error:
        if error.message == "No such channel":
            return None
        raise


async def _variable(session: Actions, channel: str, variable: str) -> str:
    answer = await session.action(
        (("Action", "Getvar"), ("Channel", channel), ("Variable", variable)), ASKED_S
    )
    value = answer.get("Value")
    return value if value.isprintable() else ""
