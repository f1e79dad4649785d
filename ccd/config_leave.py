"""Settings of leave and swaps: asked for, approved, taken. Defaults: manual.md, "Leave and swaps"."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["LeaveSettings"]


class LeaveSettings(Section):
    mode: Mode = Mode.NOTIFY
