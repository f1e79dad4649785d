"""How things stand with assessment now, as plain data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ccd.assessment.cases import Case, Training
from ccd.assessment.floor import World, rules_of, zone_of
from ccd.assessment.months import before, due, month_here
from ccd.assessment.safety import safety_hours

__all__ = ["board", "case_row", "training_row"]


def board(world: World, at: datetime) -> dict[str, Any]:
    """Cases that are open, courses that are not over, the next month to be made, safety training."""
    state, zone = world.assessment, zone_of(world)
    here = month_here(at, zone)
    cases = [one for one in state.cases.values() if one.proposed and one.state != "closed"]
    trainings = [
        one for one in state.trainings.values() if one.state in ("proposed", "planned") or one.waiting
    ]
    made = [months[before(here)] for months in state.made.values() if before(here) in months]
    return {
        "at": at.isoformat(),
        "month": here,
        "due": due(here, rules_of(world), zone).isoformat(),
        "made": {
            "month": before(here),
            **{name: sum(one.verdict == name for one in made) for name in ("pass", "fail", "insufficient")},
        },
        "cases": [case_row(one) for one in sorted(cases, key=lambda one: (one.began, one.name))],
        "trainings": [training_row(one) for one in sorted(trainings, key=lambda one: (one.latest, one.name))],
        "safety": {
            "hours_wanted": rules_of(world).safety_hours,
            "hours": safety_hours(state.trainings.values(), here),
        },
    }


def case_row(case: Case) -> dict[str, Any]:
    assert case.proposed is not None
    listed = case.listings[-1] if case.listings else None
    return {
        "case": case.name,
        "person": case.person,
        "state": case.state,
        "rule": case.proposed.rule,
        "months": list(case.proposed.months),
        "points": list(case.proposed.points),
        "listed": list(listed.grounds) if listed else [],
        "may_return": listed.may_return if listed else False,
        "decisions": [
            {"outcome": one.outcome, "actor": one.actor, "reason": one.reason, "at": one.at.isoformat()}
            for one in case.decisions
        ],
        "closed": case.closed.why if case.closed else "",
        "proposed": case.began.isoformat(),
    }


def training_row(one: Training) -> dict[str, Any]:
    """Without points: who sees these says ``ccd.assessment.seen``."""
    plan, proposed = one.plan, one.proposed
    return {
        "training": one.name,
        "state": one.state,
        "title": plan.title if plan else proposed.fault if proposed else "",
        "kind": plan.kind if plan else proposed.kind if proposed else "",
        "place": plan.place if plan else "",
        "trainer": plan.trainer if plan else "",
        "begins": plan.begins.isoformat() if plan else "",
        "ends": plan.ends.isoformat() if plan else "",
        "people": list(plan.people if plan else proposed.people if proposed else ()),
        "course": proposed.course if proposed else "",
        "cases": list(plan.cases) if plan else [],
        "minutes": one.held.minutes if one.held else 0,
        "failed": list(one.exams[-1].failed) if one.exams else [],
        "retake": list(one.waiting),
    }
