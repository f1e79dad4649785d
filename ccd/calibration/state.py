"""What is held in memory of calibration, folded from its facts."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ccd.events import ShiftFact
from ccd.events.calibration import (
    CalibrationClosed,
    CalibrationFact,
    CalibrationOpened,
    CalibrationScored,
)

__all__ = ["REMEMBERED", "Calibration", "CalibrationState"]

REMEMBERED = timedelta(days=62)
"""A session that is closed is forgotten so long after; deviations are remembered for drift."""
DEVIATIONS = 50
"""Of each analyst so many; the settings ask for no more."""


@dataclass
class Calibration:
    """One session."""

    opened: CalibrationOpened
    scored: dict[str, CalibrationScored] = field(default_factory=dict)
    closed: CalibrationClosed | None = None

    @property
    def id(self) -> str:
        return self.opened.session

    @property
    def everybody(self) -> tuple[str, ...]:
        """Who is to score: the analysts, then the expert."""
        return (*self.opened.analysts, self.opened.expert)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(person for person in self.everybody if person not in self.scored)


class CalibrationState:
    """``sessions`` by id, in the order they were opened."""

    def __init__(self) -> None:
        self.sessions: dict[str, Calibration] = {}
        self._deviations: dict[str, deque[tuple[str, float]]] = {}

    @property
    def open(self) -> tuple[Calibration, ...]:
        return tuple(one for one in self.sessions.values() if one.closed is None)

    def deviations(self, person: str, sessions: int) -> tuple[float, ...]:
        """Of an analyst's latest sessions with an expert's score, the latest last."""
        known = [value for _, value in self._deviations.get(person, ())]
        return tuple(known[-sessions:])

    @property
    def analysts(self) -> tuple[str, ...]:
        """Who has deviated, sorted."""
        return tuple(sorted(self._deviations))

    def forget(self, at: datetime) -> None:
        """What was closed long ago."""
        for name, one in list(self.sessions.items()):
            if one.closed is not None and one.closed.at <= at - REMEMBERED:
                del self.sessions[name]

    def fold(self, fact: ShiftFact) -> None:
        """Once or more often: the same."""
        assert isinstance(fact, CalibrationFact)
        if isinstance(fact, CalibrationOpened):
            self.sessions.setdefault(fact.session, Calibration(fact))
            return
        one = self.sessions.get(fact.session)
        if isinstance(fact, CalibrationScored):
            if one is not None and one.closed is None:
                one.scored.setdefault(fact.person, fact)
        elif isinstance(fact, CalibrationClosed):
            if one is not None and one.closed is None:
                one.closed = fact
            self._remember(fact)

    def _remember(self, fact: CalibrationClosed) -> None:
        for person, value in fact.deviations.items():
            known = self._deviations.setdefault(person, deque(maxlen=DEVIATIONS))
            if all(session != fact.session for session, _ in known):
                known.append((fact.session, value))
