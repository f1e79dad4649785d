"""`ccd adherence` beside a store, without a daemon: what was judged, and a person's day by the minute."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.config import StoreSettings
from tests.cli.real import Home
from tests.handlers.shift_scene import PEOPLE, ShiftScene, local

DAY = "2026-03-02"
TOML = """
[daemon]
language = "en"
[pbx.main]
secret = "x"
[shifts.kinds.early]
start = "08:00"
minutes = 480
"""


def a_day() -> ShiftScene:
    """2000 comes half an hour late, is too long at a break, goes late; 2001 does as planned."""
    off = {"mode": "off"}
    scene = ShiftScene(local(f"{DAY} 07:00"), attendance=off, handover=off, meals=off, breaks=off)
    scene.plan(("2000", DAY, "early", "A1"), ("2001", DAY, "early", "A2"))
    scene.sign("arrive", "2001", "A2")
    scene.run(to=local(f"{DAY} 08:30"))
    scene.sign("arrive", "2000", "A1")
    scene.run(to=local(f"{DAY} 10:00"))
    scene.pause("A1", "break")
    scene.run(to=local(f"{DAY} 10:25"))
    scene.unpause("A1")
    scene.run(to=local(f"{DAY} 16:30"))
    scene.sign("leave", "2000", "A1")
    scene.sign("leave", "2001", "A2")
    scene.run(to=local(f"{DAY} 17:00"))
    return scene


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("adherence"))
    home.configure(TOML)
    scene = a_day()
    scene.act(
        "adherence",
        "except",
        "2000",
        actor="3001",
        since=local(f"{DAY} 08:00").isoformat(),
        until=local(f"{DAY} 08:15").isoformat(),
        kind="outage",
        reason="bus strike",
    )
    asyncio.run(_store(home.state, scene.facts))
    return home


async def _store(folder: Path, facts: list[e.Event]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    store = await Store.open(StoreSettings(), folder)
    roster = e.RosterReplaced(at=facts[0].at, version="1", people=PEOPLE, by="test")
    await store.replace_roster(roster)
    store.enqueue([fact for fact in facts if not isinstance(fact, e.RosterReplaced)])
    assert await store.close(10.0) == 0


def told(home: Home, *arguments: str) -> Any:
    run = home.ccd("adherence", *arguments, "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_day_shows_the_last_verdict_on_each_shift(home: Home) -> None:
    shifts = {row["person"]: row for row in told(home, "day", "--day", DAY)["shifts"]}
    assert set(shifts) == {"2000", "2001"}
    assert (shifts["2000"]["out_s"], shifts["2000"]["ignored_s"]) == (1500, 900)
    assert shifts["2000"]["unscheduled_s"] == 1800
    assert shifts["2001"]["adherence"] == 1.0


def test_a_team_is_told_without_the_others(home: Home) -> None:
    assert told(home, "day", "--day", DAY, "--team", "B")["shifts"] == []
    assert len(told(home, "day", "--day", DAY, "--team", "A")["shifts"]) == 2


def test_a_persons_day_has_exact_intervals_and_a_state_for_each_minute(home: Home) -> None:
    found = told(home, "person", "2000", DAY)
    (shift,) = found["shifts"]
    inside = [one for one in shift["intervals"] if one["state"] != "unscheduled"]
    assert [(one["since"][11:19], one["state"]) for one in inside] == [
        ("08:00:00", "ignored"),
        ("08:15:00", "out"),
        ("08:30:00", "in"),
        ("10:00:00", "in"),
        ("10:15:00", "out"),
        ("10:25:00", "in"),
    ]
    assert len(shift["minutes"]) == 8 * 60 + 30
    states = [one["state"] for one in shift["minutes"]]
    assert [states.count(each) for each in ("in", "out", "ignored", "unscheduled")] == [440, 25, 15, 30]
    (exception,) = found["exceptions"]
    assert (exception["exception"], exception["kind"], exception["removed"]) == ("X-260302-1", "outage", None)


def test_what_the_command_reckons_is_what_the_daemon_judged(home: Home) -> None:
    (shift,) = told(home, "person", "2000", DAY)["shifts"]
    judged = next(row for row in told(home, "day", "--day", DAY)["shifts"] if row["person"] == "2000")
    for key in ("scheduled_s", "adherent_s", "out_s", "ignored_s", "unknown_s", "unscheduled_s", "worked_s"):
        assert shift[key] == judged[key], key


def test_the_minutes_are_drawn_hour_by_hour(home: Home) -> None:
    drawn = home.ccd("adherence", "person", "2000", DAY).stdout.splitlines()
    assert "  08:00 |~~~~~~~~~~~~~~~|xxxxxxxxxxxxxxx|===============|===============|" in drawn
    assert "  10:00 |===============|xxxxxxxxxx=====|===============|===============|" in drawn
    assert "  16:00 |+++++++++++++++|+++++++++++++++|               |               |" in drawn


def test_a_month_adds_up_the_shifts_of_each_person(home: Home) -> None:
    people = {row["person"]: row for row in told(home, "month", "2026-03")["people"]}
    assert people["2000"]["shifts"] == 1
    assert people["2000"]["adherence"] == pytest.approx(26_400 / 27_900)
    assert told(home, "month", "2026-02")["people"] == []


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_people_can_read_it_in_their_language(home: Home, language: str) -> None:
    for arguments in (("day", "--day", DAY), ("month", "2026-03"), ("person", "2000", DAY)):
        run = home.ccd("adherence", *arguments, "--lang", language)
        assert run.returncode == 0, run.stderr
        assert "2000" in run.stdout
        assert ("遵循度" in run.stdout) is (language == "zh_CN")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("person", "9999", DAY), 1),
        (("person", "2000", "someday"), 2),
        (("month", "2026-13"), 2),
        (("day", "--day", "2026-02-30"), 2),
        (
            (
                *("except", "2000", "--from", f"{DAY}T08:00", "--to", f"{DAY}T09:00"),
                *("--kind", "trip", "--reason", "fair", "--by", "3001"),
            ),
            3,
        ),
        (("except", "2000", "--from", "soon", "--to", "x", "--kind", "a", "--reason", "b", "--by", "c"), 2),
        (("unexcept", "X-260302-1", "--reason", "mistaken", "--by", "3001"), 3),
    ],
)
def test_what_cannot_be_done_ends_as_documented(home: Home, arguments: tuple[str, ...], code: int) -> None:
    run = home.ccd("adherence", *arguments)
    assert run.returncode == code
    assert "Traceback" not in run.stderr


def test_a_day_without_verdicts_says_so(home: Home) -> None:
    day = date.fromisoformat(DAY) + timedelta(days=3)
    assert "no shift has been judged" in home.ccd("adherence", "day", "--day", str(day)).stdout
