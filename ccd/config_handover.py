"""Settings of handover: from one shift to the next, seat by seat. Defaults: manual.md, "Shift handover"."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["HandoverSettings"]


class HandoverSettings(Section):
    mode: Mode = Mode.NOTIFY
