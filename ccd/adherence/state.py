"""What is held in memory of adherence, folded from its facts and from those of meals and breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from ccd.events import ShiftFact
from ccd.events.adherence import (
    AdherenceJudged,
    ExceptionAdded,
    ExceptionRemoved,
    Grant,
    SevereDeviation,
    SevereDeviationEnded,
)
from ccd.events.breaks import BreakBegan, BreakEnded, BreakExtended, BreakWaived
from ccd.events.meals import MealBegan, MealEnded, MealExcused, MealExtended
from ccd.shifts.away import Away

__all__ = ["AdherenceState", "Judged", "ShiftKey"]

EXCEPTIONS_FOR = timedelta(days=65)
GRANTS_FOR = timedelta(days=3)
JUDGED_FOR = timedelta(days=32)
ShiftKey = tuple[str, date, str]
"""Person, day, shift."""


class Judged(NamedTuple):
    """The last verdict on a shift, as far as the next is held against it."""

    ends: datetime
    seconds: tuple[float, ...]
    level: str
    grants: tuple[Grant, ...]


class AdherenceState:
    HEARS = (
        *(BreakBegan, BreakEnded, BreakExtended, BreakWaived),
        *(MealBegan, MealEnded, MealExcused, MealExtended),
    )
    """Facts of other policies that are folded in, too."""

    def __init__(self) -> None:
        self.judged: dict[ShiftKey, Judged] = {}
        self.exceptions: dict[str, ExceptionAdded] = {}
        """By name; those that hold."""
        self.named: dict[str, datetime] = {}
        """Every name given, also of those that hold no more: none is given twice."""
        self.severe: dict[str, SevereDeviation] = {}
        """By person; those that last."""
        self.gone_since: dict[str, datetime] = {}
        """Who was on duty and nowhere at the last look, or has left since. Begins anew with the daemon."""
        self.asked: dict[ShiftKey, datetime] = {}
        """Shifts whose record was asked for by us since the start, and when they end."""
        self._grants: dict[str, dict[str, Grant]] = {}
        self._extended: dict[str, datetime] = {}

    def fold(self, fact: ShiftFact) -> None:
        """Take in a fact of this policy, or one that it ``HEARS``; told twice it changes nothing."""
        match fact:
            case AdherenceJudged(day=date() as day):
                key = (fact.person, day, fact.shift)
                if fact.void:
                    self.judged.pop(key, None)
                else:
                    self.judged[key] = Judged(fact.ends, seconds_of(fact), fact.level, fact.grants)
            case ExceptionAdded():
                if fact.exception not in self.named:
                    self.exceptions[fact.exception] = fact
                self.named[fact.exception] = fact.at
            case ExceptionRemoved():
                self.exceptions.pop(fact.exception, None)
                self.named.setdefault(fact.exception, fact.at)
            case SevereDeviation():
                self.severe[fact.person] = fact
            case SevereDeviationEnded():
                if (known := self.severe.get(fact.person)) is not None and known.began <= fact.began:
                    del self.severe[fact.person]
            case _:
                self._hear(fact)

    def _hear(self, fact: ShiftFact) -> None:
        mine = self._grants.setdefault(fact.person, {})
        match fact:
            case MealBegan():
                mine.setdefault(_meal(fact.at), _begun("", fact.at, fact.allowed_s))
            case BreakBegan() if fact.allowed_s is not None:
                mine.setdefault(fact.key, _begun(fact.reason, fact.at, fact.allowed_s, fact.productive))
            case MealExtended() | BreakExtended() if fact.key not in self._extended:
                self._extended[fact.key] = fact.at
                of = fact.of if isinstance(fact, BreakExtended) else ""
                for key, one in mine.items():
                    if one.ended is None and (key == of if of else one.reason == ""):
                        more = timedelta(minutes=fact.minutes)
                        mine[key] = msgspec.structs.replace(one, until=one.until + more)
            case MealEnded():
                mine[_meal(fact.began)] = _ended("", fact)
            case BreakEnded() if fact.allowed_s is not None:
                mine[fact.of or _meal(fact.began)] = _ended(fact.reason, fact, fact.productive)
            case MealExcused() | BreakWaived():
                key = fact.of if isinstance(fact, BreakWaived) else _meal(fact.began)
                if (known := mine.get(key)) is not None and known.ended is not None:
                    mine[key] = msgspec.structs.replace(known, until=known.ended)
            case _:
                pass

    # --- what is asked ------------------------------------------------------------------------------------

    def grants(self, person: str, since: datetime, until: datetime) -> tuple[Grant, ...]:
        """Pauses that meals and breaks have looked at, as far as they touch this time and are remembered."""
        return tuple(
            one
            for one in self._grants.get(person, {}).values()
            if one.began < until and (one.ended is None or one.ended > since)
        )

    def began(self, person: str, break_: str) -> datetime | None:
        """When a break (the key of its beginning) began; None where that is not remembered."""
        known = self._grants.get(person, {}).get(break_)
        return known.began if known is not None else None

    def excepted(self, person: str, since: datetime, until: datetime) -> tuple[Away, ...]:
        return tuple(
            Away(one.since, one.until, "exception", one.exception)
            for one in self.exceptions.values()
            if one.person == person and one.since < until and since < one.until
        )

    def new_name(self, day: date) -> str:
        """X-260302-1, the next of that day."""
        start = f"X-{day:%y%m%d}-"
        numbers = [int(name.removeprefix(start)) for name in self.named if name.startswith(start)]
        return f"{start}{max(numbers, default=0) + 1}"

    def judged_on(self, day: date) -> Iterator[ShiftKey]:
        return (key for key in self.judged if key[1] == day)

    def forget(self, at: datetime) -> None:
        """What is too old to matter."""
        self.judged = {key: one for key, one in self.judged.items() if one.ends > at - JUDGED_FOR}
        self.asked = {key: ends for key, ends in self.asked.items() if ends > at - GRANTS_FOR}
        self.exceptions = {n: one for n, one in self.exceptions.items() if one.until > at - EXCEPTIONS_FOR}
        self.named = {
            name: when
            for name, when in self.named.items()
            if when > at - EXCEPTIONS_FOR or name in self.exceptions
        }
        self._extended = {key: when for key, when in self._extended.items() if when > at - GRANTS_FOR}
        for person, mine in list(self._grants.items()):
            kept = {key: one for key, one in mine.items() if one.began > at - GRANTS_FOR}
            if kept:
                self._grants[person] = kept
            else:
                del self._grants[person]


def seconds_of(fact: AdherenceJudged) -> tuple[float, ...]:
    """Scheduled, adherent, out, ignored, unknown, unscheduled, worked."""
    sums = (fact.scheduled_s, fact.adherent_s, fact.out_s, fact.ignored_s, fact.unknown_s)
    return (*sums, fact.unscheduled_s, fact.worked_s)


def _meal(began: datetime) -> str:
    return began.isoformat()


def _begun(reason: str, began: datetime, allowed_s: float, productive: bool = False) -> Grant:
    return Grant(reason, began, began + timedelta(seconds=allowed_s), None, productive)


def _ended(reason: str, fact: MealEnded | BreakEnded, productive: bool = False) -> Grant:
    """Over the allowance only as far as its own policy says so."""
    right = max(fact.at - timedelta(seconds=fact.over_s), fact.began)
    return Grant(reason, fact.began, right, fact.at, productive)
