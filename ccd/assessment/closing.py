"""A month is closed: what it rests on is read, each person's assessment made, and what follows proposed.

Made on its day, caught up where the daemon was away, and made again, as the next edition, where what it rests
on has changed before the final day is over. A month of which nothing at all is known is not made.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ccd.assessment.faults import proposed_trainings
from ccd.assessment.floor import Items, World, managers, rules_of, told, zone_of
from ccd.assessment.grades import by_bands
from ccd.assessment.months import closes, days_of, final, is_month, span_of
from ccd.assessment.retraining import close_of_those_gone, proposals
from ccd.assessment.scores import Month, month_of_parts
from ccd.effects import ReadQuality
from ccd.events import assessment as facts
from ccd.events.quality import MonthRead, QualityRead
from ccd.quality.people import is_qa_manager, is_scored

__all__ = ["READS", "closed", "figures_of", "grounds", "look", "read"]

READS = "assessment|month|"
PATIENCE = timedelta(minutes=10)
"""A read that was not answered for so long is asked for again."""


def look(world: World, at: datetime) -> Items:
    """Ask for what a month rests on, where one is due or may have changed."""
    state, rules, zone = world.assessment, rules_of(world), zone_of(world)
    for month in closes(at, rules, zone):
        looked, asked = state.looked.get(month), state.reading.get(month)
        if asked is not None and at - asked < PATIENCE:
            continue
        if looked is not None and at - looked < timedelta(minutes=rules.again_minutes):
            continue
        if at >= final(month, rules, zone) and (looked is not None or _was_made(world, month)):
            continue
        yield from read(world, at, month)


def _was_made(world: World, month: str) -> bool:
    return any(month in months for months in world.assessment.made.values())


def read(world: World, at: datetime, month: str) -> Items:
    people = _people(world, month)
    if people:
        world.assessment.reading[month] = at
        yield ReadQuality(f"{READS}{month}", f"assessment: {month} is due", month, people)


def _people(world: World, month: str) -> tuple[str, ...]:
    """Who is scored, and was there by the end of the month as far as the personnel file says."""
    _, last = span_of(month)
    found = []
    for one in world.roster.people:
        hired = world.assessment.hired(one.code)
        if is_scored(world, one.code) and (hired is None or hired <= last):
            found.append(one.code)
    return tuple(dict.fromkeys(found))


def closed(world: World, event: QualityRead) -> Items:
    state, rules, zone = world.assessment, rules_of(world), zone_of(world)
    month = event.month
    if not is_month(month):
        return
    state.reading.pop(month, None)
    state.looked[month] = event.at
    first = not _was_made(world, month)
    if event.at >= final(month, rules, zone) and not first:
        return
    if not any(one.scores or one.attendance.get("shifts") for one in event.people) and not (
        state.figures.get(month)
    ):
        return
    counts: dict[str, int] = {}
    for one in sorted(event.people, key=lambda one: one.person):
        result = month_of_parts(one, figures_of(world, one.person, month), rules)
        counts[result.verdict] = counts.get(result.verdict, 0) + 1
        yield from _made(world, event.at, one, month, result)
    yield from proposed_trainings(world, event.at, month, event.people)
    yield from close_of_those_gone(world, event.at)
    if first:
        yield from _tell(world, month, counts, sum(one.open for one in event.people))


def _tell(world: World, month: str, counts: dict[str, int], open_: int) -> Items:
    people = [one.code for one in world.roster.people if is_qa_manager(world, one.code)]
    values = {name: str(counts.get(name, 0)) for name in ("pass", "fail", "insufficient")}
    said = {"passed": values["pass"], "failed": values["fail"], "insufficient": values["insufficient"]}
    said |= {"month": month, "open": str(open_), "final": str(rules_of(world).final_day)}
    people = [*managers(world), *people]
    yield from told(world, f"assessment|month|{month}", people, "assessment_month_made", said)


def figures_of(world: World, person: str, month: str) -> dict[str, list[float]]:
    """Part -> points: what was imported, and the examinations of courses that were held in that month."""
    found: dict[str, list[float]] = {}
    for one in world.assessment.figures_of(person, month):
        found.setdefault(one.part, []).append(one.points)
    for exam in exams_of(world.assessment.exams(), person, month):
        found.setdefault("examinations", []).append(exam.points[person])
    return found


def exams_of(exams: Iterable[facts.ExamHeld], person: str, month: str) -> list[facts.ExamHeld]:
    """Of each examination the latest that the person sat: a retake stands in the place of what was failed."""
    days = set(days_of(month))
    latest: dict[tuple[str, str], facts.ExamHeld] = {}
    for exam in sorted(exams, key=lambda one: (one.at, one.key)):
        if person in exam.points and exam.day in days:
            latest[exam.training, exam.exam] = exam
    return list(latest.values())


def _made(world: World, at: datetime, one: MonthRead, month: str, result: Month) -> Items:
    person = one.person
    before = world.assessment.made.get(person, {}).get(month)
    score = result.score
    said = (result.verdict, result.points, result.parts, result.weights, score.n, score.low, score.high)
    if before is not None and said == (
        *(before.verdict, before.points, before.parts, before.weights),
        *(before.n, before.low, before.high),
    ):
        return
    edition = before.edition + 1 if before else 1
    key = f"assessment|made|{person}|{month}|{edition}"
    yield facts.AssessmentMade(
        at=at,
        key=key,
        person=person,
        day=span_of(month)[1],
        month=month,
        verdict=result.verdict,
        points=result.points,
        parts=result.parts,
        weights=result.weights,
        n=score.n,
        low=score.low,
        high=score.high,
        missing=result.missing,
        edition=edition,
        evaluations=tuple(sorted({name for _, _, name in one.scores})),
        grounds=tuple(grounds(world, one, month)),
        because=f"assessment: {month}: {_words(result)}",
    )
    yield from by_bands(world, at, person, month)
    yield from proposals(world, at, person)
    if before is None or before.verdict != result.verdict:
        values = {"month": month, "final": str(rules_of(world).final_day)}
        yield from told(world, key, (person,), f"assessment_you_{result.verdict}", values)


def _words(result: Month) -> str:
    points = "no number" if result.points is None else f"{result.points:g}"
    missing = f", nothing of {', '.join(result.missing)}" if result.missing else ""
    return f"{result.verdict}, {points}, {result.score.n} scored{missing}"


def grounds(world: World, one: MonthRead, month: str) -> Iterable[str]:
    for known in world.assessment.figures_of(one.person, month):
        yield f"{known.part}: {known.name} {known.points:g} ({known.source or 'imported'})"
    for exam in exams_of(world.assessment.exams(), one.person, month):
        yield f"examinations: {exam.exam or exam.training} {exam.points[one.person]:g}"
    if one.attendance:
        yield "attendance: " + ", ".join(f"{name} {count}" for name, count in sorted(one.attendance.items()))
