"""What a month's assessment is made of, one entry a person: scores with their chance, attendance, faults.

Scores are of released evaluations of the probability sample alone, of conversations of that month, whose
chance is final. Attendance is the month's ledger: verdicts as corrected, without absences that were waived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.schema import EVALUATION, SHIFT_EVENT
from ccd.assessment.months import days_of
from ccd.attendance.ledger import Ledger, month
from ccd.events.attendance import AttendanceFact
from ccd.events.quality import MonthRead
from ccd.events.shift_facts import SHIFT_FACTS, shift_fact
from ccd.quality.answers import NO

__all__ = ["faults_of", "month_reads", "points_of"]

ASKED_AT_ONCE = 500
COUNTED = ("released", "disputed", "resolved")
"""States of an evaluation that was released; what is disputed counts until it is resolved."""
NO_FINDINGS = '%"findings":[]%'

Points = Mapping[tuple[str, str], Mapping[str, int]]
"""(form, version) -> question -> the most it can give."""

_decoded = msgspec.json.Decoder(dict[str, Any]).decode


class _Judged(msgspec.Struct):
    """As much of a verdict as is needed of one without findings."""

    person: str
    day: str
    shift: str
    state: str
    count: int = 1


_judged = msgspec.json.Decoder(_Judged).decode


async def month_reads(
    connection: AsyncConnection, of_month: str, people: Sequence[str]
) -> tuple[MonthRead, ...]:
    """In the order of ``people``; of who has nothing an empty entry."""
    found = {person: MonthRead(person) for person in people}
    points, frozen = await points_of(connection), await _frozen(connection, of_month)
    scores: dict[str, list[tuple[float, float, str]]] = {}
    open_: dict[str, int] = {}
    for row in await _evaluations(connection, of_month, people):
        if row.state == "void" or row.sample != "probability" or row.person not in found:
            continue
        if row.state not in COUNTED or row.score is None:
            open_[row.person] = open_.get(row.person, 0) + 1
            continue
        if row.day not in frozen or row.chance is None or not 0.0 < row.chance <= 1.0:
            open_[row.person] = open_.get(row.person, 0) + 1  # how likely it was to be drawn may change
            continue
        scores.setdefault(row.person, []).append((row.score, row.chance, row.evaluation))
        faults = found[row.person].faults
        for question in faults_of(row.answers, points.get((row.form, row.version), {})):
            name = f"{row.form}/{question}"
            faults[name] = faults.get(name, 0) + 1
    counts = await _attendance(connection, of_month, people)
    return tuple(
        msgspec.structs.replace(
            one,
            scores=tuple(sorted(scores.get(person, ()), key=lambda score: score[2])),
            attendance=counts.get(person, {}),
            open=open_.get(person, 0),
        )
        for person, one in found.items()
    )


async def _frozen(connection: AsyncConnection, of_month: str) -> set[str]:
    """The days whose draw is closed: from then on the chances of their calls are final."""
    s = SHIFT_EVENT.c
    days = [str(day) for day in days_of(of_month)]
    rows = await connection.execute(select(s.day).where(s.event == "DayFrozen", s.day.in_(days)))
    return {row.day for row in rows}


async def points_of(connection: AsyncConnection) -> Points:
    """Of every version of a form that was ever in force."""
    s = SHIFT_EVENT.c
    rows = await connection.execute(select(s.data).where(s.event == "FormPublished"))
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows:
        fact = _decoded(row.data)
        try:
            sections = _decoded(fact["text"])["section"]
            most = {each["name"]: each["points"] for one in sections for each in one["question"]}
        except (msgspec.MsgspecError, KeyError, TypeError):  # damaged: its "no" still counts
            most = {}
        found[fact["form"], fact["version"]] = most
    return found


def faults_of(answers: str, points: Mapping[str, int]) -> Iterable[str]:
    """Questions answered with no, or with fewer points than half of the most."""
    try:
        table = _decoded(answers or "{}")
    except msgspec.MsgspecError:
        return
    for question, value in table.items():
        answer = value.get("answer") if isinstance(value, dict) else value
        few = isinstance(answer, (int, float)) and answer * 2 < points.get(question, 0)
        if answer == NO or few:
            yield question


async def _evaluations(connection: AsyncConnection, of_month: str, people: Sequence[str]) -> Sequence[Any]:
    """By the index of a person's days where few are asked for, else by that of days."""
    v = EVALUATION.c
    asked = select(
        v.evaluation, v.person, v.day, v.sample, v.state, v.score, v.chance, v.form, v.version, v.answers
    ).where(v.day.in_([str(day) for day in days_of(of_month)]))
    if len(people) <= ASKED_AT_ONCE:
        asked = asked.where(v.person.in_(list(people)))
    return (await connection.execute(asked)).all()


