"""What people do about sampling: each act by whoever may, with a reason, and never about themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from ccd.config_sampling import SamplingSettings
from ccd.effects import AnswerAsked
from ccd.events import ShiftAct
from ccd.events import sampling as facts
from ccd.quality.people import is_analyst, is_manager, is_qa_manager, leads
from ccd.sampling import asking
from ccd.sampling.answers import done, refused
from ccd.sampling.days import after, begins
from ccd.sampling.extras import digits_of
from ccd.sampling.world import Items, World, local_day
from ccd.shifts.people import name_of, team_of

__all__ = ["act"]

_MANAGERS = "the QA manager, operations managers"
_FOLLOWERS = "QA analysts, leads, the QA manager, operations managers"
_FEWEST_DIGITS = 3


def act(event: ShiftAct, world: World, settings: SamplingSettings) -> Items:
    """The answer comes now, or when the store has answered."""
    yield from _ACTS[event.act](event, world, settings)


def may_manage(world: World, actor: str) -> bool:
    return is_qa_manager(world, actor) or is_manager(world, actor)


def may_ask(world: World, actor: str) -> bool:
    return may_manage(world, actor) or is_analyst(world, actor) or leads(world, actor, team_of(world, actor))


def _exclude(event: ShiftAct, world: World, settings: SamplingSettings) -> Items:
    if (wrong := _not_a_manager(event, world)) is not None:
        yield wrong
        return
    today = local_day(world, event.at)
    since, until = (_day(event.values.get(name, "")) for name in ("since", "until"))
    for name, found in (("since", since), ("until", until)):
        if found is None and (text := event.values.get(name, "")):
            yield refused(event, "sampling_no_day", text=text)
            return
        if found is not None and found < today:
            yield refused(event, "sampling_past", day=str(found))
            return
    since = since or today
    if until is not None and until < since:
        yield refused(event, "sampling_no_order", since=str(since), until=str(until))
        return
    yield facts.PersonExcluded(
        **_by(event, world, "excluded"),
        since=since,
        until=until,
        excluded=True,
        reason=event.values["reason"],
    )
    shown = {"name": name_of(world, event.person), "since": str(since)}
    if until is None:
        yield done(event, world, "sampling_excluded_on", **shown)
    else:
        yield done(event, world, "sampling_excluded", **shown, until=str(until))


def _include(event: ShiftAct, world: World, settings: SamplingSettings) -> Items:
    if (wrong := _not_a_manager(event, world)) is not None:
        yield wrong
        return
    yield facts.PersonExcluded(
        **_by(event, world, "included"),
        since=local_day(world, event.at),
        until=None,
        excluded=False,
        reason=event.values["reason"],
    )
    yield done(event, world, "sampling_included", name=name_of(world, event.person))


def _mark(event: ShiftAct, world: World, settings: SamplingSettings) -> Items:
    if (wrong := _no_number(event, world)) is not None:
        yield wrong
        return
    zone, text = world.settings.daemon.timezone, event.values.get("until", "")
    last = (
        _day(text)
        if text
        else date.fromordinal(local_day(world, event.at).toordinal() + settings.complaint_days)
    )
    if last is None:
        yield refused(event, "sampling_no_day", text=text)
        return
    if last < local_day(world, event.at):
        yield refused(event, "sampling_past", day=str(last))
        return
    number = digits_of(event.values["number"])
    yield facts.CallerMarked(
        **_by(event, world, "marked"),
        number=number,
        until=begins(after(last), zone),
        reason=event.values["reason"],
    )
    yield done(event, world, "sampling_marked", number=number, until=str(last))


def _unmark(event: ShiftAct, world: World, settings: SamplingSettings) -> Items:
    if (wrong := _no_number(event, world)) is not None:
        yield wrong
        return
    number = digits_of(event.values["number"])
    if number not in world.sampling.marked:
        yield refused(event, "sampling_not_marked", number=number)
        return
    yield facts.CallerMarked(
        **_by(event, world, "unmarked"), number=number, until=None, reason=event.values["reason"]
    )
    yield done(event, world, "sampling_unmarked", number=number)


def _ask_for(event: ShiftAct, world: World, settings: SamplingSettings) -> Items:
    text = event.values.get("day", "")
    day = _day(text) if text else local_day(world, event.at)
    if not may_ask(world, event.actor):
        yield refused(event, "sampling_not_yours", actor=name_of(world, event.actor), who=_FOLLOWERS)
    elif not (event.values.get("unit") or event.values.get("call")):
        yield refused(event, "sampling_which")
    elif day is None:
        yield refused(event, "sampling_no_day", text=text)
    else:
        yield from asking.asks(event, world, day)


def _not_a_manager(event: ShiftAct, world: World) -> AnswerAsked | None:
    actor = name_of(world, event.actor)
    if not may_manage(world, event.actor):
        return refused(event, "sampling_not_yours", actor=actor, who=_MANAGERS)
    if event.actor == event.person:
        return refused(event, "sampling_oneself", actor=actor)
    return None


def _no_number(event: ShiftAct, world: World) -> AnswerAsked | None:
    if not may_ask(world, event.actor):
        return refused(event, "sampling_not_yours", actor=name_of(world, event.actor), who=_FOLLOWERS)
    if len(digits_of(event.values["number"])) < _FEWEST_DIGITS:
        return refused(event, "sampling_no_number", text=event.values["number"])
    return None


def _day(text: str) -> date | None:
    """None where it is no day."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _by(event: ShiftAct, world: World, what: str) -> dict[str, Any]:
    return {
        "at": event.at,
        "key": f"sampling|{what}|{event.request}",
        "person": event.person,
        "day": local_day(world, event.at),
        "actor": event.actor,
        "by": event.by,
        "because": f"{event.act} by {event.actor}: {event.values['reason']}",
    }


_ACTS: dict[str, Callable[[ShiftAct, World, SamplingSettings], Items]] = {
    "ask_for": _ask_for,
    "exclude": _exclude,
    "include": _include,
    "mark_caller": _mark,
    "unmark_caller": _unmark,
}
