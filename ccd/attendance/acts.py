"""What may be asked of this policy: by whom is checked when it is done."""

from __future__ import annotations

from ccd.shifts.acts import Act

__all__ = ["ACTS"]

ACTS: dict[str, Act] = {
    "correct": Act(needs=("day", "kind", "weight", "reason"), may=("shift", "at")),
    "decide": Act(needs=("proposal", "decision", "reason"), person=False),
    "excuse_outage": Act(needs=("pbx", "since", "until", "reason"), person=False),
    "unexcuse": Act(needs=("outage", "reason"), person=False),
    "permit": Act(needs=("reason",), may=("since", "until", "minutes")),
    "grave": Act(needs=("reason",), may=("day",)),
    "complaint_proven": Act(needs=("reason",), may=("day",)),
    "object": Act(needs=("text",), may=("day", "kind")),
    "answer_objection": Act(needs=("objection", "decision", "reason"), person=False),
    "judge": Act(needs=("day",), person=False, actor=False),
}
"""``day``: 2026-03-02. ``since``, ``until``, ``at``: 2026-03-02T08:00, by the site's clock where no offset
is given. ``weight``: note, occurrence, look, violation, absence or removed. ``decision``: confirm or waive;
of an objection upheld or rejected.
"""
