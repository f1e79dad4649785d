"""Leave and swaps in a report (manual.md, "Leave and swaps")."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from ccd.events.leave import (
    LeaveApproved,
    LeaveFact,
    LeaveRefused,
    LeaveReturned,
    LeaveWithdrawn,
    SwapApproved,
    SwapRefused,
    SwapWithdrawn,
)
from ccd.reports.attendance import WHOM, whom
from ccd.reports.periods import Period, span
from ccd.reports.report import Column, Listing, Section
from ccd.reports.tally import Tally
from ccd.roster import Roster

__all__ = ["LeaveFigures"]

KINDS = ("personal", "sick", "trip", "study", "other")
_COLUMNS = (
    Column("approved"),
    Column("leave_days", "days"),
    *(Column(f"{kind}_days", "days") for kind in KINDS),
    Column("swaps"),
    Column("refused"),
)


class LeaveFigures:
    """``facts``: those of leave that may still matter, in their order; of a request the latest counts.

    Days of leave are those that its fact tells by the plan; where it tells none, those on which a shift of
    the person's was to begin in it, else each local day that it touches.
    """

    def __init__(self, facts: Iterable[LeaveFact], period: Period, zone: str) -> None:
        self._period = period
        self._zone = ZoneInfo(zone)
        self._since, self._until = span(period, zone)
        self._approved: dict[str, LeaveApproved] = {}
        self._swaps: dict[str, SwapApproved] = {}
        self._refused: list[LeaveRefused | SwapRefused] = []
        self._by_person: dict[str, list[LeaveApproved]] = {}
        self._days: dict[str, set[date]] = {}
        for fact in facts:
            self._take(fact)
        self._in_period()
        for approved in self._approved.values():
            self._by_person.setdefault(approved.person, []).append(approved)

    def _take(self, fact: LeaveFact) -> None:
        if isinstance(fact, LeaveApproved):
            self._approved[fact.request] = fact
        elif isinstance(fact, SwapApproved):
            self._swaps[fact.request] = fact
        elif isinstance(fact, LeaveReturned):
            if (known := self._approved.get(fact.request)) is not None:
                until = max(min(known.until, fact.until), known.since)
                self._approved[fact.request] = msgspec.structs.replace(known, until=until, used=fact.used)
        elif isinstance(fact, LeaveRefused | SwapRefused) and self._since <= fact.at < self._until:
            self._refused.append(fact)
        if isinstance(fact, LeaveRefused | LeaveWithdrawn | SwapRefused | SwapWithdrawn):
            self._approved.pop(fact.request, None)
            self._swaps.pop(fact.request, None)

    def _in_period(self) -> None:
        """Everything was told: forget what is of other times."""
        self._approved = {
            name: leave
            for name, leave in self._approved.items()
            if leave.since < self._until and self._since < leave.until
        }
        self._swaps = {
            name: swap
            for name, swap in self._swaps.items()
            if any(self._period.first <= move.day <= self._period.last for move in swap.moves)
        }

    def planned(self, person: str, day: date, starts: datetime, ends: datetime) -> None:
        for leave in self._by_person.get(person, ()):
            if leave.since < ends and starts < leave.until:
                self._days.setdefault(leave.request, set()).add(day)

    def _days_of(self, leave: LeaveApproved) -> int:
        """In tenths of a day: part of a shift is part of a day."""
        if leave.used:
            mine = [each for each in leave.used if self._period.first <= each.day <= self._period.last]
            return round(sum(each.away_s / each.planned_s * 10 for each in mine if each.planned_s))
        if leave.request in self._days:
            return len(self._days[leave.request]) * 10
        first = max(leave.since.astimezone(self._zone).date(), self._period.first)
        last_moment = leave.until - timedelta(microseconds=1)
        last = min(last_moment.astimezone(self._zone).date(), self._period.last)
        return max((last - first).days + 1, 0) * 10

    def section(self, roster: Roster) -> Section:
        tally = Tally("leave", _COLUMNS)
        for leave in self._approved.values():
            days = self._days_of(leave)
            kind = leave.kind if leave.kind in KINDS else "other"
            tally.came_from("LeaveApproved")
            tally.add(leave.person, {"approved": 1, "leave_days": days, f"{kind}_days": days})
        for refused in self._refused:
            tally.came_from(type(refused).__name__)
            tally.add(refused.person, {"refused": 1})
        for swap in self._swaps.values():
            tally.came_from("SwapApproved")
            for person in (swap.person, swap.partner):
                tally.add(person, {"swaps": 1})
        return tally.section(roster)

    def listed(self, roster: Roster) -> Listing:
        rows = tuple(
            {
                **whom(leave.person, roster),
                "kind": leave.kind,
                "since": self._local(leave.since),
                "until": self._local(leave.until),
                "days": self._days_of(leave) / 10,
            }
            for leave in sorted(self._approved.values(), key=lambda each: (each.since, each.person))
        )
        columns = (Column("kind", "code"), Column("since", "text"), Column("until", "text"))
        return Listing("leaves", (*WHOM, *columns, Column("days", "days")), rows)

    def swaps(self, roster: Roster) -> Listing:
        rows = tuple(
            {
                **whom(swap.person, roster),
                "partner": " ".join(str(value) for value in list(whom(swap.partner, roster).values())[:2]),
                "since": str(min(move.day for move in swap.moves)),
                "until": str(max(move.day for move in swap.moves)),
            }
            for swap in self._swaps.values()
        )
        columns = (Column(name, "text") for name in ("partner", "since", "until"))
        return Listing("swaps", (*WHOM, *columns), rows)

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M}"
