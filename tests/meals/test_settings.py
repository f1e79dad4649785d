"""What may stand in [policies.meals], and what is said of the rest."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ccd.config import ConfigError, Settings, load
from ccd.config_faults import WORDS
from ccd.config_meals import MealsSettings
from ccd.events import meals as facts
from ccd.meals.words import WORDS as RULES


def test_the_defaults_are_the_manuals() -> None:
    meals = Settings().policies.meals
    assert {name: (one.start, one.minutes) for name, one in meals.windows.items()} == {
        "lunch": ("11:30", 60),
        "dinner": ("17:30", 60),
    }
    assert (meals.mode, meals.allowance_minutes, meals.violation_minutes) == ("notify", 30, 20)


@pytest.mark.parametrize(
    "given",
    [
        {"windows": {"Lunch": {"start": "11:30", "minutes": 60}}},
        {"windows": {"1st": {"start": "11:30", "minutes": 60}}},
        {"windows": {"night": {"start": "24:00", "minutes": 60}}},
        {"windows": {"night": {"minutes": 60}}},
        {"windows": {"night": {"start": "23:30"}}},
        {"windows": {"lunch": {"minutes": 0}}},
        {"windows": {"lunch": {"minutes": 721}}},
        {"windows": {"lunch": {"weekdays": []}}},
        {"windows": {"lunch": 30}},
        {"windows": "lunch"},
        {"reason": "two words"},
        {"share": 0},
        {"share": 1.01},
        {"floor": -1},
        {"floors": {"A": -1}},
        {"cap": "none"},
        {"rotation": "strict"},
        {"unplanned": True},
        {"turn_minutes": 0},
        {"allowance_minutes": 0},
        {"meals_per_shift": 0},
        {"counted_roles": ["cook"]},
        {"unheard_of": 1},
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        MealsSettings.model_validate(given)


def test_a_night_meal_is_one_window_more() -> None:
    meals = MealsSettings.model_validate({"windows": {"night": {"start": "23:30", "minutes": 60}}})
    assert list(meals.windows) == ["lunch", "dinner", "night"]


def test_settings_go_out_and_come_back_the_same() -> None:
    meals = MealsSettings.model_validate({"windows": {"lunch": {"enabled": False}}, "floors": {"甲班": 3}})
    assert MealsSettings.model_validate_json(meals.model_dump_json()) == meals


def test_a_fault_is_told_with_its_key(tmp_path: Any) -> None:
    file = tmp_path / "ccd.toml"
    file.write_text('[policies.meals]\nreason = "two words"\n[policies.meals.windows.Lunch]\nstart = "8"\n')
    with pytest.raises(ConfigError) as raised:
        load(file)
    told = [fault.text() for fault in raised.value.faults]
    assert any("policies.meals.reason" in text and WORDS["pause_reason"][0] in text for text in told)
    assert any("policies.meals.windows" in text and WORDS["section_name"][0] in text for text in told)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_words_of_a_rule_have_the_same_values_in_both_languages(rule: str) -> None:
    english, chinese = RULES[rule]
    assert set(re.findall(r"\{(\w+)\}", english)) == set(re.findall(r"\{(\w+)\}", chinese))
    assert rule.startswith("meals_")


def test_facts_that_others_rest_on_keep_their_fields() -> None:
    ended = set(facts.MealEnded.__struct_fields__)
    assert {"window", "began", "seconds", "allowed_s", "over_s", "level", "asked", "moved_s"} <= ended
    assert {"window", "allowed_s", "asked", "moved_s"} <= set(facts.MealBegan.__struct_fields__)
    assert {"rule", "window", "enforced"} <= set(facts.MealRefused.__struct_fields__)
