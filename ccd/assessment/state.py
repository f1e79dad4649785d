"""What is held in memory of assessment, folded from its facts."""

from __future__ import annotations

from ccd.events import ShiftFact

__all__ = ["AssessmentState"]


class AssessmentState:
    def fold(self, fact: ShiftFact) -> None:
        """Once or more often: the same."""
