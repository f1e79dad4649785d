"""Grades S to D: imported, or by the bands of the settings; what was imported goes before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ccd.assessment.floor import Items, World, rules_of
from ccd.assessment.months import span_of
from ccd.config_assessment import GRADES
from ccd.events import assessment as facts

__all__ = ["band_of", "by_bands"]


def band_of(points: float, bands: Mapping[str, float]) -> str:
    """The best grade whose lowest points these reach."""
    return next((grade for grade in GRADES if grade in bands and points >= bands[grade]), "")


def by_bands(world: World, at: datetime, person: str, month: str) -> Items:
    """The grade of a month that was made, where it is another than before."""
    bands = {str(grade): points for grade, points in rules_of(world).bands.items()}
    made = world.assessment.made.get(person, {}).get(month)
    if not bands or made is None or made.points is None:
        return
    before = world.assessment.grades.get(person, {}).get(month)
    grade = band_of(made.points, bands)
    if before is not None and (before.origin == "imported" or before.grade == grade):
        return
    yield facts.GradeGiven(
        at=at,
        key=f"assessment|grade|{person}|{month}|bands|{made.edition}",
        person=person,
        day=span_of(month)[1],
        month=month,
        grade=grade,
        origin="bands",
        points=made.points,
        because=f"assessment: {made.points:g} is {grade} from {bands[grade]:g}",
    )
