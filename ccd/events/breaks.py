"""Facts of breaks: pauses for other reasons than meals (manual.md, "Attendance")."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ccd.events.shifts import ShiftFact


class BreakFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "breaks"


class BreakEnded(BreakFact, frozen=True, kw_only=True):
    """``productive``: work of another kind (training, paperwork), no rest."""

    reason: str
    began: datetime
    seconds: float
    allowed_s: float | None
    over_s: float
    level: str  # ok | late | violation | unknown
    productive: bool


class BreakRefused(BreakFact, frozen=True, kw_only=True):
    """``rule`` is a key of ``ccd.rules``. Not ``enforced``: it would have been refused."""

    reason: str
    rule: str
    enforced: bool
