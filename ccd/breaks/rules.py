"""Who may take a break: the rules in their order. docs/breaks.md has the same table.

The first that is broken is told. A lead's grant stands above all of them but the cap.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from ccd.breaks.record import Grant
from ccd.breaks.turns import Turn
from ccd.breaks.world import AGENTS, World, clock, minutes_of, to_leads
from ccd.config_breaks import BreaksSettings, ReasonSettings
from ccd.shifts.people import name_of, team_of

__all__ = ["Refusal", "Verdict", "allowance", "judged"]

LEAST_S = 60.0
"""Minutes a shift that are left are used up where they are less than this, and less than one break."""


class Refusal(NamedTuple):
    """``rule`` is a key of ``ccd.rules``; ``prompt`` what the phone plays. Not ``binding``: only told, in
    every mode.
    """

    rule: str
    values: dict[str, str]
    prompt: str
    because: str
    binding: bool = True


class Verdict(NamedTuple):
    """What came of asking: None as ``refusal`` is let. ``allowed_s`` None: as long as it takes."""

    refusal: Refusal | None
    allowed_s: float | None
    grant: str = ""


def judged(world: World, settings: BreaksSettings, turn: Turn, reason: str, at: datetime) -> Verdict:
    """May this person take a break of this reason now?"""
    rule = settings.reason(reason)
    if not reason and settings.unnamed != "allow":
        values = {"reasons": ", ".join(settings.known)}
        found = _refusal(world, turn, "unnamed", values, "no reason was given")
        return Verdict(found._replace(binding=settings.unnamed == "refuse"), None)
    if rule is None:
        values = {"reason": reason, "reasons": ", ".join(settings.known)}
        return Verdict(
            _refusal(world, turn, "unknown_reason", values, f"there is no reason {reason!r}"), None
        )
    if rule.never_refused:
        return Verdict(None, None)
    grant = next((one for one in world.breaks.grants_of(turn.key, reason) if not one.used), None)
    allowed_s = allowance(world, turn, reason, rule, grant, at)
    broken = None if grant else next(_broken(world, settings, turn, reason, rule, at), None)
    refusal = broken or _cap(world, turn, reason, rule, at)
    return Verdict(refusal, allowed_s, grant.key if grant else "")


def allowance(
    world: World, turn: Turn, reason: str, rule: ReasonSettings, grant: Grant | None, at: datetime
) -> float | None:
    """Seconds that one may last: its own, and no more than is left of the shift's."""
    if grant is not None and grant.minutes:
        return grant.minutes * 60.0
    limits = [rule.minutes * 60.0] if rule.minutes else []
    if rule.minutes_a_shift and grant is None:
        limits.append(max(rule.minutes_a_shift * 60.0 - _used_s(world, turn, reason, at), 0.0))
    return min(limits, default=None)


def _broken(
    world: World, settings: BreaksSettings, turn: Turn, reason: str, rule: ReasonSettings, at: datetime
) -> Iterator[Refusal]:
    yield from _who(world, turn, reason, rule)
    if not rule.productive:
        yield from _when(world, settings, turn, reason, at)
    mine = [one for one in world.breaks.of_turn(turn.key, reason) if not one.grant]
    if rule.times and len(mine) >= rule.times:
        values = {"reason": reason, "taken": str(len(mine)), "allowed": str(rule.times)}
        yield _refusal(world, turn, "times", values, f"{len(mine)} of {rule.times} are used up")
    if rule.minutes_a_shift:
        used = _used_s(world, turn, reason, at)
        least = min(LEAST_S, rule.minutes * 60) if rule.minutes else LEAST_S
        if rule.minutes_a_shift * 60 - used < min(least, rule.minutes_a_shift * 60):
            values = {"reason": reason, "taken": minutes_of(used), "allowed": f"{rule.minutes_a_shift:g}"}
            yield _refusal(
                world, turn, "minutes", values, f"{used:.0f} s of {rule.minutes_a_shift:g} min are used"
            )


def _who(world: World, turn: Turn, reason: str, rule: ReasonSettings) -> Iterator[Refusal]:
    known = world.roster.by_code(turn.person)
    role = known.role if known else ""
    if rule.roles and role not in rule.roles:
        values = {"reason": reason, "role": role, "roles": ", ".join(rule.roles)}
        yield _refusal(world, turn, "role", values, f"{reason} is not for {role or 'who is in no roster'}")
    if rule.needs_lead:
        leads = ", ".join(name_of(world, code) for code in to_leads(world, turn.person)) or "-"
        values = {"reason": reason, "leads": leads}
        yield _refusal(world, turn, "needs_lead", values, f"no lead has granted {reason}")


def _when(world: World, settings: BreaksSettings, turn: Turn, reason: str, at: datetime) -> Iterator[Refusal]:
    if turn.starts is None or turn.ends is None:
        return
    first = turn.starts + timedelta(minutes=settings.not_after_start_minutes)
    last = turn.ends - timedelta(minutes=settings.not_before_end_minutes)
    if turn.starts <= at < first:
        minutes = f"{settings.not_after_start_minutes:g}"
        values = {"reason": reason, "minutes": minutes, "time": clock(world, first)}
        yield _refusal(world, turn, "near_start", values, f"the first {minutes} min of the shift")
    if last <= at < turn.ends:
        minutes = f"{settings.not_before_end_minutes:g}"
        values = {"reason": reason, "minutes": minutes, "time": clock(world, turn.ends)}
        yield _refusal(world, turn, "near_end", values, f"the last {minutes} min of the shift")


def _used_s(world: World, turn: Turn, reason: str, at: datetime) -> float:
    """What counts towards the minutes of the shift: all but what a lead granted."""
    return sum(one.seconds(at) for one in world.breaks.of_turn(turn.key, reason) if not one.grant)


def _cap(world: World, turn: Turn, reason: str, rule: ReasonSettings, at: datetime) -> Refusal | None:
    """How many of a team may be away at once; whoever was let a moment ago counts already."""
    if not rule.cap_share or not _takes_calls(world, turn.person):
        return None
    team = team_of(world, turn.person)
    here = {
        code
        for people in world.presence.values()
        for code in people
        if team_of(world, code) == team and _takes_calls(world, code)
    }
    allowed = max(int(rule.cap_share * len(here) + 1e-9), 1)
    state = world.breaks
    away = {one.person for one in state.on.values() if one.reason == reason}
    away |= {one.person for one in state.accepted.values() if one.reason == reason and one.holds(at)}
    away = {code for code in away if team_of(world, code) == team and code != turn.person}
    if len(away) < allowed:
        return None
    values = {"reason": reason, "team": team, "away": str(len(away)), "allowed": str(allowed)}
    because = f"{len(away)} of {len(here)} in {team} are away, {allowed} may be ({rule.cap_share:.0%})"
    return _refusal(world, turn, "cap", values, because)


def _takes_calls(world: World, person: str) -> bool:
    known = world.roster.by_code(person)
    return known is not None and known.role in AGENTS


def _refusal(world: World, turn: Turn, rule: str, values: dict[str, str], because: str) -> Refusal:
    told = {"name": name_of(world, turn.person), **values}
    return Refusal(f"breaks_{rule}", told, f"break-{rule.replace('_', '-')}", because)
