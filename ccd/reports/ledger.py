"""What was made, posted and sent, folded from the facts of reports."""

from __future__ import annotations

from collections.abc import Iterable

from ccd.events.reports import ReportMade, ReportPosted, ReportSent
from ccd.events.shifts import ShiftFact
from ccd.reports.periods import Period

__all__ = ["Ledger", "name_of"]


def name_of(made: ReportMade) -> str:
    return f"{made.kind}|{made.period}|{made.revision}"


class Ledger:
    """Facts told twice change nothing."""

    def __init__(self, facts: Iterable[ShiftFact] = ()) -> None:
        self._made: dict[str, ReportMade] = {}
        self._latest: dict[str, ReportMade] = {}
        self._posted: dict[str, ReportPosted] = {}
        self._sent: dict[tuple[str, str], ReportSent] = {}
        for fact in facts:
            self.take(fact)

    def take(self, fact: ShiftFact) -> None:
        if isinstance(fact, ReportMade):
            self._made[name_of(fact)] = fact
            latest = self._latest.get(fact.period)
            if latest is None or latest.revision <= fact.revision:
                self._latest[fact.period] = fact
        elif isinstance(fact, ReportPosted):
            self._posted[fact.mailing] = fact
        elif isinstance(fact, ReportSent):
            self._sent[fact.mailing, fact.address] = fact

    @property
    def latest(self) -> tuple[ReportMade, ...]:
        """Of each period the revision in force, by their last days."""
        return tuple(sorted(self._latest.values(), key=lambda made: (made.last, made.first)))

    def of(self, period: Period) -> ReportMade | None:
        """The revision in force."""
        return self._latest.get(period.name)

    def made(self, name: str) -> ReportMade | None:
        return self._made.get(name)

    def was_posted(self, period: Period) -> bool:
        """In any revision."""
        begin = f"{period.kind}|{period.name}|"
        return any(name.startswith(begin) for posted in self._posted.values() for name in posted.reports)

    def mailings_of(self, period: str) -> tuple[ReportPosted, ...]:
        return tuple(
            posted
            for posted in self._posted.values()
            if any(name.split("|")[1] == period for name in posted.reports)
        )

    def sent(self, mailing: str, address: str) -> ReportSent | None:
        return self._sent.get((mailing, address))

    def waiting(self) -> tuple[tuple[ReportPosted, str], ...]:
        """Mailings and the addresses that have not got them, in the order in which they were posted."""
        return tuple(
            (posted, address)
            for posted in self._posted.values()
            for address in (*posted.to, *posted.copies)
            if (posted.mailing, address) not in self._sent
        )
