"""A record that was read, indexed once, so that judging each of its shifts looks at little."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from ccd.attendance.spans import Span, Spans, clipped, minus, second, total, union
from ccd.events import RecordRead, Stay

__all__ = ["Record"]

OUT_OF_REACH = ("unavailable", "logged_off")
PhoneOf = Callable[[str, str], str | None]
Place = tuple[str, str]


class Record:
    """``phone_of``: the phone of a seat, by PBX and seat. What has not ended goes on to the record's end."""

    def __init__(self, read: RecordRead, phone_of: PhoneOf) -> None:
        self._end = second(read.until)
        self._phone_of = phone_of
        self._stays: dict[str, list[tuple[Span, Stay]]] = {}
        self._at: dict[Place, dict[str, list[Span]]] = {}
        for stay in sorted({*read.stays, *read.others}, key=_order):
            span = self._span(stay.arrived, stay.left)
            self._stays.setdefault(stay.person, []).append((span, stay))
            self._at.setdefault((stay.pbx, stay.seat), {}).setdefault(stay.person, []).append(span)
        self._shared: dict[Place, Spans] = {}
        blind: dict[str, list[Span]] = {}
        for each in read.blind:
            blind.setdefault(each.pbx, []).append(self._span(each.began, each.ended))
        self._blind = {pbx: union(spans) for pbx, spans in blind.items()}
        self._blind[""] = union(span for spans in blind.values() for span in spans)
        silent: dict[Place, list[Span]] = {}
        for doing in read.doings:
            if doing.state in OUT_OF_REACH:
                span = self._span(doing.began, doing.ended)
                silent.setdefault((doing.pbx, doing.interface), []).append(span)
        self._silent = {phone: union(spans) for phone, spans in silent.items()}

    def _span(self, began: datetime, ended: datetime | None) -> Span:
        return second(began), self._end if ended is None else min(second(ended), self._end)

    def stays(self, person: str, begin: int, end: int) -> list[tuple[Span, Stay]]:
        """With a moment between these two, each cut to it; by arrival."""
        return [
            ((max(low, begin), min(high, end)), stay)
            for (low, high), stay in self._stays.get(person, ())
            if max(low, begin) < min(high, end)
        ]

    def blind(self, pbx: str, begin: int, end: int) -> Spans:
        """Where no PBX is named it may be any, and whoever is judged has the good of it."""
        return clipped(self._blind.get(pbx, ()), begin, end)

    def out_of_reach(self, stay: Stay, span: Span) -> list[tuple[Span, int]]:
        """When the phone of this seat was unavailable or in no queue, with the seconds that are known and in
        which nobody else sat there: a phone that two share says nothing of either.
        """
        phone = self._phone_of(stay.pbx, stay.seat)
        silent = clipped(self._silent.get((stay.pbx, phone), ()), *span) if phone is not None else ()
        if not silent:
            return []
        place = stay.pbx, stay.seat
        if place not in self._shared:
            self._shared[place] = _of_two(self._at[place].values())
        known = minus(silent, self._blind.get(stay.pbx, ()))
        alone = minus(known, self._shared[place])
        return [(one, total(clipped(alone, *one))) for one in silent]


def _of_two(people: Iterable[list[Span]]) -> Spans:
    """When two people or more were there; each with their spans."""
    edges = sorted(
        edge for spans in people for begin, end in union(spans) for edge in ((begin, 1), (end, -1))
    )
    found: list[Span] = []
    here, since = 0, 0
    for at, step in edges:
        if here > 1:
            found.append((since, at))
        here, since = here + step, at
    return union(found)


def _order(stay: Stay) -> tuple[datetime, str, str, str]:
    return stay.arrived, stay.person, stay.pbx, stay.seat
