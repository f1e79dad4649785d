"""Settings of sampling: which conversations are scored. Defaults: manual.md, "Quality"."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["SamplingSettings"]


class SamplingSettings(Section):
    mode: Mode = Mode.NOTIFY
