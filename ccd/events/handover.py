"""Facts of handover: from one shift to the next, seat by seat (manual.md, "Shift handover")."""

from __future__ import annotations

from typing import ClassVar

from ccd.events.shifts import ShiftFact


class HandoverFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "handover"


class Released(HandoverFact, frozen=True, kw_only=True):
    """A lead lets the outgoing person go before relief has come."""

    reason: str
