"""Policy, store and folder together: what is past its time goes, also when ccd was killed in between."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from ccd import events as e
from ccd.adapters.clock import utc_now
from ccd.adapters.retention import KeepingParts
from ccd.adapters.store import Store
from ccd.config import Settings, StoreSettings
from ccd.effects import DeleteRecording, Effect
from ccd.engine import Engine
from ccd.events import retention as facts
from ccd.world import World

COUNT = 30


class Daemon:
    """As the runner: inputs through the engine, facts into the store, then effects to who performs them."""

    def __init__(self, settings: Settings, store: Store, *, deletes: bool = True) -> None:
        self.settings = settings
        self.store = store
        self.world = World(settings, utc_now())
        self.engine = Engine(self.world)
        self.facts: list[e.Event] = []
        self.parts = KeepingParts(lambda: settings, world=self.world, store=store, submit=self.take)
        self.performers: dict[type[Effect], Callable[[Any], object]] = dict(self.parts.performers())
        if not deletes:
            self.performers[DeleteRecording] = lambda effect: None

    async def begin(self) -> None:
        self.take(await self.store.shifts_restored())

    def take(self, event: e.Event) -> None:
        outcome = self.engine.step(event)
        self.facts += outcome.facts
        self.store.enqueue(outcome.facts)
        for effect in outcome.effects:
            if type(effect) in self.performers:
                self.performers[type(effect)](effect)

    def look(self) -> None:
        self.take(e.DeadlineDue(utc_now(), "retention|sweep", 0.0))

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not holds():
                await asyncio.sleep(0.02)

    def of(self, kind: type[e.Event]) -> list[e.Event]:
        return [one for one in self.facts if isinstance(one, kind)]


def settings_of(folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "pbx": {"main": {"secret": "x", "recordings_dir": str(folder / "monitor")}},
            "evidence": {"dir": str(folder / "evidence")},
            "policies": {
                "recordings": {"quiet_s": 0.05},
                "retention": {"mode": "enforce", "at": "00:00", "nightly_at": "00:00", "batch": 7},
            },
        }
    )


async def recorded(store: Store, folder: Path) -> None:
    (folder / "monitor").mkdir()
    for number in range(COUNT):
        at, name = utc_now() - timedelta(days=200 + number), f"{number}.wav"
        content = f"sound {number}".encode() * 50
        file = folder / "monitor" / name
        file.write_bytes(content)
        where = ("main", f"call{number}", str(number), f"{number}:{name}", name)
        sha256 = hashlib.sha256(content).hexdigest()
        measured = e.RecordingMeasured(
            at, "main", f"call{number}", f"{number}:{name}", "final", str(file), len(content), sha256
        )
        await store.commit([e.RecordingStarted(at, *where), e.RecordingStopped(at, *where), measured])


async def test_killed_between_fact_and_file_the_next_daemon_does_what_was_left_and_no_more(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    settings, store = settings_of(tmp_path), await Store.open(StoreSettings(), state)
    await recorded(store, tmp_path)
    held = facts.RecordingHeld(
        at=utc_now(), key="h", pbx="main", recording="3:3.wav", hold="hold-3", call="call3", why="asked"
    )
    await store.commit([held])
    killed = Daemon(settings, store, deletes=False)
    await killed.begin()
    killed.look()
    await killed.until(lambda: bool(killed.of(facts.RecordingDeleted)))
    await store.commit()
    await killed.parts.close()
    assert len(list((tmp_path / "monitor").iterdir())) == COUNT, "the facts come first"
    daemon = Daemon(settings, store)
    await daemon.begin()
    daemon.look()
    await daemon.until(lambda: bool(daemon.of(facts.ExpiryLooked)))
    await daemon.until(lambda: any(one.original for one in daemon.of(facts.HoldCopied)))  # type: ignore[attr-defined]
    assert [file.name for file in (tmp_path / "monitor").iterdir()] == ["3.wav"]
    assert not daemon.world.retention.deleting
    copy = tmp_path / "evidence" / "hold-3" / "recordings" / "3.wav"
    assert copy.read_bytes() == (tmp_path / "monitor" / "3.wav").read_bytes()
    assert not daemon.of(facts.RecordingAmiss)
    await daemon.parts.close()
    await store.close()
