"""What leads do about breaks, each with a reason: grant one, extend one that is on, waive an overstay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ccd.breaks.overstay import ahead
from ccd.breaks.record import Break
from ccd.breaks.turns import coming_turn_of
from ccd.breaks.world import Items, World, clock
from ccd.config_breaks import BreaksSettings
from ccd.effects import AnswerAsked
from ccd.events import ShiftAct
from ccd.events import breaks as facts
from ccd.shifts.people import may_decide, name_of, team_of

__all__ = ["act"]

MOST_MINUTES = 480


def act(event: ShiftAct, world: World, settings: BreaksSettings) -> Items:
    """The answer is the last item."""
    name, team = name_of(world, event.person), team_of(world, event.person)
    if event.actor == event.person:
        yield _refused(event, "breaks_not_yours", {})
    elif not may_decide(world, event.actor, team):
        values = {"actor": name_of(world, event.actor), "name": name, "team": team or "-"}
        yield _refused(event, "breaks_may_not", values)
    else:
        yield from _ACTS[event.act](event, world, settings)


def _grant(event: ShiftAct, world: World, settings: BreaksSettings) -> Items:
    reason, minutes = event.values["reason"], event.values.get("minutes", "")
    if settings.reason(reason) is None:
        values = {"reason": reason, "reasons": ", ".join(settings.known)}
        yield _refused(event, "breaks_no_such_reason", values)
    elif minutes and not _minutes(minutes):
        yield _refused(event, "breaks_no_minutes", {"minutes": minutes})
    else:
        turn = coming_turn_of(world, event.person, event.at)
        yield facts.BreakGranted(
            **_by(event, f"breaks|granted|{event.request}"),
            day=turn.day,
            shift=turn.shift,
            reason=reason,
            minutes=_minutes(minutes),
            why=event.values["why"],
        )
        yield _done(event, world, "breaks_granted", {"reason": reason})


def _extend(event: ShiftAct, world: World, settings: BreaksSettings) -> Items:
    one, minutes = world.breaks.of_person(event.person), _minutes(event.values["minutes"])
    if one is None:
        yield _refused(event, "breaks_none_on", {"name": name_of(world, event.person)})
    elif one.limit_s is None:
        values = {"name": name_of(world, event.person), "reason": one.reason or "-"}
        yield _refused(event, "breaks_no_limit", values)
    elif not minutes:
        yield _refused(event, "breaks_no_minutes", {"minutes": event.values["minutes"]})
    else:
        yield facts.BreakExtended(
            **_by(event, f"breaks|extended|{event.request}"),
            **_where(one),
            minutes=minutes,
            why=event.values["why"],
        )
        yield from ahead(world, settings, one.key, event.at)
        until = one.began + timedelta(seconds=one.limit_s + minutes * 60)
        values = {"reason": one.reason or "-", "time": clock(world, until)}
        yield _done(event, world, "breaks_extended", values)


def _waive(event: ShiftAct, world: World, settings: BreaksSettings) -> Items:
    key = event.values.get("break", "")
    overstays = [one for one in world.breaks.overstays(event.person) if key in ("", one.key)]
    if not overstays:
        yield _refused(event, "breaks_nothing_over", {"name": name_of(world, event.person)})
        return
    one = overstays[0]
    yield facts.BreakWaived(
        **_by(event, f"{one.key}|waived"), **_where(one), level=one.level, why=event.values["why"]
    )
    values = {"reason": one.reason or "-", "since": clock(world, one.began), "level": one.level}
    yield _done(event, world, "breaks_waived", values)


def _minutes(text: str) -> int:
    """0 where it is no number of them."""
    good = text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= MOST_MINUTES
    return int(text) if good else 0


def _by(event: ShiftAct, key: str) -> dict[str, Any]:
    why = event.values["why"]
    because = f"{event.act} by {event.actor}: {why}"
    return {
        "at": event.at,
        "key": key,
        "person": event.person,
        "actor": event.actor,
        "by": event.by,
        "because": because,
    }


def _where(one: Break) -> dict[str, Any]:
    return {"of": one.key, "day": one.day, "shift": one.shift, "pbx": one.pbx, "seat": one.seat}


def _done(event: ShiftAct, world: World, rule: str, values: dict[str, str]) -> AnswerAsked:
    values = {
        "name": name_of(world, event.person),
        "actor": name_of(world, event.actor),
        "why": event.values["why"],
        **values,
    }
    return AnswerAsked(event.request, f"breaks: {event.act} by {event.actor}", True, rule, values)


def _refused(event: ShiftAct, rule: str, values: dict[str, str]) -> AnswerAsked:
    return AnswerAsked(event.request, f"breaks: {rule}", False, rule, values)


_ACTS: dict[str, Callable[[ShiftAct, World, BreaksSettings], Items]] = {
    "grant": _grant,
    "extend": _extend,
    "waive": _waive,
}
