"""The operator's own calendar file, as the settings name it."""

from __future__ import annotations

from ccd.config import ConfigError, Fault, Settings
from ccd.csv_tables import TableError
from ccd.events import SpecialDay
from ccd.shifts.calendar import parse_days

__all__ = ["read_special_days"]

KEY = "shifts.holidays_file"


def read_special_days(settings: Settings) -> tuple[SpecialDay, ...]:
    """Empty where none is named. Raises ConfigError with every fault of the file."""
    path = settings.shifts.holidays_file
    if path is None:
        return ()
    try:
        return parse_days(path.read_bytes(), filename=str(path))
    except OSError:
        raise ConfigError(Fault(str(path), KEY, "no_readable_file")) from None
    except TableError as error:
        raise ConfigError(*(Fault("", KEY, "other", {"text": text}) for text in error.faults)) from None
