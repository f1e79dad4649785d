"""Facts of meals: windows, rotation, how many at once (manual.md, "Meals")."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ccd.events.shifts import ShiftFact


class MealFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "meals"


class MealBegan(MealFact, frozen=True, kw_only=True):
    """``person`` is at a meal from ``at`` on. ``allowed_s`` from then; not ``asked``: past our codes."""

    window: str
    allowed_s: float
    asked: bool
    moved_s: float = 0.0
    """So much later than their turn, since a call went on; nobody is punished for it."""


class MealEnded(MealFact, frozen=True, kw_only=True):
    window: str
    began: datetime
    seconds: float
    allowed_s: float
    over_s: float
    level: str  # ok | late | violation | unknown
    asked: bool
    moved_s: float = 0.0


class MealRefused(MealFact, frozen=True, kw_only=True):
    """``rule`` is a key of ``ccd.rules``. Not ``enforced``: it would have been refused."""

    rule: str
    window: str
    enforced: bool
