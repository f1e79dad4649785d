"""What may be asked of this policy: by whom is checked when it is done.

Times are typed: a day, or a day and a time by the clock on the wall. ``special`` and ``cover`` are "yes" or
empty.
"""

from __future__ import annotations

from ccd.shifts.acts import Act

__all__ = ["ACTS"]

ACTS: dict[str, Act] = {
    "ask": Act(("kind", "from", "reason"), ("to", "shift", "special", "called", "how")),
    "approve": Act(("request",), person=False),
    "refuse": Act(("request", "reason"), person=False),
    "withdraw": Act(("request",), ("reason",), person=False),
    "return": Act(("request",), person=False),
    "certificate": Act(("request",), ("note",), person=False),
    "swap": Act(("day", "shift", "partner"), ("with_day", "with_shift", "cover", "reason", "special")),
    "swap_return": Act(("request", "day", "shift"), ("reason", "special"), person=False),
    "accept": Act(("request",), person=False),
}
