"""What a month's assessment reads, for the bench: a dozen scored calls and 22 judged shifts of each agent.

And the evaluations of the time before it, and what waits for analysts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from ccd.events import Event
from ccd.events.attendance import AttendanceJudged, Finding
from ccd.events.scoring import (
    ChanceFixed,
    EvaluationAssigned,
    EvaluationClosed,
    EvaluationOpened,
    EvaluationReleased,
    EvaluationScored,
)

__all__ = ["ANALYSTS", "ON_A_LIST", "assessed", "evaluated_before", "lists"]

CALLS = 12
QUESTIONS = 20
SHIFTS = 22
ANALYSTS = tuple(str(6_001 + n) for n in range(20))
ON_A_LIST = 60
"""So many evaluations wait for each analyst."""
ANSWERS = msgspec.json.encode(
    {f"q{n}": {"answer": "no" if n == 3 else "yes"} for n in range(QUESTIONS)}
).decode()


def assessed(people: Sequence[str], first: date) -> Iterator[Event]:
    """Of the month that begins on ``first``."""
    for person in people:
        for n in range(CALLS):
            yield from _scored(person, first + timedelta(days=2 * n), n)
        for n in range(SHIFTS):
            yield _judged(person, first + timedelta(days=n), found=n % 10 == 0)


def evaluated_before(people: Sequence[str], first: date, count: int) -> Iterator[Event]:
    """Scored and finished, of the days before ``first``: as many of each person."""
    for n in range(count // len(people)):
        day = first - timedelta(days=1 + n // 2)
        for k, person in enumerate(people):
            yield from _scored(person, day, 1_000 + n, ANALYSTS[(n + k) % len(ANALYSTS)])
            name = _name(person, 1_000 + n)
            at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
            about: dict[str, Any] = {"at": at, "person": person, "day": day, "pbx": "main"}
            yield EvaluationClosed(**about, key=f"scoring|closed|{name}", evaluation=name, why="released")


def lists(people: Sequence[str], day: date) -> Iterator[Event]:
    """What waits for analysts on that day."""
    for n, analyst in enumerate(ANALYSTS):
        for k in range(ON_A_LIST):
            person = people[(n * ON_A_LIST + k) % len(people)]
            opened, *_ = _scored(person, day, 50_000 + n * ON_A_LIST + k)
            yield opened
            about: dict[str, Any] = {"at": opened.at, "person": person, "day": day, "pbx": "main"}
            name = _name(person, 50_000 + n * ON_A_LIST + k)
            due = opened.at + timedelta(days=2)
            yield EvaluationAssigned(
                **about, key=f"scoring|assigned|{name}", evaluation=name, analyst=analyst, due=due, why="even"
            )


def _name(person: str, n: int) -> str:
    return f"{person}e{n:05d}"


def _scored(person: str, day: date, n: int, analyst: str = ANALYSTS[0]) -> Iterator[Event]:
    name = _name(person, n)
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    def about(what: str) -> dict[str, Any]:
        key = f"scoring|{what}|{name}"
        return {"at": at, "key": key, "person": person, "day": day, "pbx": "main", "evaluation": name}

    yield EvaluationOpened(
        **about("opened"),
        unit=f"u{name}",
        call=f"c{name}",
        recording=f"r{name}",
        team="A",
        queue="support",
        sample="probability",
        reason="threshold",
        stratum=person,
        form="service",
        talk_s=180.0,
    )
    yield EvaluationScored(
        **about("scored"),
        analyst=analyst,
        form="service",
        version="0" * 12,
        answers=ANSWERS,
        score=70.0 + n,
        passed=True,
        sections={"all": 70.0 + n},
    )
    yield EvaluationReleased(**about("released"), score=70.0 + n, passed=True, sample="probability")
    yield ChanceFixed(**about("fixed"), chance=0.05)


def _judged(person: str, day: date, *, found: bool) -> AttendanceJudged:
    starts = datetime(day.year, day.month, day.day, tzinfo=UTC)
    late = Finding("late", "occurrence", 300.0, starts, starts + timedelta(minutes=5), ("presence_event",))
    return AttendanceJudged(
        at=starts + timedelta(hours=9),
        key=f"attendance|judged|{person}|{day}|early|1",
        person=person,
        day=day,
        pbx="main",
        seat="A1",
        shift="early",
        starts=starts,
        ends=starts + timedelta(hours=8),
        state="present",
        scheduled_s=28_800.0,
        present_s=28_500.0 if found else 28_800.0,
        missed_s=300.0 if found else 0.0,
        away_s=0.0,
        unknown_s=0.0,
        late_s=300.0 if found else 0.0,
        early_s=0.0,
        off_post_s=0.0,
        findings=(late,) if found else (),
    )
