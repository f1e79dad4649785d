"""`ccd staffing` on a store that is filled, without a daemon."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.config import StoreSettings
from ccd.shifts.plan import encode_day
from ccd.staffing.forecast_csv import parse
from tests.adapters.store.samples import sample
from tests.cli.real import Home

GOOD, FOUND, USAGE = 0, 1, 2
ZONE = ZoneInfo("Asia/Shanghai")
TODAY = datetime.now(ZONE).date()
CONFIG = """
[daemon]
timezone = "Asia/Shanghai"
[shifts]
country = ""
[shifts.kinds.day]
start = "08:00"
minutes = 480
[staffing]
forecast_file = "forecast.csv"
shrinkage = 0.5
"""
PEOPLE = tuple(
    e.Person(str(1000 + n), f"agent {n}", "agent" if n else "team_lead", "A", f"A-{n}", f"PJSIP/{1000 + n}")
    for n in range(5)
)


def moment(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZONE).astimezone(UTC)


def visit(number: int, joined: datetime, *, answered: bool) -> list[e.Event]:
    """A call in the queue; the agent of PJSIP/1001 talks for 100 s and wraps up for 20 s."""
    place = {"pbx": "main", "call": f"{number}.1", "uniqueid": f"{number}.1", "queue": "support"}
    agent = {"interface": "PJSIP/1001", "member": "agent"}
    facts: list[e.Event] = [sample(e.CallerJoined, at=joined, **place, position=1, seen=True)]
    outcome = "answered" if answered else "abandoned"
    over = joined + timedelta(seconds=10)
    facts.append(
        sample(e.CallerLeft, at=over, **place, outcome=outcome, wait_s=10.0, position=1, joined=joined)
    )
    if answered:
        done = over + timedelta(seconds=100)
        facts += [
            sample(
                e.AgentConnected, at=over, **place, **agent, agent_uniqueid="9", wait_s=10.0, joined=joined
            ),
            sample(
                e.AgentCompleted,
                at=done,
                **place,
                **agent,
                reason="agent",
                talk_s=100.0,
                seen=True,
                joined=joined,
            ),
            *wrap_up(done),
        ]
    return facts


def wrap_up(begin: datetime) -> list[e.Event]:
    plain: dict[str, Any] = {"pbx": "main", "interface": "PJSIP/1001", "queue": "", "call": ""}
    return [
        sample(
            e.AgentChanged,
            **plain,
            at=begin,
            state="wrap_up",
            was="talking",
            since=begin - timedelta(seconds=100),
        ),
        sample(
            e.AgentChanged,
            **plain,
            at=begin + timedelta(seconds=20),
            state="ready",
            was="wrap_up",
            since=begin,
        ),
    ]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two weeks of calls: at 09:10 of each day two are answered, at 09:40 one is not; four agents planned."""
    home = Home(tmp_path)
    home.configure(CONFIG)
    home.state.mkdir(parents=True)
    facts: list[e.Event] = [e.RosterReplaced(at=datetime.now(UTC), version="1", people=PEOPLE, by="test")]
    for n in range(14):
        day = TODAY - timedelta(days=14 - n)
        for number, (clock, answered) in enumerate((("09:10", True), ("09:15", True), ("09:40", False))):
            facts += visit(n * 10 + number + 1, moment(day, clock), answered=answered)
    cells = {person.code: [("day", person.seat, "", "")] for person in PEOPLE}
    day = e.PlanDay(TODAY, encode_day({code: tuple(one) for code, one in cells.items()}))
    facts.append(e.PlanChanged(at=datetime.now(UTC), version="1", by="test", days=(day,)))

    async def fill() -> None:
        store = await Store.open(StoreSettings(), home.state)
        await store.commit(facts)
        await store.close()

    asyncio.run(fill())
    return home


