"""What is held in memory of handover, folded from its facts; what is old is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ccd.events import ShiftFact
from ccd.events import handover as facts
from ccd.handover.seats import BoundaryId, Place, SeatPlan, ShiftId, person_id

__all__ = ["HandoverState", "Looking", "boundary_of", "shift_of"]

REMEMBERED = timedelta(days=facts.REMEMBERED_DAYS)
BULLETINS = timedelta(days=facts.BULLETIN_DAYS)


class Ended(NamedTuple):
    """A hold that is over. ``entries``: the keys of the ledger's entries and their seconds."""

    fact: facts.HoldEnded
    entries: dict[str, float]

    @property
    def held_s(self) -> float:
        return sum(self.entries.values())

    @property
    def ended(self) -> datetime:
        return self.fact.began + timedelta(seconds=self.held_s)


class Looking:
    """What is remembered between two looks and is no fact: after a restart it is found out again."""

    def __init__(self) -> None:
        self.planned: SeatPlan | None = None
        self.began: datetime | None = None
        """When this daemon started."""
        self.looked: datetime | None = None
        """The last look at everything there is to judge."""
        self.again = True
        """Whether the next look judges anew what has its verdict already."""
        self.stale: set[BoundaryId] = set()
        """Something has become known about these since they were judged."""
        self.asked: dict[str, tuple[datetime, frozenset[BoundaryId]]] = {}
        """Records that are being read, by their key."""


def shift_of(fact: ShiftFact) -> ShiftId:
    return fact.pbx, fact.seat, fact.day.isoformat() if fact.day else "", str(getattr(fact, "shift", ""))


def boundary_of(fact: facts.HandoverJudged | facts.VerdictExcused | facts.VerdictWithdrawn) -> BoundaryId:
    if isinstance(fact, facts.HandoverJudged):
        return (*shift_of(fact), "start" if fact.incoming else "end")
    return (*shift_of(fact), fact.side)


def hold_of(fact: facts.HoldBegan | facts.HoldEnded | facts.HeldAway) -> str:
    return person_id(shift_of(fact), fact.person)


