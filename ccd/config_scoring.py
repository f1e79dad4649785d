"""Settings of scoring: who scores what, by which form, and what follows. Defaults: manual.md, "Quality"."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["ScoringSettings"]


class ScoringSettings(Section):
    mode: Mode = Mode.NOTIFY
