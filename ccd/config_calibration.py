"""Settings of calibration: analysts compared on one call. Defaults: manual.md, "Quality"."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ccd.config_section import Mode, Section

__all__ = ["CalibrationSettings"]


class CalibrationSettings(Section):
    mode: Mode = Mode.NOTIFY
    due_days: Annotated[int, Field(ge=1, le=30)] = 3
    """Days to score it in, where whoever opens it names no day."""
    agreement_least: Annotated[float, Field(ge=0, le=1)] = 0.667
    """Krippendorff's own bound for tentative conclusions; below it the QA manager is told."""
    drift_sessions: Annotated[int, Field(ge=2, le=50)] = 5
    """An analyst's mean deviation from the expert is taken over so many sessions,"""
    drift_limit: Annotated[float, Field(gt=0, le=100)] = 5.0
    """and is drift if it is more than so many points, up or down."""
