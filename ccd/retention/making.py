"""What retention gives: facts with their keys, pages, answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from ccd.effects import AnswerAsked, Effect, Page
from ccd.events import Event, ShiftAct
from ccd.events.retention import RetentionFact
from ccd.following.picture import Pbx
from ccd.quality.people import World as QualityWorld
from ccd.quality.people import is_qa_manager
from ccd.retention.state import RetentionState

__all__ = ["NAME", "Items", "World", "accepted", "fact", "local_day", "page", "refused", "short"]

NAME = "retention"
Items = Iterator[Event | Effect]
Fact = TypeVar("Fact", bound=RetentionFact)


class CallFacts(Protocol):
    @property
    def pbx(self) -> str: ...
    @property
    def call(self) -> str: ...


class Incident(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def drill(self) -> bool: ...
    @property
    def ladder(self) -> str: ...
    @property
    def facts(self) -> CallFacts: ...


class World(QualityWorld, Protocol):
    """What this policy looks at."""

    @property
    def retention(self) -> RetentionState: ...
    @property
    def pbxs(self) -> Mapping[str, Pbx]: ...
    @property
    def incidents(self) -> Mapping[str, Incident]: ...


def fact(kind: type[Fact], at: datetime, key: str, because: str, **fields: Any) -> Fact:
    what = kind.__name__.lower()
    return kind(at=at, key=f"{NAME}|{what}|{key}", because=f"{NAME}: {because}", **fields)


def short(*parts: str) -> str:
    """16 hex digits that stand for these: in keys and names of folders."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def local_day(world: World, at: datetime) -> date:
    return at.astimezone(ZoneInfo(world.settings.daemon.timezone)).date()


def page(world: World, at: datetime, rule: str, about: str, values: Mapping[str, str]) -> Items:
    """Tell the QA managers."""
    people = tuple(one.code for one in world.roster.people if is_qa_manager(world, one.code))
    if people:
        yield Page(
            key=f"{rule}|{about}|{at.isoformat()}",
            because=f"{NAME}: {rule} of {about}",
            people=people,
            rule=rule,
            values=dict(values),
        )


def accepted(event: ShiftAct, rule: str, values: Mapping[str, str], **result: str) -> AnswerAsked:
    because = f"{NAME}: {event.act} by {event.actor}"
    return AnswerAsked(event.request, because, True, rule, dict(values), result=result)


def refused(event: ShiftAct, rule: str, values: Mapping[str, str]) -> AnswerAsked:
    because = f"{NAME}: {event.act} by {event.actor or 'nobody'}: {rule}"
    return AnswerAsked(event.request, because, False, rule, dict(values))
