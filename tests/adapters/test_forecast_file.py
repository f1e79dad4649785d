"""The forecast that the settings name: read whole or refused, kept by the journal, in force in a replay."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccd.adapters.forecast_file import read_forecast
from ccd.adapters.journal import Journal
from ccd.config import ConfigError, Settings, load
from ccd.engine import Engine
from ccd.events import ConfigReplaced, ForecastRow, JournalBegan
from ccd.replay import _take_up
from ccd.world import World

AT = datetime(2026, 3, 2, tzinfo=UTC)
ROW = ForecastRow("A", 480, 30, 100.0, 180.0, weekday=1)


def settings_of(folder: Path, text: str | None) -> Settings:
    if text is not None:
        (folder / "forecast.csv").write_text(text, "utf-8")
    (folder / "ccd.toml").write_text('[staffing]\nforecast_file = "forecast.csv"\n', "utf-8")
    return load(folder / "ccd.toml")


def test_none_is_named_by_default() -> None:
    assert read_forecast(Settings()) == ()


def test_a_relative_path_starts_at_the_folder_of_the_settings(tmp_path: Path) -> None:
    text = "team,weekday,start,minutes,calls,aht_s\nA,1,08:00,30,100,180\n"
    assert read_forecast(settings_of(tmp_path, text)) == (ROW,)


def test_every_fault_is_told_with_the_setting_that_names_the_file(tmp_path: Path) -> None:
    text = "team,weekday,start,minutes,calls,aht_s\nA,9,08:00,30,100,180\nA,1,08:00,30,x,180\n"
    with pytest.raises(ConfigError) as raised:
        read_forecast(settings_of(tmp_path, text))
    assert [fault.key for fault in raised.value.faults] == ["staffing.forecast_file"] * 2
    assert 'line 2, column "weekday"' in str(raised.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        read_forecast(settings_of(tmp_path, None))
    assert [fault.code for fault in raised.value.faults] == ["no_readable_file"]


def test_a_later_file_of_the_journal_begins_with_the_forecast_in_force(tmp_path: Path) -> None:
    journal = Journal(tmp_path, max_bytes=1, retention_days=1)
    told = Settings().model_dump_json()
    head = journal._in_force_after([ConfigReplaced(at=AT, settings=told, forecast=(ROW,))])
    assert head.forecast == (ROW,)


def test_a_replay_goes_on_with_the_forecast_its_journal_begins_with() -> None:
    for settings in ("", Settings().model_dump_json()):
        engine = Engine(World(Settings(), AT))
        head = JournalBegan(at=AT, settings=settings, forecast=(ROW,))
        _take_up(engine, head, None if settings else Settings())
        assert engine.world.forecast.rows == (ROW,)
