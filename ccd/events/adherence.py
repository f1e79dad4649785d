"""Facts of adherence: what was done against what was scheduled, by the minute (docs/adherence.md)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from ccd.events.shifts import ShiftFact


class Grant(msgspec.Struct, frozen=True):
    """A pause that meals or breaks have looked at: until ``until`` it was (or is) rightly taken.

    ``reason`` is empty for a meal. ``ended`` is None while it lasts. ``productive``: work of another kind.
    """

    reason: str
    began: datetime
    until: datetime
    ended: datetime | None = None
    productive: bool = False


class AdherenceFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "adherence"


class AdherenceJudged(AdherenceFact, frozen=True, kw_only=True):
    """Of ``person``'s shift; a later one of the same shift replaces it.

    Seconds of the shift add up: ``scheduled_s`` = ``adherent_s`` + ``out_s`` + ``ignored_s`` + ``unknown_s``.
    ``unscheduled_s`` were worked outside it. ``adherence`` = adherent / (adherent + out), ``conformance`` =
    worked / (scheduled - ignored - unknown), both as shares (1.0 is 100 %); None where nothing is left.
    ``worked_s``: at work, or rightly at a meal or break; also outside the shift. ``void``: no longer planned,
    everything is 0. ``grants``: pauses that the verdict took from meals and breaks.
    """

    kept_days: ClassVar[int] = 31
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
    level: str = ""  # good | below_target | below_floor, by the settings then; "": nothing to judge
    void: bool = False
    grants: tuple[Grant, ...] = ()


class ExceptionAdded(AdherenceFact, frozen=True, kw_only=True):
    """From ``since`` to ``until`` (aware UTC) what ``person`` did is not held against them, for ``reason``.

    ``actor`` is the lead who decided it. ``exception`` names it: X-260302-1.
    """

    kept_days: ClassVar[int] = 65
    exception: str
    since: datetime
    until: datetime
    kind: str
    reason: str


class ExceptionRemoved(AdherenceFact, frozen=True, kw_only=True):
    """It holds no more; what was added stays on record."""

    kept_days: ClassVar[int] = 65
    exception: str
    reason: str


class SevereDeviation(AdherenceFact, frozen=True, kw_only=True):
    """``person`` has been out of adherence since ``began``, for ``severe_minutes`` by now; told once."""

    shift: str
    began: datetime
    actual: str  # absent | paused | unavailable | logged_off
    reason: str = ""


class SevereDeviationEnded(AdherenceFact, frozen=True, kw_only=True):
    """Found so at a look once a minute. ``why``: back | excused | over (the shift)."""

    shift: str
    began: datetime
    seconds: float
    why: str
