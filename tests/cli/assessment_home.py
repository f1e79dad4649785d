"""Half a year of assessment in a store, for commands that read it without a daemon."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from ccd import events as e
from ccd.adapters.store import Store
from ccd.config import StoreSettings
from tests.cli.real import Home
from tests.handlers.assessment_scene import MORE, AssessmentScene, local

__all__ = ["TOML", "half_a_year_in", "keep", "said", "told"]

TOML = """
[daemon]
language = "en"
[pbx.main]
secret = "x"
[policies.assessment.parts]
qa = { weight = 60, required = true }
kpi = { weight = 40 }
"""
STAFF = json.dumps(
    [
        {"line": 2, "person": "2001", "level": "junior", "step": "good", "confirmed": True}
        | {"posted": True, "post_since": "2024-06-03"},
        {"line": 3, "person": "2002", "level": "junior", "step": "fair", "dispatched": True}
        | {"trial": "lead", "trial_since": "2026-03-01"},
        {"line": 4, "person": "3001", "level": "senior", "step": "fair", "confirmed": True}
        | {"posted": True},
        {"line": 5, "person": "2003", "level": "intermediate_2", "step": "fair", "confirmed": True}
        | {"posted": True, "post_since": "2026-05-01"},
    ]
)
PANEL = {"superior": 90, "department_head": 80, "related_department": 70, "hr": 60}
MARKS = json.dumps(
    [
        {"line": n, "person": "2003", "part": "panel", "name": name, "points": points}
        for n, (name, points) in enumerate(PANEL.items(), 2)
    ]
    + [{"line": 6, "person": "2002", "part": "review_360", "name": "all", "points": 79.5}]
)
KPI = json.dumps([{"line": 2, "person": "2001", "part": "kpi", "name": "=calls", "points": 50}])


def half_a_year() -> AssessmentScene:
    """2001 fails February, is retrained and passes; has B from January to June."""
    parts = {"qa": {"weight": 60, "required": True}, "kpi": {"weight": 40}}
    scene = AssessmentScene("2026-03-02 12:00", assessment={"parts": parts})
    assert scene.import_("staff", STAFF).accepted
    assert scene.import_("figures", KPI, "2026-02").accepted
    scene.score("2026-02", 55)
    scene.score("2026-02", 90, "2002")
    scene.run(to=local("2026-03-03 08:01"))
    assert scene.decide("R-2001-202602", "retrain").accepted
    planned = scene.plan_course("2026-03-05T09:00", "2026-03-05T10:00", kind="retraining")
    scene.run(to=local("2026-03-05 10:00"))
    scene.do("held", actor="5001", training=planned.result["training"], minutes="60")
    assert scene.exam(planned.result["training"], "2001=77").accepted
    scene.plan_course("2026-03-06T09:00", "2026-03-06T12:00", "2001,2002", kind="safety")
    scene.run(to=local("2026-03-06 12:00"))
    scene.do("held", actor="5001", training="T-20260306-1", minutes="600", people="2001")
    scene.run(to=local("2026-07-01 12:00"))
    for month in range(1, 7):
        rows = json.dumps([{"line": 2, "person": "2001", "grade": "B"}])
        assert scene.import_("grades", rows, f"2026-{month:02d}").accepted
    rows = json.dumps([{"line": 2, "person": "2003", "grade": "S"}])
    assert scene.import_("grades", rows, "2026-06").accepted
    assert scene.import_("figures", MARKS, "2026-06").accepted
    return scene


async def keep(folder: Path, facts: list[e.Event]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    store = await Store.open(StoreSettings(), folder)
    await store.replace_roster(e.RosterReplaced(at=facts[0].at, version="1", people=MORE, by="test"))
    store.enqueue([fact for fact in facts if not isinstance(fact, e.RosterReplaced)])
    assert await store.close(10.0) == 0


def told(home: Home, *arguments: str) -> Any:
    run = home.ccd(*arguments, "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def said(home: Home, *arguments: str, lang: str = "en") -> str:
    run = home.ccd(*arguments, "--lang", lang)
    assert run.returncode == 0, run.stderr
    return str(run.stdout)


def half_a_year_in(folder: Path) -> Home:
    home = Home(folder)
    home.configure(TOML)
    asyncio.run(keep(home.state, half_a_year().facts))
    return home
