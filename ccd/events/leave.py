"""Facts of leave and swaps: asked for, approved, taken (manual.md, "Leave and swaps")."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ccd.events.shifts import ShiftFact


class LeaveFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "leave"
    kept_days: ClassVar[int] = 200
    """Longer than a request is made ahead, or a year's turn."""
    request: str
    """The leave or swap it belongs to: L-… or S-…"""


class LeaveApproved(LeaveFact, frozen=True, kw_only=True):
    """All approvals are there. From ``since`` to ``until`` (aware UTC) ``person`` is rightly away."""

    kind: str  # personal | sick | trip | study | other
    since: datetime
    until: datetime


class LeaveRefused(LeaveFact, frozen=True, kw_only=True):
    """By ``actor``, or by a rule at the request or at the approval (a key of ``ccd.rules``)."""

    kind: str
    rule: str
    reason: str = ""
