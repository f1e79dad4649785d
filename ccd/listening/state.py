"""What is held in memory of listening, folded from its facts."""

from __future__ import annotations

from ccd.events import ShiftFact

__all__ = ["ListeningState"]


class ListeningState:
    def fold(self, fact: ShiftFact) -> None:
        """Once or more often: the same."""
