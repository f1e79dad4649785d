"""Settings of retention: how long recordings are kept. Defaults: manual.md, "Quality"; docs/recordings.md."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ccd.config_section import Mode, Section, shaped

__all__ = ["ClassSettings", "RetentionSettings"]

Clock = Annotated[str, shaped(r"([01][0-9]|2[0-3]):[0-5][0-9]", "no_clock")]
"""Local time such as 03:30."""
Days = Annotated[int, Field(ge=0, le=36_500)]


class ClassSettings(Section):
    """A recording is of this class where everything that is named here is true of it. Of several classes the
    one that keeps it longest counts.
    """

    days: Days
    """So long from its end; 0: for good."""
    queues: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    directions: tuple[Literal["queue", "direct", "outbound", "internal", "other"], ...] = ()
    sampled: bool = False
    """Drawn or picked for scoring."""
    evaluated: bool = False
    complaint: bool = False
    threat: bool = False


class RetentionSettings(Section):
    mode: Mode = Mode.OBSERVE
    at: Clock = "03:30"
    """Local time of the daily look over what is past its time."""
    days: Days = 180
    """Of a recording that is of no class; 0: for good."""
    classes: dict[str, ClassSettings] = Field(default_factory=dict)
    batch: Annotated[int, Field(ge=1, le=1000)] = 100
    """So many are read, and deleted, before the next are looked at."""
    sampled_days: Days = 400
    """Recordings of a frozen sample are never deleted earlier: it can be drawn and heard again."""
    complaint_days: Days = 30
    """Of a caller who is marked for a complaint the calls of so many days back are held."""
    reconcile_minutes: Annotated[int, Field(ge=1, le=1440)] = 10
    """So often new recordings are looked for on disk,"""
    older_minutes: Annotated[int, Field(ge=1, le=1440)] = 20
    """once they have been over for so long,"""
    recent_hours: Annotated[int, Field(ge=1, le=240)] = 24
    """and began within these."""
    nightly_at: Clock = "01:30"
    """Local time of the look through the whole folder."""
    rehash_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Within so many nights each file is read whole once,"""
    hashes: Annotated[int, Field(ge=0, le=10_000_000)] = 50_000
    """at most so many in a night."""
