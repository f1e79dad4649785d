"""What may be asked of this policy: by whom is checked when it is done.

Importing is a command of its own (``assessment_import``): a file may be longer than a value of an act.
"""

from __future__ import annotations

from ccd.shifts.acts import Act

__all__ = ["ACTS"]

ACTS: dict[str, Act] = {
    "cancel": Act(needs=("training", "reason"), person=False),
    "complaint": Act(needs=("fault", "about", "told"), may=("month",)),
    "decide": Act(needs=("case", "outcome", "reason"), person=False),
    "exam": Act(needs=("training", "points"), may=("retake",), person=False),
    "held": Act(needs=("training", "minutes"), may=("people",), person=False),
    "plan": Act(
        needs=("title", "place", "trainer", "begins", "ends", "people"),
        may=("training", "exam", "kind", "cases"),
        person=False,
    ),
}
"""``begins`` and ``ends``: 2026-03-02T08:00, by the site's clock where no offset is given. ``people`` and
``cases``: codes with commas between; ``points``: 2001=80,2002=55. ``outcome``: retrain, dismissed, kept,
returned, moved or other. ``retake``: yes.
"""
