"""What a course collides with: shifts, leave and other courses of those who are to be there. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol

from ccd.assessment.cases import Training
from ccd.shifts.away import Away
from ccd.shifts.plan import Plan

__all__ = ["Collision", "collisions"]


class Leave(Protocol):
    def away(self, person: str, since: datetime, until: datetime) -> tuple[Away, ...]: ...


class Collision(NamedTuple):
    """``what``: shift | leave | training; ``name``: of the shift, the leave's fact, the course."""

    person: str
    what: str
    name: str
    since: datetime
    until: datetime


def collisions(
    plan: Plan,
    leave: Leave,
    trainings: Iterable[Training],
    people: Iterable[str],
    begins: datetime,
    ends: datetime,
    *,
    but: str = "",
) -> tuple[Collision, ...]:
    """What ends as a course begins, or begins as it ends, does not collide. ``but``: the course itself."""
    wanted = dict.fromkeys(people)
    found = [
        Collision(duty.assignment.person, "shift", duty.assignment.shift, duty.starts, duty.ends)
        for duty in plan.duties(begins, ends)
        if duty.assignment.person in wanted
    ]
    for person in wanted:
        for away in leave.away(person, begins, ends):
            found.append(Collision(person, "leave", away.ref, away.since, away.until))
    for other in trainings:
        known = other.plan
        if other.name == but or known is None or other.state != "planned":
            continue
        if known.begins < ends and begins < known.ends:
            found += [
                Collision(person, "training", other.name, known.begins, known.ends)
                for person in (*known.people, known.trainer)
                if person in wanted
            ]
    return tuple(dict.fromkeys(sorted(found, key=lambda one: (one.since, one.person, one.what, one.name))))
