"""Settings of breaks: pauses for other reasons than meals. Defaults: manual.md, "Attendance"."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["BreaksSettings"]


class BreaksSettings(Section):
    mode: Mode = Mode.NOTIFY
