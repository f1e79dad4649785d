"""Settings of adherence: what was done against what was scheduled, by the minute.

The figures are those of workforce management elsewhere: docs/adherence.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ccd.config_section import Mode, Section, in_order, shaped

__all__ = ["AdherenceSettings"]

Activity = Annotated[str, shaped(r"[A-Za-z0-9_-]{1,64}", "pause_reason")]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[int, Field(ge=0, le=7200)]


class AdherenceSettings(Section):
    mode: Mode = Mode.NOTIFY
    threshold_s: Seconds = 60
    """A deviation shorter than this is forgiven; 0: none is."""
    tolerance_s: dict[Activity, Seconds] = Field(default_factory=dict)
    """In place of it for single activities: the reason of a pause, absent, unavailable or logged_off."""
    activities: dict[Activity, Literal["work", "meal", "break", "out"]] = Field(default_factory=dict)
    """What pauses count as, by their reason, in place of what meals and breaks say of them."""
    break_minutes: Annotated[int, Field(ge=0, le=720)] = 15
    """Of a break that nobody has given an allowance: so long in a shift."""
    severe_minutes: Annotated[int, Field(ge=0, le=480)] = 20
    """The lead is told of somebody who is out of adherence for so long; 0: never."""
    target: Share = 0.9
    floor: Share = 0.7
    """Adherence below the target is marked, below the floor it is an alert."""
    conformance_low: Annotated[float, Field(ge=0, le=10)] = 0.8
    conformance_high: Annotated[float, Field(ge=0, le=10)] = 1.2
    """Conformance outside of these is marked."""
    settle_minutes: Annotated[int, Field(ge=1, le=240)] = 30
    """So long after a shift its record is read where attendance is off, and nobody else asks for it."""
    back_days: Annotated[int, Field(ge=0, le=30)] = 30
    """So far back a shift is judged anew where its plan, a leave or an exception changes."""

    @model_validator(mode="after")
    def _the_right_way_up(self) -> AdherenceSettings:
        in_order(self, "floor", "target")
        in_order(self, "conformance_low", "conformance_high")
        return self
