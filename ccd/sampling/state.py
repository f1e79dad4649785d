"""What is held in memory of sampling, folded from its facts."""

from __future__ import annotations

from ccd.events import ShiftFact

__all__ = ["SamplingState"]


class SamplingState:
    def fold(self, fact: ShiftFact) -> None:
        """Once or more often: the same."""
