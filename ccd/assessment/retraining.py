"""Retraining is proposed where months give grounds for it, and a named manager decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ccd.assessment.cases import Case
from ccd.assessment.floor import Items, World, common, done, leads_of, managers, rules_of, told, zone_of
from ccd.assessment.rules import Need, covered, needed
from ccd.events import ShiftAct
from ccd.events import assessment as facts
from ccd.quality.people import is_manager
from ccd.shifts.acts import Refused

__all__ = ["OUTCOMES", "after_exam", "close_of_those_gone", "decide", "proposals"]

OUTCOMES = {
    "proposed": ("retrain", "dismissed"),
    "retraining": ("dismissed", "other"),
    "listed": ("retrain", "kept", "returned", "moved", "other"),
}
"""What may be decided of a case in each state."""


def proposals(world: World, at: datetime, person: str) -> Items:
    """Propose what the months give grounds for; withdraw what they do not any more and nobody has decided."""
    state = world.assessment
    open_ = state.open_case(person)
    if open_ is not None and (open_.state != "proposed" or open_.decisions):
        return
    others = [one for one in state.cases_of(person) if one is not open_]
    need = needed(state.made.get(person, {}), covered(others, zone_of(world)), rules_of(world))
    if open_ is not None and open_.proposed is not None:
        if need is not None and (need.rule, need.months) == (open_.proposed.rule, open_.proposed.months):
            return
        yield _closed(at, open_, "withdrawn", "the months it rested on were made again")
    if need is not None:
        yield from _propose(world, at, person, need)


def _propose(world: World, at: datetime, person: str, need: Need) -> Items:
    stem = f"R-{person}-{need.months[-1].replace('-', '')}"
    nth = sum(name == stem or name.startswith(f"{stem}-") for name in world.assessment.cases)
    name = f"{stem}-{nth + 1}" if nth else stem
    points = ", ".join(f"{m} {p:g}" for m, p in zip(need.months, need.points, strict=True))
    yield facts.RetrainingProposed(
        at=at,
        key=f"assessment|proposed|{name}",
        person=person,
        case=name,
        rule=need.rule,
        months=need.months,
        points=need.points,
        because=f"assessment: {need.rule}: {points}",
    )
    values = _values(world, person, case=name, points=points)
    people = [code for code in (*managers(world), *leads_of(world, person)) if code != person]
    rule = "assessment_under_60" if need.rule == "under_60" else "assessment_two_under_80"
    values["limit"] = (
        f"{rules_of(world).passing if need.rule == 'under_60' else rules_of(world).retrain_below:g}"
    )
    yield from told(world, f"assessment|proposed|{name}", people, rule, values)


def _closed(at: datetime, case: Case, why: str, because: str, **fields: Any) -> facts.CaseClosed:
    return facts.CaseClosed(
        at=at,
        key=f"assessment|closed|{case.name}",
        person=case.person,
        case=case.name,
        why=why,
        because=f"assessment: {because}",
        **fields,
    )


def _values(world: World, person: str, **values: object) -> dict[str, str]:
    known = world.roster.by_code(person)
    said = {name: str(value) for name, value in values.items()}
    return {"person": person, "name": known.name if known else "", **said}


def close_of_those_gone(world: World, at: datetime) -> Items:
    """Of people whom the roster does not have any more."""
    for case in sorted(world.assessment.cases.values(), key=lambda one: one.name):
        if case.state != "closed" and case.person and world.roster.by_code(case.person) is None:
            yield _closed(at, case, "left", f"{case.person} is not in the roster any more")


# --- a person decides -------------------------------------------------------------------------------------


def decide(world: World, event: ShiftAct) -> Items:
    """A manager, and never about themselves. Returned to the agency are dispatched staff only."""
    name, outcome, reason = (event.values[key] for key in ("case", "outcome", "reason"))
    case = world.assessment.cases.get(name)
    if case is None or case.state == "closed":
        raise Refused("assessment_no_case", case=name)
    if event.actor == case.person:
        raise Refused("assessment_not_about_oneself", actor=event.actor)
    if not is_manager(world, event.actor):
        raise Refused("assessment_not_allowed", actor=event.actor, who="a manager (经理)")
    may = OUTCOMES[case.state]
    if outcome not in may:
        raise Refused("assessment_no_value", name="outcome", value=outcome, like=" | ".join(may))
    if outcome == "returned" and not _dispatched(world, case.person):
        raise Refused("assessment_not_dispatched", person=case.person)
    nth = len(case.decisions) + 1
    yield facts.CaseDecided(
        **common(event, f"decided|{name}|{nth}", f"{outcome}: {reason}"),
        person=case.person,
        case=name,
        outcome=outcome,
        reason=reason,
    )
    if outcome != "retrain":
        yield _closed(event.at, case, "decided", f"{outcome}: {reason}", actor=event.actor, by=event.by)
    values = _values(world, case.person, case=name, outcome=outcome, actor=event.actor, reason=reason)
    people = (case.person, *leads_of(world, case.person))
    yield from told(world, f"assessment|decided|{name}|{nth}", people, "assessment_you_were_decided", values)
    yield done(event, "assessment_decided", f"{name}: {outcome}: {reason}", case=name, outcome=outcome)


def _dispatched(world: World, person: str) -> bool:
    known = world.assessment.staff.get(person)
    return known is not None and known.dispatched


# --- what an examination means for a case -----------------------------------------------------------------


def after_exam(world: World, exam: facts.ExamHeld, cases: tuple[str, ...]) -> Items:
    """Passed: closed. Failed for the second time since it was decided to retrain: on the manager's list."""
    state = world.assessment
    for person in sorted(exam.points):
        case = state.open_case(person)
        if case is None or case.name not in cases or case.state != "retraining":
            continue
        if person not in exam.failed:
            yield _closed(exam.at, case, "passed", f"{exam.exam or exam.training}: {exam.points[person]:g}")
            continue
        sat = [
            one
            for course in state.courses_of(case.name)
            for one in course.exams
            if one.at >= case.since and person in one.points
        ]
        if sum(person in one.failed for one in sat) >= 2:
            yield from _list(world, exam.at, case, sorted(sat, key=lambda one: (one.at, one.key)))


def _list(world: World, at: datetime, case: Case, sat: list[facts.ExamHeld]) -> Items:
    assert case.proposed is not None
    person, nth = case.person, len(case.listings) + 1
    months = list(zip(case.proposed.months, case.proposed.points, strict=False))
    exams = [(one.exam or one.training, one.points[person]) for one in sat]
    grounds = tuple(f"{name} {points:g}" for name, points in (*months, *exams))
    yield facts.CaseListed(
        at=at,
        key=f"assessment|listed|{case.name}|{nth}",
        person=person,
        case=case.name,
        points=tuple(points for _, points in (*months, *exams)),
        grounds=grounds,
        may_return=_dispatched(world, person),
        because=f"assessment: failed again: {'; '.join(grounds)}",
    )
    values = _values(world, person, case=case.name, points=", ".join(grounds))
    people = [code for code in managers(world) if code != person]
    yield from told(world, f"assessment|listed|{case.name}|{nth}", people, "assessment_listed", values)
