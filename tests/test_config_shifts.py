"""Settings of shifts: what they may hold, and what is said of what they may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccd.config import ConfigError, Settings, load
from ccd.config_shifts import ShiftsSettings

KIND = '[shifts.kinds.day]\nstart = "08:00"\nminutes = 480\n'


def loaded(folder: Path, text: str) -> Settings:
    (folder / "ccd.toml").write_text(text, "utf-8")
    return load(folder / "ccd.toml")


def test_without_a_word_there_are_no_shifts() -> None:
    assert Settings().shifts == ShiftsSettings(country="CN", holidays_file=None, lead_minutes=10, kinds={})


def test_a_start_may_be_a_time_of_toml(tmp_path: Path) -> None:
    kind = loaded(tmp_path, KIND.replace('"08:00"', "08:00:00")).shifts.kinds["day"]
    assert (kind.start, kind.zone, kind.weekdays, kind.workdays_only) == (
        "08:00",
        None,
        (1, 2, 3, 4, 5, 6, 7),
        False,
    )


def test_the_calendars_file_is_looked_for_beside_the_settings(tmp_path: Path) -> None:
    assert loaded(tmp_path, '[shifts]\nholidays_file = "d.csv"\n').shifts.holidays_file == tmp_path / "d.csv"


@pytest.mark.parametrize("country", ["CN", "US-NY", ""])
def test_a_country_may_be_any_that_the_library_knows_or_none(tmp_path: Path, country: str) -> None:
    assert loaded(tmp_path, f'[shifts]\ncountry = "{country}"\n').shifts.country == country


FAULTS = {
    "no such time": (
        KIND.replace("08:00", "24:00"),
        'shifts.kinds.day.start: must be a time of day such as "08:00"',
    ),
    "no time": (KIND.replace("08:00", "eight"), "shifts.kinds.day.start: must be a time of day"),
    "seconds": (KIND.replace('"08:00"', "08:00:30"), "shifts.kinds.day.start: must be a time of day"),
    "no length": (KIND.replace("480", "0"), "shifts.kinds.day.minutes: must be 1 or more"),
    "more than a day": (KIND.replace("480", "1441"), "shifts.kinds.day.minutes: must be 1440 or less"),
    "no such zone": (
        KIND + 'zone = "Mars/Olympus"',
        "shifts.kinds.day.zone: no time zone is called Mars/Olympus",
    ),
    "no such weekday": (KIND + "weekdays = [0, 1]", "shifts.kinds.day.weekdays: must be weekdays, each once"),
    "a weekday twice": (KIND + "weekdays = [1, 1]", "shifts.kinds.day.weekdays: must be weekdays, each once"),
    "no weekday": (KIND + "weekdays = []", "shifts.kinds.day.weekdays: must be weekdays, each once"),
    "no such name": (KIND.replace("kinds.day", 'kinds."早班"'), "is no name; use small letters"),
    "no such country": ('[shifts]\ncountry = "XX"', "shifts.country: no holidays are known of XX"),
    "no such part": ('[shifts]\ncountry = "US-XX"', "shifts.country: no holidays are known of US-XX"),
    "a label twice": (
        KIND + 'label = "早"\n' + KIND.replace("day", "late") + 'label = "早"',
        "shifts: kinds.late: the label 早 stands for kinds.day already",
    ),
    "a label that is another's name": (
        KIND + KIND.replace("day", "late") + 'label = "Day"',
        "shifts: kinds.late: the label Day stands for kinds.day already",
    ),
    "an unknown key": (KIND + "ends = 3", "shifts.kinds.day.ends: unknown key"),
}


@pytest.mark.parametrize(("text", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_names_the_key_and_the_mend(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)
    assert any(said in fault.text("en") for fault in refused.value.faults), str(refused.value)
    assert all(fault.text("zh_CN") != fault.text("en") for fault in refused.value.faults)
