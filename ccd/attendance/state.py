"""What is held in memory of attendance, folded from its facts: of each shift that was judged a few bytes, and
of each person what their ledger is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from ccd.attendance.ledger import Ledger, month
from ccd.events import ShiftFact
from ccd.events import attendance as facts
from ccd.shifts.away import Away

__all__ = ["REMEMBERED", "AttendanceState", "Verdict", "digest"]

REMEMBERED = timedelta(days=facts.AttendanceFact.kept_days)
Judged = tuple[str, str]
"""Person, shift."""


class Verdict(NamedTuple):
    """The latest on a shift: enough to know whether the next one says anything new."""

    nth: int
    digest: bytes
    state: str
    seat: str
    pbx: str
    away: bool


def digest(fact: facts.AttendanceJudged) -> bytes:
    """Of what the verdict says; not of when, nor of the words of its evidence."""
    findings = [(one.kind, one.weight, one.seconds, one.began, one.ended) for one in fact.findings]
    times = fact.scheduled_s, fact.present_s, fact.missed_s, fact.away_s, fact.unknown_s
    said = (fact.state, fact.pbx, fact.seat, fact.starts, fact.ends, times, findings, fact.noted)
    return blake2b(msgspec.json.encode(said), digest_size=8).digest()


class AttendanceState:
    def __init__(self) -> None:
        self.verdicts: dict[date, dict[Judged, Verdict]] = {}
        self.outages: dict[str, facts.OutageExcused] = {}
        self.told: dict[date, dict[Judged, float]] = {}
        """Of who is late: the highest level, in minutes, that was told."""
        self.seen: dict[date, set[Judged]] = {}
        """Who signed out in the midst of a shift: they were there, so they are not late. Not from facts."""
        self.reading: dict[str, tuple[datetime, date, tuple[str, ...]]] = {}
        """Records that are being read: when that was asked, the day, whom. Not from facts."""
        self.complete: dict[date, str] = {}
        """Days of which every shift is judged, by the plan's version then. Not from facts."""
        self.late_news: dict[str, datetime] = {}
        """Of whom something was told late: since when. Not from facts."""
        self._facts: dict[str, dict[str, facts.AttendanceFact]] = {}
        self._unexcused: dict[str, datetime] = {}
        self._forgot: date | None = None

    # --- what is asked ------------------------------------------------------------------------------------

    def excused(self, person: str, pbx: str, since: datetime, until: datetime) -> tuple[Away, ...]:
        """Outages that are excused for all at once, as far as they touch this time and this PBX; where no PBX
        is named, any.
        """
        return tuple(
            Away(one.since, one.until, "outage", one.key)
            for one in self.outages.values()
            if one.since < until and since < one.until and (not pbx or one.pbx in ("all", pbx))
        )

    def ledger(self, person: str, of_month: str) -> Ledger:
        return month(self._facts.get(person, {}).values(), person, of_month)

    def permitted(self, person: str) -> tuple[facts.Permitted, ...]:
        return tuple(one for one in self.of(person) if isinstance(one, facts.Permitted))

    def of(self, person: str) -> Iterable[facts.AttendanceFact]:
        """What their ledger is made of, for as long as it is remembered."""
        return self._facts.get(person, {}).values()

    def everybody(self) -> Iterator[tuple[str, set[str]]]:
        """Whoever has anything in a ledger, with the months of it."""
        for person, known in self._facts.items():
            days = {fact.day for fact in known.values() if fact.day}
            yield person, {f"{day:%Y-%m}" for day in days}

    def being_read(self, at: datetime, patience: timedelta) -> set[tuple[str, date]]:
        """Asked for, and not so long ago that something must have gone wrong."""
        return {
            (person, day)
            for asked, day, people in self.reading.values()
            if at - asked < patience
            for person in people
        }

    # --- what has happened --------------------------------------------------------------------------------

    def fold(self, fact: ShiftFact) -> None:
        """Take in a fact of this policy; told twice it changes nothing."""
        assert isinstance(fact, facts.AttendanceFact)
        if isinstance(fact, facts.AttendanceJudged):
            self._judged(fact)
        elif isinstance(fact, facts.LateNoticed):
            assert fact.day is not None
            told = self.told.setdefault(fact.day, {})
            key = fact.person, fact.shift
            told[key] = max(told.get(key, 0.0), fact.minutes)
        elif isinstance(fact, facts.OutageExcused):
            if fact.outage not in self._unexcused:
                self.outages[fact.outage] = fact
        elif isinstance(fact, facts.OutageUnexcused):
            self._unexcused[fact.outage] = fact.at
            self.outages.pop(fact.outage, None)
        else:
            self._facts.setdefault(fact.person, {})[fact.key] = fact

    def _judged(self, fact: facts.AttendanceJudged) -> None:
        assert fact.day is not None
        of_day = self.verdicts.setdefault(fact.day, {})
        key = fact.person, fact.shift
        before = of_day.get(key)
        if before is not None and before.nth >= fact.count:
            return
        of_day[key] = Verdict(fact.count, digest(fact), fact.state, fact.seat, fact.pbx, away=fact.away_s > 0)
        if not fact.findings and (before is None or fact.person not in self._facts):
            return  # nothing that a ledger is made of
        mine = self._facts.setdefault(fact.person, {})
        for other in [one for one in mine.values() if isinstance(one, facts.AttendanceJudged)]:
            if (other.day, other.shift) == (fact.day, fact.shift):
                del mine[other.key]
        if fact.findings:
            mine[fact.key] = fact
        elif not mine:
            del self._facts[fact.person]

    def forget(self, at: datetime) -> None:
        """What is older than this month and the one before; looked for once a day."""
        if self._forgot == at.date():
            return
        self._forgot = at.date()
        oldest = (at - REMEMBERED).date()
        for by_day in (self.verdicts, self.told, self.seen, self.complete):
            for day in [day for day in by_day if day < oldest]:
                del by_day[day]
        for name in [name for name, one in self.outages.items() if one.until < at - REMEMBERED]:
            del self.outages[name]
        for name in [name for name, when in self._unexcused.items() if when < at - REMEMBERED]:
            del self._unexcused[name]
        for person, known in list(self._facts.items()):
            for key in [key for key, one in known.items() if (one.day or one.at.date()) < oldest]:
                del known[key]
            if not known:
                del self._facts[person]
