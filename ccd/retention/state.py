"""What is held in memory of retention, folded from its facts."""

from __future__ import annotations

from ccd.events import ShiftFact

__all__ = ["RetentionState"]


class RetentionState:
    def fold(self, fact: ShiftFact) -> None:
        """Once or more often: the same."""
