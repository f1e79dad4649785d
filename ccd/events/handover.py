"""Facts of handover: from one shift to the next, seat by seat (manual.md, "Shift handover").

``shift`` and ``day`` name a shift at a seat: the outgoing one where somebody is held, writes the log or signs
it, the incoming one where relief is awaited.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ccd.events.shifts import ShiftFact

REMEMBERED_DAYS = 4
"""48 hours that are looked back on, and the shift and its log before them."""
BULLETIN_DAYS = 31


class HandoverFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "handover"
    kept_days: ClassVar[int] = REMEMBERED_DAYS


class HandoversBegan(HandoverFact, frozen=True, kw_only=True):
    """The first start of all: nothing is known of the shifts before, and nobody is judged by them."""

    kept_days: ClassVar[int] = 0


# --- the hold ---------------------------------------------------------------------------------------------


class HoldBegan(HandoverFact, frozen=True, kw_only=True):
    """The shift of ``person`` is over, relief is not there, and they are still at the seat."""

    shift: str
    began: datetime
    until: datetime
    """When the maximum is over."""


class HoldEnded(HandoverFact, frozen=True, kw_only=True):
    """``person`` was held at the seat past the end of their shift, for want of relief: the ledger's entry.

    Late news changes no entry: another one, ``corrected``, has the difference as its ``held_s``, which may be
    negative, and the key of the first in ``corrects``. So a sum over all of them is right.
    """

    shift: str
    began: datetime
    held_s: float
    why: str  # relief | released | maximum | illness | left | corrected
    corrects: str = ""


class Released(HandoverFact, frozen=True, kw_only=True):
    """A lead lets the outgoing ``person`` go before relief has come."""

    reason: str
    shift: str = ""


class ReliefNamed(HandoverFact, frozen=True, kw_only=True):
    """A lead has ``person`` work this shift at this seat, in place of whoever is planned."""

    shift: str
    reason: str = ""


class LeftIll(HandoverFact, frozen=True, kw_only=True):
    """``person`` leaves the seat ill, which nobody is ever refused."""


class LeftWhileHeld(HandoverFact, frozen=True, kw_only=True):
    """``person`` left before relief had come, and nobody had released them. ``how``: as they signed out."""

    shift: str
    how: str


class HeldAway(HandoverFact, frozen=True, kw_only=True):
    """The phone of a seat whose ``person`` is held takes no calls. ``count``: how often so far."""

    shift: str
    what: str  # unavailable | logged_off | no_answer
    count: int = 1


class ReliefMissing(HandoverFact, frozen=True, kw_only=True):
    """The shift has begun and ``person`` is not at the seat. ``number``: the how manieth time it is told."""

    shift: str
    boundary: datetime
    number: int
    told: tuple[str, ...] = ()


class ReliefLate(HandoverFact, frozen=True, kw_only=True):
    """``person`` came to relieve after the shift had begun."""

    shift: str
    boundary: datetime
    late_s: float


class ReliefLeft(HandoverFact, frozen=True, kw_only=True):
    """``person`` had relieved, and has left the seat again soon after the shift began: that is a matter of
    attendance, and nobody is held for it.
    """

    shift: str
    boundary: datetime


class ReliefOnLeave(HandoverFact, frozen=True, kw_only=True):
    """``person`` is planned at the seat and on leave: somebody else must be named."""

    shift: str
    boundary: datetime


# --- the log ----------------------------------------------------------------------------------------------


class LogWritten(HandoverFact, frozen=True, kw_only=True):
    """An entry of the handover log (交接日记). ``none``: nothing to report."""

    shift: str
    section: str
    text: str = ""
    none: bool = False


class LogSigned(HandoverFact, frozen=True, kw_only=True):
    """``person`` signed the log of the outgoing ``shift``. ``side``: outgoing | incoming."""

    shift: str
    side: str


class ItemOpened(HandoverFact, frozen=True, kw_only=True):
    """An unsolved problem, carried over from shift to shift until it is closed."""

    kept_days: ClassVar[int] = 0
    item: str
    text: str
    shift: str = ""


class ItemClosed(HandoverFact, frozen=True, kw_only=True):
    kept_days: ClassVar[int] = 0
    item: str
    text: str = ""


class BulletinPosted(HandoverFact, frozen=True, kw_only=True):
    """A bulletin (通告). ``audience``: a team, or ``all``."""

    kept_days: ClassVar[int] = BULLETIN_DAYS
    bulletin: str
    title: str
    text: str
    audience: str = "all"


class BulletinRead(HandoverFact, frozen=True, kw_only=True):
    kept_days: ClassVar[int] = BULLETIN_DAYS
    bulletin: str


# --- the verdict ------------------------------------------------------------------------------------------


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
    noted: tuple[str, ...] = ()
    """not_early | on_leave | blind | nobody_outgoing | relieved_by:CODE: what goes with the verdict and does
    not make it.
    """


class VerdictExcused(HandoverFact, frozen=True, kw_only=True):
    """A lead excuses a verdict, which stands as it was given. ``side``: start | end of the shift."""

    shift: str
    side: str
    verdict: str
    reason: str


class VerdictWithdrawn(HandoverFact, frozen=True, kw_only=True):
    """The plan has no such boundary any more: the verdict on it is void. ``side``: start | end."""

    shift: str
    side: str
    boundary: datetime
