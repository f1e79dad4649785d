"""Faults that many have lead to a training, one person's repeated fault to the nearest course or to coaching
(manual.md, "Quality"). Both are proposed only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from ccd.assessment.floor import Items, World, leads_of, rules_of, told
from ccd.config_assessment import AssessmentSettings
from ccd.events import assessment as facts
from ccd.events.quality import MonthRead
from ccd.quality.people import is_qa_manager
from ccd.roster import Role

__all__ = ["Common", "Repeated", "common_faults", "proposed_trainings", "repeated_faults"]


class Common(NamedTuple):
    fault: str
    people: tuple[str, ...]
    share: float


class Repeated(NamedTuple):
    """``share``: of the person's calls."""

    fault: str
    person: str
    times: int
    share: float


def common_faults(people: Iterable[MonthRead], settings: AssessmentSettings) -> tuple[Common, ...]:
    """By form and question. ``share`` is that of the people of whom anything was scored."""
    scored = [one for one in people if one.scores]
    had: dict[str, list[str]] = {}
    for one in scored:
        for fault in one.faults:
            had.setdefault(fault, []).append(one.person)
    found = [
        Common(fault, tuple(sorted(who)), round(len(who) / len(scored), 4)) for fault, who in had.items()
    ]
    return tuple(
        sorted(
            one
            for one in found
            if len(one.people) >= settings.fault_people and one.share >= settings.fault_share
        )
    )


def repeated_faults(
    people: Iterable[MonthRead], common: Iterable[Common], settings: AssessmentSettings
) -> tuple[Repeated, ...]:
    """Those that are not common ones: for these there is a training already."""
    known = {one.fault for one in common}
    return tuple(
        sorted(
            Repeated(fault, one.person, times, round(min(times / len(one.scores), 1.0), 4))
            for one in people
            if one.scores
            for fault, times in one.faults.items()
            if times >= settings.fault_repeated and fault not in known
        )
    )


def proposed_trainings(world: World, at: datetime, month: str, people: tuple[MonthRead, ...]) -> Items:
    """Each once a month, however often that is made."""
    rules, state = rules_of(world), world.assessment
    common = common_faults(people, rules)
    for each in common:
        name = f"T-{month}-{_slug(each.fault)}"
        if name not in state.trainings:
            yield from _common(world, at, month, name, each)
    for one in repeated_faults(people, common, rules):
        name = f"C-{month}-{one.person}-{_slug(one.fault)}"
        if name not in state.trainings:
            yield from _repeated(world, at, month, name, one)


def _slug(fault: str) -> str:
    return "".join(mark if mark.isalnum() else "-" for mark in fault)


def _common(world: World, at: datetime, month: str, name: str, each: Common) -> Items:
    key = f"assessment|training|{name}|proposed"
    yield facts.TrainingProposed(
        at=at,
        key=key,
        training=name,
        fault=each.fault,
        people=each.people,
        share=each.share,
        month=month,
        because=f"assessment: {len(each.people)} people ({each.share:.0%} of those scored) had {each.fault}",
    )
    planners = [
        one.code for one in world.roster.people if one.role == Role.TRAINER or is_qa_manager(world, one.code)
    ]
    values = {"fault": each.fault, "count": str(len(each.people)), "share": f"{each.share:.0%}"}
    values |= {"month": month, "training": name}
    yield from told(world, key, planners, "assessment_common_fault", values)


def _repeated(world: World, at: datetime, month: str, name: str, one: Repeated) -> Items:
    course = _nearest(world, at, one.fault)
    key = f"assessment|training|{name}|proposed"
    yield facts.TrainingProposed(
        at=at,
        key=key,
        person=one.person,
        training=name,
        fault=one.fault,
        people=(one.person,),
        share=one.share,
        month=month,
        kind="course" if course else "coaching",
        course=course,
        because=f"assessment: {one.person} had {one.fault} {one.times} times ({one.share:.0%} of the calls)",
    )
    values = {"person": one.person, "fault": one.fault, "times": str(one.times), "month": month}
    values["course"] = course
    people = [code for code in leads_of(world, one.person) if code != one.person]
    rule = "assessment_repeated_course" if course else "assessment_repeated_coaching"
    yield from told(world, key, people, rule, values)


def _nearest(world: World, at: datetime, fault: str) -> str:
    """The course for this fault that begins next; "" where none is planned."""
    found = [
        (one.plan.begins, one.name)
        for one in world.assessment.trainings.values()
        if one.state == "planned"
        and one.plan is not None
        and one.plan.begins > at
        and one.proposed is not None
        and one.proposed.fault == fault
    ]
    return min(found)[1] if found else ""
