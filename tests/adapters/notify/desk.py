"""Who asks the notifiers for what they do, and keeps what comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from ccd.adapters.notify import Notifiers
from ccd.config import Settings
from ccd.effects import ShowAlert, Tell
from ccd.events.incident_inputs import ReportAsked, TellingResult
from ccd.events.values import Event

__all__ = ["Desk", "a_tell", "an_alert", "until"]


def a_tell(means: str, key: str = "inc-1-tell-1", **changes: Any) -> Tell:
    words: dict[str, Any] = {
        "key": key,
        "because": "a test",
        "means": means,
        "incident": "inc-1",
        "person": "1010",
        "address": "lead@example.org" if means == "email" else "",
        "subject": "要挟电话 A-12",
        "text": "座席 A-12 接到要挟电话。\nThreat call at seat A-12.",
        "drill": False,
        "fields": (("seat", "A-12"), ("caller", "02112345678")),
    }
    return Tell(**{**words, **changes})


def an_alert(incident: str = "inc-1", *, active: bool = True, **changes: Any) -> ShowAlert:
    words: dict[str, Any] = {
        "key": f"{incident}-alert",
        "because": "a test",
        "incident": incident,
        "ladder": "threat",
        "severity": "high",
        "active": active,
        "drill": False,
        "text": "要挟电话",
    }
    return ShowAlert(**{**words, **changes})


class Desk:
    """Who asks for it all, and keeps what came back. Retries follow within hundredths of a second."""

    def __init__(self, delays_s: tuple[float, ...] = (0.05, 0.1)) -> None:
        self.settings = Settings()
        self.inputs: list[Event] = []
        self.closed: set[str] = set()
        self.notifiers = Notifiers(
            lambda: self.settings,
            self.inputs.append,
            lambda: datetime.now(UTC),
            lambda incident: incident not in self.closed,
            delays_s,
        )

    def configure(self, **sections: Any) -> None:
        self.settings = Settings.model_validate(sections)

    @property
    def results(self) -> dict[str, TellingResult]:
        return {one.key: one for one in self.inputs if isinstance(one, TellingResult)}

    @property
    def reports(self) -> list[ReportAsked]:
        return [one for one in self.inputs if isinstance(one, ReportAsked)]

    async def result(self, key: str = "inc-1-tell-1", within_s: float = 10.0) -> TellingResult:
        await until(lambda: key in self.results, within_s)
        return self.results[key]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.notifiers.run())
        try:
            yield
        finally:
            await self.notifiers.close()
            await asyncio.wait_for(task, 10)


async def until(true: Callable[[], Any], within_s: float = 10.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.01)
