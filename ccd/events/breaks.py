"""Facts of breaks: pauses for other reasons than meals (manual.md, "Attendance")."""

from __future__ import annotations

from typing import ClassVar

from ccd.events.shifts import ShiftFact


class BreaksFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "breaks"
