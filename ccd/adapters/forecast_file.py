"""The forecast of calls, as the settings name it."""

from __future__ import annotations

from ccd.config import ConfigError, Fault, Settings
from ccd.csv_tables import TableError
from ccd.events import ForecastRow
from ccd.staffing.forecast_csv import parse

__all__ = ["read_forecast"]

KEY = "staffing.forecast_file"


def read_forecast(settings: Settings) -> tuple[ForecastRow, ...]:
    """Empty where none is named. Raises ConfigError with every fault of the file."""
    path = settings.staffing.forecast_file
    if path is None:
        return ()
    try:
        return parse(path.read_bytes(), filename=str(path))
    except OSError:
        raise ConfigError(Fault(str(path), KEY, "no_readable_file")) from None
    except TableError as error:
        raise ConfigError(*(Fault("", KEY, "other", {"text": text}) for text in error.faults)) from None
