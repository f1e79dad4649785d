"""What is held in memory of scoring, folded from its facts."""

from __future__ import annotations

from ccd.events import ShiftFact

__all__ = ["ScoringState"]


class ScoringState:
    def fold(self, fact: ShiftFact) -> None:
        """Once or more often: the same."""
