"""What every section of the settings is made of: strictness, modes, and the types of single values."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

__all__ = [
    "Mode",
    "OptionalDay",
    "OptionalPath",
    "OptionalSecret",
    "Port",
    "Section",
    "Zone",
    "in_order",
    "shaped",
]


class Mode(StrEnum):
    """How far a policy goes: ``off``; ``observe`` records what it would do; ``notify``; ``enforce``."""

    OFF = "off"
    OBSERVE = "observe"
    NOTIFY = "notify"
    ENFORCE = "enforce"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Asia" is a folder
        raise PydanticCustomError("no_zone", "no time zone is called {zone}", {"zone": name}) from None
    return name


def _from_the_files_folder(path: Path | None, info: ValidationInfo) -> Path | None:
    if path is None:
        return None
    base = (info.context or {}).get("folder", Path())
    try:
        return Path(base) / path.expanduser()
    except RuntimeError:  # ~name of nobody
        return Path(base) / path


def _none_if_empty(value: Any) -> Any:
    return None if value == "" else value


def shaped(pattern: str, fault: str) -> AfterValidator:
    """Text of this form from end to end. ``fault``: what is said of any other, in ``config_faults.WORDS``."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise PydanticCustomError(fault, "is not of the form asked for")
        return text

    return AfterValidator(check)


Zone = Annotated[str, AfterValidator(_zone)]
OptionalPath = Annotated[Path | None, BeforeValidator(_none_if_empty), AfterValidator(_from_the_files_folder)]
OptionalDay = Annotated[date | None, BeforeValidator(_none_if_empty)]
OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_none_if_empty)]
Port = Annotated[int, Field(ge=0, le=65535)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)


def in_order(section: Section, low: str, high: str) -> None:
    """``low`` may not exceed ``high``; pings must come before the silence they are to prevent."""
    values = {
        "low": low,
        "low_value": getattr(section, low),
        "high": high,
        "high_value": getattr(section, high),
    }
    if values["low_value"] > values["high_value"]:
        raise PydanticCustomError("not_in_order", "{low} is more than {high}", values)
