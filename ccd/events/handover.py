"""Facts of handover: from one shift to the next, seat by seat (manual.md, "Shift handover")."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ccd.events.shifts import ShiftFact


class HandoverFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "handover"


class HoldEnded(HandoverFact, frozen=True, kw_only=True):
    """``person`` was held at the seat past the end of their shift, for want of relief: the ledger's entry."""

    shift: str
    began: datetime
    held_s: float
    why: str  # relief | released | maximum | illness | left


class Released(HandoverFact, frozen=True, kw_only=True):
    """A lead lets the outgoing ``person`` go before relief has come."""

    reason: str


class HandoverJudged(HandoverFact, frozen=True, kw_only=True):
    """The verdict on a seat at the moment one shift gives way to the next; a later one replaces it.

    ``day`` and ``shift`` are those of the incoming shift, of the outgoing one where none follows.
    ``person`` is the incoming one, or the outgoing where nobody follows.
    ``missing`` names what is not there and whose it is: ``section:equipment|2001``, ``signature|2002``,
    ``bulletin:B12|2002``.
    """

    shift: str
    boundary: datetime
    outgoing: str
    incoming: str
    verdict: str  # complete | late | incomplete | empty_seat | unknown
    arrived: datetime | None = None
    """When the incoming person was there."""
    held_s: float = 0.0
    missing: tuple[str, ...] = ()
