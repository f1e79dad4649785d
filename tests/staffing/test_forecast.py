"""Whom a team needs at a moment, by the forecast and the clock on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ccd.config import Settings
from ccd.engine import Engine
from ccd.events import ConfigReplaced, ForecastRow
from ccd.staffing.forecast import Forecast, required
from ccd.world import World

SHANGHAI = "Asia/Shanghai"
MORNING = ForecastRow("A", 480, 30, 100, 180, weekday=1)
HOLIDAY = ForecastRow("A", 540, 30, 10, 180, day=date(2026, 3, 2))


def world_of(*rows: ForecastRow, zone: str = SHANGHAI, **staffing: object) -> World:
    settings = Settings.model_validate(
        {"daemon": {"timezone": zone}, "staffing": {"max_occupancy": 1.0, **staffing}}
    )
    world = World(settings, datetime(2026, 3, 2, tzinfo=UTC))
    world.configure(settings, (), rows)
    return world


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "agents"),
    [
        ("2026-03-02 07:59:59", None),
        ("2026-03-02 08:00:00", 14),
        ("2026-03-02 08:29:59", 14),
        ("2026-03-02 08:30:00", None),
        ("2026-03-03 08:00:00", None),
        ("2026-03-09 08:00:00", 14),
    ],
)
def test_a_part_of_a_weekday_holds_from_its_first_minute_to_its_last(text: str, agents: int | None) -> None:
    found = required(world_of(MORNING), "A", at(text))
    assert (found.agents if found else None) == agents
    assert required(world_of(MORNING), "B", at(text)) is None


def test_a_day_of_its_own_stands_in_place_of_its_weekday_as_a_whole() -> None:
    world = world_of(MORNING, HOLIDAY)
    assert required(world, "A", at("2026-03-02 08:00")) is None
    assert required(world, "A", at("2026-03-02 09:00")) is not None
    assert required(world, "A", at("2026-03-09 08:00")) is not None


def test_the_figures_say_what_it_rests_on() -> None:
    found = required(world_of(MORNING), "A", at("2026-03-02 08:10"))
    assert found is not None
    assert (found.since, found.until) == (at("2026-03-02 08:00"), at("2026-03-02 08:30"))
    assert (found.load, found.agents, found.planned) == (10, 14, 20)
    assert found.because == (
        "A needs 14: 100 calls in 30 min of 180 s, 10.0 erlangs, 80% within 20 s; "
        "with them 88.8%, occupancy 71%"
    )


@pytest.mark.parametrize(
    ("staffing", "agents"),
    [
        ({}, 14),
        ({"service_level": 0.9}, 15),
        ({"answer_within_s": 60}, 13),
        ({"patience_s": 120}, 12),
        ({"max_occupancy": 0.6}, 17),
    ],
)
def test_each_setting_counts(staffing: dict[str, float], agents: int) -> None:
    found = required(world_of(MORNING, **staffing), "A", at("2026-03-02 08:00"))
    assert found is not None
    assert found.agents == agents


@pytest.mark.parametrize(
    ("hour", "hit"), [("2026-10-25T00", True), ("2026-10-25T01", True), ("2026-10-25T02", False)]
)
def test_an_hour_that_the_clock_shows_twice_is_needed_for_twice(hour: str, hit: bool) -> None:
    row = ForecastRow("A", 120, 60, 100, 180, weekday=7)
    found = required(world_of(row, zone="Europe/Berlin"), "A", datetime.fromisoformat(f"{hour}:15+00:00"))
    assert (found is not None) is hit


def test_an_hour_that_the_clock_leaps_over_is_needed_for_by_nobody() -> None:
    row = ForecastRow("A", 120, 60, 100, 180, weekday=7)
    world = world_of(row, zone="Europe/Berlin")
    for text in ("2026-03-29T00:59+00:00", "2026-03-29T01:00+00:00"):
        assert required(world, "A", datetime.fromisoformat(text)) is None


def test_the_forecast_is_in_force_with_the_settings_it_came_with() -> None:
    world = World(Settings(), datetime(2026, 3, 2, tzinfo=UTC))
    told = Settings().model_dump_json()
    engine = Engine(world)
    engine.step(ConfigReplaced(at=world.now, settings=told, forecast=(MORNING,)))
    assert required(world, "A", at("2026-03-02 08:00")) is not None
    engine.step(ConfigReplaced(at=world.now, settings=told))
    assert required(world, "A", at("2026-03-02 08:00")) is None


def test_teams_stand_in_the_order_of_the_file() -> None:
    rows = (ForecastRow("B", 0, 30, 1, 1, weekday=1), MORNING, ForecastRow("B", 30, 30, 1, 1, weekday=1))
    assert Forecast(rows).teams == ("B", "A")
