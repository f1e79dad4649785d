"""Incidents told in facts: folded into a floor's world, and observed by its metrics."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from ccd.engine import Outcome
from ccd.events import CallFacts, DrillJudged, Event, IncidentFact, IncidentOpened
from ccd.incidents.state import Incident, fold
from tests.floor import Floor

__all__ = ["Case", "drilled", "observe"]

F = TypeVar("F", bound=IncidentFact)


def observe(floor: Floor, *facts: Event, event: Event | None = None) -> None:
    outcome = Outcome()
    outcome.facts.extend(facts)
    floor.metrics.observe(event, outcome, floor.world)
    assert floor.metrics.errors == 0


class Case:
    """One incident of a floor, reported when this is made."""

    def __init__(self, floor: Floor, name: str = "threat-1", **fields: Any) -> None:
        self.floor = floor
        self.id = name
        self._n = 0
        defaults: dict[str, Any] = {
            "ladder": "threat",
            "severity": "high",
            "request": f"r-{name}",
            "how": "phone",
            "by": "",
            "facts": CallFacts(pbx="main", seat="1001", agent="7001", caller_number="13800000000"),
            "arrive_within_s": 900.0,
        }
        self.tell(IncidentOpened, **defaults | fields)

    @property
    def state(self) -> Incident:
        return self.floor.world.incidents[self.id]

    def tell(self, kind: type[F], **fields: Any) -> F:
        self._n += 1
        fact = kind(at=self.floor.at, incident=self.id, n=self._n, **fields)
        fold(self.floor.world.incidents, fact)
        observe(self.floor, fact)
        return fact


def drilled(floor: Floor, at: datetime, *, passed: bool, ladder: str = "threat") -> Case:
    """A drill that was judged at this time."""
    now, floor.at = floor.at, at
    case = Case(floor, f"{ladder}-drill-{at:%Y%m%d%H%M}-{passed}", ladder=ladder, drill=True, how="console")
    case.tell(DrillJudged, passed=passed, failures=() if passed else ("nobody acknowledged",))
    floor.at = now
    return case
