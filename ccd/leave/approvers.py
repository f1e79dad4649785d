"""Who approves what, and who stands in for whom (manual.md, "Leave and swaps").

A step is ``supervisor:2001`` or ``department:2001``: whose approval, and for whom. It is asked of the first
of these groups in which somebody is not on leave; none of them is one of the request's own people.

===========  ==========================  ==============================  ====================  =============
step         of its own right            then                            then                  at last
===========  ==========================  ==============================  ====================  =============
supervisor   ``supervisor_roles`` of     whoever may decide for the      ``department_roles``  their
             the person's team           team now: other duty leads,                           stand-ins
                                         deputies while no lead is here
department   ``department_roles``        ``department_stand_in_roles``   ``supervisor_roles``  other duty
                                                                         of the team           leads, deputies
===========  ==========================  ==============================  ====================  =============

The first of a group's roles goes before the others: who approves while all of that role are on leave stands
in for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from ccd.config_leave import LeaveSettings, Step
from ccd.events import Person
from ccd.leave.looking import World
from ccd.leave.request import Request
from ccd.leave.rules import is_holiday, is_night
from ccd.roster import Role
from ccd.shifts.people import may_decide

__all__ = ["Approvers", "Bench", "steps_of_leave", "steps_of_swap"]

MOMENT = timedelta(microseconds=1)


class Bench(NamedTuple):
    """``people`` who may approve now. ``instead``: who is away, or the role that nobody has."""

    people: tuple[str, ...]
    instead: str


def steps_of_leave(
    world: World, settings: LeaveSettings, person: str, kind: str, shifts: Iterable[tuple[date, str]]
) -> tuple[str, ...]:
    """The approvals that leave from these shifts needs."""
    steps: tuple[Step, ...] = getattr(settings.approvals, kind)
    touched = tuple(shifts)
    if any(is_night(world, shift) for _, shift in touched):
        steps = settings.approvals.night
    if any(is_holiday(world, day) for day, _ in touched):
        steps = (*steps, *settings.approvals.holiday)
    return tuple(dict.fromkeys(f"{step}:{person}" for step in steps))


def steps_of_swap(
    world: World, settings: LeaveSettings, people: tuple[str, ...], shifts: Iterable[tuple[date, str]]
) -> tuple[str, ...]:
    """Of both people each."""
    steps, touched = settings.approvals.swap, tuple(shifts)
    if any(is_night(world, shift) for _, shift in touched):
        steps = (*steps, *settings.approvals.night)
    if any(is_holiday(world, day) for day, _ in touched):
        steps = (*steps, *settings.approvals.holiday)
    return tuple(dict.fromkeys(f"{step}:{person}" for step in steps for person in people))


class Approvers:
    """As things stand at ``at``. Made anew for each look: the roster is gone through once for it."""

    def __init__(self, world: World, at: datetime) -> None:
        self._world = world
        self._at = at

    @cached_property
    def _by_role(self) -> dict[str, list[Person]]:
        found: dict[str, list[Person]] = {}
        for person in self._world.roster.people:
            found.setdefault(person.role, []).append(person)
        return found

    def bench(self, step: str, own: tuple[str, ...]) -> Bench:
        """Who may approve a step; ``own`` are the request's people, who never do."""
        what, _, subject = step.partition(":")
        known = self._world.roster.by_code(subject)
        groups = self._groups(what, known.team if known else "")
        for number, (_, people) in enumerate(groups):
            here = [one.code for one in people if one.code not in own and not self._away(one.code)]
            if here:
                return Bench(tuple(dict.fromkeys(here)), self._instead(groups[0], own) if number else "")
        return Bench((), "")

    def all_of(self, one: Request) -> tuple[str, ...]:
        """Whoever a request waits for: the partner, or those of every approval that is missing."""
        if one.swap and not one.approved and one.phase == "asked":
            return (one.partner,)
        steps = one.missing
        return tuple(dict.fromkeys(code for step in steps for code in self.bench(step, one.people).people))

    def of(self, one: Request, actor: str) -> tuple[tuple[str, ...], str]:
        """The missing steps that ``actor`` may approve, and for whom they stand in."""
        steps, instead = [], dict[str, None]()
        for step in one.missing:
            bench = self.bench(step, one.people)
            if actor in bench.people:
                steps.append(step)
                if name := bench.instead or self._senior(step, one.people, actor):
                    instead[name] = None
        return tuple(steps), ", ".join(instead)

    # --- whom ---------------------------------------------------------------------------------------------

    def _groups(self, what: str, team: str) -> list[tuple[tuple[Role, ...], list[Person]]]:
        settings, shifts = self._world.settings.policies.leave, self._world.settings.shifts
        leads = [one for one in self._of(settings.supervisor_roles) if one.team == team and team]
        others = [
            one
            for one in self._of((Role.DUTY_LEAD, *shifts.lead_roles, *shifts.deputy_roles))
            if may_decide(self._world, one.code, team)
        ]
        heads = self._of(settings.department_roles)
        above = self._of(settings.department_stand_in_roles)
        first, second = settings.supervisor_roles, settings.department_roles
        if what == "supervisor":
            return [(first, leads), (first, others), (second, heads), ((), above)]
        return [(second, heads), ((), above), (first, leads), (first, others)]

    def _of(self, roles: Iterable[Role]) -> list[Person]:
        return [one for role in dict.fromkeys(roles) for one in self._by_role.get(role, ())]

    def _away(self, person: str) -> bool:
        return bool(self._world.leave.away(person, self._at, self._at + MOMENT))

    def _instead(self, group: tuple[tuple[Role, ...], list[Person]], own: tuple[str, ...]) -> str:
        roles, people = group
        away = [one.code for one in people if one.code not in own]
        return ", ".join(away) or (roles[0].value if roles else "")

    def _senior(self, step: str, own: tuple[str, ...], actor: str) -> str:
        """Those of the first role, where they are away and somebody of a later one approves."""
        what, _, subject = step.partition(":")
        known = self._world.roster.by_code(subject)
        roles, people = self._groups(what, known.team if known else "")[0]
        first = [one for one in people if roles and one.role == roles[0] and one.code not in own]
        if any(one.code == actor or not self._away(one.code) for one in first):
            return ""
        return ", ".join(one.code for one in first) or (roles[0].value if roles else "")
