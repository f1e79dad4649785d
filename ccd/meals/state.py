"""What is held in memory of meals, folded from its facts.

A person is at one step at a time: waiting, their turn, granted, paused but still on a call (``held``), at a
meal. What was eaten is remembered while its window may still be open (``taken``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from ccd.events import ShiftFact
from ccd.events import meals as facts
from ccd.meals.counting import Bounds, Span

__all__ = ["REMEMBERED", "Grant", "Held", "Meal", "MealsState", "Place", "Taken", "Turn"]

REMEMBERED = timedelta(days=2)
"""As long as the facts are given back at the start (``ShiftFact.kept_days``)."""


@dataclass(frozen=True)
class Place:
    """On the waiting list of ``team``."""

    team: str
    window: str
    opens: datetime
    closes: datetime
    since: datetime
    day: date | None
    slot: Span | None
    """The part of the window that is their meal group's."""


@dataclass(frozen=True)
class Turn:
    """A place kept until ``until``; ``held_since``: a live call goes on, and it is kept till that ends."""

    window: str
    opens: datetime
    closes: datetime
    until: datetime
    waited_since: datetime
    day: date | None
    moved_s: float = 0.0
    held_since: datetime | None = None


@dataclass(frozen=True)
class Grant:
    window: str
    opens: datetime | None
    closes: datetime | None
    until: datetime
    by_rule: str
    day: date | None
    moved_s: float = 0.0


@dataclass(frozen=True)
class Held:
    """Paused for a meal, and still on a call since ``since``."""

    window: str
    opens: datetime | None
    closes: datetime | None
    since: datetime
    pbx: str
    seat: str
    interface: str
    asked: bool
    day: date | None
    moved_s: float


@dataclass(frozen=True)
class Meal:
    window: str
    opens: datetime | None
    closes: datetime | None
    began: datetime
    full_s: float
    pbx: str
    seat: str
    interface: str
    asked: bool
    day: date | None
    moved_s: float
    extra_s: float = 0.0
    blind: tuple[Span, ...] = ()
    level: str = ""
    """The furthest that was told: warned, told, late, violation."""

    @property
    def bounds(self) -> Bounds:
        moved, extra = timedelta(seconds=self.moved_s), timedelta(seconds=self.extra_s)
        return Bounds(self.began, timedelta(seconds=self.full_s), self.closes, moved, extra)


@dataclass(frozen=True)
class Taken:
    """A meal that is over."""

    window: str
    opens: datetime | None
    began: datetime
    ended: datetime
    level: str
    day: date | None
    excused: bool = False


