"""Facts of attendance: late, early, off post, absent, with evidence (manual.md, "Attendance").

Verdicts are of the machine; what follows from them for a person is proposed, and decided by a named person.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from ccd.events.shifts import ShiftFact


class AttendanceFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "attendance"
    kept_days: ClassVar[int] = 65
    """This month and the one before."""


class Finding(msgspec.Struct, frozen=True):
    """Something that counts against a person, from ``began`` to ``ended``, with what it rests on.

    ``kind``: late | early | off_post | left_post | absent. ``weight``: note | occurrence | look (an
    occurrence that the lead looks at) | violation | absence (proposed). ``seconds`` without blind time.
    """

    kind: str
    weight: str
    seconds: float
    began: datetime
    ended: datetime
    evidence: tuple[str, ...]


class AttendanceJudged(AttendanceFact, frozen=True, kw_only=True):
    """What the record says of ``person``'s shift; a later one of the same shift replaces it.

    ``scheduled_s`` is ``present_s`` + ``missed_s`` + ``away_s`` + ``unknown_s``. ``away_s``: on
    leave or excused; ``unknown_s``: the PBX was out of sight.
    """

    shift: str
    starts: datetime
    ends: datetime
    state: str  # present | absent | away | unknown | void (no longer planned)
    scheduled_s: float
    present_s: float
    missed_s: float
    away_s: float
    unknown_s: float
    late_s: float
    early_s: float
    off_post_s: float
    findings: tuple[Finding, ...] = ()
    count: int = 1
    """Of the verdicts on this shift; the highest stands."""
    noted: tuple[str, ...] = ()
    """``elsewhere:PBX/SEAT``: where else than planned they were signed in."""


class LateNoticed(AttendanceFact, frozen=True, kw_only=True):
    """``minutes`` after the start ``person`` was signed in nowhere; whoever leads is told (``told``)."""

    shift: str
    starts: datetime
    minutes: float
    told: tuple[str, ...] = ()


# --- what people note -------------------------------------------------------------------------------------


class Permitted(AttendanceFact, frozen=True, kw_only=True):
    """``person`` may leave the post between ``since`` and ``until``, for ``minutes`` (0: not said).

    Not ``enforced``: noted later than the rules let.
    """

    since: datetime
    until: datetime
    reason: str
    minutes: float = 0.0
    enforced: bool = True


class Corrected(AttendanceFact, frozen=True, kw_only=True):
    """A finding of ``person``'s shift weighs ``weight`` from now on ("removed": nothing).

    ``refers`` is the key of the verdict it stands in, which is kept as it was. ``kind``, ``began`` and
    ``ended`` are the finding's, ``was`` its weight there.
    """

    shift: str
    refers: str
    kind: str
    began: datetime
    ended: datetime
    was: str
    weight: str
    reason: str


class OutageExcused(AttendanceFact, frozen=True, kw_only=True):
    """Nobody is to be blamed for not being there from ``since`` to ``until``. ``pbx``: one, or ``all``."""

    outage: str
    since: datetime
    until: datetime
    reason: str


class OutageUnexcused(AttendanceFact, frozen=True, kw_only=True):
    outage: str
    reason: str


class GraveCaseNoted(AttendanceFact, frozen=True, kw_only=True):
    """情节严重者."""

    reason: str


class ComplaintProven(AttendanceFact, frozen=True, kw_only=True):
    """A serious complaint, at ``person``'s own fault."""

    reason: str


class Objected(AttendanceFact, frozen=True, kw_only=True):
    """``person`` objects to what was found of their ``day``; ``kind``: to that alone, empty: to all of it."""

    objection: str
    text: str
    kind: str = ""


class ObjectionAnswered(AttendanceFact, frozen=True, kw_only=True):
    objection: str
    decision: str  # upheld | rejected
    reason: str


# --- what is proposed, and decided ------------------------------------------------------------------------


class ProposalFact(AttendanceFact, frozen=True, kw_only=True):
    """``proposal`` names it. ``nth``: it may be withdrawn and made again."""

    month: str  # 2026-03
    proposal: str
    nth: int = 1


class AbsenceProposed(ProposalFact, frozen=True, kw_only=True):
    """``cause``: occurrences | absent | left_post. ``occurrences``: what it rests on, as DAY SHIFT KIND."""

    cause: str
    occurrences: tuple[str, ...]


class DismissalReviewProposed(ProposalFact, frozen=True, kw_only=True):
    """``cause``: occurrences | absence | grave | complaint. ``grounds``: as above, or keys of facts."""

    cause: str
    grounds: tuple[str, ...]


class ProposalWithdrawn(ProposalFact, frozen=True, kw_only=True):
    """What it rested on is there no more, before anybody had decided."""


class ProposalDecided(ProposalFact, frozen=True, kw_only=True):
    decision: str  # confirm | waive
    reason: str
