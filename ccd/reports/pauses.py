"""Meals and breaks in a report (manual.md, "Meals" and "Attendance")."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ccd.config_meals import MealsSettings
from ccd.events.breaks import BreakEnded, BreakRefused, BreakWaived
from ccd.events.meals import MealEnded, MealExcused, MealRefused
from ccd.meals.windows import next_window
from ccd.reports.report import Column, Section
from ccd.reports.tally import Tally, tenths
from ccd.roster import Roster

__all__ = ["BreakFigures", "MealFigures", "MealsDue"]

_MEALS = (
    Column("taken"),
    Column("on_time"),
    Column("late"),
    Column("violations"),
    Column("unknown"),
    Column("excused"),
    Column("minutes", "minutes"),
    Column("average", "average", parts=("minutes", "taken")),
    Column("over_minutes", "minutes"),
    Column("refused"),
    Column("would_be_refused"),
    Column("not_taken"),
)
_BREAKS = (
    Column("taken"),
    Column("on_time"),
    Column("late"),
    Column("violations"),
    Column("unknown"),
    Column("excused"),
    Column("minutes", "minutes"),
    Column("average", "average", parts=("minutes", "taken")),
    Column("over_minutes", "minutes"),
    Column("refused"),
    Column("would_be_refused"),
    Column("productive"),
    Column("productive_minutes", "minutes"),
)
_LEVELS = {"ok": "on_time", "late": "late", "violation": "violations"}


class MealFigures:
    def __init__(self) -> None:
        self._tally = Tally("meals", _MEALS)

    def ended(self, facts: Iterable[MealEnded], excused: Iterable[MealExcused]) -> None:
        """All meals of a day together with what leads took back of them."""
        forgiven = {(fact.person, fact.began) for fact in excused}
        for fact in facts:
            level = _LEVELS.get(fact.level, "unknown")
            if (fact.person, fact.began) in forgiven:
                level = "excused"
            minutes = {"minutes": tenths(fact.seconds), "over_minutes": tenths(fact.over_s)}
            self._tally.came_from("MealEnded")
            self._tally.add(fact.person, {"taken": 1, level: 1, **minutes})
        self._tally.came_from("MealExcused", len(forgiven))

    def refused(self, fact: MealRefused) -> None:
        self._tally.came_from("MealRefused")
        self._tally.add(fact.person, {"refused" if fact.enforced else "would_be_refused": 1})

    def not_taken(self, person: str, count: int) -> None:
        self._tally.add(person, {"not_taken": count})

    def section(self, roster: Roster) -> Section:
        return self._tally.section(roster)


class BreakFigures:
    """Work of another kind, such as training, is told of beside the breaks, not among them."""

    def __init__(self) -> None:
        self._tally = Tally("breaks", _BREAKS)

    def ended(self, facts: Iterable[BreakEnded], waived: Iterable[BreakWaived]) -> None:
        """All breaks of a day together with the overstays that leads waived."""
        forgiven = {fact.of for fact in waived}
        for fact in facts:
            self._tally.came_from("BreakEnded")
            if fact.productive:
                amounts: dict[str, float] = {"productive": 1, "productive_minutes": tenths(fact.seconds)}
            else:
                level = "excused" if fact.of and fact.of in forgiven else _LEVELS.get(fact.level, "unknown")
                minutes = {"minutes": tenths(fact.seconds), "over_minutes": tenths(fact.over_s)}
                amounts = {"taken": 1, level: 1, **minutes}
            self._tally.add(fact.person, amounts)
        self._tally.came_from("BreakWaived", len(forgiven))

    def refused(self, fact: BreakRefused) -> None:
        self._tally.came_from("BreakRefused")
        self._tally.add(fact.person, {"refused" if fact.enforced else "would_be_refused": 1})

    def section(self, roster: Roster) -> Section:
        return self._tally.section(roster)


class MealsDue:
    """Which meals lie wholly within a shift: whoever worked it should have had them."""

    def __init__(self, settings: MealsSettings) -> None:
        self._settings = settings
        self._by_team = any(window.teams for window in settings.windows.values())
        self._known: dict[tuple[str, str, datetime, datetime], tuple[str, ...]] = {}

    def of(self, team: str, zone: str, starts: datetime, ends: datetime) -> tuple[str, ...]:
        key = (team if self._by_team else "", zone, starts, ends)
        if key not in self._known:
            self._known[key] = tuple(self._within(*key))
        return self._known[key]

    def _within(self, team: str, zone: str, starts: datetime, ends: datetime) -> Iterable[str]:
        at = starts - datetime.resolution
        while (window := next_window(self._settings, team, zone, at)) is not None and window.opens < ends:
            if window.closes <= ends:
                yield window.name
            at = window.opens
