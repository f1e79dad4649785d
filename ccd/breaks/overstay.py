"""What a break comes to while it goes on and when it is over: up, late, a violation, an absence.

Only time that was seen counts, and only in one piece: in what was out of sight a break may have ended and
another begun.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from ccd.breaks.record import Break
from ccd.breaks.world import Items, World, clock, freed, minutes_of, page, to_leads
from ccd.config_breaks import BreaksSettings
from ccd.effects import CancelDeadline, Page, SetDeadline
from ccd.events import breaks as facts
from ccd.shifts.people import name_of

__all__ = ["absence", "ahead", "come_to", "deadline_of", "level_of", "no_deadline", "over_s"]

AGAIN_S = 60.0
"""While an emergency is on nobody is told; it is looked at again."""
CLOSE_S = 0.001
"""A timer may be early by what a float has lost."""
DUE = "breaks|due|"


class Stage(NamedTuple):
    """``after_s``: seconds of the break that are seen in one piece."""

    name: str
    after_s: float


def deadline_of(key: str) -> str:
    """The break that a deadline is of; "" for any other."""
    return key.removeprefix(DUE) if key.startswith(DUE) else ""


def over_s(one: Break, at: datetime) -> float:
    """Past what is allowed, in the longest time in which it was seen to go on."""
    limit = one.limit_s
    return 0.0 if limit is None else max(max(one.runs(at)) - limit, 0.0)


def level_of(one: Break, settings: BreaksSettings, at: datetime) -> str:
    """``unknown`` where it would be late with what was out of sight, and is not without."""
    if one.limit_s is None:
        return "ok"
    over = over_s(one, at)
    level = _level(one, settings, over)
    whole = (at - one.began).total_seconds() - one.limit_s
    if level == "ok" and _level(one, settings, whole) != "ok":
        return "unknown"
    return level


def _level(one: Break, settings: BreaksSettings, over: float) -> str:
    if over >= settings.violation_minutes * 60 and not one.productive:
        return "violation"
    return "late" if over > 0 and over >= settings.late_after_minutes * 60 else "ok"


def _stages(one: Break, settings: BreaksSettings) -> Iterator[Stage]:
    limit = one.limit_s
    rule = settings.reason(one.reason)
    if limit is not None:
        yield Stage("over", limit)
        yield Stage("late", limit + settings.late_after_minutes * 60)
        if not one.productive:
            yield Stage("violation", limit + settings.violation_minutes * 60)
    if not one.productive and not (rule and rule.never_refused):
        yield Stage("absence_too_long", settings.absence_minutes * 60.0)


def _told(one: Break, stage: Stage) -> bool:
    limit = 0.0 if stage.name.startswith("absence") else one.limit_s or 0.0
    return (stage.name, limit) in one.stages


def come_to(world: World, settings: BreaksSettings, key: str, at: datetime) -> Items:
    """Note and tell what has come due, and look again when the next does."""
    one = world.breaks.known(key)
    if one is None or one.ended is not None or _out_of_sight(world, one.pbx):
        return
    if freed(world, one.person, one.pbx, one.seat):
        yield _due_in(key, AGAIN_S, "an emergency is on")
        return
    run = (at - one.seen_since).total_seconds()
    for stage in _stages(one, settings):
        if run + CLOSE_S >= stage.after_s and not _told(one, stage):
            yield from _stage(world, settings, one, stage, at)
    yield from ahead(world, settings, key, at, least_s=CLOSE_S)


def ahead(world: World, settings: BreaksSettings, key: str, at: datetime, *, least_s: float = 0.0) -> Items:
    """The next deadline of a break that goes on; what is past and was not told (whoever has leave) later."""
    one = world.breaks.known(key)
    if one is None or one.ended is not None or _out_of_sight(world, one.pbx):
        return
    left = [stage for stage in _stages(one, settings) if not _told(one, stage)]
    if left:
        stage = min(left, key=lambda each: each.after_s)
        due = one.seen_since + timedelta(seconds=stage.after_s)
        after_s = max((due - at).total_seconds(), 0.0)
        if after_s < least_s:
            after_s = AGAIN_S
        yield _due_in(key, after_s, f"{stage.name} after {stage.after_s:.0f} s")


def no_deadline(one: Break) -> CancelDeadline:
    return CancelDeadline(f"{DUE}{one.key}", "breaks: it is over")


def _due_in(key: str, after_s: float, because: str) -> SetDeadline:
    return SetDeadline(f"{DUE}{key}", f"breaks: {because}", after_s)


def _out_of_sight(world: World, pbx: str) -> bool:
    known = world.pbxs.get(pbx)
    return known is None or known.blind_since is not None


def _stage(world: World, settings: BreaksSettings, one: Break, stage: Stage, at: datetime) -> Items:
    if stage.name == "absence_too_long":
        yield from absence(world, settings, one, "too_long", at)
        return
    limit = one.limit_s or 0.0
    key = f"{one.key}|{stage.name}|{limit:g}"
    over = over_s(one, at)
    because = f"{stage.name}: {over:.0f} s past {limit:.0f} s"
    yield facts.BreakOver(
        at=at,
        key=key,
        person=one.person,
        day=one.day,
        shift=one.shift,
        pbx=one.pbx,
        seat=one.seat,
        because=because,
        of=one.key,
        stage=stage.name,
        reason=one.reason,
        allowed_s=limit,
        over_s=over,
    )
    values = _values(world, one) | {"minutes": minutes_of(limit), "over": minutes_of(over)}
    mine = stage.name == "over"
    people = (one.person,) if mine else to_leads(world, one.person)
    rule = f"breaks_{stage.name}"
    told = Page(key, f"breaks: {because}", people, rule, values, ring=mine, pbx=one.pbx, seat=one.seat)
    yield from page(settings, told)


def absence(world: World, settings: BreaksSettings, one: Break, kind: str, at: datetime) -> Items:
    """Propose it to the lead, once; whoever has leave for that time is away rightly."""
    if (f"absence_{kind}", 0.0) in one.stages:
        return
    if world.leave.away(one.person, at, at + timedelta(seconds=1)):
        return
    seconds = one.seconds(at)
    key = f"{one.key}|absence|{kind}"
    because = f"absence, {kind}: {seconds:.0f} s, limit {settings.absence_minutes:g} min"
    yield facts.PauseIsAbsence(
        at=at,
        key=key,
        person=one.person,
        day=one.day,
        shift=one.shift,
        pbx=one.pbx,
        seat=one.seat,
        because=because,
        of=one.key,
        kind=kind,
        reason=one.reason,
        began=one.began,
        seconds=seconds,
    )
    values = _values(world, one) | {"length": minutes_of(seconds)}
    people = to_leads(world, one.person)
    told = Page(
        key, f"breaks: {because}", people, f"breaks_absence_{kind}", values, pbx=one.pbx, seat=one.seat
    )
    yield from page(settings, told)


def _values(world: World, one: Break) -> dict[str, str]:
    return {
        "name": name_of(world, one.person),
        "reason": one.reason or "-",
        "since": clock(world, one.began),
        "seat": one.seat,
    }
