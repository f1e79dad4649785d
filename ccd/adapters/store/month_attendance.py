"""What a month's attendance is counted of: its ledger, verdicts as corrected, without what was waived.

Each row of the month is read once, a few days at a time; between them, and between some people, others have
their turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.schema import SHIFT_EVENT
from ccd.assessment.months import days_of
from ccd.attendance.ledger import Entry, Ledger, month
from ccd.events import ShiftFact
from ccd.events.attendance import AbsenceProposed, AttendanceFact
from ccd.events.shift_facts import SHIFT_FACTS, shift_fact

__all__ = ["attendance"]

FEW = 50
"""People that are asked for by name; of more everything is read, and theirs taken: naming them costs more."""
DAYS_AT_ONCE = 4
COUNTED_AT_ONCE = 50
NO_FINDINGS = '%"findings":[]%'
WORKED = ("present", "absent")


class _Judged(msgspec.Struct, gc=False):
    """As much of a verdict as is needed of one without findings."""

    day: str
    shift: str
    state: str
    count: int = 1


_judged = msgspec.json.Decoder(_Judged).decode
_EVENTS = tuple(
    kind.__name__
    for kind in SHIFT_FACTS
    if issubclass(kind, AttendanceFact) and kind.__name__ != "LateNoticed"
)


class _Known:
    """Of one person. ``plain``: the latest verdict without findings on each shift; ``facts``: all others."""

    __slots__ = ("facts", "plain")

    def __init__(self) -> None:
        self.plain: dict[tuple[str, str], _Judged] = {}
        self.facts: list[ShiftFact] = []

    def take(self, data: str, *, plain: bool) -> None:
        if not plain:
            self.facts.append(shift_fact(data))
            return
        one = _judged(data)
        before = self.plain.get((one.day, one.shift))
        if before is None or one.count > before.count:
            self.plain[one.day, one.shift] = one


async def attendance(
    connection: AsyncConnection, of_month: str, people: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Person -> how many shifts were judged, and how many findings of each weight.

    Most verdicts have no findings: of those only the shift is needed, unless there is another of that shift.
    """
    s = SHIFT_EVENT.c
    asked = select(s.person, s.data, s.data.like(NO_FINDINGS)).where(s.event.in_(_EVENTS))
    if len(people) <= FEW:
        asked = asked.where(s.person.in_(list(people)))
    known = {person: _Known() for person in people if person}
    days = [str(day) for day in days_of(of_month)]
    for start in range(0, len(days), DAYS_AT_ONCE):
        some = asked.where(s.day.in_(days[start : start + DAYS_AT_ONCE]))
        for person, data, plain in (await connection.execute(some)).all():  # by name takes twice as long
            if (one := known.get(person)) is not None:
                one.take(data, plain=bool(plain))
    counts: dict[str, dict[str, int]] = {}
    for n, (person, one) in enumerate(known.items()):
        if one.plain or one.facts:
            counts[person] = _counts(person, of_month, one)
        if not n % COUNTED_AT_ONCE:
            await asyncio.sleep(0)
    return counts


def _counts(person: str, of_month: str, known: _Known) -> dict[str, int]:
    shifts = {key for key, one in known.plain.items() if one.state in WORKED}
    if not known.facts:
        return {"shifts": len(shifts)} if shifts else {}
    ledger = month(known.facts, person, of_month)
    standing = set()
    for judged in ledger.verdicts:
        key = (str(judged.day), judged.shift)
        if (other := known.plain.get(key)) is not None and other.count > judged.count:
            continue
        standing.add(key)
        shifts.discard(key)
        if judged.state in WORKED:
            shifts.add(key)
    found = {"shifts": len(shifts)}
    for weight in _weights(ledger, standing):
        found[weight] = found.get(weight, 0) + 1
    return {name: count for name, count in found.items() if count}


def _weights(ledger: Ledger, standing: set[tuple[str, str]]) -> Iterable[str]:
    """One for each finding, and of absences one for each shift: nobody is absent from it twice. An absence
    that is made of occurrences is a proposal and no finding: those occurrences count, and it does not.
    """
    absent: dict[tuple[str, str], Entry] = {}
    for entry in ledger.entries:
        key = (str(entry.day), entry.shift)
        if key not in standing or entry.weight == "removed":
            continue
        if entry.weight == "absence":
            absent.setdefault(key, entry)
        else:
            yield entry.weight
    waived = {
        one.made.occurrences
        for one in ledger.proposals
        if one.state == "waive" and isinstance(one.made, AbsenceProposed)
    }
    for entry in absent.values():
        if (entry.ref,) not in waived:
            yield "absence"
