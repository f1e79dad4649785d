"""Settings of retention: how long recordings are kept. Defaults: manual.md, "Quality"."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["RetentionSettings"]


class RetentionSettings(Section):
    mode: Mode = Mode.OBSERVE
