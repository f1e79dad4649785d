"""What may be asked of this policy: by whom is checked when it is done."""

from __future__ import annotations

from ccd.shifts.acts import Act

__all__ = ["ACTS"]

ACTS: dict[str, Act] = {
    "grant": Act(needs=("reason", "why"), may=("minutes",)),
    "extend": Act(needs=("minutes", "why")),
    "waive": Act(needs=("why",), may=("break",)),
}
"""``break`` is the key of a ``BreakBegan``; without it the latest overstay is meant."""
