"""Who is on duty: the plan of a moment set against who was signed in then.

Presence is a person's sign-in at a seat, never guessed from a phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ccd.roster import Role, Roster
from ccd.shifts.plan import Duty, Plan, same_seat

__all__ = ["SignedIn", "on_duty"]

Row = dict[str, Any]
JUST_OVER = timedelta(hours=4)
"""Who is still there so long after their shift is shown with it."""


class SignedIn(NamedTuple):
    pbx: str
    seat: str
    person: str
    since: datetime


def on_duty(
    at: datetime,
    *,
    plan: Plan,
    roster: Roster,
    presence: Iterable[SignedIn] | None,
    lead: timedelta,
    stand_ins: Iterable[Role],
) -> Row:
    """``presence`` as it was at that moment; None where it cannot be known, for that is still to come.

    ``shifts``: those that run, or begin within ``lead``, each with its people. A person's ``state`` is
    ``here`` (at the seat planned), ``elsewhere`` (at another), ``missing``, ``due`` (not there, and the shift
    has not begun) or ``planned`` (``presence`` is None). ``unscheduled``: who is there without one of these,
    with the shift they had until not long ago. ``leads``: who leads; while no duty lead is signed in, whoever
    stands in (``stand_ins``), which ``standing_in`` says.
    """
    here: dict[str, list[SignedIn]] = {}
    for place in presence or ():
        here.setdefault(place.person, []).append(place)
    duties = plan.on_duty(at, lead=lead)
    scheduled = {duty.assignment.person for duty in duties}
    shifts: dict[tuple[datetime, str], Row] = {}
    for duty in duties:
        one = duty.assignment
        shift = shifts.setdefault((duty.starts, one.shift), _shift(duty, plan))
        shift["people"].append(
            _person(one.person, roster) | _place(duty, here.get(one.person, []), at, presence)
        )
    return {
        "at": at,
        "shifts": list(shifts.values()),
        "unscheduled": [
            _person(code, roster)
            | {"signed_in": [_signed(one) for one in places], "was_until": _ended(plan, code, at)}
            for code, places in here.items()
            if code not in scheduled
        ],
        "presence_known": presence is not None,
        **_leads(here, roster, stand_ins),
    }


def _shift(duty: Duty, plan: Plan) -> Row:
    one = duty.assignment
    label = plan.shifts.by_name[one.shift].label
    return {
        "shift": one.shift,
        "label": label or one.shift,
        "day": one.day.isoformat(),
        "starts": duty.starts,
        "ends": duty.ends,
        "people": [],
    }


def _place(duty: Duty, here: list[SignedIn], at: datetime, presence: object) -> Row:
    one = duty.assignment
    if presence is None:
        state = "planned"
    elif not here:
        state = "due" if at < duty.starts else "missing"
    elif not one.seat or any(same_seat(one, pbx=place.pbx, seat=place.seat) for place in here):
        state = "here"
    else:
        state = "elsewhere"
    return {
        "seat": one.seat,
        "pbx": one.pbx,
        "meal_group": one.meal_group,
        "state": state,
        "signed_in": [_signed(place) for place in here],
    }


def _person(code: str, roster: Roster) -> Row:
    known = roster.by_code(code)
    if known is None:
        return {"person": code, "name": "", "role": "", "team": ""}
    return {"person": code, "name": known.name, "role": known.role, "team": known.team}


def _signed(one: SignedIn) -> Row:
    return {"pbx": one.pbx, "seat": one.seat, "since": one.since}


def _ended(plan: Plan, code: str, at: datetime) -> datetime | None:
    over = [
        duty.ends
        for duty in plan.duties(at - JUST_OVER, at)
        if duty.assignment.person == code and duty.ends <= at
    ]
    return max(over, default=None)


def _leads(here: Mapping[str, list[SignedIn]], roster: Roster, stand_ins: Iterable[Role]) -> Row:
    def signed_in(role: Role) -> list[str]:
        return [person.code for person in roster.people if person.role == role and person.code in here]

    leads = signed_in(Role.DUTY_LEAD)
    if leads:
        return {"leads": [_person(code, roster) for code in leads], "standing_in": False}
    standing = next((found for role in stand_ins if (found := signed_in(role))), [])
    return {"leads": [_person(code, roster) for code in standing], "standing_in": bool(standing)}