# --- attendance -------------------------------------------------------------------------------------------

_OTHERS = tuple(
    kind.__name__
    for kind in SHIFT_FACTS
    if issubclass(kind, AttendanceFact) and kind.__name__ not in ("AttendanceJudged", "LateNoticed")
)


async def _attendance(
    connection: AsyncConnection, of_month: str, people: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Person -> how many shifts were judged, and how many findings of each weight.

    Most verdicts have no findings: of those only the shift is needed, unless there is another of that shift.
    """
    s = SHIFT_EVENT.c
    days = [str(day) for day in days_of(of_month)]
    asked = select(s.person, s.data, s.data.like(NO_FINDINGS).label("plain")).where(
        s.event.in_(("AttendanceJudged", *_OTHERS)), s.day.in_(days)
    )
    if len(people) <= ASKED_AT_ONCE:
        asked = asked.where(s.person.in_(list(people)))
    plain: dict[str, list[str]] = {}
    rest: dict[str, list[str]] = {}
    for person, data, without in await connection.execute(asked):  # unpacked: by name takes twice as long
        (plain if without else rest).setdefault(person, []).append(data)
    wanted = set(people)
    counts: dict[str, dict[str, int]] = {}
    for person in plain.keys() | rest.keys():
        if person in wanted and person:
            found = _counts(person, of_month, plain.get(person, []), rest.get(person, []))
            counts[person] = {name: count for name, count in found.items() if count}
    return counts


def _counts(person: str, of_month: str, plain: list[str], rest: list[str]) -> dict[str, int]:
    latest: dict[tuple[str, str], _Judged] = {}
    for text in plain:
        one = _judged(text)
        before = latest.get((one.day, one.shift))
        if before is None or one.count > before.count:
            latest[one.day, one.shift] = one
    facts = []
    for text in rest:
        fact = shift_fact(text)
        assert isinstance(fact, AttendanceFact)
        facts.append(fact)
    ledger = month(facts, person, of_month)
    entries = {}
    shifts = {key for key, one in latest.items() if one.state in ("present", "absent")}
    for judged in ledger.verdicts:
        key = (str(judged.day), judged.shift)
        if (other := latest.get(key)) is not None and other.count > judged.count:
            continue
        shifts.discard(key)
        if judged.state in ("present", "absent"):
            shifts.add(key)
        entries[key] = True
    found: dict[str, int] = {"shifts": len(shifts)}
    for entry in ledger.entries:
        if (str(entry.day), entry.shift) not in entries or _waived(ledger, entry.ref, entry.weight):
            continue
        found[entry.weight] = found.get(entry.weight, 0) + 1
    found.pop("removed", None)
    return found


def _waived(ledger: Ledger, ref: str, weight: str) -> bool:
    """A named person has decided that it is no absence."""
    if weight != "absence":
        return False
    for one in ledger.proposals:
        grounds = getattr(one.made, "occurrences", ())
        if one.state == "waive" and grounds == (ref,):
            return True
    return False
