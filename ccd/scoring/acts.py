"""What may be asked of this policy: by whom is checked when it is done.

``answers``: JSON, question -> {answer, comment, at_s}. ``outcome``: upheld or amended (with new ``answers``
by the same form, or a ``score``). ``day`` as 2026-03-02; ``away``: "yes" is as a ``cap`` of 0.
"""

from __future__ import annotations

from ccd.shifts.acts import Act

__all__ = ["ACTS"]

ACTS: dict[str, Act] = {
    "claim": Act(("evaluation",), person=False),
    "return": Act(("evaluation", "reason"), person=False),
    "score": Act(("evaluation", "answers"), ("comment",), person=False, long=("answers",)),
    "edit": Act(("evaluation", "answers"), ("comment",), person=False, long=("answers",)),
    "hold": Act(("evaluation", "reason"), person=False),
    "release": Act(("evaluation",), ("reason",), person=False),
    "dispute": Act(("evaluation", "reason"), person=False),
    "resolve": Act(
        ("evaluation", "outcome", "reason"), ("answers", "score"), person=False, long=("answers",)
    ),
    "reassign": Act(("evaluation", "analyst"), ("reason",), person=False),
    "plan": Act(("day",), ("cap", "away", "reason")),
    "void": Act(("evaluation", "reason"), person=False),
    "coach": Act(("evaluation", "note"), person=False),
}
