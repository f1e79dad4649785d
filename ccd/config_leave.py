"""Settings of leave and swaps: asked for, approved, taken. Defaults: manual.md, "Leave and swaps".

The mode is ``notify`` by default: a person decides on each request anyway, and is shown every rule it breaks;
and a plan or a calendar that is not filled in yet must not refuse somebody who is ill.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ccd.config_section import Mode, Section
from ccd.config_shifts import Clock
from ccd.roster_cells import Role

__all__ = ["ApprovalSettings", "LeaveSettings", "Step"]

Step = Literal["supervisor", "department"]
Kind = Literal["personal", "sick", "trip", "study", "other"]
Likeness = Literal["role", "language", "team"]
BOTH: tuple[Step, ...] = ("supervisor", "department")


class ApprovalSettings(Section):
    """Who approves what: the supervisor (主管, 班长), the department head (部门负责人), or both."""

    personal: tuple[Step, ...] = BOTH
    sick: tuple[Step, ...] = BOTH
    trip: tuple[Step, ...] = ("department",)
    study: tuple[Step, ...] = ("department",)
    other: tuple[Step, ...] = BOTH
    swap: tuple[Step, ...] = ("supervisor",)
    """Of a swap each step is asked of both people's: two leads, where they are of two teams."""
    night: tuple[Step, ...] = ("department",)
    """In place of the above where a shift of the night is concerned; of a swap as well as the above."""
    holiday: tuple[Step, ...] = BOTH
    """As well as the above on a public holiday."""


class LeaveSettings(Section):
    mode: Mode = Mode.NOTIFY
    ahead_days: Annotated[int, Field(ge=0, le=60)] = 3
    """Leave and swaps are asked for so many days ahead; not sick leave, and no special case."""
    ahead: Literal["warn", "refuse"] = "warn"
    """The manual says both 3 days and the day before; ``warn`` only notes it, in every mode."""
    personal_days: Annotated[int, Field(ge=0, le=60)] = 1
    """Personal leave: so many days before the day of the shift."""
    special_minutes: Annotated[int, Field(ge=0, le=1_440)] = 120
    """A special case: so long before the shift."""
    night_before: Clock = "12:00"
    """A special case of a night shift: before this time of that day."""
    month_days: Annotated[float, Field(ge=0, le=31)] = 2
    """Days of leave and swap a person has in a month."""
    month_swaps: Annotated[int, Field(ge=0, le=31)] = 2
    month_kinds: tuple[Kind, ...] = ("personal", "other")
    """Leave that counts towards ``month_days``; swaps always do."""
    certificate_days: Annotated[float, Field(ge=0, le=31)] = 1
    """Sick leave of so many days or more needs a certificate."""
    return_grace_minutes: Annotated[int, Field(ge=0, le=1_440)] = 60
    """Signing off (销假) is overdue so long after the person is back at work."""
    late_decision_days: Annotated[int, Field(ge=0, le=14)] = 3
    """Sick leave and special cases may be decided so long after they are over; all else before it begins."""
    longest_days: Annotated[int, Field(ge=1, le=90)] = 60
    min_rest_hours: Annotated[float, Field(ge=0, le=24)] = 8
    """Between two shifts of a person, where a swap or its return is one of them."""
    comparable: tuple[Likeness, ...] = ("role", "language")
    """What the two people of a swap have in common, by the roster."""
    remind_hours: Annotated[int, Field(ge=1, le=168)] = 24
    """Whoever a request waits for is told again so often,"""
    last_call_hours: Annotated[int, Field(ge=0, le=168)] = 12
    """and once more so long before it is too late."""
    supervisor_roles: tuple[Role, ...] = (Role.TEAM_LEAD, Role.DUTY_LEAD)
    """Of the person's own team; the first goes before the others."""
    department_roles: tuple[Role, ...] = (Role.DEPARTMENT_HEAD, Role.OPERATIONS_MANAGER)
    department_stand_in_roles: tuple[Role, ...] = (Role.MANAGEMENT,)
    """While everybody of ``department_roles`` is on leave, or nobody is listed."""
    approvals: ApprovalSettings = ApprovalSettings()
