"""What may be asked of this policy: by whom is checked when it is done."""

from __future__ import annotations

from ccd.shifts.acts import Act

__all__ = ["ACTS"]

ACTS: dict[str, Act] = {
    "ask_for": Act(needs=("reason",), may=("unit", "call", "day"), person=False),
    "exclude": Act(needs=("reason",), may=("since", "until")),
    "include": Act(needs=("reason",)),
    "mark_caller": Act(needs=("number", "reason"), may=("until",), person=False),
    "unmark_caller": Act(needs=("number", "reason"), person=False),
}
"""Days are written 2026-03-02. ``until`` is the last day; ``since`` and ``day`` are today where not given.
``ask_for`` needs a ``unit``, or a ``call``: all conversations in it.
"""
