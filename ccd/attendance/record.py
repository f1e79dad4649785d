"""A record that was read, indexed once, so that judging each of its shifts looks at little."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ccd.attendance.spans import Span, Spans, clipped, minus, second, union
from ccd.events import RecordRead, Stay

__all__ = ["Record"]

OUT_OF_REACH = ("unavailable", "logged_off")
PhoneOf = Callable[[str, str], str | None]


class Record:
    """``phone_of``: the phone of a seat, by PBX and seat. What has not ended goes on to the record's end."""

    def __init__(self, read: RecordRead, phone_of: PhoneOf) -> None:
        self._until = read.until
        self._phone_of = phone_of
        self._stays: dict[str, list[Stay]] = {}
        self._at: dict[tuple[str, str], list[Stay]] = {}
        for stay in sorted({*read.stays, *read.others}, key=_order):
            self._stays.setdefault(stay.person, []).append(stay)
            self._at.setdefault((stay.pbx, stay.seat), []).append(stay)
        blind: dict[str, list[Span]] = {}
        for each in read.blind:
            blind.setdefault(each.pbx, []).append(self.span(each.began, each.ended))
        self._blind = {pbx: union(spans) for pbx, spans in blind.items()}
        self._blind[""] = union(span for spans in blind.values() for span in spans)
        silent: dict[tuple[str, str], list[Span]] = {}
        for doing in read.doings:
            if doing.state in OUT_OF_REACH:
                span = self.span(doing.began, doing.ended)
                silent.setdefault((doing.pbx, doing.interface), []).append(span)
        self._silent = {phone: union(spans) for phone, spans in silent.items()}

    def span(self, began: datetime, ended: datetime | None) -> Span:
        return second(began), second(self._until if ended is None else min(ended, self._until))

    def stays(self, person: str, begin: int, end: int) -> list[tuple[Span, Stay]]:
        """With a moment between these two, each cut to it; by arrival."""
        found = []
        for stay in self._stays.get(person, ()):
            low, high = self.span(stay.arrived, stay.left)
            if max(low, begin) < min(high, end):
                found.append(((max(low, begin), min(high, end)), stay))
        return found

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
        shared = union(
            self.span(one.arrived, one.left)
            for one in self._at[stay.pbx, stay.seat]
            if one.person != stay.person
        )
        cut = union((*shared, *self._blind.get(stay.pbx, ())))
        return [(one, sum(high - low for low, high in minus((one,), cut))) for one in silent]


def _order(stay: Stay) -> tuple[datetime, str, str, str]:
    return stay.arrived, stay.person, stay.pbx, stay.seat
