"""Settings of calibration: analysts compared on one call. Defaults: manual.md, "Quality"."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["CalibrationSettings"]


class CalibrationSettings(Section):
    mode: Mode = Mode.NOTIFY
