"""What is held in memory of calibration, folded from its facts."""

from __future__ import annotations

from ccd.events import ShiftFact

__all__ = ["CalibrationState"]


class CalibrationState:
    def fold(self, fact: ShiftFact) -> None:
        """Once or more often: the same."""
