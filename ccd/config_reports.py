"""Settings of the reports of shifts: when each is made, where it is kept, who gets it.

Defaults: manual.md, "Rhythm". docs/reports.md describes them.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ccd.config_section import OptionalPath, Section, shaped
from ccd.roster_cells import Role

__all__ = ["ReportsSettings"]

_CLOCK = re.compile(r"(([01][0-9]|2[0-3]):[0-5][0-9])?")


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise PydanticCustomError("no_clock", "is no time of day")
    return text


Clock = Annotated[str, AfterValidator(_clock)]
"""Local time such as 07:00; empty: never by itself."""
Address = Annotated[
    str, shaped(r"[^\s@<>()\[\],;:\\\"\x00-\x20\x7f-\uffff]{1,64}@[A-Za-z0-9.-]{1,255}", "mail_address")
]


class ReportsSettings(Section):
    enabled: bool = True
    """Whether reports are made by themselves; `ccd report make` does so in any case."""
    dir: OptionalPath = None
    """Default: reports/ in the state directory."""
    languages: tuple[Literal["zh_CN", "en"], ...] = ()
    """Empty: daemon.language."""
    daily_at: Clock = "07:00"
    """Of the shifts that began the day before."""
    weekly_at: Clock = "08:00"
    """On Mondays, of the week before: the manual wants it there by 09:00."""
    monthly_at: Clock = "08:00"
    monthly_on: Annotated[int, Field(ge=1, le=28)] = 3
    """The day of the month, of the month before: the manual wants it there by the 5th."""
    catch_up_days: Annotated[int, Field(ge=1, le=400)] = 40
    """What was due so many days ago at most, and missed, is made up for."""
    to_roles: tuple[Role, ...] = (Role.OPERATIONS_MANAGER,)
    """The leads' superior (主管经理): everybody of these roles who has an e-mail address in the roster."""
    copy_roles: tuple[Role, ...] = (Role.MANAGEMENT,)
    """General management (公司领导): a copy of weekly and monthly reports."""
    to: tuple[Address, ...] = ()
    """Further addresses."""
    copies: tuple[Address, ...] = ()
    """Further addresses for copies."""
    daily_copies: bool = False
    """Whether copies are sent of daily reports, too."""
