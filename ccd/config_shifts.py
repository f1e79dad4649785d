"""Settings of shifts: which there are, the calendar they follow, how early a person is to be there.

Defaults: manual.md, "Shift handover". docs/shifts.md describes them.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from ccd.config_section import OptionalPath, Section, Zone, shaped
from ccd.roster_cells import Role

__all__ = ["Clock", "ShiftSettings", "ShiftsSettings", "Weekdays"]

DAY_MINUTES = 24 * 60
ShiftName = Annotated[str, shaped(r"[a-z][a-z0-9_-]{0,31}", "section_name")]
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _clock(value: Any) -> Any:
    if isinstance(value, time):  # TOML has a type for it: 08:00:00 without quotes
        if value.second or value.microsecond:
            raise PydanticCustomError("no_clock", "shifts begin on the minute")
        return f"{value:%H:%M}"
    return value


def _none_if_empty(value: Any) -> Any:
    return None if value == "" else value


def _begins(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise PydanticCustomError("no_clock", "is no time of day")
    return text


def _weekdays(days: tuple[int, ...]) -> tuple[int, ...]:
    if not days or len(set(days)) != len(days) or not all(1 <= day <= 7 for day in days):
        raise PydanticCustomError("no_weekdays", "are no weekdays")
    return tuple(sorted(days))


Clock = Annotated[str, BeforeValidator(_clock), AfterValidator(_begins)]
Weekdays = Annotated[tuple[int, ...], AfterValidator(_weekdays)]


def _country(name: str) -> str:
    """Only asked of what was set: the library is not loaded for the default."""
    if name:
        import holidays

        country, _, part = name.partition("-")
        known = holidays.list_supported_countries()
        if country not in known or (part and part not in known[country]):
            raise PydanticCustomError("no_country", "no country is called {country}", {"country": name})
    return name


class ShiftSettings(Section):
    """A kind of shift."""

    start: Clock
    """By the clock on the wall, such as 08:00."""
    minutes: Annotated[int, Field(ge=1, le=DAY_MINUTES)]
    """By the clock on the wall, too: a shift of the night ends when the next begins, also where summer time
    makes it an hour shorter or longer.
    """
    label: Annotated[str, Field(max_length=32)] = ""
    """As people call it; may stand in a file in place of the name."""
    zone: Annotated[Zone | None, BeforeValidator(_none_if_empty)] = None
    """Default: daemon.timezone."""
    weekdays: Weekdays = (1, 2, 3, 4, 5, 6, 7)
    """On which it begins; 1 is Monday."""
    workdays_only: bool = False
    """Not on holidays, but on the Saturdays and Sundays that are worked to make up for them."""
    night: Annotated[bool | None, BeforeValidator(_none_if_empty)] = None
    """Whether it is of the night (晚班), of which leave has rules of its own. Default: where it has a minute
    between 00:00 and 05:00 by the clock on the wall.
    """


class ShiftsSettings(Section):
    country: Annotated[str, AfterValidator(_country)] = "CN"
    """Whose public holidays, as ISO 3166 has it (``CN``, ``US-NY``); empty: weekends only."""
    holidays_file: OptionalPath = None
    """The operator's own days, which win over the library's."""
    lead_minutes: Annotated[int, Field(ge=0, le=120)] = 10
    """So long before the start a person is to be at the seat."""
    sweep_s: Annotated[int, Field(ge=1, le=300)] = 60
    """How often the policies look over what is planned; what they tell "at the minute" they tell then."""
    lead_roles: tuple[Role, ...] = (Role.TEAM_LEAD, Role.DUTY_LEAD)
    """Who decides for a team: its own team lead, and any duty lead (班长, 值班领导)."""
    deputy_roles: tuple[Role, ...] = (Role.SENIOR_AGENT,)
    """Who does so for their own team while none of its leads is signed in (督导代班)."""
    manager_roles: tuple[Role, ...] = (Role.OPERATIONS_MANAGER, Role.DEPARTMENT_HEAD)
    """Who decides for every team."""
    kinds: dict[ShiftName, ShiftSettings] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_called_otherwise(self) -> ShiftsSettings:
        known = {name: name for name in self.kinds}
        for name, kind in self.kinds.items():
            label = kind.label.strip().casefold()
            if label and known.setdefault(label, name) != name:
                raise PydanticCustomError(
                    "label_taken", "is taken", {"label": kind.label, "one": known[label], "other": name}
                )
        return self
