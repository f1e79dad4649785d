"""A store with facts in it, a mail server, and who makes reports of the one and sends them by the other.

Run as a program it is a daemon that is killed between making a report and sending it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ccd.adapters.notify.email import Email
from ccd.adapters.notify.names import Names
from ccd.adapters.reporting import Reporting
from ccd.adapters.store import Store
from ccd.config import Settings
from ccd.events import Person, PlanChanged, PlanDay, RosterReplaced
from ccd.events.shifts import ShiftFact
from ccd.shifts.plan import encode_day
from tests.reports.made import MONDAY, PEOPLE, judged, person, settings_of

__all__ = ["BOSS", "MANAGER", "NINE", "ROSTER", "DiesAt", "filled", "planned", "reporting_of", "rig_settings"]

NINE = datetime(2026, 3, 3, 1, tzinfo=UTC)
"""Tuesday, 09:00 in Shanghai."""
MANAGER = person("1001", "赵经理", "", "operations_manager", email="manager@example.org")
BOSS = person("1000", "钱总", "", "management", email="boss@example.org")
ROSTER = (MANAGER, BOSS, *(person(code, *about) for code, about in PEOPLE.items()))


def rig_settings(state: Path, port: int = 0, **reports: Any) -> Settings:
    mail = {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "ccd@example.org"} if port else {}
    return settings_of(
        daemon={"state_dir": str(state)},
        notify={"email": mail},
        reports={"catch_up_days": 1, "weekly_at": "", "monthly_at": "", **reports},
    )


def planned(days: Iterable[date], at: datetime = NINE) -> PlanChanged:
    text = encode_day({code: [("day", "", "", "")] for code in PEOPLE})
    changed = tuple(PlanDay(day=day, whole=True, people=text) for day in days)
    return PlanChanged(at=at, version=f"v{at}", by="test", days=changed)


async def filled(store: Store, days: Iterable[date] = (MONDAY,), facts: Iterable[ShiftFact] = ()) -> None:
    wanted = tuple(days)
    found = tuple(facts) or tuple(judged(code, day) for day in wanted for code in PEOPLE)
    await store.commit(
        [RosterReplaced(at=NINE, version="r1", by="test", people=ROSTER), planned(wanted), *found]
    )


def reporting_of(
    settings: Callable[[], Settings],
    store: Any,
    now: Callable[[], datetime] = lambda: NINE,
    people: tuple[Person, ...] = ROSTER,
) -> Reporting:
    return Reporting(
        settings,
        store=store,
        people=lambda: people,
        now=now,
        email=Email(settings, now, Names()),
        first_s=0.0,
        every_s=0.05,
        delays_s=(0.0,),
    )


class DiesAt:
    """A store that kills the process when a fact of this name is to be written, or once it is."""

    def __init__(self, store: Store, name: str, *, written: bool) -> None:
        self._store, self._name, self._written = store, name, written

    async def commit(self, facts: Iterable[Any]) -> None:
        given = list(facts)
        hit = any(type(fact).__name__ == self._name for fact in given)
        if not hit or self._written:
            await self._store.commit(given)
        if hit:
            os.kill(os.getpid(), signal.SIGKILL)


async def _main(state: str, port: str, name: str, written: str) -> None:
    settings = rig_settings(Path(state), int(port))
    store = await Store.open(settings.store, Path(state))
    await filled(store)
    reporting = reporting_of(lambda: settings, DiesAt(store, name, written=written == "written"))
    for _ in range(3):
        await reporting.look()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
