"""Settings that make no sense are refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ccd.config_sampling import ExtrasSettings, SamplingSettings
from ccd.sampling.extras import KINDS


@pytest.mark.parametrize(
    "given",
    [
        {"strata": "seat"},
        {"default_rate": 1.01},
        {"default_rate": -0.01},
        {"minimum": -1},
        {"look_s": 0},
        {"workdays_a_month": 0},
        {"close_after_minutes": 241},
        {"min_s": 60, "max_s": 59},
        {"paused": "mask"},
        {"extra": {"loud": {"enabled": True}}},
        {"extra": {"long": {"per_day": -1}}},
        {"monthly": 12},
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SamplingSettings.model_validate(given)


@pytest.mark.parametrize(
    "given",
    [
        {"close_after_minutes": 240},
        {"min_s": 60, "max_s": 60},
        {"min_s": 60, "max_s": 0},
        {"default_rate": 1},
        {"minimum": 0},
        {"extra": {"long": {"enabled": False}}},
    ],
)
def test_what_is_just_inside_is_taken(given: dict[str, Any]) -> None:
    SamplingSettings.model_validate(given)


def test_every_kind_of_extra_pick_has_a_setting() -> None:
    assert set(ExtrasSettings.model_fields) == set(KINDS)