class HandoverState:
    def __init__(self) -> None:
        self.looking = Looking()
        self.began: datetime | None = None
        """Before the first start of all nothing is known."""
        self.holds: dict[str, facts.HoldBegan] = {}
        self.ended: dict[str, Ended] = {}
        self.away: dict[str, facts.HeldAway] = {}
        """Hold and what happened at its phone -> the latest."""
        self.came: dict[ShiftId, facts.ReliefLate | facts.ReliefLeft] = {}
        """Shifts whose relief was at the seat, wherever they are now."""
        self.released: dict[ShiftId, facts.Released] = {}
        self.named: dict[ShiftId, facts.ReliefNamed] = {}
        self.ill: dict[tuple[str, str, str], datetime] = {}
        """(pbx, seat, person) -> when they left ill."""
        self.missed: dict[ShiftId, facts.ReliefMissing] = {}
        self.on_leave: dict[ShiftId, facts.ReliefOnLeave] = {}
        self.entries: dict[ShiftId, dict[str, facts.LogWritten]] = {}
        """Entries of a log, by their keys, as they were written."""
        self.signed: dict[ShiftId, dict[str, datetime]] = {}
        """Person -> when they signed first."""
        self.items: dict[str, facts.ItemOpened] = {}
        """Those that are open."""
        self.closed: dict[str, datetime] = {}
        """Those that were closed lately: told again, they stay so."""
        self.item_number = 0
        self.opened: dict[ShiftId, datetime] = {}
        """When the first problem of a shift was opened: its unsolved problems are written by that."""
        self.bulletins: dict[str, facts.BulletinPosted] = {}
        self.read: dict[tuple[str, str], datetime] = {}
        """(bulletin, person)"""
        self.verdicts: dict[BoundaryId, facts.HandoverJudged] = {}
        self.excused: dict[BoundaryId, facts.VerdictExcused] = {}

    def fold(self, fact: ShiftFact) -> None:
        """Take in a fact of this policy; told twice it changes nothing."""
        handler = _FOLD.get(type(fact))
        if handler is not None:
            handler(self, fact)

    def forget(self, at: datetime) -> None:
        """What nothing is asked of any more."""
        before = at - REMEMBERED
        for known in (self.released, self.named, self.missed, self.on_leave, self.came, self.away):
            _forget(known, lambda fact: fact.at < before)
        for judged in (self.verdicts, self.excused):
            _forget(judged, lambda fact: fact.at < before)
        _forget(self.ended, lambda one: one.fact.at < before)
        _forget(self.ill, lambda since: since < before)
        _forget(self.opened, lambda since: since < before)
        _forget(self.closed, lambda since: since < before)
        _forget(self.entries, lambda mine: all(one.at < before for one in mine.values()))
        _forget(self.signed, lambda mine: all(since < before for since in mine.values()))
        _forget(self.bulletins, lambda fact: fact.at < at - BULLETINS)
        _forget(self.read, lambda since: since < at - BULLETINS)

    def holds_at(self, place: Place) -> list[facts.HoldBegan]:
        return [one for one in self.holds.values() if (one.pbx, one.seat) == place]

    # --- each fact ----------------------------------------------------------------------------------------

    def _first(self, fact: Any) -> None:
        if self.began is None or fact.at < self.began:
            self.began = fact.at

    def _hold_began(self, fact: Any) -> None:
        if hold_of(fact) not in self.ended:
            self.holds.setdefault(hold_of(fact), fact)

    def _hold_ended(self, fact: Any) -> None:
        hold = hold_of(fact)
        self.holds.pop(hold, None)
        self.ended.setdefault(hold, Ended(fact, {})).entries[fact.key] = fact.held_s

    def _ill(self, fact: Any) -> None:
        self.ill[fact.pbx, fact.seat, fact.person] = fact.at

    def _away(self, fact: Any) -> None:
        self.away[f"{hold_of(fact)}|{fact.what}"] = fact

    def _written(self, fact: Any) -> None:
        self.entries.setdefault(shift_of(fact), {})[fact.key] = fact

    def _signed(self, fact: Any) -> None:
        self.signed.setdefault(shift_of(fact), {}).setdefault(fact.person, fact.at)

    def _item_opened(self, fact: Any) -> None:
        self.item_number = max(self.item_number, int(fact.item) if fact.item.isdigit() else 0)
        if fact.item not in self.closed:
            self.items[fact.item] = fact
        if fact.shift:
            self.opened.setdefault(shift_of(fact), fact.at)

    def _item_closed(self, fact: Any) -> None:
        self.items.pop(fact.item, None)
        self.closed[fact.item] = fact.at

    def _posted(self, fact: Any) -> None:
        self.bulletins.setdefault(fact.bulletin, fact)

    def _read(self, fact: Any) -> None:
        self.read.setdefault((fact.bulletin, fact.person), fact.at)

    def _judged(self, fact: Any) -> None:
        self.verdicts[boundary_of(fact)] = fact

    def _excused(self, fact: Any) -> None:
        self.excused[boundary_of(fact)] = fact

    def _withdrawn(self, fact: Any) -> None:
        known = self.verdicts.get(boundary_of(fact))
        if known is not None and known.at <= fact.at:
            del self.verdicts[boundary_of(fact)]


def _forget(known: dict[Any, Any], old: Callable[[Any], bool]) -> None:
    for key in [key for key, value in known.items() if old(value)]:
        del known[key]


def _kept(name: str) -> Callable[[HandoverState, Any], None]:
    """The latest fact about a shift."""

    def keep(state: HandoverState, fact: Any) -> None:
        getattr(state, name)[shift_of(fact)] = fact

    return keep


_FOLD: dict[type[ShiftFact], Callable[[HandoverState, Any], None]] = {
    facts.HandoversBegan: HandoverState._first,
    facts.HoldBegan: HandoverState._hold_began,
    facts.HoldEnded: HandoverState._hold_ended,
    facts.HeldAway: HandoverState._away,
    facts.Released: _kept("released"),
    facts.ReliefNamed: _kept("named"),
    facts.ReliefMissing: _kept("missed"),
    facts.ReliefOnLeave: _kept("on_leave"),
    facts.ReliefLate: _kept("came"),
    facts.ReliefLeft: _kept("came"),
    facts.LeftIll: HandoverState._ill,
    facts.LogWritten: HandoverState._written,
    facts.LogSigned: HandoverState._signed,
    facts.ItemOpened: HandoverState._item_opened,
    facts.ItemClosed: HandoverState._item_closed,
    facts.BulletinPosted: HandoverState._posted,
    facts.BulletinRead: HandoverState._read,
    facts.HandoverJudged: HandoverState._judged,
    facts.VerdictExcused: HandoverState._excused,
    facts.VerdictWithdrawn: HandoverState._withdrawn,
}
