"""Settings of adherence: what was done against what was scheduled, by the minute."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["AdherenceSettings"]


class AdherenceSettings(Section):
    mode: Mode = Mode.NOTIFY
