"""Settings of handover: from one shift to the next, seat by seat. Defaults: manual.md, "Shift handover"."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ccd.config_section import Mode, Section

__all__ = ["HandoverSettings", "LogSection"]

Minutes = Annotated[float, Field(gt=0, le=720)]
Floor = Annotated[float, Field(ge=0, le=10_000)]


class LogSection(StrEnum):
    """The sections of the handover log (交接日记)."""

    BUSINESS_CHANGES = "business_changes"
    INSTRUCTIONS = "instructions"
    SUGGESTIONS_COMPLAINTS = "suggestions_complaints"
    PROCESS_CHANGES = "process_changes"
    EQUIPMENT = "equipment"
    UNSOLVED = "unsolved"
    STAFFING = "staffing"


class HandoverSettings(Section):
    mode: Mode = Mode.NOTIFY
    follows_within_minutes: Annotated[float, Field(ge=0, le=240)] = 30
    """Who begins at a seat so long after the end of a shift, at most, relieves whoever worked it."""
    hold_from_minutes: Annotated[float, Field(ge=0, le=240)] = 30
    """So long before the end nobody leaves without relief; earlier than that is a matter of attendance."""
    max_hold_minutes: Minutes = 120
    """After the end; then the hold is over, relief or not."""
    page_again_minutes: Minutes = 5
    """How often the lead is told that relief is missing."""
    page_managers_minutes: Minutes = 30
    """Missing for so long, the managers are told as well."""
    page_leave_minutes: Minutes = 60
    """So long before a shift the lead is told that whoever is to relieve is on leave."""
    judge_after_minutes: Annotated[float, Field(gt=0, le=240)] = 45
    """The verdict on a handover is given so long after the shift began; the log is to be complete by then."""
    empty_after_s: Annotated[int, Field(ge=0, le=3600)] = 60
    """A seat with nobody at it for longer than this, while relief was due, was empty."""
    required_sections: tuple[LogSection, ...] = (
        LogSection.EQUIPMENT,
        LogSection.UNSOLVED,
        LogSection.STAFFING,
    )
    """Sections that every log has, if only "nothing to report"."""
    signatures: bool = True
    """Whether both sign the log; our addition to the manual."""
    bulletin_days: Annotated[int, Field(ge=1, le=30)] = 14
    """So long a bulletin is among the latest, which whoever takes over has read."""
    floor: Floor = 0.5
    """So many seats of a team stay staffed while it hands over: below 1 a share of those planned, else a
    number; 0: none.
    """
    floors: dict[str, Floor] = Field(default_factory=dict)
    """The same for teams that have a floor of their own."""
    free_ladders: tuple[str, ...] = ("fire", "danger")
    """While an incident of one of these is live, nobody is held anywhere."""
