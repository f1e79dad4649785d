"""Settings of meals: windows, rotation, how many at once. Defaults: manual.md, "Meals"."""

from __future__ import annotations

from ccd.config_section import Mode, Section

__all__ = ["MealsSettings"]


class MealsSettings(Section):
    mode: Mode = Mode.NOTIFY
