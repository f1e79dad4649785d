"""Which shifts are of the night: by their times on the wall, or as it is set."""

from __future__ import annotations

from datetime import time

import pytest

from ccd.config_shifts import ShiftsSettings
from ccd.shifts.shift import Shift, Shifts


@pytest.mark.parametrize(
    ("start", "minutes", "night"),
    [
        ("00:00", 480, True),
        ("04:59", 60, True),
        ("05:00", 480, False),
        ("16:00", 480, False),  # until midnight, and not a minute more
        ("16:00", 481, True),
        ("22:00", 600, True),
        ("05:00", 1440, True),
        ("05:00", 1140, False),
    ],
)
def test_a_shift_with_a_minute_between_midnight_and_five_is_of_the_night(
    start: str, minutes: int, night: bool
) -> None:
    assert Shift("x", time.fromisoformat(start), minutes, "Asia/Shanghai").night is night


@pytest.mark.parametrize(("written", "night"), [(True, True), (False, False), ("", True)])
def test_the_setting_says_otherwise(written: bool | str, night: bool) -> None:
    kinds = {"x": {"start": "22:00", "minutes": 600, "night": written}}
    shifts = Shifts.of(ShiftsSettings.model_validate({"kinds": kinds}), "Asia/Shanghai")
    assert shifts.by_name["x"].night is night
