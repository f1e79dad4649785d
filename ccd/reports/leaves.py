"""Leave and swaps in a report (manual.md, "Leave and swaps")."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ccd.events.leave import LeaveApproved, LeaveFact, LeaveRefused
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
    Column("refused"),
)


class LeaveFigures:
    """``facts``: those of leave that may still matter, in their order; of a request the latest counts.

    A day of leave is one on which a shift of the person's was to begin in it; where they have none in the
    plan, each local day that it touches.
    """

    def __init__(self, facts: Iterable[LeaveFact], period: Period, zone: str) -> None:
        self._period = period
        self._zone = ZoneInfo(zone)
        self._since, self._until = span(period, zone)
        self._approved: dict[str, LeaveApproved] = {}
        self._refused: list[LeaveRefused] = []
        self._by_person: dict[str, list[LeaveApproved]] = {}
        self._days: dict[str, set[date]] = {}
        for fact in facts:
            self._take(fact)
        for approved in self._approved.values():
            self._by_person.setdefault(approved.person, []).append(approved)

    def _take(self, fact: LeaveFact) -> None:
        if isinstance(fact, LeaveApproved):
            if fact.since < self._until and self._since < fact.until:
                self._approved[fact.request] = fact
            else:
                self._approved.pop(fact.request, None)
        elif isinstance(fact, LeaveRefused):
            self._approved.pop(fact.request, None)
            if self._since <= fact.at < self._until:
                self._refused.append(fact)

    def planned(self, person: str, day: date, starts: datetime, ends: datetime) -> None:
        for leave in self._by_person.get(person, ()):
            if leave.since < ends and starts < leave.until:
                self._days.setdefault(leave.request, set()).add(day)

    def _days_of(self, leave: LeaveApproved) -> int:
        if leave.request in self._days:
            return len(self._days[leave.request])
        first = max(leave.since.astimezone(self._zone).date(), self._period.first)
        last_moment = leave.until - timedelta(microseconds=1)
        last = min(last_moment.astimezone(self._zone).date(), self._period.last)
        return max((last - first).days + 1, 0)

    def section(self, roster: Roster) -> Section:
        tally = Tally("leave", _COLUMNS)
        for leave in self._approved.values():
            days = self._days_of(leave)
            kind = leave.kind if leave.kind in KINDS else "other"
            tally.came_from("LeaveApproved")
            tally.add(leave.person, {"approved": 1, "leave_days": days, f"{kind}_days": days})
        for refused in self._refused:
            tally.came_from("LeaveRefused")
            tally.add(refused.person, {"refused": 1})
        return tally.section(roster)

    def listed(self, roster: Roster) -> Listing:
        rows = tuple(
            {
                **whom(leave.person, roster),
                "kind": leave.kind,
                "since": self._local(leave.since),
                "until": self._local(leave.until),
                "days": self._days_of(leave),
            }
            for leave in sorted(self._approved.values(), key=lambda each: (each.since, each.person))
        )
        columns = (Column("kind", "code"), Column("since", "text"), Column("until", "text"))
        return Listing("leaves", (*WHOM, *columns, Column("days", "days")), rows)

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M}"
