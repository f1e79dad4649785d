"""Whose live emergency it is: nothing is enforced upon its people and its seat meanwhile (docs/design.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol, TypeVar

__all__ = ["Incident", "live_incident_of"]


class Facts(Protocol):
    @property
    def pbx(self) -> str: ...
    @property
    def interface(self) -> str: ...
    @property
    def seat(self) -> str: ...
    @property
    def agent(self) -> str: ...


class Incident(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def live(self) -> bool: ...
    @property
    def facts(self) -> Facts: ...


_Incident = TypeVar("_Incident", bound=Incident)


def live_incident_of(
    incidents: Iterable[_Incident], person: str, places: Collection[tuple[str, str]]
) -> _Incident | None:
    """The live one that is this person's, or of one of these seats (pbx, seat); None where there is none."""
    for incident in incidents:
        facts = incident.facts
        theirs = person != "" and facts.agent == person
        if incident.live and (theirs or (facts.seat != "" and (facts.pbx, facts.seat) in places)):
            return incident
    return None
