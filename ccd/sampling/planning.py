"""Before a day begins: its seed's digest is published, and its thresholds are fixed from the volume expected.

A threshold is such that, with the volume that the same weekdays had lately, ``monthly_target`` conversations
of an agent a month are drawn at once. What the minimum adds comes at the closing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from statistics import fmean

from ccd.config_sampling import SamplingSettings
from ccd.effects import ReadSeed
from ccd.events import sampling as facts
from ccd.events.quality import SeedRead
from ccd.quality.people import is_scored
from ccd.sampling.days import after, begins
from ccd.sampling.draw import seed_digest, stratum_of
from ccd.sampling.state import Asked
from ccd.sampling.taking import fresh
from ccd.sampling.world import Items, World, keyed, local_day

__all__ = ["ahead", "expected_of", "revealed", "seed_read", "thresholds_of"]

_MONTH_DAYS = 365.2425 / 12
_DIGITS = 6
_SEED_OF = "sampling|seed|"
_SEED = re.compile(r"[0-9a-f]{64}")


def ahead(world: World, settings: SamplingSettings, at: datetime) -> Items:
    """Whatever today and tomorrow still lack of plan and seed."""
    state, zone = world.sampling, world.settings.daemon.timezone
    today = local_day(world, at)
    tomorrow = after(today)
    if today not in state.plans:
        yield _planned(world, settings, today, at)
    fixed = begins(tomorrow, zone) - timedelta(hours=settings.plan_hours_before)
    if tomorrow not in state.plans and at >= fixed:
        yield _planned(world, settings, tomorrow, at)
    for day in sorted(_days(world, at)):
        key = f"{_SEED_OF}{day}"
        if day not in state.underway.seeds and fresh(world, key, Asked(at)):
            yield ReadSeed(key, "a day is drawn by a seed of its own", day)


def _days(world: World, at: datetime) -> set[date]:
    """Those whose seed is wanted: open, to come, or closed without having been told."""
    state, today = world.sampling, local_day(world, at)
    untold = [day for day in state.frozen if day not in state.revealed]
    return {*state.open_days(), *untold, today, after(today)}


def _planned(world: World, settings: SamplingSettings, day: date, at: datetime) -> facts.DrawPlanned:
    zone, state = world.settings.daemon.timezone, world.sampling
    same = {known for known, plan in state.plans.items() if plan.strata == settings.strata}
    expected = expected_of(state.volumes, day, same)
    return facts.DrawPlanned(
        **keyed(at, day, "planned", because=f"{settings.monthly_target} of an agent a month are aimed at"),
        strata=settings.strata,
        thresholds=thresholds_of(settings, expected, _agents(world)),
        expected={stratum: round(count, 2) for stratum, count in expected.items()},
        minimum=settings.minimum,
        target=settings.monthly_target,
        late=at >= begins(day, zone),
    )


def expected_of(
    volumes: Mapping[str, Mapping[date, int]], day: date, days: Collection[date]
) -> dict[str, float]:
    """Stratum -> eligible conversations, when it has any: the mean of the same weekdays among ``days`` (those
    that had strata of the same kind); of all of them where none was of that weekday.
    """
    expected = {}
    for stratum, counts in sorted(volumes.items()):
        known = {each: count for each, count in counts.items() if each in days}
        same = [count for each, count in known.items() if each.weekday() == day.weekday()]
        if known:
            expected[stratum] = fmean(same or known.values())
    return expected


def thresholds_of(
    settings: SamplingSettings, expected: Mapping[str, float], agents: Mapping[str, int]
) -> dict[str, float]:
    """Stratum -> rate. ``agents``: team -> how many are scored. "" is the rate where no volume is known."""
    rates = {"": settings.default_rate}
    a_workday = settings.monthly_target / settings.workdays_a_month
    a_day = settings.monthly_target / _MONTH_DAYS
    of_agents: dict[str, float] = {}
    for stratum, count in expected.items():
        agent = stratum.partition("|")[0]
        of_agents[agent] = of_agents.get(agent, 0.0) + count
    everything = sum(expected.values())
    for stratum, count in expected.items():
        match settings.strata:
            case "agent" | "agent_queue":
                rate = a_workday / of_agents[stratum.partition("|")[0]]
            case "team":
                rate = a_day * agents.get(stratum, 0) / count
            case "queue":
                rate = a_day * sum(agents.values()) / everything
        rates[stratum] = round(min(1.0, rate), _DIGITS)
    return rates


def _agents(world: World) -> Counter[str]:
    """Team -> how many are scored."""
    scored = [one for one in world.roster.people if is_scored(world, one.code)]
    return Counter(stratum_of("team", "", "", one.team) for one in scored)


def seed_read(world: World, event: SeedRead) -> Items:
    """Its digest is published as soon as it is known; the seed itself when the day is closed."""
    state, digest = world.sampling, seed_digest(event.seed)
    if not _SEED.fullmatch(event.seed) or event.day not in _days(world, event.at):
        return
    state.underway.asked.pop(f"{_SEED_OF}{event.day}", None)
    state.underway.seeds[event.day] = event.seed
    known = state.commitments.get(event.day, [])
    if digest not in known:
        because = "the secret of the seeds is another" if known else "published before the day begins"
        yield facts.SeedCommitted(
            **keyed(event.at, event.day, "committed", event.day.isoformat(), digest, because=because),
            digest=digest,
            late=event.at >= begins(event.day, world.settings.daemon.timezone),
        )
    if event.day in state.frozen and event.day not in state.revealed:
        yield revealed(event.at, event.day, event.seed)


def revealed(at: datetime, day: date, seed: str) -> facts.SeedRevealed:
    return facts.SeedRevealed(
        **keyed(at, day, "revealed", because="the day is closed: anyone can draw it again"),
        seed=seed,
        digest=seed_digest(seed),
    )
