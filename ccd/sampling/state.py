"""What is held in memory of sampling, folded from its facts; and what is under way, which no fact has.

Everything else is read when it is needed: a day's population stays in the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from ccd.events import ShiftAct, ShiftFact
from ccd.events import sampling as facts

__all__ = ["Asked", "SamplingState", "Underway"]

PROBABILITY = "probability"
KEPT_DAYS = 40
"""Of volumes and commitments: as long as their facts."""
PICKS_DAYS = 3
Recording = tuple[str, str]
"""(pbx, recording)"""


class Asked(NamedTuple):
    """Of the store. ``waited`` as in ``ReadConversations``."""

    at: datetime
    waited: datetime | None = None


class Underway:
    """Known to this daemon alone: after a restart it is read again."""

    def __init__(self) -> None:
        self.seeds: dict[date, str] = {}
        self.seen: dict[date, set[str]] = {}
        """Day -> units told since the start: an answer may have been read before these were stored."""
        self.since: datetime | None = None
        """Up to here every conversation was given."""
        self.asked: dict[str, Asked] = {}
        self.unsettled = 0
        self.amiss: dict[Recording, tuple[str, datetime]] = {}
        """Recordings that cannot be heard: what is wrong, and since when it is known."""
        self.pending: dict[str, tuple[date, str]] = {}
        """Picks of closed days that cannot be heard: the day, and what is wrong."""
        self.requests: dict[str, ShiftAct] = {}
        """That wait for the population of a day."""
        self.forgot: date | None = None
        self.told: date | None = None
        """The day on which the QA manager was told last of what cannot be heard."""


class SamplingState:
    def __init__(self) -> None:
        self.commitments: dict[date, list[str]] = {}
        self.late: set[date] = set()
        """Days that had begun when the digest of their seed was published, or that of another one."""
        self.revealed: dict[date, str] = {}
        self.plans: dict[date, facts.DrawPlanned] = {}
        self.frozen: dict[date, facts.DayFrozen] = {}
        """The latest few days; of those before only ``volumes`` and ``closed``."""
        self.closed: set[date] = set()
        self.volumes: dict[str, dict[date, int]] = {}
        """Stratum -> eligible conversations of each day that is closed."""
        self.drawn: dict[str, facts.CallPicked] = {}
        self.extra: dict[str, facts.CallPicked] = {}
        self.unheard: dict[str, facts.PickUnheard] = {}
        self.marked: dict[str, datetime] = {}
        """Digits of a caller's number -> until when."""
        self.excluded: dict[str, facts.PersonExcluded] = {}
        self.wanted: dict[str, facts.CallWanted] = {}
        """Unit or call -> who asked for it."""
        self.underway = Underway()

    def fold(self, fact: ShiftFact) -> None:
        """Once or more often: the same."""
        handler = _FOLD.get(type(fact))
        if handler is not None:
            handler(self, fact)

    def open_days(self) -> list[date]:
        """Planned and not closed, the earliest first."""
        return sorted(day for day in self.plans if day not in self.closed)

    def picks_of(self, unit: str) -> Iterator[facts.CallPicked]:
        for picks in (self.drawn, self.extra):
            if unit in picks:
                yield picks[unit]

    def findings_of(self, day: date) -> set[str]:
        return {unit for unit, fact in self.unheard.items() if fact.day == day}

    def extras_of(self, day: date) -> tuple[Counter[str], Counter[str]]:
        """How many were picked by need that day, by reason and by person (of what is limited by person)."""
        kinds: Counter[str] = Counter()
        people: Counter[str] = Counter()
        for pick in self.extra.values():
            if pick.day == day:
                kinds[pick.reason] += 1
                people[pick.person] += pick.reason not in ("threat", "complaint", "asked")
        return kinds, people

    def forget(self, today: date, at: datetime) -> None:
        """Once a day: what is older than its facts are kept; it would not be there after a restart."""
        if self.underway.forgot == today:
            return
        self.underway.forgot = today
        old, old_picks = today - timedelta(days=KEPT_DAYS), today - timedelta(days=PICKS_DAYS)
        for dated in (self.commitments, self.revealed, self.plans):
            _drop(dated, [day for day in dated if day < old])
        self.closed = {day for day in self.closed if day >= old}
        self.late = {day for day in self.late if day >= old}
        for stratum, volumes in list(self.volumes.items()):
            _drop(volumes, [day for day in volumes if day < old])
            if not volumes:
                del self.volumes[stratum]
        _drop(self.frozen, [day for day in self.frozen if day < old_picks])
        open_days = set(self.open_days())
        for picks in (self.drawn, self.extra, self.unheard, self.wanted):
            _drop(picks, [unit for unit, one in picks.items() if _over(one.day, old_picks, open_days)])
        now = self.underway
        for kept in (now.seeds, now.seen):
            _drop(kept, [day for day in kept if _over(day, old_picks, open_days)])
        keeps = timedelta(days=PICKS_DAYS)
        _drop(self.marked, [number for number, until in self.marked.items() if until < at - keeps])
        _drop(now.requests, [key for key, act in now.requests.items() if act.at < at - timedelta(minutes=1)])
        _drop(now.amiss, [key for key, (_, since) in now.amiss.items() if since < at - keeps])


