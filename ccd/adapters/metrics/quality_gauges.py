"""How quality stands at the moment Prometheus asks: what waits, what is late, how far today is covered.

Calibration and recordings have families of their own (``calibration``, ``retention``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric

from ccd.config_section import Mode
from ccd.sampling.days import after, begins, day_of
from ccd.scoring.evaluation import Evaluation, Phase, id_of
from ccd.scoring.state import GIVEN
from ccd.world import World

__all__ = ["quality_families"]

WAITING = (Phase.ASSIGNED, Phase.CLAIMED, Phase.SCORED, Phase.HELD, Phase.DISPUTED)
CASES = ("proposed", "retraining", "listed")


def quality_families(world: World, now: datetime) -> Iterator[Metric]:
    """Each family in one go, as in ``gauges``."""
    policies = world.settings.policies
    if policies.sampling.mode is not Mode.OFF:
        yield from _draw(world, now)
        yield from _closing(world, now)
    if policies.scoring.mode is not Mode.OFF:
        yield from _work(list(world.scoring.evaluations.values()), now)
        yield from _forgotten(world, now)
    yield from _cases(world)


def _gauge(name: str, text: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


# --- sampling ---------------------------------------------------------------------------------------------


def _draw(world: World, now: datetime) -> Iterator[Metric]:
    """Strata of today: those of which a conversation is expected, and those that have a pick."""
    state, today = world.sampling, day_of(now, world.settings.daemon.timezone)
    plan = state.plans.get(today)
    drawn = Counter(one.stratum for one in state.drawn.values() if one.day == today)
    strata = {*(plan.expected if plan else ()), *drawn}
    covered = sum(drawn[stratum] >= (plan.minimum if plan else 0) for stratum in strata)
    told = "Strata of today, by whether they have their minimum of picks already."
    yield _gauge("ccd_sampling_strata", told, "covered", {"yes": covered, "no": len(strata) - covered})
    late = today not in state.commitments or today in state.late
    told = "1 where the digest of today's seed was not published before the day began."
    yield GaugeMetricFamily("ccd_sampling_seed_late", told, late)
    told = "Conversations that are over and not settled."
    yield GaugeMetricFamily("ccd_sampling_unsettled", told, state.underway.unsettled)


def _closing(world: World, now: datetime) -> Iterator[Metric]:
    state, zone = world.sampling, world.settings.daemon.timezone
    today = day_of(now, zone)
    open_days = state.open_days()
    over = [day for day in open_days if day < today]
    yield GaugeMetricFamily("ccd_sampling_closings_due", "Days that are over and not frozen.", len(over))
    since = (now - begins(after(over[0]), zone)).total_seconds() if over else 0.0
    told = "Since the earliest of these was over."
    yield GaugeMetricFamily("ccd_sampling_open_day_age_seconds", told, since)
    yield GaugeMetricFamily("ccd_sampling_frozen", "Frozen days of the last forty.", len(state.closed))
    after_s = timedelta(minutes=world.settings.policies.sampling.close_after_minutes)
    closes = begins(after(open_days[0] if open_days else today), zone) + after_s
    told = "When the next day is frozen, if all of it is settled."
    yield GaugeMetricFamily("ccd_sampling_next_closing_timestamp_seconds", told, closes.timestamp())


# --- scoring ----------------------------------------------------------------------------------------------


def _work(known: list[Evaluation], now: datetime) -> Iterator[Metric]:
    phases = Counter(one.phase for one in known if one.phase is not Phase.SCORED or one.sample != "blind")
    waiting = {phase.value: float(phases[phase]) for phase in WAITING}
    told = "Evaluations that wait for something, by their state."
    yield _gauge("ccd_evaluations_waiting", told, "state", waiting)
    disputes = [one for one in known if one.phase is Phase.DISPUTED]
    late = {
        "scoring": float(sum(one.open and _is_past(one.due, now) for one in known)),
        "resolution": float(sum(_is_past(one.resolve_due, now) for one in disputes)),
    }
    yield _gauge("ccd_evaluations_overdue", "Of these, those past their time.", "what", late)
    nobody = sum(one.open and not one.analyst for one in known)
    yield GaugeMetricFamily("ccd_evaluations_unassigned", "Evaluations that nobody can take.", nobody)
    oldest = max(((now - one.disputed).total_seconds() for one in disputes if one.disputed), default=0.0)
    told = "How long the oldest open dispute is open."
    yield GaugeMetricFamily("ccd_evaluation_dispute_oldest_seconds", told, oldest)


def _is_past(due: datetime | None, now: datetime) -> bool:
    return due is not None and due <= now


def _forgotten(world: World, now: datetime) -> Iterator[Metric]:
    """Picks as far back as it is known of finished evaluations that there was one."""
    scoring, sampling = world.scoring, world.sampling
    without = sum(
        pick.at > now - GIVEN
        and pick.unit not in sampling.unheard
        and (name := id_of(pick.unit, pick.sample)) not in scoring.evaluations
        and name not in scoring.given
        for picks in (sampling.drawn, sampling.extra)
        for pick in picks.values()
    )
    told = "Picks of the last two days that have no evaluation."
    yield GaugeMetricFamily("ccd_picks_without_evaluation", told, without)


# --- assessment -------------------------------------------------------------------------------------------


def _cases(world: World) -> Iterator[Metric]:
    state = world.assessment
    cases = Counter(one.state for one in state.cases.values() if one.proposed)
    told = "Retraining cases that are open, by their state."
    yield _gauge("ccd_assessment_cases", told, "state", {name: float(cases[name]) for name in CASES})
    due = sum(len(one.waiting) for one in state.trainings.values())
    yield GaugeMetricFamily("ccd_training_retakes_due", "Retakes of examinations that are due.", due)
