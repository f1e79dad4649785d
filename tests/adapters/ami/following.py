"""A session under test, and what it told."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ccd.adapters.ami.session import Session
from ccd.adapters.ami.wanted import WANTED, Predicate
from ccd.config import PbxSettings
from ccd.message import Message
from tests.adapters.ami.fake_pbx import SECRET, FakePbx

__all__ = ["Told", "following", "settings_for", "until"]


class Told:
    """Every callback of a session, in order. ``waits`` are its pauses between two tries, in seconds."""

    def __init__(self) -> None:
        self.log: list[tuple[str, Any]] = []
        self.messages: list[Message] = []
        self.reads: list[tuple[datetime, int]] = []
        self.lost: list[tuple[datetime, datetime, str]] = []
        self.waits: list[float] = []
        self.session: Session

    def on_messages(self, at: datetime, messages: list[Message]) -> None:
        self.messages += messages
        self.reads.append((at, len(messages)))
        self.log += [("message", message.name) for message in messages]

    def on_linked(self, at: datetime, version: str, boot: str) -> None:
        self.log.append(("linked", (version, boot)))

    def on_synced(self, at: datetime) -> None:
        self.log.append(("synced", self.session.missing_lists))

    def on_lost(self, at: datetime, last_heard: datetime, why: str) -> None:
        self.lost.append((at, last_heard, why))
        self.log.append(("lost", why))

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0.001)

    def times(self, what: str) -> int:
        return sum(kind == what for kind, _ in self.log)

    @property
    def names(self) -> list[str]:
        return [message.name for message in self.messages]


def settings_for(pbx: FakePbx, **changes: Any) -> PbxSettings:
    usual = {"port": pbx.port, "action_timeout_s": 2.0, "resync_timeout_s": 5.0, "reconnect_max_s": 5.0}
    return PbxSettings.model_validate(usual | changes)


@contextlib.asynccontextmanager
async def following(
    pbx: FakePbx,
    *,
    secret: str = SECRET,
    wanted: Mapping[str, Predicate | None] = WANTED,
    on_messages: Callable[[datetime, list[Message]], None] | None = None,
    sleep: Callable[[float], Awaitable[None]] | None = None,
    coalesce_s: float = 0.0,
    synced: bool = True,
    **settings: Any,
) -> AsyncIterator[tuple[Session, Told]]:
    """A session that runs, with the first snapshot taken unless ``synced`` is False."""
    told = Told()
    session = told.session = Session(
        "test",
        settings_for(pbx, **settings),
        secret,
        wanted=wanted,
        on_messages=on_messages or told.on_messages,
        on_linked=told.on_linked,
        on_synced=told.on_synced,
        on_lost=told.on_lost,
        clock=lambda: datetime.now(UTC),
        rng=random.Random(1),
        coalesce_s=coalesce_s,
        sleep=sleep or told.pause,
    )
    run = asyncio.create_task(session.run())
    try:
        if synced:
            await until(lambda: session.synced)
        yield session, told
    finally:
        await session.close()
        await run


async def until(condition: Callable[[], Any], seconds: float = 10.0) -> None:
    """Wait until it holds; fail when it does not."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)
