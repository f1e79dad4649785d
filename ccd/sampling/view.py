"""How things stand with sampling now, as plain data. No caller's number, and no seed that is still secret."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from ccd.events import sampling as facts
from ccd.sampling.days import after, before, begins
from ccd.sampling.state import SamplingState
from ccd.sampling.world import World, local_day

__all__ = ["board"]


def board(world: World, at: datetime) -> dict[str, Any]:
    """``strata``: of today, by those that have a threshold of their own or a pick. Times are UTC."""
    state, today = world.sampling, local_day(world, at)
    settings = world.settings.policies.sampling
    closing = next(iter(state.open_days()), today)
    closes = begins(after(closing), world.settings.daemon.timezone)
    return {
        "at": at.isoformat(),
        "mode": settings.mode.value,
        "day": today.isoformat(),
        "seed_digest": _latest(state, today),
        "seed_digest_tomorrow": _latest(state, after(today)),
        "seed_known": today in state.underway.seeds,
        "plan": _plan(state.plans.get(today)),
        "strata": _strata(state, today),
        "picked": dict(sorted(Counter(one.reason for one in _picks(state, today)).items())),
        "unsettled": state.underway.unsettled,
        "closing": {
            "day": closing.isoformat(),
            "at": (closes + timedelta(minutes=settings.close_after_minutes)).isoformat(),
            "latest": (closes + timedelta(minutes=settings.close_latest_minutes)).isoformat(),
        },
        "closed": [_closed(state.frozen[day], state) for day in sorted(state.frozen, reverse=True)],
        "findings": [
            {
                "unit": one.unit,
                "day": one.day.isoformat() if one.day else "",
                "recording": one.recording,
                "state": one.state,
                "substitute": one.substitute,
            }
            for one in state.unheard.values()
        ],
        "excluded": sorted(
            person for person, one in state.excluded.items() if one.until is None or one.until >= today
        ),
        "callers_marked": sum(until > at for until in state.marked.values()),
        "wanted": sum(one.day in (today, before(today)) for one in state.wanted.values()),
    }


def _latest(state: SamplingState, day: date) -> str:
    return next(reversed(state.commitments.get(day, [])), "")


def _plan(plan: facts.DrawPlanned | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {
        "strata": plan.strata,
        "minimum": plan.minimum,
        "target": plan.target,
        "rate": plan.thresholds.get("", 0.0),
        "late": plan.late,
        "planned": plan.at.isoformat(),
    }


def _picks(state: SamplingState, day: date) -> list[facts.CallPicked]:
    return [one for picks in (state.drawn, state.extra) for one in picks.values() if one.day == day]


def _strata(state: SamplingState, day: date) -> dict[str, dict[str, float]]:
    plan = state.plans.get(day)
    if plan is None:
        return {}
    drawn = Counter(one.stratum for one in state.drawn.values() if one.day == day)
    extra = Counter(one.stratum for one in state.extra.values() if one.day == day)
    names = sorted((plan.thresholds.keys() | drawn.keys() | extra.keys()) - {""})
    return {
        name: {
            "rate": plan.thresholds.get(name, plan.thresholds.get("", 0.0)),
            "expected": plan.expected.get(name, 0.0),
            "picked": drawn[name],
            "extra": extra[name],
        }
        for name in names
    }


def _closed(frozen: facts.DayFrozen, state: SamplingState) -> dict[str, Any]:
    assert frozen.day is not None
    return {
        "day": frozen.day.isoformat(),
        "population": frozen.population,
        "eligible": frozen.eligible,
        "picked": frozen.picked,
        "unsettled": frozen.unsettled,
        "digest": frozen.digest,
        "seed": state.revealed.get(frozen.day, ""),
    }
