"""The API as it runs: a real server on a free port, a real store, recordings, people of all posts."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import math
import struct
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from ccd.adapters.asks import Asks
from ccd.adapters.store import Store
from ccd.adapters.store.queries import opened as archive_opened
from ccd.commands_acts import ActCommands
from ccd.config import Settings, StoreSettings
from ccd.effects import AnswerAsked
from ccd.engine import Engine
from ccd.events import Event, Person, RecordingMeasured, RecordingStarted, RecordingStopped, RosterReplaced
from ccd.events.quality import ConversationSeen
from ccd.events.recording_pauses import RecordingPaused, RecordingUnpaused
from ccd.web.part import Web
from ccd.web.rights import Scope
from ccd.world import World

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
RATE = 8000

ROSTER = (
    ("2001", "agent", "甲班"),
    ("2002", "agent", "乙班"),
    ("3001", "team_lead", "甲班"),
    ("3002", "team_lead", "乙班"),
    ("4001", "qa_analyst", "质检"),
    ("4002", "qa_analyst", "甲班"),
    ("5001", "qa_manager", ""),
    ("6001", "operations_manager", ""),
    ("7001", "trainer", ""),
    ("8001", "trainer", ""),
)
POSTS = {
    "own agent": "2001",
    "other agent": "2002",
    "own lead": "3001",
    "other lead": "3002",
    "analyst": "4001",
    "analyst of the team": "4002",
    "QA manager": "5001",
    "operations manager": "6001",
    "trainer": "7001",
    "admin": "8001",
}


def samples(seconds: float = 2.0, rate: int = RATE) -> bytes:
    """A chirp in 16 bits, as raw samples: no two parts of it are alike."""
    count = int(seconds * rate)
    wave = (9000 * math.sin(2 * math.pi * (300 + 200 * i / rate) * i / rate) for i in range(count))
    return b"".join(struct.pack("<h", int(value)) for value in wave)


def wav(seconds: float = 2.0) -> bytes:
    data = samples(seconds)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    head = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVE" + form
    return head + b"data" + struct.pack("<I", len(data)) + data


class Place:
    def __init__(self, folder: Path, store: Store, **sections: Any) -> None:
        self.folder = folder / "recordings"
        self.folder.mkdir(exist_ok=True)
        self.state = folder / "state"
        pbx = {"main": {"secret": "x", "recordings_dir": self.folder}}
        web = {"port": 0, "admins": ["8001"]} | sections.pop("web", {})
        self.settings = Settings.model_validate(
            {"daemon": {"state_dir": self.state, "language": "en"}, "pbx": pbx, "web": web} | sections
        )
        self.store = store
        self.skew = timedelta()
        """How far the clock was put forward."""
        self.world = World(self.settings, self.now())
        self.engine = Engine(self.world)
        self.asks = Asks(self.submit)
        acts = ActCommands(world=self.world, asks=self.asks)
        self.web = Web(
            lambda: self.settings,
            world=self.world,
            store=store,
            acts=acts,
            submit=self.submit,
            now=self.now,
        )
        self.http = httpx2.AsyncClient(timeout=60)
        self.acted: list[Event] = []
        self.decided: list[Event] = []
        """Facts that came of it."""
        people = tuple(
            Person(code=code, name=f"人{code}", role=role, team=team, seat="", interface="")
            for code, role, team in ROSTER
        )
        self.engine.step(RosterReplaced(at=self.now(), version="1", people=people, by="test"))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.skew

    def submit(self, event: Event) -> None:
        self.acted.append(event)
        outcome = self.engine.step(event)
        self.decided += outcome.facts
        for effect in outcome.effects:
            if isinstance(effect, AnswerAsked):
                asyncio.get_running_loop().call_soon(self.asks.answer, effect)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web.server.port}"

    async def token(self, person: str, *scopes: Scope | str) -> str:
        wanted = [Scope(scope) for scope in scopes] or [Scope.ALL]
        _, secret = await self.web.site.tokens.make(
            person, wanted, note="", by="test", good_for=timedelta(days=1)
        )
        return secret

    async def ask(
        self, path: str, person: str = "", *scopes: Scope | str, method: str = "GET", **given: Any
    ) -> httpx2.Response:
        """As ``person``, with a token of theirs; without one where ``person`` is empty."""
        headers = dict(given.pop("headers", {}))
        if person:
            headers["Authorization"] = f"Bearer {await self.token(person, *scopes)}"
        return await self.http.request(method, self.url + path, headers=headers, **given)

    async def recording(
        self,
        name: str = "one.wav",
        content: bytes | None = None,
        *,
        person: str = "2001",
        state: str = "final",
        marked: tuple[tuple[float, float | None], ...] = (),
        call: str = "c1",
        path: str = "",
    ) -> str:
        """Its id. The file is laid down and stored as measured."""
        content = wav() if content is None else content
        (self.folder / name).write_bytes(content)
        named = path or f"/var/spool/asterisk/monitor/{name}"
        which = f"{call}:{named}"
        base = {"pbx": "main", "call": call, "recording": which}
        stamp, ended = START, START + timedelta(seconds=2)
        facts: list[Any] = [
            RecordingStarted(at=stamp, uniqueid=call, path=named, **base),
            RecordingStopped(at=ended, uniqueid=call, path=named, **base),
        ]
        if state:
            digest = hashlib.sha256(content).hexdigest()
            facts.append(
                RecordingMeasured(at=ended, state=state, path=named, size=len(content), sha256=digest, **base)
            )
        for since, until in marked:
            began = stamp + timedelta(seconds=since)
            facts.append(RecordingPaused(at=began, uniqueid=call, how="marked", **base))
            if until is not None:
                at = stamp + timedelta(seconds=until)
                facts.append(RecordingUnpaused(at=at, uniqueid=call, began=began, how="marked", **base))
        if person:
            facts.append(self.conversation(person, which, call))
        await self.store.commit(facts)
        return self.web.site.ids.id_of("main", which)

    def conversation(self, person: str, recording: str, call: str, picked: str = "") -> ConversationSeen:
        team = next(team for code, _, team in ROSTER if code == person)
        return ConversationSeen(
            at=START,
            pbx="main",
            unit=hashlib.sha256(f"{call}{person}".encode()).hexdigest()[:20],
            day=START.date(),
            call=call,
            uniqueid=call,
            kind="queue",
            person=person,
            team=team,
            queue="sales",
            interface="PJSIP/1001",
            connected=START + timedelta(seconds=0.5),
            ended=START + timedelta(seconds=1.5),
            talk_s=1.0,
            recording=recording,
            offset_s=0.5,
            eligible="",
            rank="0" * 16,
            picked=picked,
        )

    async def audited(self, act: str = "recording.given") -> list[dict[str, Any]]:
        """Entries of the audit chain."""
        await self.store.commit()
        async with archive_opened(self.settings.store, self.state) as archive:
            return [row async for row in archive.export("audit") if row["act"] == act]


@contextlib.asynccontextmanager
async def serving(folder: Path, **sections: Any) -> AsyncIterator[Place]:
    (folder / "state").mkdir(exist_ok=True)
    store = await Store.open(StoreSettings(), folder / "state")
    place = Place(folder, store, **sections)
    try:
        await place.web.start()
        yield place
    finally:
        await place.http.aclose()
        async with asyncio.timeout(20):
            await place.web.stop()
            await store.close()