def _over(day: date | None, old: date, open_days: set[date]) -> bool:
    return day is None or (day < old and day not in open_days)


def _drop(known: dict[Any, Any], keys: list[Any]) -> None:
    for key in keys:
        del known[key]


def _committed(state: SamplingState, fact: facts.SeedCommitted) -> None:
    assert fact.day is not None
    digests = state.commitments.setdefault(fact.day, [])
    if fact.digest not in digests:
        digests.append(fact.digest)
    if fact.late:
        state.late.add(fact.day)


def _revealed(state: SamplingState, fact: facts.SeedRevealed) -> None:
    assert fact.day is not None
    state.revealed[fact.day] = fact.seed


def _planned(state: SamplingState, fact: facts.DrawPlanned) -> None:
    assert fact.day is not None
    state.plans.setdefault(fact.day, fact)


def _frozen(state: SamplingState, fact: facts.DayFrozen) -> None:
    assert fact.day is not None
    state.closed.add(fact.day)
    state.frozen[fact.day] = fact
    for stratum, (_, eligible, _, _) in fact.strata.items():
        if eligible:
            state.volumes.setdefault(stratum, {})[fact.day] = eligible


def _picked(state: SamplingState, fact: facts.CallPicked) -> None:
    picks = state.drawn if fact.sample == PROBABILITY else state.extra
    picks.setdefault(fact.unit, fact)


def _unheard(state: SamplingState, fact: facts.PickUnheard) -> None:
    state.unheard.setdefault(fact.unit, fact)


def _marked(state: SamplingState, fact: facts.CallerMarked) -> None:
    if fact.until is None:
        state.marked.pop(fact.number, None)
    else:
        state.marked[fact.number] = fact.until


def _excluded(state: SamplingState, fact: facts.PersonExcluded) -> None:
    if fact.excluded:
        state.excluded[fact.person] = fact
    else:
        state.excluded.pop(fact.person, None)


def _wanted(state: SamplingState, fact: facts.CallWanted) -> None:
    state.wanted[fact.wanted] = fact


_FOLD: dict[type[ShiftFact], Callable[[SamplingState, Any], None]] = {
    facts.CallPicked: _picked,
    facts.CallWanted: _wanted,
    facts.CallerMarked: _marked,
    facts.DayFrozen: _frozen,
    facts.DrawPlanned: _planned,
    facts.PersonExcluded: _excluded,
    facts.PickUnheard: _unheard,
    facts.SeedCommitted: _committed,
    facts.SeedRevealed: _revealed,
}
