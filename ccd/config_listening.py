"""Settings of listening: leads and analysts on a live call. Defaults: manual.md, "Quality"."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["ListeningSettings"]


class ListeningSettings(Section):
    mode: Mode = Mode.ENFORCE
