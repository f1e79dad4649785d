"""What may be asked of this policy: by whom is checked when it is done."""

from __future__ import annotations

from ccd.shifts.acts import Act

__all__ = ["ACTS", "KINDS"]

KINDS = ("training", "meeting", "coaching", "trip", "leave", "illness", "outage", "emergency", "other")
"""What may be excepted: none of it is held against anybody."""

ACTS: dict[str, Act] = {
    "except": Act(needs=("since", "until", "kind", "reason")),
    "unexcept": Act(needs=("exception", "reason"), person=False),
}
