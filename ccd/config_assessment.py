"""Settings of assessment: the month out of 100, retraining, grades. Defaults: manual.md, "Quality" and
"Training"; what the manual leaves open is ours, and named in docs/assessment.md.
"""

from __future__ import annotations

from datetime import time
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_serializer, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ccd.config_section import Mode, Section, in_order, shaped
from ccd.roster_cells import Role

__all__ = ["GRADES", "OWN_PARTS", "AssessmentSettings", "DeductionSettings", "PartSettings"]

GRADES = ("S", "A", "B", "C", "D")
"""From the best to the worst."""
OWN_PARTS = ("qa", "examinations", "attendance")
"""What ccd works out by itself; figures of every other part are imported."""

Points = Annotated[float, Field(ge=0, le=100)]
PartName = Annotated[str, shaped(r"[a-z][a-z0-9_]{0,31}", "part_name")]
Clock = Annotated[str, shaped(r"([01][0-9]|2[0-3]):[0-5][0-9]", "no_clock")]


class PartSettings(Section):
    weight: Annotated[float, Field(ge=0, le=100)]
    required: bool = False
    """Without it the month is insufficient; else its weight is shared out among the parts there are."""


class DeductionSettings(Section):
    """Points off the 100 of attendance for each finding of this weight."""

    note: Points = 0
    occurrence: Points = 5
    look: Points = 5
    violation: Points = 15
    absence: Points = 40


PARTS = {
    "qa": PartSettings(weight=50, required=True),
    "examinations": PartSettings(weight=15),
    "kpi": PartSettings(weight=20),
    "attendance": PartSettings(weight=15),
}


class AssessmentSettings(Section):
    mode: Mode = Mode.NOTIFY
    day: Annotated[int, Field(ge=1, le=28)] = 3
    """The day of the next month on which a month is assessed."""
    at: Clock = "08:00"
    """By the site's clock."""
    final_day: Annotated[int, Field(ge=1, le=28)] = 10
    """Until the end of this day of the next month it is made again where what it rests on changes."""
    again_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 60
    """So often it is looked whether anything has changed."""
    min_calls: Annotated[int, Field(ge=2, le=1000)] = 10
    """Fewer scored calls than this are insufficient: no number is made of them."""
    passing: Points = 60
    retrain_below: Points = 80
    """Under this in two consecutive months, or not passed in one: retraining is proposed."""
    insufficient_breaks: bool = False
    """Whether an insufficient month between two keeps them from being consecutive."""
    exam_passing: Points = 60
    retake_days: Annotated[int, Field(ge=1, le=31)] = 3
    retake_counts: Literal["days", "workdays"] = "days"
    failing_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """So many of those examined or more have failed: plan and train again."""
    fault_share: Annotated[float, Field(gt=0, le=1)] = 0.3
    fault_people: Annotated[int, Field(ge=2, le=1000)] = 3
    """A fault that so many people had in a month, and that share of those scored, is a common one."""
    fault_repeated: Annotated[int, Field(ge=2, le=1000)] = 3
    """One person's fault so often in a month: the nearest course, or coaching."""
    safety_hours: Annotated[float, Field(ge=0, le=744)] = 10
    """Safety training a month."""
    planner_roles: tuple[Role, ...] = (
        Role.TRAINER,
        Role.QA_MANAGER,
        Role.TEAM_LEAD,
        Role.DUTY_LEAD,
        Role.OPERATIONS_MANAGER,
        Role.DEPARTMENT_HEAD,
    )
    """Who plans courses and enters what came of them."""
    points_roles: tuple[Role, ...] = (
        Role.DUTY_LEAD,
        Role.TRAINER,
        Role.QA_MANAGER,
        Role.OPERATIONS_MANAGER,
        Role.DEPARTMENT_HEAD,
        Role.MANAGEMENT,
    )
    """Who sees the points of examinations; everybody else sees passed or failed."""
    parts: dict[PartName, PartSettings] = Field(default_factory=lambda: dict(PARTS))
    """They sum to 100."""
    attendance_points: DeductionSettings = DeductionSettings()
    bands: dict[Literal["S", "A", "B", "C", "D"], Points] = Field(default_factory=dict)
    """The lowest points of each grade; empty: grades are imported only."""

    @property
    def clock(self) -> time:
        return time.fromisoformat(self.at)

    @field_validator("parts")
    @classmethod
    def _sum_up(cls, parts: dict[str, PartSettings]) -> dict[str, PartSettings]:
        total = sum(part.weight for part in parts.values())
        if abs(total - 100) > 1e-9:
            told = ", ".join(f"{name} {part.weight:g}" for name, part in parts.items())
            raise PydanticCustomError(
                "weights_not_100", "the weights sum to {total}", {"total": f"{total:g}", "parts": told}
            )
        return parts

    @field_validator("bands")
    @classmethod
    def _fall(cls, bands: dict[str, float]) -> dict[str, float]:
        """All five, each lower than the one before, the last from 0 on: no points are without a grade."""
        lowest = [bands.get(grade) for grade in GRADES]
        falling = [points for points in lowest if points is not None]
        steps = pairwise(falling)
        if bands and (len(falling) < len(GRADES) or falling[-1] or any(a <= b for a, b in steps)):
            raise PydanticCustomError("bands_of_grades", "bands must fall from S to D")
        return bands

    @field_serializer("bands")
    def _from_the_best(self, bands: dict[str, float]) -> dict[str, float]:
        return {grade: bands[grade] for grade in GRADES if grade in bands}

    @model_validator(mode="after")
    def _from_less_to_more(self) -> AssessmentSettings:
        in_order(self, "day", "final_day")
        in_order(self, "passing", "retrain_below")
        return self
