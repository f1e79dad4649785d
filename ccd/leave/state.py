"""What is held in memory of leave and swaps, folded from its facts."""

from __future__ import annotations

from datetime import datetime

from ccd.events import ShiftFact
from ccd.shifts.away import Away

__all__ = ["LeaveState"]


class LeaveState:
    def fold(self, fact: ShiftFact) -> None:
        """Take in a fact of this policy; told twice it changes nothing."""

    def away(self, person: str, since: datetime, until: datetime) -> tuple[Away, ...]:
        """Approved leave that touches this time."""
        return ()
