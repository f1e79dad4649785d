"""Facts of meals: windows, rotation, how many at once (manual.md, "Meals")."""

from __future__ import annotations

from typing import ClassVar

from ccd.events.shifts import ShiftFact


class MealsFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "meals"
