"""How facts, answers and pages of this room are made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from ccd.config_section import Mode
from ccd.effects import AnswerAsked, Effect, Page
from ccd.events import Event, ShiftAct
from ccd.events import leave as facts
from ccd.events.leave import Breach
from ccd.leave.looking import World
from ccd.leave.request import Request
from ccd.leave.rules import local
from ccd.leave.times import local_day
from ccd.shifts.acts import Refused

__all__ = [
    "Items",
    "accepted",
    "deadline",
    "fact",
    "page",
    "refused",
    "request_of",
    "span_told",
    "warned_told",
    "zone",
]

F = TypeVar("F", bound=facts.LeaveFact)
Items = Iterator[Event | Effect]


def zone(world: World) -> ZoneInfo:
    return ZoneInfo(world.settings.daemon.timezone)


def day_of(world: World, one: Request) -> date:
    """The day of its first shift."""
    days = [move.day for move in one.moves] or [each.day for each in one.used]
    return min(days, default=local_day(one.begins, zone(world)))


def fact(kind: type[F], world: World, one: Request, at: datetime, what: str, /, **fields: Any) -> F:
    """``what`` and the time make its key."""
    return kind(
        at=at,
        key=f"leave|{what}|{one.id}|{at.isoformat()}",
        request=one.id,
        person=one.person,
        day=day_of(world, one),
        **fields,
    )


def accepted(
    event: ShiftAct, rule: str, *, result: dict[str, str] | None = None, **values: str
) -> AnswerAsked:
    return AnswerAsked(
        event.request, f"leave: {rule}", accepted=True, rule=rule, values=values, result=result or {}
    )


def refused(event: ShiftAct, breach: Breach, **result: str) -> AnswerAsked:
    told = ", ".join(f"{name}={value}" for name, value in breach.values.items())
    return AnswerAsked(
        event.request,
        f"leave: {breach.rule} ({told})",
        accepted=False,
        rule=breach.rule,
        values=breach.values,
        result=result,
    )


def warned_told(warned: tuple[Breach, ...]) -> dict[str, str]:
    """For whoever asked, as JSON: the rules that were broken, with their values."""
    return {"warned": msgspec.json.encode(warned).decode()} if warned else {}


def page(
    world: World, one: Request, at: datetime, people: tuple[str, ...], rule: str, /, **values: str
) -> Items:
    """Nobody is told in ``observe``."""
    if world.settings.policies.leave.mode in (Mode.NOTIFY, Mode.ENFORCE) and people:
        key = f"leave|page|{rule}|{one.id}|{at.isoformat()}"
        told = {"request": one.id, "person": one.person, "span": span_told(world, one), **values}
        yield Page(key, f"leave: {rule} {one.id}", people=people, rule=rule, values=told)


def span_told(world: World, one: Request) -> str:
    return f"{local(world, one.since)} - {local(world, one.until)}"


def request_of(world: World, event: ShiftAct) -> Request:
    """The one that an act is about. Raises Refused."""
    name = event.values.get("request", "")
    one = world.leave.requests.get(name)
    if one is None:
        raise Refused("leave_unknown_request", request=name[:40])
    return one


def deadline(world: World, one: Request) -> datetime:
    """Until then it is to be decided."""
    if not one.swap and (one.kind == "sick" or one.special):
        return one.until + timedelta(days=world.settings.policies.leave.late_decision_days)
    return one.begins
