"""What came of a course: who was there, the examination, its retake (manual.md, "Training")."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from ccd.assessment.cases import Training
from ccd.assessment.floor import Items, World, common, day_here, done, managers, rules_of, told, zone_of
from ccd.assessment.months import retake_by
from ccd.assessment.planning import people_in, planned, require_planner
from ccd.assessment.retraining import after_exam
from ccd.events import ShiftAct
from ccd.events import assessment as facts
from ccd.shifts.acts import Refused

__all__ = ["exam", "half_failed", "held", "overdue"]


def held(world: World, event: ShiftAct) -> Items:
    """``people``: who was there, by default everybody who was to be."""
    require_planner(world, event)
    known = planned(world, event)
    assert known.plan is not None
    if known.state == "cancelled" or known.plan.begins > event.at:
        raise Refused("assessment_not_yet", training=known.name)
    text = event.values["minutes"]
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 24 * 60:
        raise Refused("assessment_no_value", name="minutes", value=text, like="90")
    given = event.values.get("people", "")
    people = people_in(world, given) if given else known.plan.people
    yield facts.TrainingHeld(
        **common(event, f"training|{known.name}|held|{event.request}", f"held, {text} min"),
        day=day_here(world, known.plan.begins),
        training=known.name,
        people=people,
        minutes=int(text),
    )
    yield done(
        event,
        "assessment_held",
        f"{known.name} was held",
        training=known.name,
        count=len(people),
        minutes=text,
    )


def half_failed(failed: int, sat: int, share: float) -> bool:
    """Whether so many have failed that it is planned and trained again; ``share`` itself is enough."""
    return failed > 0 and failed >= share * sat


def exam(world: World, event: ShiftAct) -> Items:
    """``points``: 2001=80,2002=55. A retake is of those who failed before, and of nobody else."""
    require_planner(world, event)
    known = planned(world, event)
    assert known.plan is not None
    if known.state == "cancelled" or known.plan.begins > event.at:
        raise Refused("assessment_not_yet", training=known.name)
    retake = event.values.get("retake", "no") == "yes"
    points = _points(world, event, known, retake)
    rules, nth, day = rules_of(world), len(known.exams) + 1, day_here(world, event.at)
    failed = tuple(code for code, value in points.items() if value < rules.exam_passing)
    again = not retake and half_failed(len(failed), len(points), rules.failing_share)
    until = None
    if failed and not again and not retake:
        until = retake_by(day, rules, zone_of(world), lambda each: world.calendar.day(each).workday)
    held_ = facts.ExamHeld(
        **common(event, f"training|{known.name}|exam|{nth}", f"{len(failed)} of {len(points)} failed"),
        day=day,
        training=known.name,
        exam=known.plan.exam or known.plan.title,
        points=points,
        passing=rules.exam_passing,
        failed=failed,
        retake=retake,
        retake_by=until,
        again=again,
    )
    yield held_
    yield from _tell_exam(world, held_)
    if again:
        yield _again(held_)
    yield from after_exam(world, held_, known.plan.cases)
    values = {"training": known.name, "failed": len(failed), "count": len(points)}
    if until is not None:
        last = f"{(until - timedelta(minutes=1)).astimezone(zone_of(world)):%Y-%m-%d}"
        yield done(event, "assessment_exam_retake", held_.because, **values, until=last)
    else:
        yield done(event, "assessment_exam_again" if again else "assessment_exam", held_.because, **values)


def _points(world: World, event: ShiftAct, known: Training, retake: bool) -> dict[str, float]:
    assert known.plan is not None
    may = known.waiting if retake else known.held.people if known.held else known.plan.people
    found: dict[str, float] = {}
    for part in event.values["points"].replace("，", ",").split(","):
        code, equals, text = (each.strip() for each in part.partition("="))
        if not part.strip():
            continue
        try:
            value = float(text) if equals else math.nan
        except ValueError:
            value = math.nan
        if not 0 <= value <= 100 or code in found:
            raise Refused("assessment_no_value", name="points", value=part.strip(), like="2001=80,2002=55")
        if code == event.actor:
            raise Refused("assessment_not_about_oneself", actor=code)
        if code not in may:
            raise Refused("assessment_not_examined", person=code, training=known.name)
        found[code] = value
    if not found:
        raise Refused("assessment_no_value", name="points", value="", like="2001=80,2002=55")
    return dict(sorted(found.items()))


def _tell_exam(world: World, held_: facts.ExamHeld) -> Items:
    """Everyone below duty lead is told passed or failed, and those who failed until when they may retake."""
    values = {"training": held_.training, "exam": held_.exam}
    failed = held_.failed
    passed = [code for code in held_.points if code not in failed]
    yield from told(world, f"{held_.key}|passed", passed, "assessment_you_passed_exam", values)
    if held_.retake_by is not None:
        last = (held_.retake_by - timedelta(minutes=1)).astimezone(zone_of(world))
        values = values | {"until": f"{last:%Y-%m-%d}"}
        yield from told(world, f"{held_.key}|failed", failed, "assessment_you_retake", values)
    else:
        yield from told(world, f"{held_.key}|failed", failed, "assessment_you_failed_exam", values)


def _again(held_: facts.ExamHeld) -> facts.TrainingProposed:
    return facts.TrainingProposed(
        at=held_.at,
        key=f"{held_.key}|again",
        training=f"{held_.training}-again",
        fault=f"exam/{held_.exam}",
        people=held_.failed,
        share=round(len(held_.failed) / len(held_.points), 4),
        month=f"{held_.day:%Y-%m}",
        because=f"assessment: {len(held_.failed)} of {len(held_.points)} failed: plan and train again",
    )


def overdue(world: World, at: datetime) -> Items:
    """The days for a retake are over: whoever planned the course, and managers, are told once."""
    for one in sorted(world.assessment.trainings.values(), key=lambda one: one.name):
        due = one.retake_due
        if due is None or due.retake_by is None or at < due.retake_by:
            continue
        if one.overdue is not None and one.overdue.retake_by >= due.retake_by:
            continue
        key = f"assessment|training|{one.name}|overdue|{due.retake_by.isoformat()}"
        yield facts.RetakeOverdue(
            at=at,
            key=key,
            training=one.name,
            people=one.waiting,
            retake_by=due.retake_by,
            because=f"assessment: no retake of {', '.join(one.waiting)} within the days there are",
        )
        planner = (one.plan.actor,) if one.plan else ()
        values = {"training": one.name, "people": ", ".join(one.waiting)}
        yield from told(world, key, (*planner, *managers(world)), "assessment_retake_overdue", values)
