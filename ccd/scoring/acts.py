"""What may be asked of this policy: by whom is checked when it is done."""

from __future__ import annotations

from ccd.shifts.acts import Act

__all__ = ["ACTS"]

ACTS: dict[str, Act] = {}
