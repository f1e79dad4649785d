"""What all acts have in common: values as they are typed, who may decide, refusals in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ccd.attendance.floor import World, zone_of
from ccd.attendance.state import REMEMBERED
from ccd.effects import AnswerAsked
from ccd.events import ShiftAct
from ccd.shifts.acts import Refused
from ccd.shifts.calendar import day_in
from ccd.shifts.people import may_decide, team_of

__all__ = [
    "common",
    "day_of",
    "done",
    "moment_of",
    "one_of",
    "require_decider",
    "require_manager",
]


def done(event: ShiftAct, rule: str, because: str, **values: object) -> AnswerAsked:
    told = {name: str(value) for name, value in values.items()}
    return AnswerAsked(
        event.request, f"attendance: {because}", accepted=True, rule=rule, values=told, result=told
    )


def common(event: ShiftAct, key: str, because: str, **fields: Any) -> dict[str, Any]:
    """What every fact that a person makes has."""
    return {
        "at": event.at,
        "key": f"attendance|{key}",
        "actor": event.actor,
        "by": event.by,
        "because": f"attendance: {because}",
        **fields,
    }


# --- values -----------------------------------------------------------------------------------------------


def day_of(event: ShiftAct, name: str = "day") -> date:
    """No later than tomorrow, and not so long ago that nothing of it is remembered."""
    text = event.values.get(name, "")
    day, _ = day_in(text)
    if day is None or not event.at.date() - REMEMBERED <= day <= event.at.date() + timedelta(days=1):
        like = f"2026-01-31, at most {REMEMBERED.days} days ago"
        raise Refused("attendance_no_value", name=name, value=text, like=like)
    return day


def moment_of(world: World, event: ShiftAct, name: str) -> datetime:
    text = event.values.get(name, "")
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone_of(world))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("attendance_no_value", name=name, value=text, like="2026-01-31T08:00") from None


def one_of(event: ShiftAct, name: str, known: tuple[str, ...]) -> str:
    value = event.values.get(name, "")
    if value not in known:
        raise Refused("attendance_no_value", name=name, value=value, like=" | ".join(known))
    return value


# --- who may ----------------------------------------------------------------------------------------------


def require_decider(world: World, event: ShiftAct, person: str) -> None:
    """A lead of this person's team now (its deputy while no lead is there), or a manager."""
    if event.actor == person:
        raise Refused("attendance_not_about_oneself", actor=event.actor)
    if not may_decide(world, event.actor, team_of(world, person)):
        raise Refused("attendance_not_allowed", actor=event.actor, who="a lead of the team (班长)")


def require_manager(world: World, event: ShiftAct, person: str) -> None:
    if event.actor == person:
        raise Refused("attendance_not_about_oneself", actor=event.actor)
    known = world.roster.by_code(event.actor)
    if known is None or known.role not in world.settings.shifts.manager_roles:
        raise Refused("attendance_not_allowed", actor=event.actor, who="a manager (经理)")
