"""Settings of staffing: how many people a team needs at its phones. docs/staffing.md describes them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ccd.config_section import OptionalPath, Section

__all__ = ["StaffingSettings"]


class StaffingSettings(Section):
    forecast_file: OptionalPath = None
    """CSV: the calls expected of each team; empty: nothing is expected, and no need is known."""
    service_level: Annotated[float, Field(gt=0, lt=1)] = 0.8
    """The share of calls that is to be answered within ``answer_within_s``."""
    answer_within_s: Annotated[float, Field(ge=0, le=3600)] = 20.0
    patience_s: Annotated[float, Field(ge=0, le=36_000)] = 0.0
    """After so long a caller who waits hangs up, on average (Erlang A); 0: never (Erlang C), which asks for
    more people.
    """
    max_occupancy: Annotated[float, Field(gt=0.1, le=1)] = 0.85
    """At most this share of an agent's time is spent on calls."""
    shrinkage: Annotated[float, Field(ge=0, le=0.9)] = 0.3
    """The share of planned time in which people are not at their phones: meals, breaks, training, illness."""
