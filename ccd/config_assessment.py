"""Settings of assessment: the month out of 100, retraining, grades. Defaults: manual.md, "Quality"."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["AssessmentSettings"]


class AssessmentSettings(Section):
    mode: Mode = Mode.NOTIFY
