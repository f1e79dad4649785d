"""What a month's assessment is made of, one entry a person: scores with their chance, attendance, faults.

Scores are of released evaluations of the probability sample alone, of conversations of that month, whose
chance is final. Attendance ``month_attendance`` reads. Everybody at once: each row of a month is read once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.month_attendance import attendance
from ccd.adapters.store.schema import EVALUATION, SHIFT_EVENT
from ccd.assessment.months import days_of, span_of
from ccd.events.quality import MonthRead
from ccd.quality.answers import NO

__all__ = ["faults_of", "month_reads", "points_of"]

FEW = 50
"""People that are asked for by name; of more everything is read, and theirs taken: naming them costs more."""
COUNTED_AT_ONCE = 500
COUNTED = ("released", "disputed", "resolved")
"""States of an evaluation that was released; what is disputed counts until it is resolved."""

Points = Mapping[tuple[str, str], Mapping[str, int]]
"""(form, version) -> question -> the most it can give."""

_decoded = msgspec.json.Decoder(dict[str, Any]).decode


class _Answer(msgspec.Struct, gc=False):
    answer: Any = None


_answers = msgspec.json.Decoder(dict[str, _Answer]).decode


async def month_reads(
    connection: AsyncConnection, of_month: str, people: Sequence[str], *, faults: bool = True
) -> tuple[MonthRead, ...]:
    """In the order of ``people``; of who has nothing an empty entry. ``faults``: read the answers, too."""
    found = {person: MonthRead(person) for person in people}
    points = await points_of(connection) if faults else {}
    frozen = await _frozen(connection, of_month)
    scores: dict[str, list[tuple[float, float, str]]] = {}
    open_: dict[str, int] = {}
    rows = await _evaluations(connection, of_month, people, faults=faults)
    for n, (name, person, day, state, score, chance, form, version, answers) in enumerate(rows, 1):
        if not n % COUNTED_AT_ONCE:
            await asyncio.sleep(0)  # a month of thousands must not hold the daemon's loop
        if person not in found:
            continue
        if state not in COUNTED or score is None:
            open_[person] = open_.get(person, 0) + 1
            continue
        if day not in frozen or chance is None or not 0.0 < chance <= 1.0:
            open_[person] = open_.get(person, 0) + 1  # how likely it was to be drawn may change
            continue
        scores.setdefault(person, []).append((score, chance, name))
        if faults:
            counted = found[person].faults
            for question in faults_of(answers, points.get((form, version), {})):
                fault = f"{form}/{question}"
                counted[fault] = counted.get(fault, 0) + 1
    counts = await attendance(connection, of_month, people)
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


def faults_of(answers: str, points: Mapping[str, int]) -> list[str]:
    """Questions answered with no, or with fewer points than half of the most."""
    try:
        table = _answers(answers or "{}")
    except msgspec.MsgspecError:
        table = _as_written(answers)
    return [
        question
        for question, one in table.items()
        if one.answer == NO or (one.answer.__class__ is not str and _few(one.answer, points.get(question, 0)))
    ]


def _few(answer: object, most: int) -> bool:
    return isinstance(answer, (int, float)) and answer * 2 < most


def _as_written(answers: str) -> dict[str, _Answer]:
    """Where one of them is no table of its own; nothing where it is no JSON."""
    try:
        table = _decoded(answers)
    except msgspec.MsgspecError:
        return {}
    return {name: _Answer(one.get("answer") if isinstance(one, dict) else one) for name, one in table.items()}


async def _evaluations(
    connection: AsyncConnection, of_month: str, people: Sequence[str], *, faults: bool
) -> Sequence[Any]:
    """Of the probability sample, and not void. By the index of a person's days where few are asked for, else
    by that of days: from the first to the last, for each day by itself would be looked up for each person.
    """
    v = EVALUATION.c
    first, last = span_of(of_month)
    answers = v.answers if faults else literal("").label("answers")
    asked = select(
        v.evaluation, v.person, v.day, v.state, v.score, v.chance, v.form, v.version, answers
    ).where(v.day.between(str(first), str(last)), v.sample == "probability", v.state != "void")
    if len(people) <= FEW:
        asked = asked.where(v.person.in_(list(people)))
    return (await connection.execute(asked)).all()
