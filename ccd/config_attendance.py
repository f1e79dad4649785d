"""Settings of attendance: late, early, off post, absent, with evidence. Defaults: manual.md, "Attendance"."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["AttendanceSettings"]


class AttendanceSettings(Section):
    mode: Mode = Mode.NOTIFY
