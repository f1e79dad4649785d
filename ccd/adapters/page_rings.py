"""Ringing somebody at the seat where they are signed in, to say what they are paged for.

Into the context ``ccd-page`` (extensions-ccd-shifts.conf), which speaks and hangs up, and into no other. A
phone is rung only while it is idle, by our own picture and by the PBX's, and never one that a live incident
protects; a phone that is in use is waited for a while. One ring at a time for a phone; what comes up for its
person meanwhile is told with the same ring. A ring that was not answered is not repeated here.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import structlog

from ccd.adapters.ami.actions import ActionFailed, AmiError
from ccd.adapters.astdb import Actions, Fields
from ccd.adapters.notify.ending import end
from ccd.adapters.rings import DEVICE
from ccd.effects import SendAction
from ccd.events import AgentState
from ccd.following.picture import Pbx
from ccd.incidents.arbitration import protecting
from ccd.incidents.state import Incident
from ccd.roster import Roster

__all__ = ["WORDS", "PageRings", "Wanted", "World", "originate"]

log = structlog.get_logger("ccd.pages")

CONTEXT = "ccd-page"
RING_S = 20.0
PATIENCE_S = 60.0
"""So long a phone in use is waited for; then what was to be said is in the e-mail only."""
LOOK_S = 0.5
PLACED_S = 5.0
"""By when a ring that was taken by the PBX is to be seen."""
LONGEST_S = 90.0
ASKED_S = 2.0

WORDS: dict[str, str] = {
    "attendance_not_at_seat": "person-missing",
    "breaks_over": "break-over",
    "handover_ill": "person-missing",
    "handover_left": "person-missing",
    "handover_left_floor": "person-missing",
    "handover_logged_off": "person-missing",
    "handover_maximum": "relief-missing",
    "handover_missing": "relief-missing",
    "handover_no_answer": "person-missing",
    "handover_on_leave": "relief-missing",
    "handover_unavailable": "person-missing",
    "meals_granted": "meal-granted",
    "meals_told": "meal-over",
    "meals_your_turn": "your-turn",
}
"""Rule -> a word of the context ``ccd-page-words``. Any other is told as ``notice``."""

_IDLE = frozenset((AgentState.READY, AgentState.PAUSED))
_FREE = frozenset(("NOT_INUSE", "UNKNOWN", ""))


class World(Protocol):
    """What is looked at: who sits where, and what their phones do."""

    @property
    def roster(self) -> Roster: ...
    @property
    def presence(self) -> Mapping[tuple[str, str], Mapping[str, datetime]]: ...
    @property
    def pbxs(self) -> Mapping[str, Pbx]: ...
    @property
    def incidents(self) -> Mapping[str, Incident]: ...


class Wanted(NamedTuple):
    """``key`` names the notice and its person; ``place`` is (pbx, seat) where it is about one."""

    key: str
    rule: str
    place: tuple[str, str]


class _Phone(NamedTuple):
    pbx: str
    seat: str
    interface: str


def originate(phone: _Phone, wanted: Sequence[Wanted], language: str) -> Fields:
    """The Originate for these notices, told in one. The seat is said where it is another than one's own."""
    first = wanted[0]
    several = len({(one.rule, one.place) for one in wanted}) > 1
    word = "notices" if several else WORDS.get(first.rule, "notice")
    elsewhere = not several and first.place != (phone.pbx, phone.seat)
    key = "page-1" + hashlib.sha256(first.key.encode()).hexdigest()[:24]
    variables = {
        "CCD_NOTICE": word,
        "CCD_SEAT": re.sub(r"[^A-Za-z0-9]", "", first.place[1])[:20] if elsewhere else "",
        "CCD_LANGUAGE": "zh" if language.startswith("zh") else "en",
    }
    return (
        ("Action", "Originate"),
        ("Channel", phone.interface),
        ("Context", CONTEXT),
        ("Exten", key),
        ("Priority", "1"),
        ("Timeout", str(round(RING_S * 1000))),
        ("CallerID", "ccd <CCD>"),
        ("Async", "true"),
        ("ChannelId", key),
        *(("Variable", f"{name}={value}") for name, value in variables.items()),
    )


