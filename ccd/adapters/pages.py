"""Telling people of the floor what the rules about shifts have to say: by e-mail, MQTT, and at their phone.

A ``Page`` is performed once under its key. What comes up for one person within ``merge_s`` is one e-mail and
one ring ("3 notices"), and the next of either comes ``again_s`` later at the earliest: two hundred people who
are late ring their lead a few times, not two hundred. By MQTT, where machines listen, each notice goes out by
itself and at once: ``PREFIX/page/PERSON``, QoS 1, not retained, kept by the broker for ``EXPIRES_S``.

What could not be brought is tried again as messages of incidents are, for ``LIFE_S``; after that it is old.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

import msgspec
import structlog

from ccd.adapters.astdb import Actions
from ccd.adapters.clock import utc_now
from ccd.adapters.notify.email import Email
from ccd.adapters.notify.ending import end
from ccd.adapters.notify.lane import DELAYS_S, Attempt, FailedError, Lane, UndeliverableError
from ccd.adapters.notify.message import one_line, plain
from ccd.adapters.notify.names import Names
from ccd.adapters.page_rings import PATIENCE_S, PageRings, Wanted
from ccd.adapters.page_rings import World as Phones
from ccd.config import Settings
from ccd.effects import Page, Tell
from ccd.events import Person
from ccd.rules import say

__all__ = ["Pages"]

log = structlog.get_logger("ccd.pages")

MERGE_S = 3.0
AGAIN_S = 30.0
LIFE_S = 900.0
EXPIRES_S = 600
REMEMBERED = 10_000
"""Keys of pages that were performed."""
SUBJECT = 80

_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,64}")


class World(Phones, Protocol):
    @property
    def settings(self) -> Settings: ...


class Publish(Protocol):
    def __call__(self, topic: str, content: bytes, *, expires_s: int) -> Awaitable[None]: ...


class _Notice(NamedTuple):
    key: str
    at: datetime
    text: str
    ring: Wanted | None


class Pages:
    """``publish`` sends by MQTT, or raises FailedError or UndeliverableError; ``session`` is that of a PBX.

    ``perform`` returns at once; to be called from the event loop.
    """

    def __init__(
        self,
        world: World,
        *,
        publish: Publish,
        session: Callable[[str], Actions | None],
        now: Callable[[], datetime] = utc_now,
        merge_s: float = MERGE_S,
        again_s: float = AGAIN_S,
        patience_s: float = PATIENCE_S,
        delays_s: tuple[float, ...] = DELAYS_S,
        life_s: float = LIFE_S,
    ) -> None:
        self.taken = 0
        """Pages, each for one person or several."""
        self.unreached = 0
        """Times a person had neither address nor broker nor ring."""
        self.delivered: Counter[str] = Counter()
        """By means, as ``given_up``."""
        self.given_up: Counter[str] = Counter()
        self._world = world
        self._now = now
        self._merge_s, self._again_s, self._life_s = merge_s, again_s, life_s
        self._publish = publish
        self._rings = PageRings(world, session, patience_s=patience_s)
        self._email = Email(lambda: world.settings, now, Names())
        begins = {"email": self._email.begin, "mqtt": self._begin_mqtt}
        self._lanes = {
            means: Lane(
                means,
                partial(self._while_it_is_new, begin),
                ended=partial(self._ended, means),
                still_wanted=lambda _: True,
                delays_s=delays_s,
            )
            for means, begin in begins.items()
        }
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._waiting: dict[str, list[_Notice]] = {}
        self._gathering: dict[str, asyncio.Task[None]] = {}

    @property
    def under_way(self) -> int:
        """Notices that wait to be told with others, messages and rings neither done nor given up."""
        waiting = sum(len(notices) for notices in self._waiting.values())
        return waiting + sum(len(lane) for lane in self._lanes.values()) + len(self._rings)

    @property
    def retries(self) -> int:
        return sum(lane.retries for lane in self._lanes.values())

    @property
    def rings(self) -> Counter[str]:
        """By what came of them."""
        return self._rings.results

    def perform(self, effect: Page) -> None:
        log.warning("page", people=effect.people, rule=effect.rule, ring=effect.ring, because=effect.because)
        if effect.key in self._seen:
            return
        self._seen[effect.key] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        self.taken += 1
        for code in dict.fromkeys(effect.people):
            self._take(code, effect)

    async def close(self) -> None:
        """What is under way is dropped, and said so."""
        await end(self._gathering.values())
        for person, notices in self._waiting.items():
            for notice in notices:
                log.error("page_dropped", person=person, text=notice.text)
        await self._rings.close()
        for lane in self._lanes.values():
            await lane.close()

    # --- one notice for one person ------------------------------------------------------------------------

    def _take(self, code: str, effect: Page) -> None:
        person = self._world.roster.by_code(code)
        settings = self._world.settings
        language = self._language(person)
        text = plain(say(effect.rule, effect.values, language))
        key = "page-" + hashlib.sha256(f"{effect.key}|{code}".encode()).hexdigest()[:32]
        mails = bool(person and person.email and settings.notify.email.host)
        if settings.mqtt.host:
            self._lanes["mqtt"].take(self._tell(key, effect.because, "mqtt", code, text, effect))
        if mails or effect.ring:
            ring = Wanted(key, effect.rule, (effect.pbx, effect.seat)) if effect.ring else None
            self._gather(code, _Notice(key, self._now(), text, ring))
        elif not settings.mqtt.host:
            self.unreached += 1
            log.warning("page_unreached", person=code, rule=effect.rule)

    def _language(self, person: Person | None) -> str:
        return (person.language if person else "") or self._world.settings.daemon.language

    def _tell(self, key: str, because: str, means: str, code: str, text: str, effect: Page) -> Tell:
        return Tell(
            key=key,
            because=because,
            means=means,
            incident="",
            person=code,
            address="",
            subject="",
            text=text,
            drill=False,
            fields=(("rule", effect.rule), ("pbx", effect.pbx), ("seat", effect.seat)),
        )

    def _begin_mqtt(self, effect: Tell) -> Attempt:
        told = {"id": effect.key, "at": self._now(), "person": effect.person, "text": effect.text}
        content = msgspec.json.encode(told | dict(effect.fields))

        async def attempt() -> None:
            if not _TOPIC.fullmatch(effect.person):
                raise UndeliverableError("this code may not stand in a topic")
            await self._publish(f"page/{effect.person}", content, expires_s=EXPIRES_S)

        return attempt

    # --- several notices in one ---------------------------------------------------------------------------

    def _gather(self, code: str, notice: _Notice) -> None:
        self._waiting.setdefault(code, []).append(notice)
        if code not in self._gathering:
            task = asyncio.create_task(self._bring(code))
            self._gathering[code] = task
            task.add_done_callback(lambda _: self._gathering.pop(code, None))

    async def _bring(self, code: str) -> None:
        while self._waiting.get(code):
            await asyncio.sleep(self._merge_s)
            notices = self._waiting.pop(code)
            try:
                self._send(code, notices)
            except Exception:
                log.exception("page_defect", person=code)
                self.given_up["defect"] += len(notices)
            await asyncio.sleep(max(self._again_s - self._merge_s, 0.0))

    def _send(self, code: str, notices: list[_Notice]) -> None:
        person = self._world.roster.by_code(code)
        language = self._language(person)
        if wanted := [notice.ring for notice in notices if notice.ring is not None]:
            self._rings.ring(code, wanted, language)
        if person is not None and person.email and self._world.settings.notify.email.host:
            self._lanes["email"].take(self._mail(person, notices, language))

    def _mail(self, person: Person, notices: list[_Notice], language: str) -> Tell:
        zone = ZoneInfo(self._world.settings.daemon.timezone)
        lines = [f"{notice.at.astimezone(zone):%H:%M}  {notice.text}" for notice in notices]
        subject = f"ccd: {one_line(notices[0].text, SUBJECT)}"
        if len(notices) > 1:
            chinese = language.startswith("zh")
            subject = f"ccd：{len(notices)} 条通知" if chinese else f"ccd: {len(notices)} notices"
        return Tell(
            key=notices[0].key,
            because="pages",
            means="email",
            incident="",
            person=person.code,
            address=person.email,
            subject=subject,
            text="\n".join(lines) + "\n",
            drill=False,
        )

    # --- trying -------------------------------------------------------------------------------------------

    def _while_it_is_new(self, begin: Callable[[Tell], Attempt], effect: Tell) -> Attempt:
        attempt = begin(effect)
        loop = asyncio.get_running_loop()
        until = loop.time() + self._life_s

        async def tried() -> None:
            try:
                await attempt()
            except FailedError as error:
                if loop.time() < until:
                    raise
                raise UndeliverableError(f"given up after {self._life_s:g} s: {error}") from None

        return tried

    def _ended(self, means: str, key: str, error: str) -> None:
        (self.given_up if error else self.delivered)[means] += 1
        if error:
            log.error("page_not_delivered", means=means, key=key, error=error)
