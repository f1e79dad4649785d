"""Facts of leave and swaps: asked for, approved, taken (manual.md, "Leave and swaps").

Rules that were broken and did not refuse (``warned``) stand in the fact that went on in spite of them; these
have ``enforced`` = False.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

import msgspec

from ccd.events.shifts import ShiftFact


class Breach(msgspec.Struct, frozen=True):
    """A rule (a key of ``ccd.rules``) that a request breaks, with the values of its words."""

    rule: str
    values: dict[str, str] = msgspec.field(default_factory=dict)


class UsedDay(msgspec.Struct, frozen=True):
    """Of what ``person`` is to work on ``day`` so many seconds are asked for; all of it is a day of leave."""

    day: date
    away_s: int
    planned_s: int


class Move(msgspec.Struct, frozen=True):
    """A shift with its seat that goes from one person to another. Times aware UTC."""

    day: date
    shift: str
    giver: str
    taker: str
    starts: datetime
    ends: datetime
    seat: str = ""
    pbx: str = ""
    meal_group: str = ""


class LeaveFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "leave"
    kept_days: ClassVar[int] = 200
    """Longer than a request is made ahead, or a year's turn."""
    request: str
    """The leave or swap it belongs to: L-… or S-…"""


class LeaveAsked(LeaveFact, frozen=True, kw_only=True):
    """``begins`` is the first moment of work that is asked for. ``called``: when somebody ill rang, by
    whoever files it. ``steps``: the approvals it needs, as ``supervisor:2001``.
    """

    kind: str  # personal | sick | trip | study | other
    since: datetime
    until: datetime
    begins: datetime
    reason: str
    used: tuple[UsedDay, ...]
    steps: tuple[str, ...]
    special: bool = False
    called: datetime | None = None
    how: str = ""
    asked_as: str = ""
    """The id under which it was asked: asked again it is not another."""
    warned: tuple[Breach, ...] = ()
    enforced: bool = True


class LeaveStepApproved(LeaveFact, frozen=True, kw_only=True):
    """``actor`` approved ``steps``; ``stood_in_for`` names who is away, or the role that nobody has."""

    steps: tuple[str, ...]
    stood_in_for: str = ""
    warned: tuple[Breach, ...] = ()
    enforced: bool = True


class LeaveApproved(LeaveFact, frozen=True, kw_only=True):
    """All approvals are there. From ``since`` to ``until`` (aware UTC) ``person`` is rightly away."""

    kind: str  # personal | sick | trip | study | other
    since: datetime
    until: datetime
    used: tuple[UsedDay, ...] = ()
    """By the plan as it is at the approval."""


class LeaveRefused(LeaveFact, frozen=True, kw_only=True):
    """By ``actor``, or by a rule at the request or at the approval (a key of ``ccd.rules``)."""

    kind: str
    rule: str
    reason: str = ""
    values: dict[str, str] = msgspec.field(default_factory=dict)
    """Of the rule's words."""


class LeaveWithdrawn(LeaveFact, frozen=True, kw_only=True):
    reason: str = ""


class LeaveBegan(LeaveFact, frozen=True, kw_only=True):
    """The first shift of it has begun, and it was approved."""


class LeaveReturned(LeaveFact, frozen=True, kw_only=True):
    """Signed off (销假): ``person`` is back from ``until`` on, which may cut the leave short."""

    until: datetime
    used: tuple[UsedDay, ...]


class ReturnOverdue(LeaveFact, frozen=True, kw_only=True):
    """Not signed off by ``due``."""

    due: datetime


class CertificateDue(LeaveFact, frozen=True, kw_only=True):
    """Sick leave is over; its certificate is due by the end of the first day back."""

    due: datetime


class CertificateGiven(LeaveFact, frozen=True, kw_only=True):
    """``actor`` has it; ``note`` says what it is."""

    note: str = ""


class CertificateOverdue(LeaveFact, frozen=True, kw_only=True):
    due: datetime


class RequestReminded(LeaveFact, frozen=True, kw_only=True):
    """``people``, for whom it waits, were told again. ``last``: soon it is too late."""

    people: tuple[str, ...]
    last: bool = False


# --- swaps ------------------------------------------------------------------------------------------------


class SwapAsked(LeaveFact, frozen=True, kw_only=True):
    """``person`` asks ``partner``. ``kind``: exchange (both give a shift), cover (the partner takes one, and
    one in return is named later), return (of the cover ``returns``).
    """

    kind: str
    partner: str
    moves: tuple[Move, ...]
    steps: tuple[str, ...]
    reason: str = ""
    special: bool = False
    returns: str = ""
    asked_as: str = ""
    warned: tuple[Breach, ...] = ()
    enforced: bool = True


class SwapAccepted(LeaveFact, frozen=True, kw_only=True):
    """By ``actor``, the partner."""


class SwapStepApproved(LeaveFact, frozen=True, kw_only=True):
    """As ``LeaveStepApproved``."""

    steps: tuple[str, ...]
    stood_in_for: str = ""
    warned: tuple[Breach, ...] = ()
    enforced: bool = True


class SwapApproved(LeaveFact, frozen=True, kw_only=True):
    """All approvals are there; ``moves`` as the plan has them now. The plan is changed after this."""

    kind: str
    partner: str
    moves: tuple[Move, ...]


class SwapPlanned(LeaveFact, frozen=True, kw_only=True):
    """The plan has it."""


class SwapNotPlanned(LeaveFact, frozen=True, kw_only=True):
    """The plan could not be changed; it is tried again."""

    error: str


class SwapRefused(LeaveFact, frozen=True, kw_only=True):
    """As ``LeaveRefused``; also by the partner."""

    kind: str
    rule: str
    reason: str = ""
    values: dict[str, str] = msgspec.field(default_factory=dict)
    """Of the rule's words."""


class SwapWithdrawn(LeaveFact, frozen=True, kw_only=True):
    reason: str = ""


class SwapReturnDue(LeaveFact, frozen=True, kw_only=True):
    """The covered shift is over, and no shift in return is approved yet."""

    partner: str
