"""Facts of attendance: late, early, off post, absent, with evidence (manual.md, "Attendance")."""

from __future__ import annotations

from typing import ClassVar

from ccd.events.shifts import ShiftFact


class AttendanceFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "attendance"
