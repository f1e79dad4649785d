"""Courses are planned beside everybody's shifts (manual.md, "Training").

A course that would lie in somebody's shift, leave or other course is refused in every mode, as a value that
can not be. Where the plan changes afterwards, whoever planned the course is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.assessment.cases import Training
from ccd.assessment.collisions import Collision, collisions
from ccd.assessment.floor import Items, World, common, day_here, done, moment_of, rules_of, told, zone_of
from ccd.events import ShiftAct
from ccd.events import assessment as facts
from ccd.shifts.acts import Refused

__all__ = ["KINDS", "cancel", "collided", "people_in", "plan", "planned", "require_planner"]

KINDS = ("course", "retraining", "safety", "coaching")
LONGEST = timedelta(hours=24)
PEOPLE_AT_MOST = 500


def require_planner(world: World, event: ShiftAct) -> None:
    known = world.roster.by_code(event.actor)
    roles = rules_of(world).planner_roles
    if known is None or known.role not in roles:
        raise Refused("assessment_not_allowed", actor=event.actor, who=", ".join(roles))


def planned(world: World, event: ShiftAct) -> Training:
    name = event.values["training"]
    found = world.assessment.trainings.get(name)
    if found is None or found.plan is None:
        raise Refused("assessment_no_training", training=name)
    return found


def people_in(world: World, text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(code.strip() for code in text.replace("，", ",").split(",") if code.strip()))
    for code in found:
        if world.roster.by_code(code) is None:
            raise Refused("assessment_nobody", person=code)
    if not 1 <= len(found) <= PEOPLE_AT_MOST:
        raise Refused("assessment_no_value", name="people", value=text, like="2001,2002")
    return found


# --- planning ---------------------------------------------------------------------------------------------


def plan(world: World, event: ShiftAct) -> Items:
    """A new course, or (``training``) one that was proposed or planned before."""
    require_planner(world, event)
    begins, ends = moment_of(world, event, "begins"), moment_of(world, event, "ends")
    if not event.at < begins < ends <= begins + LONGEST:
        raise Refused("assessment_no_span", begins=event.values["begins"], ends=event.values["ends"])
    people = people_in(world, event.values["people"])
    kind = event.values.get("kind") or "course"
    if kind not in KINDS:
        raise Refused("assessment_no_value", name="kind", value=kind, like=" | ".join(KINDS))
    name = event.values.get("training") or _name(world, begins)
    before = world.assessment.trainings.get(name)
    if event.values.get("training") and before is None:
        raise Refused("assessment_no_training", training=name)
    if before is not None and before.state == "held":
        raise Refused("assessment_was_held", training=name)
    cases = _cases(world, event, people, kind)
    trainer = event.values["trainer"]
    found = _collisions(world, (*people, trainer), begins, ends, name)
    if found:
        raise Refused("assessment_collides", collisions="; ".join(_told(world, one) for one in found[:20]))
    yield facts.TrainingPlanned(
        **common(event, f"training|{name}|planned|{event.request}", f"planned by {event.actor}"),
        day=day_here(world, begins),
        training=name,
        title=event.values["title"],
        place=event.values["place"],
        trainer=trainer,
        begins=begins,
        ends=ends,
        people=people,
        exam=event.values.get("exam", ""),
        kind=kind,
        cases=cases,
    )
    values = {"training": name, "title": event.values["title"], "place": event.values["place"]}
    values |= {"trainer": trainer, "begins": _clock(world, begins), "ends": _clock(world, ends)}
    key = f"assessment|training|{name}|planned|{event.request}"
    yield from told(world, key, (*people, trainer), "assessment_you_are_planned", values)
    yield done(event, "assessment_planned", f"{name} is planned", **values, count=len(people))


def _name(world: World, begins: datetime) -> str:
    stem = f"T-{day_here(world, begins):%Y%m%d}"
    numbers = [name.rpartition("-")[2] for name in world.assessment.trainings if name.startswith(f"{stem}-")]
    return f"{stem}-{max((int(one) for one in numbers if one.isdigit()), default=0) + 1}"


def _cases(world: World, event: ShiftAct, people: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """Those that are named; of a retraining those of its people that wait for one."""
    named = [name.strip() for name in event.values.get("cases", "").split(",") if name.strip()]
    for name in named:
        case = world.assessment.cases.get(name)
        if case is None or case.state != "retraining" or case.person not in people:
            raise Refused("assessment_no_case_here", case=name)
    if kind == "retraining":
        open_ = [world.assessment.open_case(person) for person in people]
        named += [case.name for case in open_ if case is not None and case.state == "retraining"]
    return tuple(sorted(dict.fromkeys(named)))


def _collisions(
    world: World, people: tuple[str, ...], begins: datetime, ends: datetime, name: str
) -> tuple[Collision, ...]:
    trainings = world.assessment.trainings.values()
    return collisions(world.plan, world.leave, trainings, people, begins, ends, but=name)


def _told(world: World, one: Collision) -> str:
    known = world.roster.by_code(one.person)
    who = f"{one.person} {known.name}" if known else one.person
    return f"{who}: {one.what} {one.name} {_clock(world, one.since)} – {_clock(world, one.until)}"


def _clock(world: World, at: datetime) -> str:
    return f"{at.astimezone(zone_of(world)):%Y-%m-%d %H:%M}"


def collided(world: World, at: datetime, version: str) -> Items:
    """The plan has changed: whoever planned a course that now lies in somebody's shift is told."""
    for one in sorted(world.assessment.trainings.values(), key=lambda one: one.name):
        if one.state != "planned" or one.plan is None or one.plan.begins <= at:
            continue
        known = one.plan
        people = (*known.people, known.trainer)
        found = _collisions(world, people, known.begins, known.ends, one.name)
        if found:
            said = "; ".join(_told(world, each) for each in found[:20])
            key = f"assessment|training|{one.name}|collides|{version}"
            values = {"training": one.name, "title": known.title, "collisions": said}
            whom = (known.actor, known.trainer)
            yield from told(world, key, whom, "assessment_collides_now", values)


def cancel(world: World, event: ShiftAct) -> Items:
    require_planner(world, event)
    known = planned(world, event)
    assert known.plan is not None
    if known.state != "planned":
        raise Refused("assessment_not_planned", training=known.name)
    reason = event.values["reason"]
    key = f"training|{known.name}|cancelled|{event.request}"
    yield facts.TrainingCancelled(**common(event, key, reason), training=known.name, reason=reason)
    values = {"training": known.name, "title": known.plan.title, "reason": reason}
    whom = (*known.plan.people, known.plan.trainer)
    yield from told(world, f"assessment|{key}", whom, "assessment_you_are_free", values)
    yield done(event, "assessment_cancelled", f"{known.name}: {reason}", training=known.name)
