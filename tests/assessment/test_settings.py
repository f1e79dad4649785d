"""What the settings of assessment refuse, by name."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ccd.config_assessment import AssessmentSettings


@pytest.mark.parametrize(
    ("section", "where", "fault"),
    [
        ({"parts": {"qa": {"weight": 99.9}}}, "parts", "weights_not_100"),
        ({"parts": {"qa": {"weight": 60}, "kpi": {"weight": 40.1}}}, "parts", "weights_not_100"),
        ({"parts": {}}, "parts", "weights_not_100"),
        ({"parts": {"QA": {"weight": 100}}}, "parts.QA.[key]", "part_name"),
        ({"bands": {"S": 90, "A": 80}}, "bands", "bands_of_grades"),
        ({"bands": {"S": 90, "A": 90, "B": 70, "C": 60, "D": 0}}, "bands", "bands_of_grades"),
        ({"bands": {"S": 95, "A": 90, "B": 70, "C": 60, "D": 1}}, "bands", "bands_of_grades"),
        ({"at": "8:00"}, "at", "no_clock"),
        ({"at": "24:00"}, "at", "no_clock"),
        ({"day": 11, "final_day": 10}, "", "not_in_order"),
        ({"passing": 81}, "", "not_in_order"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(section: dict[str, Any], where: str, fault: str) -> None:
    with pytest.raises(ValidationError) as caught:
        AssessmentSettings.model_validate(section)
    (error,) = caught.value.errors()
    assert (".".join(map(str, error["loc"])), error["type"]) == (where, fault)


def test_weights_that_sum_to_100_and_bands_that_fall_are_taken() -> None:
    taken = AssessmentSettings.model_validate(
        {
            "parts": {"qa": {"weight": 33.3}, "kpi": {"weight": 33.3}, "daily": {"weight": 33.4}},
            "bands": {"D": 0, "C": 60, "B": 70, "A": 85, "S": 95},
        }
    )
    assert list(taken.model_dump()["bands"]) == ["S", "A", "B", "C", "D"]
