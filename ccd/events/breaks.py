"""Facts of breaks: pauses for other reasons than meals (manual.md, "Attendance")."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ccd.events.shifts import ShiftFact


class BreakFact(ShiftFact, frozen=True, kw_only=True):
    """``shift`` of ``day`` is what a break counts towards; empty: nothing was planned, and it is the day.

    ``of`` is the key of the ``BreakBegan`` that a fact is about.
    """

    policy: ClassVar[str] = "breaks"
    kept_days: ClassVar[int] = 4
    """A lead may waive on Monday what was on Friday."""
    shift: str = ""


class BreakAccepted(BreakFact, frozen=True, kw_only=True):
    """``person`` may take a break, which has not begun. ``grant``: the key of the lead's it takes up.

    With a ``rule`` it would have been refused, had the rules been enforced.
    """

    reason: str
    allowed_s: float | None
    grant: str = ""
    rule: str = ""


class BreakBegan(BreakFact, frozen=True, kw_only=True):
    """``allowed_s`` None: as long as it takes. Not ``asked``: past our codes. ``rule``: it broke this one."""

    interface: str
    reason: str
    allowed_s: float | None
    productive: bool
    asked: bool
    grant: str = ""
    rule: str = ""


class BreakUnseen(BreakFact, frozen=True, kw_only=True):
    """From ``began`` to ``at`` the PBX was out of sight: whether the break went on is not known."""

    of: str
    began: datetime


class BreakOver(BreakFact, frozen=True, kw_only=True):
    """A break that goes on has come to this: over (its time is up), late, violation."""

    of: str
    stage: str
    reason: str
    allowed_s: float
    over_s: float


class BreakEnded(BreakFact, frozen=True, kw_only=True):
    """``productive``: work of another kind (training, paperwork), no rest.

    ``seconds`` were seen; ``over_s`` are past what is allowed in the longest time in which it was seen to go
    on. ``level`` unknown: it may have been late, but the PBX was out of sight, or an emergency was on.
    """

    of: str = ""
    reason: str
    began: datetime
    seconds: float
    allowed_s: float | None
    over_s: float
    level: str  # ok | late | violation | unknown
    productive: bool
    asked: bool = True


class BreakRefused(BreakFact, frozen=True, kw_only=True):
    """``rule`` is a key of ``ccd.rules``. Not ``enforced``: it would have been refused."""

    reason: str
    rule: str
    enforced: bool


class BreakAmbiguous(BreakFact, frozen=True, kw_only=True):
    """A pause at a seat with several people: it is nobody's, and counts for none of them."""

    people: tuple[str, ...]
    reason: str


class PauseIsAbsence(BreakFact, frozen=True, kw_only=True):
    """Proposed, not decided: a pause that is an absence. ``kind``: signed_out | too_long | unavailable."""

    of: str
    kind: str
    reason: str
    began: datetime
    seconds: float


class BreakGranted(BreakFact, frozen=True, kw_only=True):
    """A lead (``actor``) lets ``person`` have one more break of this reason in this shift, and says why.

    ``minutes`` 0: as long as that reason has.
    """

    reason: str
    minutes: int
    why: str


class BreakExtended(BreakFact, frozen=True, kw_only=True):
    of: str
    minutes: int
    why: str


class BreakWaived(BreakFact, frozen=True, kw_only=True):
    """The overstay stands as it was found, and does not count: a lead (``actor``) says why."""

    of: str
    level: str
    why: str
