"""When the local day of a cap begins, also where the clock is changed."""

from __future__ import annotations

import pytest

from ccd.config import Settings
from ccd.scoring.looking import midnight, shown, today
from ccd.world import World
from tests.handlers.shift_scene import local


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("Asia/Shanghai", "2026-03-02 00:00", "2026-03-02"),
        ("Asia/Shanghai", "2026-03-01 23:59", "2026-03-01"),
        ("Asia/Shanghai", "2028-02-29 12:00", "2028-02-29"),
        ("Europe/Berlin", "2026-03-29 04:00", "2026-03-29"),  # an hour is missing
        ("Europe/Berlin", "2026-10-25 23:30", "2026-10-25"),  # an hour is there twice
        ("America/New_York", "2026-11-01 01:30", "2026-11-01"),
    ],
)
def test_the_day_is_the_one_of_the_clock_on_the_wall(zone: str, at: str, day: str) -> None:
    moment = local(at, zone)
    world = World(Settings.model_validate({"daemon": {"timezone": zone}}), moment)
    assert str(today(world, moment)) == day
    assert midnight(world, moment) == local(f"{day} 00:00", zone)
    assert midnight(world, moment) <= moment
    assert shown(world, moment) == at
