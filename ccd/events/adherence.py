"""Facts of adherence: what was done against what was scheduled, by the minute (manual.md, "Attendance")."""

from __future__ import annotations

from typing import ClassVar

from ccd.events.shifts import ShiftFact


class AdherenceFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "adherence"
