"""What may be asked of this policy: by whom is checked when it is done."""

from __future__ import annotations

from ccd.shifts.acts import Act

__all__ = ["ACTS"]

ACTS: dict[str, Act] = {
    "listen": Act(may=("phone", "why")),
    "whisper": Act(may=("phone", "why")),
    "barge": Act(may=("phone", "why")),
    "turn": Act(needs=("how",), may=("why",), person=False),
    "stop": Act(may=("listening", "why"), person=False),
    "note": Act(may=("listening", "answers", "comment"), person=False),
}
"""``phone``: another of the roster than that of one's seat, ``PJSIP/1010``. ``why`` is needed to barge into a
live emergency. ``answers`` is JSON: question -> answer.
"""
