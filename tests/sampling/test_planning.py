"""Thresholds come from the volume that is expected, and the volume from what was closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ccd.config_sampling import SamplingSettings
from ccd.sampling.days import after, before, begins, day_of
from ccd.sampling.planning import expected_of, thresholds_of

MONDAY = date(2026, 3, 30)


def ago(days: int) -> date:
    return MONDAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({ago(7): 60, ago(14): 40}, 50.0),  # Mondays
        ({ago(7): 60, ago(1): 10, ago(3): 10}, 60.0),  # a Sunday and a Friday say nothing of a Monday
        ({ago(1): 10, ago(3): 20}, 15.0),  # where no Monday is known they do
        ({ago(28): 60, ago(35): 40}, 50.0),
    ],
)
def test_a_day_is_expected_to_be_like_the_same_weekdays_before(
    counts: dict[date, int], expected: float
) -> None:
    assert expected_of({"2000": counts}, MONDAY, set(counts)) == {"2000": expected}


def test_days_that_had_other_strata_say_nothing() -> None:
    volumes = {"support": {ago(7): 500}, "2000": {ago(14): 50}}
    assert expected_of(volumes, MONDAY, {ago(14)}) == {"2000": 50.0}


def settings(**given: Any) -> SamplingSettings:
    return SamplingSettings.model_validate({"monthly_target": 12, "workdays_a_month": 20, **given})


def test_the_month_of_an_agent_gives_the_target() -> None:
    """20 workdays of 60 conversations at 1 in 100 are 12."""
    rates = thresholds_of(settings(), {"2000": 60.0, "2001": 30.0}, {"A": 2})
    assert rates == {"": 0.01, "2000": 0.01, "2001": 0.02}


def test_the_queues_of_an_agent_share_their_target() -> None:
    rates = thresholds_of(settings(strata="agent_queue"), {"2000|a": 45.0, "2000|b": 15.0}, {"A": 1})
    assert rates == {"": 0.01, "2000|a": 0.01, "2000|b": 0.01}


def test_a_team_and_a_queue_have_the_target_of_those_who_are_in_it() -> None:
    month = 365.2425 / 12
    rates = thresholds_of(settings(strata="team"), {"A": 100.0, "B": 100.0}, {"A": 10, "B": 5})
    assert rates["A"] == pytest.approx(12 * 10 / month / 100, abs=1e-6)
    assert rates["B"] == pytest.approx(12 * 5 / month / 100, abs=1e-6)
    rates = thresholds_of(settings(strata="queue"), {"x": 150.0, "y": 50.0}, {"A": 10, "B": 5})
    assert rates["x"] == rates["y"] == pytest.approx(12 * 15 / month / 200, abs=1e-6)


def test_who_has_few_is_drawn_whole_and_never_more() -> None:
    assert thresholds_of(settings(), {"2000": 0.5}, {"A": 1})["2000"] == 1.0


def test_with_no_target_only_the_minimum_draws() -> None:
    assert thresholds_of(settings(monthly_target=0, default_rate=0), {"2000": 60.0}, {}) == {
        "": 0.0,
        "2000": 0.0,
    }


# --- local days -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 3, 8), "America/New_York", 23),
        (date(2026, 11, 1), "America/New_York", 25),
        (date(2026, 3, 29), "Asia/Shanghai", 24),
        (date(2028, 2, 29), "Asia/Shanghai", 24),
        (date(2026, 3, 8), "America/Havana", 23),  # has no midnight: 00:00 is 01:00
    ],
)
def test_a_day_has_the_hours_it_has_and_every_moment_is_of_one_day(day: date, zone: str, hours: int) -> None:
    first, last = begins(day, zone), begins(after(day), zone)
    assert last - first == timedelta(hours=hours)
    assert day_of(first, zone) == day_of(last - timedelta(microseconds=1), zone) == day
    assert day_of(first - timedelta(microseconds=1), zone) == before(day)


def test_a_conversation_belongs_to_the_day_on_which_it_ended() -> None:
    assert day_of(datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), "Asia/Shanghai") == date(2026, 3, 2)
    assert day_of(datetime(2026, 3, 2, 16, 0, tzinfo=UTC), "Asia/Shanghai") == date(2026, 3, 3)
