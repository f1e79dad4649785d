"""Facts of adherence: what was done against what was scheduled, by the minute (docs/adherence.md)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ccd.events.shifts import ShiftFact


class AdherenceFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "adherence"


class AdherenceJudged(AdherenceFact, frozen=True, kw_only=True):
    """Of ``person``'s shift; a later one of the same shift replaces it.

    Seconds of the shift add up: ``scheduled_s`` = ``adherent_s`` + ``out_s`` + ``ignored_s`` + ``unknown_s``.
    ``unscheduled_s`` were worked outside it. ``adherence`` = adherent / (adherent + out), ``conformance`` =
    worked / (scheduled - ignored - unknown), both as shares (1.0 is 100 %); None where nothing is left.
    """

    shift: str
    starts: datetime
    ends: datetime
    scheduled_s: float
    adherent_s: float
    out_s: float
    ignored_s: float
    unknown_s: float
    unscheduled_s: float
    worked_s: float
    adherence: float | None
    conformance: float | None
