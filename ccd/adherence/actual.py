"""What somebody did, second by second, as far as the record tells.

A person works who is signed in at a seat whose phone is in no state in which nobody works. All times are
whole seconds: a moment counts as the second in which it lies, so that whatever is added up adds up exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from ccd.events import RecordRead

__all__ = ["ABSENT", "UNKNOWN", "WORKING", "Known", "Piece", "moment", "second"]

WORKING, ABSENT, UNKNOWN = "working", "absent", "unknown"
_ORDER = (WORKING, UNKNOWN, "paused", "unavailable", "logged_off")
"""Of several at a time the first holds: what is not known is never taken for a deviation."""

Span = tuple[int, int]
Place = tuple[str, str]


class Piece(NamedTuple):
    """``what``: working, paused (for ``reason``), unavailable, logged_off, absent or unknown."""

    since: int
    until: int
    what: str
    reason: str = ""


def second(at: datetime) -> int:
    """Since 1970."""
    return int(at.timestamp() // 1)


def moment(at: int) -> datetime:
    """Aware UTC."""
    return datetime.fromtimestamp(at, UTC)


class Known:
    """A record, laid out so that each person's part of it is found at once."""

    def __init__(self, record: RecordRead, interface_of: Callable[[str, str], str | None]) -> None:
        self.since, self.until = second(record.since), second(min(record.until, record.at))
        self._interface_of = interface_of
        self._stays: defaultdict[str, list[tuple[int, int, Place]]] = defaultdict(list)
        self._at: defaultdict[Place, list[tuple[int, int, str]]] = defaultdict(list)
        self._doings: defaultdict[Place, list[Piece]] = defaultdict(list)
        self._blind: defaultdict[str, list[Span]] = defaultdict(list)
        for stay in (*record.stays, *record.others):
            since, until = self._span(stay.arrived, stay.left)
            self._stays[stay.person].append((since, until, (stay.pbx, stay.seat)))
            self._at[stay.pbx, stay.seat].append((since, until, stay.person))
        for doing in record.doings:
            piece = Piece(*self._span(doing.began, doing.ended), doing.state, doing.reason)
            self._doings[doing.pbx, doing.interface].append(piece)
        for blind in record.blind:
            self._blind[blind.pbx].append(self._span(blind.began, blind.ended))

    def _span(self, began: datetime, ended: datetime | None) -> Span:
        since = second(began)
        return since, max(since, self.until if ended is None else second(ended))

    def did(self, person: str, pbx: str, since: int, until: int) -> list[Piece]:
        """Without gaps from one second to the other. ``pbx`` is that of the seat planned, for the time in
        which they are nowhere; empty: any.
        """
        stays = self._stays.get(person, [])
        edges = {since, until}
        for begin, end, place in stays:
            edges |= {begin, end}
            edges.update(_edges(self._doings[self._phone(place)]))
            edges.update(_edges(self._at[place]))
        for spans in self._blind.values():
            edges.update(_edges(spans))
        points = sorted(edge for edge in edges if since <= edge <= until)
        return [
            Piece(begin, end, *self._at_second(begin, person, pbx, stays)) for begin, end in pairwise(points)
        ]

    def _at_second(
        self, at: int, person: str, pbx: str, stays: list[tuple[int, int, Place]]
    ) -> tuple[str, str]:
        found = [self._at_seat(at, person, place) for begin, end, place in stays if begin <= at < end] or [
            (UNKNOWN, "") if self._is_blind(at, pbx) else (ABSENT, "")
        ]
        return min(found, key=_rank)

    def _at_seat(self, at: int, person: str, place: Place) -> tuple[str, str]:
        if self._is_blind(at, place[0]):
            return UNKNOWN, ""
        doings = [one for one in self._doings[self._phone(place)] if one.since <= at < one.until]
        if not doings:
            return WORKING, ""
        shared = any(begin <= at < end and other != person for begin, end, other in self._at[place])
        if shared:  # whose pause it is nobody can tell
            return UNKNOWN, ""
        return min(((one.what, one.reason) for one in doings), key=_rank)

    def _is_blind(self, at: int, pbx: str) -> bool:
        pbxs = (pbx,) if pbx else tuple(self._blind)
        return any(begin <= at < end for name in pbxs for begin, end in self._blind.get(name, ()))

    def _phone(self, place: Place) -> Place:
        return place[0], self._interface_of(*place) or ""


def _edges(spans: Iterable[tuple[int, int] | tuple[int, int, str] | Piece]) -> Iterable[int]:
    return (edge for span in spans for edge in span[:2])


def _rank(found: tuple[str, str]) -> tuple[int, str]:
    what, reason = found
    return (_ORDER.index(what) if what in _ORDER else len(_ORDER), reason)
