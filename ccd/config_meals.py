"""Settings of meals: windows, rotation, how many at once. Defaults: manual.md, "Meals"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from ccd.config_section import Mode, Section, shaped
from ccd.config_shifts import Clock, Weekdays
from ccd.roster_cells import Role

__all__ = ["WINDOWS", "MealsSettings", "WindowSettings"]

WindowName = Annotated[str, shaped(r"[a-z][a-z0-9_-]{0,31}", "section_name")]
Minutes = Annotated[float, Field(ge=0, le=240)]
People = Annotated[int, Field(ge=0, le=10_000)]


class WindowSettings(Section):
    """When a meal may be taken."""

    enabled: bool = True
    start: Clock
    """By the clock on the wall of the person's shift."""
    minutes: Annotated[int, Field(ge=1, le=720)]
    """By the clock on the wall, too."""
    teams: tuple[str, ...] = ()
    """Whose window it is; empty: every team's."""
    weekdays: Weekdays = (1, 2, 3, 4, 5, 6, 7)
    """On which it begins; 1 is Monday."""


WINDOWS: dict[str, dict[str, Any]] = {
    "lunch": {"start": "11:30", "minutes": 60},  # 午餐
    "dinner": {"start": "17:30", "minutes": 60},  # 晚餐
}


class MealsSettings(Section):
    mode: Mode = Mode.NOTIFY
    reason: Annotated[str, shaped(r"[A-Za-z0-9_-]{1,64}", "pause_reason")] = "meal"
    """The reason of the pause that is a meal."""
    windows: dict[WindowName, WindowSettings] = Field(default_factory=dict, validate_default=True)
    allowance_minutes: Annotated[float, Field(gt=0, le=240)] = 30
    """So long a meal may last: two turns fit into the hour of the manual."""
    meals_per_shift: Annotated[int, Field(ge=1, le=10)] = 1
    """In each window."""
    warn_before_minutes: Minutes = 5
    """The person is told so long before their time is over; 0: not before."""
    late_after_minutes: Minutes = 0
    """So long past the allowance or the window nobody counts as late."""
    violation_minutes: Annotated[float, Field(gt=0, le=240)] = 20
    """So long past it is a violation (manual.md, "Attendance": off post)."""
    cap: Literal["share", "floor", "forecast"] = "share"
    """How many of a team may be at a meal: a share of it, all but so many, all but those that are needed."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.34
    floor: People = 1
    """So many of a team must go on working."""
    floors: dict[str, People] = Field(default_factory=dict)
    """The same for single teams."""
    counted_roles: tuple[Role, ...] = (Role.AGENT, Role.SENIOR_AGENT, Role.TELESALES)
    """Who takes calls: the cap is reckoned of these, and holds for them."""
    waiting: bool = True
    """Whoever comes over the cap waits for a place; else they are only refused."""
    turn_minutes: Annotated[float, Field(gt=0, le=60)] = 5
    """So long a place is kept for whoever was told that it is their turn, or was let."""
    grant_minutes: Annotated[int, Field(ge=1, le=480)] = 30
    """So long a lead's grant holds."""
    rotation: Literal["off", "prefer", "require"] = "prefer"
    """The window is shared out among the meal groups of the plan; their order moves on by one each day."""
    unplanned: Literal["allow", "refuse"] = "allow"
    """Whoever is signed in without a shift in the plan."""
    closing_minutes: Minutes = 15
    """So long before a window ends the board names who has not eaten."""

    @field_validator("windows", mode="before")
    @classmethod
    def _over_the_defaults(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        laid: dict[Any, Any] = {name: dict(default) for name, default in WINDOWS.items()}
        for name, section in given.items():
            known = laid.get(name, {})
            laid[name] = {**known, **section} if isinstance(section, Mapping) else section
        return laid
