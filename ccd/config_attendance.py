"""Settings of attendance: late, early, off post, absent, with evidence. Defaults: manual.md, "Attendance"."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ccd.config_section import Mode, Section, in_order

__all__ = ["AttendanceSettings"]

Minutes = Annotated[float, Field(ge=0, le=24 * 60)]


class AttendanceSettings(Section):
    mode: Mode = Mode.NOTIFY
    elsewhere: Literal["counts", "look"] = "counts"
    """Signed in at another seat than the planned one: it ``counts`` and is noted; ``look``: only the planned
    seat counts, and the lead looks at the rest.
    """
    tolerance_s: Annotated[int, Field(ge=0, le=600)] = 60
    """Less than this is nothing: the clock on the wall shows minutes only."""
    occurrence_minutes: Minutes = 10
    """Late or left early by up to so much is an occurrence."""
    between: Literal["occurrence", "look", "violation"] = "look"
    """What it is between this and ``violation_minutes``, of which the manual says nothing."""
    violation_minutes: Minutes = 20
    off_post_minutes: Minutes = 20
    """Off post for so long is a violation; less is noted."""
    left_post: Literal["absence", "violation", "note"] = "absence"
    """What it is to sign out in the midst of a shift without telling the lead."""
    mid_shift_minutes: Minutes = 60
    """Who goes for good so long before the end has left the post; later, they left early."""
    permission_hours: Annotated[float, Field(ge=0, le=72)] = 24
    """A lead's permission to leave may be noted so long afterwards."""
    phone: Literal["off", "note", "count"] = "note"
    """What it is to be signed in while the phone is unavailable or in no queue for ``phone_minutes``."""
    phone_minutes: Minutes = 20
    unknown_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Of a shift of which more than this is unknown nothing counts."""
    notice_minutes: Annotated[tuple[Minutes, ...], Field(max_length=10)] = (1, 10, 20)
    """The lead is told so long after the start that somebody is not there."""
    settle_minutes: Minutes = 15
    """A shift is judged so long after its end."""
    look_back_days: Annotated[int, Field(ge=1, le=31)] = 7
    """Shifts of so many days that are not judged yet are judged after a time without the daemon."""
    occurrences: Annotated[int, Field(ge=1, le=31)] = 3
    """So many in a month are one day's absence, and grounds for a dismissal review."""
    decide_absence: Literal["lead", "manager"] = "lead"
    decide_review: Literal["lead", "manager"] = "manager"
    """Who decides about what is proposed."""

    @model_validator(mode="after")
    def _from_less_to_more(self) -> AttendanceSettings:
        in_order(self, "occurrence_minutes", "violation_minutes")
        in_order(self, "violation_minutes", "mid_shift_minutes")
        return self
