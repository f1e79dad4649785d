"""A day is closed when everything of it is settled, or has been waited for long enough.

The population is read, the draw made over all of it, whatever the minimum adds is picked, and the day frozen:
with the digest of its population and the chances of its strata. Then its seed is published.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ccd.config_sampling import SamplingSettings
from ccd.effects import ReadPopulation
from ccd.events import sampling as facts
from ccd.events.quality import ConversationsRead, Member, PopulationRead
from ccd.sampling import draw
from ccd.sampling.days import after, before, begins
from ccd.sampling.extras import HEARABLE, is_threat
from ccd.sampling.picking import pick, wrong_with
from ccd.sampling.planning import revealed
from ccd.sampling.state import Asked
from ccd.sampling.taking import LOOK, ask
from ccd.sampling.world import Items, World, keyed

__all__ = ["FREEZE", "THOROUGH", "due", "frozen", "nearer"]

THOROUGH = "sampling|close|"
FREEZE = "sampling|freeze|"


def due(world: World, settings: SamplingSettings, at: datetime) -> date | None:
    """The earliest day that is to be closed by now; None where there is none."""
    zone = world.settings.daemon.timezone
    late = timedelta(minutes=settings.close_after_minutes)
    days = world.sampling.open_days()
    return days[0] if days and at >= begins(after(days[0]), zone) + late else None


def nearer(world: World, settings: SamplingSettings, event: ConversationsRead, asked: Asked) -> Items:
    """After an answer of the store: once nothing is missing the whole day is looked through again (what came
    to be seen late), and then its population read.
    """
    day = due(world, settings, event.at)
    if day is None or not _complete(world, event, asked, day):
        return
    if event.key == LOOK:
        zone = world.settings.daemon.timezone
        first = before(day) if before(day) in world.sampling.closed else day
        yield from ask(world, settings, f"{THOROUGH}{day}", begins(first, zone), event.at)
    elif event.key == f"{THOROUGH}{day}":
        yield ReadPopulation(f"{FREEZE}{day}", "everything of the day is settled, or waited for", day)


def _complete(world: World, event: ConversationsRead, asked: Asked, day: date) -> bool:
    ends = begins(after(day), world.settings.daemon.timezone)
    given_up = asked.waited is not None and asked.waited >= ends
    later = event.oldest is not None and event.oldest >= ends
    return event.until >= ends and (not event.unsettled or later or given_up)


def frozen(world: World, settings: SamplingSettings, event: PopulationRead) -> Items:
    """The closing itself. Where something is missing that was told already, it is tried again."""
    state, day = world.sampling, event.day
    plan, seed = state.plans.get(day), state.underway.seeds.get(day)
    if plan is None or seed is None or due(world, settings, event.at) != day:
        return
    latest = timedelta(minutes=settings.close_latest_minutes)
    ends = begins(after(day), world.settings.daemon.timezone)
    stored = {one.unit for one in event.members}
    if not state.underway.seen.get(day, set()) <= stored and event.at < ends + latest:
        return
    members = {one.unit: one for one in event.members if one.eligible != draw.TOO_LATE}
    closing = _drawn(world, members, seed, plan)
    chances = {stratum: counts[3] for stratum, counts in closing.strata.items()}
    for unit, reason in closing.picks.items():
        if unit not in state.drawn and members[unit].picked not in draw.DRAWN:
            yield from pick(world, members[unit], day, reason, event.at, chances)
    yield from _threats(world, settings, members, day, event.at)
    yield _frozen(closing, members, day, event.at)
    yield revealed(event.at, day, seed)


def _drawn(world: World, members: dict[str, Member], seed: str, plan: facts.DrawPlanned) -> draw.Closing:
    """The draw, over whatever is known not to be heard."""
    assert plan.day is not None
    findings = world.sampling.findings_of(plan.day)
    while True:
        design = (seed, plan.thresholds, plan.minimum, plan.strata)
        closing = draw.close(members.values(), *design, findings)
        more = {unit for unit in closing.picks if wrong_with(world, members[unit])}
        if more <= findings:
            return closing
        findings |= more


def _threats(
    world: World, settings: SamplingSettings, members: dict[str, Member], day: date, at: datetime
) -> Items:
    """Calls that were reported as threats when they had been taken already."""
    state = world.sampling
    for unit, one in members.items():
        if unit in state.drawn or unit in state.extra or not settings.extra.threat.enabled:
            continue
        if one.eligible in HEARABLE and is_threat(world.incidents.values(), one.pbx, one.call):
            yield from pick(world, one, day, "threat", at)


def _frozen(closing: draw.Closing, members: dict[str, Member], day: date, at: datetime) -> facts.DayFrozen:
    unsettled = sum(one.eligible == "not_final" for one in members.values())
    return facts.DayFrozen(
        **keyed(at, day, "frozen", because=f"{closing.picked} drawn of {closing.eligible}"),
        digest=closing.digest,
        population=closing.population,
        eligible=closing.eligible,
        picked=closing.picked,
        strata=closing.strata,
        unsettled=unsettled,
    )