class PageRings:
    """``session`` gives the session of a PBX, if there is one. ``ring`` returns at once.

    ``results`` grows by one for each ring, or for each that did not come about: ``answered``,
    ``not_answered``, ``not_placed`` (by the PBX), ``no_seat`` (signed in nowhere, or at no phone), ``in_use``
    (for ``patience_s``), ``protected`` (by a live incident), ``no_session``.
    """

    def __init__(
        self, world: World, session: Callable[[str], Actions | None], *, patience_s: float = PATIENCE_S
    ) -> None:
        self.results: Counter[str] = Counter()
        self._world = world
        self._session = session
        self._patience_s = patience_s
        self._wanted: dict[str, list[Wanted]] = {}
        self._languages: dict[str, str] = {}
        self._ringing: set[_Phone] = set()
        self._jobs: dict[str, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        """People who are being rung, or are to be."""
        return len(self._jobs)

    def ring(self, person: str, wanted: Sequence[Wanted], language: str) -> None:
        self._wanted.setdefault(person, []).extend(wanted)
        self._languages[person] = language
        if person not in self._jobs:
            self._start(person)

    async def close(self) -> None:
        await end(list(self._jobs.values()))

    def _start(self, person: str) -> None:
        job = asyncio.create_task(self._guarded(person))
        self._jobs[person] = job
        job.add_done_callback(lambda _: self._over(person))

    def _over(self, person: str) -> None:
        self._jobs.pop(person, None)
        if not self._wanted.get(person):
            self._wanted.pop(person, None)
            self._languages.pop(person, None)
        elif not asyncio.get_running_loop().is_closed():
            self._start(person)

    async def _guarded(self, person: str) -> None:
        result = "defect"
        try:
            result = await self._bring(person)
        except asyncio.CancelledError:
            self._wanted.pop(person, None)
            raise
        except Exception:
            log.exception("page_ring_defect", person=person)
            self._wanted.pop(person, None)
        self.results[result] += 1
        log.info("page_ring", person=person, result=result)

    async def _bring(self, person: str) -> str:
        """Wait for an idle phone, ring it once, and say what came of it."""
        now = asyncio.get_running_loop().time
        until = now() + self._patience_s
        while True:
            phone, why = self._look(person)
            if phone is not None and not why:
                why = await self._rung(phone, person)
                if why != "in_use":
                    return why
            if phone is None or now() >= until:
                self._wanted.pop(person, None)
                return why
            await asyncio.sleep(LOOK_S)

    def _look(self, person: str) -> tuple[_Phone | None, str]:
        """Their phone, and why it may not be rung now ("": it may)."""
        world = self._world
        places = (place for place, people in world.presence.items() if person in people)
        phones = (_Phone(pbx, seat, world.roster.interface_of(pbx, seat) or "") for pbx, seat in places)
        phone = next((one for one in phones if DEVICE.fullmatch(one.interface)), None)
        if phone is None:
            return None, "no_seat"
        pbx = world.pbxs.get(phone.pbx)
        agent = pbx.agents.get(phone.interface) if pbx is not None else None
        if pbx is None or agent is None or pbx.blind_since is not None:
            return phone, "no_session"
        asked = SendAction("page", "pages", phone.pbx, (("Interface", phone.interface),))
        if protecting(world.incidents.values(), asked) is not None:
            return phone, "protected"
        idle = agent.state in _IDLE and not agent.channels and phone not in self._ringing
        return phone, "" if idle else "in_use"

    async def _rung(self, phone: _Phone, person: str) -> str:
        self._ringing.add(phone)
        try:
            session = self._session(phone.pbx)
            if session is None:
                self._wanted.pop(person, None)
                return "no_session"
            if not await _idle(session, phone.interface) or self._busy_by_now(phone):
                return "in_use"
            fields = originate(phone, self._wanted.pop(person), self._languages.get(person, ""))
            try:
                await session.action(fields)
            except AmiError as error:
                log.warning("page_not_placed", person=person, pbx=phone.pbx, why=str(error))
                return "not_placed"
            return await self._followed(phone.pbx, dict(fields)["ChannelId"])
        finally:
            self._ringing.discard(phone)

    def _busy_by_now(self, phone: _Phone) -> bool:
        """The PBX was asked meanwhile."""
        agent = self._world.pbxs[phone.pbx].agents.get(phone.interface)
        return agent is None or agent.state not in _IDLE or bool(agent.channels)

    async def _followed(self, pbx: str, key: str) -> str:
        """Until the phone is hung up, as the picture of the PBX shows it."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        seen = answered = False
        while loop.time() - began < LONGEST_S:
            channel = self._world.pbxs[pbx].channels.get(key)
            if channel is None and (seen or loop.time() - began > PLACED_S):
                break
            seen = seen or channel is not None
            answered = answered or (channel is not None and channel.answered is not None)
            await asyncio.sleep(LOOK_S)
        if not seen:
            return "not_placed"
        return "answered" if answered else "not_answered"


async def _idle(session: Actions, interface: str) -> bool:
    """As the PBX has it at this moment. One that may not be asked is believed to be idle, as we see it."""
    fields = (("Action", "Getvar"), ("Variable", f"DEVICE_STATE({interface})"))
    try:
        answer = await session.action(fields, ASKED_S)
    except ActionFailed as error:
        log.warning("page_phone_not_looked_up", interface=interface, why=str(error))
        return True
    except AmiError:
        return False
    return answer.get("Value") in _FREE