def test_a_forecast_is_made_of_what_the_store_has_and_shown_against_the_plan(home: Home) -> None:
    done = home.ccd("staffing", "from-history", "--weeks", "2", "-o", "forecast.csv")
    assert (done.returncode, done.stderr) == (GOOD, "")
    rows = parse((home.folder / "forecast.csv").read_bytes(), filename="f")
    assert {(row.team, row.start_min, row.calls, row.aht_s) for row in rows} == {
        ("A", 540, 2.0, 120.0),
        ("A", 570, 1.0, 120.0),
    }
    assert sorted(row.weekday for row in rows if row.start_min == 540) == [1, 2, 3, 4, 5, 6, 7]
    shown = home.ccd("staffing", "show", "--json")
    assert shown.stderr == ""
    first, second = json.loads(shown.stdout)["parts"]
    assert (first["required"], first["to_plan"], first["planned"], first["gap"]) == (1, 2, 4, 2)
    assert (second["required"], second["planned"]) == (1, 4)
    assert first["since"].endswith("T09:00:00+08:00")


def test_the_table_says_where_people_are_missing(home: Home) -> None:
    text = "team,weekday,start,minutes,calls,aht_s\n" + "".join(
        f"A,{n},{start},30,{calls},180\n"
        for n in range(1, 8)
        for start, calls in (("07:00", 1), ("08:00", 40))
    )
    (home.folder / "forecast.csv").write_text(text)
    told = home.ccd("staffing", "show", "--team", "A", "--lang", "en")
    assert told.returncode == GOOD
    early, later = told.stdout.splitlines()[2:]
    assert early.split() == ["07:00-07:30", "1", "180", "1", "2", "0", "-2", "SHORT"]
    assert later.split() == ["08:00-08:30", "40", "180", "7", "14", "4", "-10", "SHORT"]
    assert "不足" in home.ccd("staffing", "show", "--lang", "zh_CN").stdout
    assert home.ccd("staffing", "show", "--team", "Z").returncode == USAGE


def test_a_faulty_forecast_is_refused_by_line_and_column_here_and_in_check_config(home: Home) -> None:
    (home.folder / "forecast.csv").write_text("team,weekday,start,minutes,calls,aht_s\nA,9,08:00,30,1,180\n")
    for arguments in (("staffing", "show"), ("check-config",)):
        done = home.ccd(*arguments)
        assert done.returncode == USAGE
        assert 'line 2, column "weekday"' in done.stderr + done.stdout


def test_without_a_forecast_it_says_how_to_have_one(home: Home) -> None:
    home.configure(CONFIG.replace('forecast_file = "forecast.csv"', ""))
    done = home.ccd("staffing", "show")
    assert done.returncode == USAGE
    assert "from-history" in done.stderr


@pytest.mark.parametrize("weeks", ["0", "105"])
def test_so_many_weeks_and_no_more(home: Home, weeks: str) -> None:
    assert home.ccd("staffing", "from-history", "--weeks", weeks, "-o", "f.csv").returncode == USAGE
    assert not (home.folder / "f.csv").exists()


def test_without_calls_nothing_is_written(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(CONFIG)
    home.state.mkdir(parents=True)

    async def make() -> None:
        await (await Store.open(StoreSettings(), home.state)).close()

    asyncio.run(make())
    done = home.ccd("staffing", "from-history", "--weeks", "4", "-o", "f.csv")
    assert done.returncode == FOUND
    assert not (home.folder / "f.csv").exists()


def test_a_faulty_forecast_is_refused_at_a_reload_and_at_the_start(tmp_path: Path) -> None:
    home = Home(tmp_path)
    ports = "[metrics]\nport = 0\n[agi]\nport = 0\n[simulator]\nagents = 4\ncalls_per_hour = 0\n"
    home.configure(CONFIG + ports)
    forecast = home.folder / "forecast.csv"
    forecast.write_text("team,weekday,start,minutes,calls,aht_s\nA,1,08:00,30,1,180\n")
    with home.daemon():
        assert home.ccd("reload").returncode == GOOD
        forecast.write_text("team,weekday,start,minutes,calls,aht_s\nA,1,25:00,30,1,180\n")
        refused = home.ccd("reload")
        assert refused.returncode != GOOD
        assert 'line 2, column "start"' in refused.stderr
    assert home.ccd("run").returncode == USAGE
