"""Which label values a PBX may have: what comes from outside must not be able to flood Prometheus.

Queue names, teams and pause reasons are other people's text. Each kind has at most ``max_label_values``
values a PBX, and together they may cost no more series than ``max_series`` leaves; what comes after that is
counted as ``other``. First come, first served, until the daemon is restarted; but a quarter is kept for
queues and a quarter for teams, and reasons, which a phone may make up, have a share of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ccd.status import printable

__all__ = ["COST", "OTHER", "Labels"]

OTHER = "other"
FIXED_SHARE = 500  # series of a PBX and of the process that do not depend on queues, teams or reasons
REASON_SHARE = 300  # series that exist once for each reason, or for each team and reason
COST = {"queue": 46, "team": 19, "reason": 1}
"""Series that one more value costs: ``series``, ``times`` and ``gauges`` make them; a test counts them."""


class Labels:
    """``value`` gives the label to use. Names as long as 64 characters, without control characters."""

    def __init__(self, max_values: int, max_series: int) -> None:
        self.overflowing: set[tuple[str, str]] = set()
        """(pbx, label) of which some value has been counted as ``other``."""
        self._max_values = max_values
        self._room = max(max_series - FIXED_SHARE - REASON_SHARE, 0)
        self._known: dict[tuple[str, str, str], str] = {}
        self._values: Counter[tuple[str, str]] = Counter()

    def value(self, pbx: str, label: str, raw: str) -> str:
        known = self._known.get((pbx, label, raw))
        if known is not None:
            return known
        clean = printable(raw)
        if (pbx, label, clean) not in self._known:
            if self._values[pbx, label] >= self._max_values or not self._fits(pbx, label):
                self.overflowing.add((pbx, label))
                return OTHER
            self._values[pbx, label] += 1
            self._known[pbx, label, clean] = clean
        return clean

    def reasons_left(self, pbx: str) -> int:
        """Series left of the share of reasons."""
        return REASON_SHARE - self._spent(pbx, "reason")

    def teams_named(self, teams: Sequence[str], cost: int) -> dict[str, str]:
        """The first of these teams, as many as may have ``cost`` more series each in what queues and agents
        leave free now; each with its label.
        """
        pbxs = {pbx for pbx, _ in self._values}
        free = sum(self._room - self._spent(pbx, "queue") - self._spent(pbx, "team") for pbx in pbxs)
        room = min(max(free // cost - 1, 0), self._max_values)  # one for ``other``
        if len(teams) > room:
            self.overflowing |= {(pbx, "team") for pbx in pbxs}
        return {team: printable(team) for team in teams[:room]}

    def _fits(self, pbx: str, label: str) -> bool:
        if label == "reason":
            return self.reasons_left(pbx) > 0
        other = self._spent(pbx, "team" if label == "queue" else "queue")
        kept_for_other = max(self._room // 4, other)
        return self._spent(pbx, label) + COST[label] + kept_for_other <= self._room

    def _spent(self, pbx: str, label: str) -> int:
        return self._values[pbx, label] * COST[label]
