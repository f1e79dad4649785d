"""A break, and what a lead granted, as folded from facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

__all__ = ["ACCEPTED_FOR", "Accepted", "Break", "Grant"]

ACCEPTED_FOR = timedelta(seconds=60)
"""Who was let and has not paused by then must ask again."""


@dataclass(frozen=True)
class Break:
    """``key`` is that of its ``BreakBegan``. ``level`` is empty while it goes on.

    ``blind``: when the PBX was out of sight meanwhile, in order. ``stages``: what was told of it so far, each
    with the seconds that were allowed then.
    """

    key: str
    person: str
    pbx: str
    interface: str
    seat: str
    day: date | None
    shift: str
    reason: str
    began: datetime
    allowed_s: float | None
    productive: bool
    asked: bool
    grant: str = ""
    rule: str = ""
    blind: tuple[tuple[datetime, datetime], ...] = ()
    stages: frozenset[tuple[str, float]] = frozenset()
    extended: tuple[tuple[str, int], ...] = ()
    """Each extension: its key, and minutes."""
    ended: datetime | None = None
    over_s: float = 0.0
    level: str = ""
    waived: bool = False

    @property
    def limit_s(self) -> float | None:
        """What is allowed, with what it was extended by."""
        if self.allowed_s is None:
            return None
        return self.allowed_s + sum(minutes for _, minutes in self.extended) * 60.0

    @property
    def seen_since(self) -> datetime:
        """Since when it is seen to go on without a gap."""
        return max([self.began, *(until for _, until in self.blind)])

    def runs(self, at: datetime) -> list[float]:
        """Seconds of each time in which it was seen to go on, up to ``at`` or its end."""
        until = self.ended or at
        found, since = [], self.began
        for began, ended in self.blind:
            found.append(_between(since, min(began, until)))
            since = max(since, ended)
        found.append(_between(since, until))
        return found

    def seconds(self, at: datetime) -> float:
        """Seen; what happened out of sight counts for nothing."""
        return sum(self.runs(at))

    def turn(self) -> tuple[str, date | None, str]:
        return self.person, self.day, self.shift


def _between(since: datetime, until: datetime) -> float:
    return max((until - since).total_seconds(), 0.0)


@dataclass(frozen=True)
class Accepted:
    """Somebody was let, and has not paused yet."""

    at: datetime
    person: str
    reason: str
    day: date | None
    shift: str
    allowed_s: float | None
    grant: str
    rule: str

    def holds(self, at: datetime) -> bool:
        return at - self.at < ACCEPTED_FOR


@dataclass(frozen=True)
class Grant:
    """``used``: a break has taken it up."""

    key: str
    at: datetime
    person: str
    reason: str
    day: date | None
    shift: str
    minutes: int
    used: bool = False
