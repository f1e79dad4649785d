"""What is held in memory of meals, folded from its facts."""

from __future__ import annotations

from ccd.events import ShiftFact

__all__ = ["MealsState"]


class MealsState:
    def fold(self, fact: ShiftFact) -> None:
        """Take in a fact of this policy; told twice it changes nothing."""
