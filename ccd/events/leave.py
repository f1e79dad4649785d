"""Facts of leave and swaps: asked for, approved, taken (manual.md, "Leave and swaps")."""

from __future__ import annotations

from typing import ClassVar

from ccd.events.shifts import ShiftFact


class LeaveFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "leave"
