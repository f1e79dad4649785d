"""A daemon with a QA room in its roster, and evaluations that were sampled before it began."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ccd import events as e
from ccd.adapters.store import Store
from ccd.config import StoreSettings
from ccd.events.scoring import EvaluationAssigned, EvaluationOpened
from tests.cli.real import Home
from tests.handlers.shift_scene import person
from tests.quality.forms import SMALL

__all__ = [
    "AGENT",
    "FOUND",
    "GOOD",
    "LEAD",
    "MANAGER",
    "NOBODY",
    "ONE",
    "REFUSED",
    "TWO",
    "USAGE",
    "made",
    "read",
]

GOOD, FOUND, USAGE, REFUSED = 0, 1, 2, 4
AGENT, LEAD, ONE, TWO, MANAGER, NOBODY = "2001", "3001", "5101", "5102", "5901", "2002"
PEOPLE = (
    person(AGENT, "A1"),
    person(NOBODY, "A2", team="B"),
    person(LEAD, "A9", "team_lead"),
    person(ONE, "", "qa_analyst", "Q"),
    person(TWO, "", "qa_analyst", "Q"),
    person("5103", "", "qa_analyst", "Q"),
    person(MANAGER, "", "qa_manager", "Q"),
)
TOML = """
[daemon]
timezone = "Asia/Shanghai"
language = "en"
[metrics]
port = 0
[agi]
port = 0
[pbx.main]
secret = "x"
host = "127.0.0.1"
port = 1
[policies.scoring]
forms_dir = "forms"
form = "small"
release = "by_manager"
second_look_share = 0.0
"""


def made(folder: Path, evaluations: dict[str, str]) -> Home:
    """``evaluations``: id -> the analyst who is to score it."""
    home = Home(folder)
    home.configure(TOML)
    (folder / "forms").mkdir()
    (folder / "forms/small.toml").write_text(SMALL, "utf-8")
    asyncio.run(_store(home.state, evaluations))
    return home


async def _store(folder: Path, evaluations: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    store = await Store.open(StoreSettings(), folder)
    at = datetime.now(UTC) - timedelta(minutes=5)
    await store.replace_roster(e.RosterReplaced(at=at, version="1", people=PEOPLE, by="test"))
    for name, analyst in evaluations.items():
        store.enqueue(_facts(at, name, analyst))
    assert await store.close(10.0) == 0


def _facts(at: datetime, name: str, analyst: str) -> list[e.Event]:
    common: dict[str, Any] = {"at": at, "evaluation": name, "person": AGENT, "day": at.date(), "pbx": "main"}
    opened = EvaluationOpened(
        **common,
        key=f"scoring|opened|{name}",
        unit=f"unit-{name}",
        call=f"call-{name}",
        recording=f"rec-{name}",
        team="A",
        queue="help",
        sample="probability",
        reason="threshold",
        stratum="2001",
        form="small",
        talk_s=95.0,
        n=1,
    )
    due = at + timedelta(days=3)
    key = f"scoring|assigned|{name}|2"
    return [opened, EvaluationAssigned(**common, key=key, analyst=analyst, due=due, why="even", n=2)]


def read(home: Home, *arguments: str) -> Any:
    done = home.ccd("qa", *arguments, "--json")
    assert (done.returncode, done.stderr) == (GOOD, "")
    return json.loads(done.stdout)
