"""The facts of a pick: that it is picked, and that it cannot be heard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ccd.events import sampling as facts
from ccd.events.quality import Member
from ccd.sampling import draw
from ccd.sampling.state import PROBABILITY
from ccd.sampling.world import Items, World, keyed

__all__ = ["pick", "picked", "rate_in", "unheard", "wrong_with"]


def stratum_in(plan: facts.DrawPlanned, member: Member) -> str:
    return draw.stratum_of(plan.strata, member.person, member.queue, member.team)


def rate_in(plan: facts.DrawPlanned, member: Member) -> float:
    return draw.rate_of(plan.thresholds, stratum_in(plan, member))


def pick(
    world: World,
    member: Member,
    day: date,
    reason: str,
    at: datetime,
    chances: Mapping[str, float] | None = None,
) -> Items:
    """``chances``: stratum -> chance, where the day is closed; before it is what is expected. Where its
    recording is known to be amiss, that is told at once.
    """
    fact = picked(world, member, day, reason, at, chances)
    yield fact
    if wrong := wrong_with(world, member):
        yield unheard(fact, wrong, "", at)


def picked(
    world: World,
    member: Member,
    day: date,
    reason: str,
    at: datetime,
    chances: Mapping[str, float] | None,
) -> facts.CallPicked:
    plan = world.sampling.plans.get(day)
    stratum = stratum_in(plan, member) if plan is not None else ""
    chance = 0.0
    if (drawn := reason in draw.DRAWN) and chances is not None:
        chance = chances.get(stratum, 0.0)
    elif drawn and plan is not None:
        chance = _expected(plan, stratum)
    sample = PROBABILITY if drawn else "extra"
    because = f"{reason}: rank {member.rank} of stratum {stratum}" if drawn else f"by need: {reason}"
    about: dict[str, Any] = keyed(at, day, "picked", member.unit, sample, because=because)
    return facts.CallPicked(
        **about,
        person=member.person,
        pbx=member.pbx,
        unit=member.unit,
        call=member.call,
        recording=member.recording,
        team=member.team,
        queue=member.queue,
        sample=sample,
        reason=reason,
        stratum=stratum,
        rank=member.rank,
        chance=chance,
        connected=member.connected or at,
        ended=member.ended or at,
        talk_s=member.talk_s,
        offset_s=member.offset_s,
    )


def _expected(plan: facts.DrawPlanned, stratum: str) -> float:
    rate, expected = draw.rate_of(plan.thresholds, stratum), round(plan.expected.get(stratum, 0.0))
    return draw.chance(expected, rate, plan.minimum) if expected > 0 else rate


def wrong_with(world: World, member: Member) -> str:
    """What is known to be wrong with its recording by now; "" where nothing is."""
    if (known := world.sampling.unheard.get(member.unit)) is not None:
        return known.state
    what, _ = world.sampling.underway.amiss.get((member.pbx, member.recording), ("", None))
    return what


def unheard(pick: facts.CallPicked, what: str, substitute: str, at: datetime) -> facts.PickUnheard:
    assert pick.day is not None
    because = f"its recording is {what}"
    return facts.PickUnheard(
        **keyed(at, pick.day, "unheard", pick.unit, pick.sample, because=because),
        person=pick.person,
        pbx=pick.pbx,
        unit=pick.unit,
        recording=pick.recording,
        state=what,
        substitute=substitute,
        stratum=pick.stratum,
    )