@dataclass
class MealsState:
    """By the person's code. ``waiting`` stands in the order in which they asked."""

    waiting: dict[str, Place] = field(default_factory=dict)
    turns: dict[str, Turn] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)
    meals: dict[str, Meal] = field(default_factory=dict)
    taken: dict[str, tuple[Taken, ...]] = field(default_factory=dict)
    folded: dict[str, datetime] = field(default_factory=dict)
    """The keys of the facts that are in it: told again, one changes nothing."""

    def fold(self, fact: ShiftFact) -> None:
        """Take in a fact of this policy; told twice it changes nothing."""
        handler = _FOLD.get(type(fact))
        if handler is not None and fact.key not in self.folded:
            self.folded[fact.key] = fact.at
            handler(self, fact)

    def forget(self, at: datetime) -> None:
        """What no decision asks for any more."""
        before = at - REMEMBERED
        for key in [key for key, folded in self.folded.items() if folded < before]:
            del self.folded[key]
        for person, taken in list(self.taken.items()):
            kept = tuple(one for one in taken if one.ended >= before)
            if kept != taken:
                self.taken[person] = kept
            if not kept:
                del self.taken[person]

    def eaten(self, person: str, window: str, opens: datetime | None) -> int:
        """How many meals somebody has had in this window, the one under way among them."""
        under_way = self.meals.get(person)
        found = [(one.window, one.opens) for one in self.taken.get(person, ())]
        found += [(under_way.window, under_way.opens)] if under_way else []
        return found.count((window, opens))

    def _drop(self, person: str) -> None:
        for held in (self.waiting, self.turns, self.grants, self.held):
            held.pop(person, None)

    def _granted(self, fact: facts.MealGranted) -> None:
        self._drop(fact.person)
        self.grants[fact.person] = Grant(
            fact.window, fact.opens, fact.closes, fact.until, fact.by_rule, fact.day, fact.moved_s
        )

    def _queued(self, fact: facts.MealQueued) -> None:
        slot = None
        if fact.slot_opens is not None and fact.slot_closes is not None:
            slot = (fact.slot_opens, fact.slot_closes)
        place = Place(fact.team, fact.window, fact.opens, fact.closes, fact.at, fact.day, slot)
        self.waiting.setdefault(fact.person, place)

    def _turn(self, fact: facts.MealTurn) -> None:
        self._drop(fact.person)
        self.turns[fact.person] = Turn(
            fact.window, fact.opens, fact.closes, fact.until, fact.waited_since, fact.day
        )

    def _held(self, fact: facts.MealHeld) -> None:
        turn = self.turns.get(fact.person)
        if fact.what == "turn":
            if turn is not None:
                self.turns[fact.person] = replace(turn, held_since=fact.since)
            return
        self._drop(fact.person)
        self.held[fact.person] = Held(
            fact.window,
            fact.opens,
            fact.closes,
            fact.since,
            fact.pbx,
            fact.seat,
            fact.interface,
            fact.asked,
            fact.day,
            fact.before_s,
        )

    def _moved(self, fact: facts.MealMoved) -> None:
        turn, held = self.turns.get(fact.person), self.held.get(fact.person)
        if fact.what == "turn" and turn is not None and fact.until is not None:
            self.turns[fact.person] = replace(
                turn, held_since=None, until=fact.until, moved_s=turn.moved_s + fact.moved_s
            )
        elif fact.what == "pause" and held is not None:
            self.held[fact.person] = replace(held, moved_s=held.moved_s + fact.moved_s)

    def _place_ended(self, fact: facts.MealPlaceEnded) -> None:
        places: dict[str, dict[str, Any]] = {
            "waiting": self.waiting,
            "turn": self.turns,
            "grant": self.grants,
            "pause": self.held,
        }
        places.get(fact.what, {}).pop(fact.person, None)

    def _began(self, fact: facts.MealBegan) -> None:
        self._drop(fact.person)
        self.meals[fact.person] = Meal(
            fact.window,
            fact.opens,
            fact.closes,
            fact.at,
            fact.full_s or fact.allowed_s,
            fact.pbx,
            fact.seat,
            fact.interface,
            fact.asked,
            fact.day,
            fact.moved_s,
        )

    def _change(self, person: str, **fields: Any) -> None:
        if (meal := self.meals.get(person)) is not None:
            self.meals[person] = replace(meal, **fields)

    def _unseen(self, fact: facts.MealUnseen) -> None:
        if (meal := self.meals.get(fact.person)) is not None:
            self._change(fact.person, blind=(*meal.blind, (fact.since, fact.until)))

    def _extended(self, fact: facts.MealExtended) -> None:
        if (meal := self.meals.get(fact.person)) is not None:
            self._change(fact.person, extra_s=meal.extra_s + fact.minutes * 60, level="")

    def _overstayed(self, fact: facts.MealOverstayed) -> None:
        self._change(fact.person, level=fact.level)

    def _ended(self, fact: facts.MealEnded) -> None:
        meal = self.meals.pop(fact.person, None)
        opens = meal.opens if meal else None
        taken = Taken(fact.window, opens, fact.began, fact.at, fact.level, fact.day)
        self.taken[fact.person] = (*self.taken.get(fact.person, ()), taken)

    def _excused(self, fact: facts.MealExcused) -> None:
        self.taken[fact.person] = tuple(
            replace(one, excused=True) if one.began == fact.began else one
            for one in self.taken.get(fact.person, ())
        )


_FOLD: dict[type[ShiftFact], Callable[[MealsState, Any], None]] = {
    facts.MealBegan: MealsState._began,
    facts.MealEnded: MealsState._ended,
    facts.MealExcused: MealsState._excused,
    facts.MealExtended: MealsState._extended,
    facts.MealGranted: MealsState._granted,
    facts.MealHeld: MealsState._held,
    facts.MealMoved: MealsState._moved,
    facts.MealOverstayed: MealsState._overstayed,
    facts.MealPlaceEnded: MealsState._place_ended,
    facts.MealQueued: MealsState._queued,
    facts.MealTurn: MealsState._turn,
    facts.MealUnseen: MealsState._unseen,
}
