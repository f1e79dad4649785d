"""Facts of attendance: late, early, off post, absent, with evidence (manual.md, "Attendance")."""

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
