"""What sampling needs of the world, and what its parts have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from ccd.config import Settings
from ccd.effects import Effect
from ccd.events import CallFacts, Event
from ccd.roster import Roster
from ccd.sampling.days import day_of
from ccd.sampling.state import SamplingState

__all__ = ["Items", "World", "keyed", "local_day", "seed_of"]

Items = Iterator[Event | Effect]


class Incident(Protocol):
    @property
    def ladder(self) -> str: ...
    @property
    def drill(self) -> bool: ...
    @property
    def facts(self) -> CallFacts: ...


class Staff(Protocol):
    """Of the policy ``assessment``."""

    def hired(self, person: str) -> date | None: ...
    def retraining(self, person: str) -> bool: ...


class Holds(Protocol):
    """Of the policy ``retention``."""

    def held(self, pbx: str, recording: str) -> bool: ...


class World(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def sampling(self) -> SamplingState: ...
    @property
    def incidents(self) -> Mapping[str, Incident]: ...
    @property
    def assessment(self) -> Staff: ...
    @property
    def retention(self) -> Holds: ...


def local_day(world: World, at: datetime) -> date:
    return day_of(at, world.settings.daemon.timezone)


def seed_of(state: SamplingState, day: date) -> str:
    """Empty where it is not known yet."""
    return state.underway.seeds.get(day) or state.revealed.get(day, "")


def keyed(at: datetime, day: date, what: str, *parts: str, because: str) -> dict[str, Any]:
    """What every fact has. Said twice it is the same key, and so one row."""
    key = "|".join(("sampling", what, *(parts or (day.isoformat(),))))
    return {"at": at, "key": key, "day": day, "because": because}
