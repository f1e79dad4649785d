"""What is held in memory of attendance, folded from its facts."""

from __future__ import annotations

from datetime import datetime

from ccd.events import ShiftFact
from ccd.shifts.away import Away

__all__ = ["AttendanceState"]


class AttendanceState:
    def fold(self, fact: ShiftFact) -> None:
        """Take in a fact of this policy; told twice it changes nothing."""

    def excused(self, person: str, pbx: str, since: datetime, until: datetime) -> tuple[Away, ...]:
        """Outages that are excused for all at once, as far as they touch this time and this PBX."""
        return ()
