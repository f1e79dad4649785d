"""What the store has of assessment, told: months, cases, courses, the personnel file, promotions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from ccd.cli.session import CommandError, Exit, Session

if TYPE_CHECKING:
    from ccd.adapters.store.queries import Archive
    from ccd.assessment.scores import Month
    from ccd.assessment.state import AssessmentState
    from ccd.events.assessment import AssessmentMade
    from ccd.events.quality import MonthRead
    from ccd.roster import Roster

__all__ = ["Read", "Shown", "as_csv", "figures", "month_of", "read", "shown"]

Row = dict[str, Any]


class Read(NamedTuple):
    """``facts``: (person, month) -> the assessment as it was stored, with what it rests on. ``reads``: of the
    months that were asked for.
    """

    state: AssessmentState
    roster: Roster
    facts: dict[tuple[str, str], AssessmentMade]
    reads: dict[str, tuple[MonthRead, ...]]

    def name(self, person: str) -> str:
        known = self.roster.by_code(person)
        return known.name if known else ""


class Shown(NamedTuple):
    """A month of a person: as it was made, or (``edition`` 0) as it would be made now."""

    person: str
    month: str
    result: Month
    edition: int
    evaluations: tuple[str, ...]
    grounds: tuple[str, ...]


def month_of(session: Session, text: str | None) -> str:
    """The running one where none is named. Raises CommandError."""
    from ccd.assessment.months import is_month, month_here

    zone = ZoneInfo(session.settings.daemon.timezone)
    month = text or month_here(datetime.now(zone), zone)
    if not is_month(month):
        raise CommandError(Exit.USAGE, session.words("attendance_no_month", text=month))
    return month


def read(session: Session, months: Sequence[str] = (), person: str = "", team: str = "") -> Read:
    """With ``months``: also what the store has of them, of everybody scored, one person or one team."""
    from ccd.adapters.store.month_queries import month_reads
    from ccd.assessment.state import AssessmentState
    from ccd.cli.stored import reading
    from ccd.events.assessment import AssessmentMade
    from ccd.events.shift_facts import shift_fact
    from ccd.roster import Roster

    roles = session.settings.quality.scored_roles

    async def work(archive: Archive) -> tuple[list[str], Roster, dict[str, tuple[MonthRead, ...]]]:
        texts = await archive.shift_facts(policy="assessment")
        stored = await archive.roster()
        roster = Roster(stored.people if stored else ())
        people = [
            one.code
            for one in roster.people
            if one.role in roles and person in ("", one.code) and team in ("", one.team)
        ]
        reads = {}
        for month in months:
            asked = partial(month_reads, of_month=month, people=people, faults=False)
            reads[month] = await archive.read(asked)
        return texts, roster, reads

    texts, roster, reads = reading(session.settings, work)
    state = AssessmentState()
    facts: dict[tuple[str, str], AssessmentMade] = {}
    for text in texts:
        fact = shift_fact(text)
        state.fold(fact)
        if isinstance(fact, AssessmentMade):
            before = facts.get((fact.person, fact.month))
            if before is None or fact.edition > before.edition:
                facts[fact.person, fact.month] = fact
    return Read(state, roster, facts, reads)


class _World(NamedTuple):
    settings: Any
    assessment: AssessmentState


def shown(session: Session, found: Read, one: MonthRead, month: str) -> Shown:
    from ccd.assessment.closing import figures_of, grounds
    from ccd.assessment.scores import Month, Score, month_of_parts

    made = found.facts.get((one.person, month))
    if made is not None:
        score = Score(made.n, made.parts.get("qa"), made.low, made.high)
        points = Month(made.verdict, made.points, made.parts, made.weights, score, made.missing)
        return Shown(one.person, month, points, made.edition, made.evaluations, made.grounds)
    world: Any = _World(session.settings, found.state)
    result = month_of_parts(one, figures_of(world, one.person, month), session.settings.policies.assessment)
    ids = tuple(sorted(name for _, _, name in one.scores))
    return Shown(one.person, month, result, 0, ids, tuple(grounds(world, one, month)))


def figures(found: Read, one: Shown) -> Row:
    score, grade = one.result.score, found.state.grades.get(one.person, {}).get(one.month)
    known = found.roster.by_code(one.person)
    return {
        "person": one.person,
        "name": found.name(one.person),
        "team": known.team if known else "",
        "month": one.month,
        "verdict": one.result.verdict,
        "points": one.result.points,
        "parts": one.result.parts,
        "weights": one.result.weights,
        "missing": list(one.result.missing),
        "n": score.n,
        "low": score.low,
        "high": score.high,
        "grade": grade.grade if grade else "",
        "edition": one.edition,
        "evaluations": list(one.evaluations),
        "grounds": list(one.grounds),
        "from": "shift_event" if one.edition else "evaluation, shift_event",
    }


def as_csv(head: list[str], rows: list[list[Any]]) -> None:
    """To standard output, as Excel opens it."""
    from ccd.csv_tables import dump

    data = dump(head, [["" if cell is None else str(cell) for cell in row] for row in rows])
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
