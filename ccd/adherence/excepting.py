"""A lead excepts a time of somebody's from adherence, or takes that back. What was done stays on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ccd.adherence.acts import KINDS
from ccd.adherence.verdicts import asked_again
from ccd.adherence.world import World, zone_of
from ccd.effects import AnswerAsked, ReadRecord
from ccd.events import ShiftAct
from ccd.events.adherence import ExceptionAdded, ExceptionRemoved
from ccd.shifts.people import may_decide, team_of

__all__ = ["excepted", "unexcepted"]

LONGEST = timedelta(days=31)
AHEAD = timedelta(days=100)
Item = ExceptionAdded | ExceptionRemoved | AnswerAsked | ReadRecord


def excepted(event: ShiftAct, world: World) -> Iterator[Item]:
    """``since`` and ``until`` are ISO 8601 with an offset."""
    since, until = _moment(event.values["since"]), _moment(event.values["until"])
    refused = _nobody_may(event, event.person, world)
    days = world.settings.policies.adherence.back_days
    if refused is None and (since is None or until is None):
        refused = _refusal(event, "adherence_no_time")
    if refused is not None or since is None or until is None:
        yield refused or _refusal(event, "adherence_no_time")
        return
    if not since < until <= since + LONGEST:
        yield _refusal(event, "adherence_no_span", days=str(LONGEST.days))
    elif since < event.at - timedelta(days=days) or until > event.at + AHEAD:
        yield _refusal(event, "adherence_too_far", days=str(days), ahead=str(AHEAD.days))
    elif event.values["kind"] not in KINDS:
        yield _refusal(event, "adherence_no_kind", kind=event.values["kind"], kinds=", ".join(KINDS))
    else:
        yield from _added(event, world, since, until)


def _added(event: ShiftAct, world: World, since: datetime, until: datetime) -> Iterator[Item]:
    duty = next(
        (one for one in world.plan.duties(since, until) if one.assignment.person == event.person), None
    )
    zone = ZoneInfo(zone_of(world, duty) if duty else world.settings.daemon.timezone)
    name = world.adherence.new_name(event.at.astimezone(zone).date())
    yield ExceptionAdded(
        at=event.at,
        key=f"adherence|exception|{name}",
        person=event.person,
        day=duty.assignment.day if duty else since.astimezone(zone).date(),
        actor=event.actor,
        by=event.by,
        because=f"adherence: excepted by {event.actor}",
        exception=name,
        since=since,
        until=until,
        kind=event.values["kind"],
        reason=event.values["reason"],
    )
    values = {"person": event.person, "exception": name}
    because = f"adherence: {name} holds"
    yield AnswerAsked(event.request, because, True, "adherence_excepted", values, result={"exception": name})
    yield from asked_again(event.person, since, until, event.at, world)


def unexcepted(event: ShiftAct, world: World) -> Iterator[Item]:
    name = event.values["exception"]
    known = world.adherence.exceptions.get(name)
    if known is None:
        yield _refusal(event, "adherence_no_exception", exception=name)
        return
    if (refused := _nobody_may(event, known.person, world)) is not None:
        yield refused
        return
    yield ExceptionRemoved(
        at=event.at,
        key=f"adherence|exception|{name}|removed",
        person=known.person,
        day=known.day,
        actor=event.actor,
        by=event.by,
        because=f"adherence: taken back by {event.actor}",
        exception=name,
        reason=event.values["reason"],
    )
    values = {"person": known.person, "exception": name}
    because = f"adherence: {name} holds no more"
    yield AnswerAsked(event.request, because, True, "adherence_unexcepted", values)
    yield from asked_again(known.person, known.since, known.until, event.at, world)


def _nobody_may(event: ShiftAct, person: str, world: World) -> AnswerAsked | None:
    """Why this actor may not decide about this person; None where they may."""
    if event.actor == person:
        return _refusal(event, "adherence_oneself", person=person)
    if not may_decide(world, event.actor, team_of(world, person)):
        return _refusal(event, "adherence_not_a_lead", actor=event.actor, person=person)
    return None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None else found


def _refusal(event: ShiftAct, rule: str, **values: str) -> AnswerAsked:
    return AnswerAsked(event.request, f"adherence: {rule}", False, rule, values)
