"""What may be asked of this policy: by whom is checked when it is done.

``analysts``: codes, with commas between. The call is named by its ``evaluation``, or by its ``unit`` (of
one without an evaluation with the ``day`` on which it ended). ``due``: a day, until whose end it is to be
scored.
"""

from __future__ import annotations

from ccd.shifts.acts import Act

__all__ = ["ACTS"]

ACTS: dict[str, Act] = {
    "open": Act(("analysts",), ("evaluation", "unit", "day", "form", "expert", "due"), person=False),
    "score": Act(("session", "answers"), person=False, long=("answers",)),
    "close": Act(("session",), ("reason",), person=False),
}
