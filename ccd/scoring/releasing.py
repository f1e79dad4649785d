"""A score is released, disputed, resolved; or the evaluation is void, and in the end it is finished."""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.events import scoring as facts
from ccd.scoring.evaluation import Evaluation, Phase
from ccd.scoring.looking import World, deciders, shown
from ccd.scoring.making import Items, cancel, fact, page
from ccd.scoring.opening import end_open

__all__ = ["close", "is_over", "overdue", "released", "void"]

FROZEN_WITHIN = timedelta(days=7)
"""A day that is not frozen so long after the evaluation was opened is waited for no longer."""


def released(
    world: World, one: Evaluation, at: datetime, because: str, *, actor: str = "", by: str = ""
) -> Items:
    """It counts from now on if it is of the probability sample; the agent may dispute it for some days."""
    settings = world.settings.policies.scoring
    until = at + timedelta(days=settings.dispute_days) if settings.dispute_days else None
    yield fact(
        facts.EvaluationReleased,
        one,
        at,
        "released",
        actor=actor,
        by=by,
        score=one.score,
        passed=one.passed,
        sample=one.sample,
        dispute_until=until,
        analyst=one.analyst,
        form=one.form,
        because=because,
    )
    yield cancel("release", one)
    if settings.tell_agents:
        rule = "scoring_you_passed" if one.passed else "scoring_you_failed"
        told = shown(world, until) if until is not None else "-"
        yield from page(world, at, (one.person,), rule, one.id, day=str(one.day or "-"), until=told)


def void(
    world: World, one: Evaluation, at: datetime, why: str, because: str, *, actor: str = "", by: str = ""
) -> Items:
    """Only what is not scored yet. A second look that cannot be made leaves the first score as it is."""
    yield fact(facts.EvaluationVoided, one, at, "voided", why=why, actor=actor, by=by, because=because)
    yield from end_open(world, one)
    if not actor:
        yield from page(world, at, deciders(world), "scoring_voided", one.id, person=one.person, why=why)
    first = world.scoring.evaluations.get(one.of)
    if first is not None and first.phase is Phase.HELD:
        yield from released(world, first, at, f"the second look is void: {why}")


def overdue(world: World, one: Evaluation, at: datetime) -> Items:
    """Told once, by its deadline or by the look once a minute, whichever comes first."""
    what, due = ("scoring", one.due) if one.open else ("resolution", one.resolve_due)
    if one.phase not in (Phase.ASSIGNED, Phase.CLAIMED, Phase.DISPUTED):
        return
    if due is None or due > at or one.overdue == what:
        return
    yield fact(facts.EvaluationOverdue, one, at, "overdue", what=what, due=due, because=f"due {due}")
    rule = "scoring_overdue" if what == "scoring" else "scoring_dispute_overdue"
    who = (one.analyst if what == "scoring" else one.arbiter) or "-"
    told = dict.fromkeys((*deciders(world), *(() if who == "-" else (who,))))
    yield from page(world, at, tuple(told), rule, one.id, analyst=who, due=shown(world, due))


def is_over(world: World, one: Evaluation, at: datetime) -> bool:
    """Nothing of it will change: void, resolved, released long ago, or a second look that is made; and its
    chance is the final one, if it counts.
    """
    settled = one.phase in (Phase.RELEASED, Phase.RESOLVED, Phase.VOID)
    if not settled and not (one.sample == "blind" and one.phase is Phase.SCORED):
        return False
    if one.ended is None or at < one.ended + timedelta(days=world.settings.policies.scoring.close_days):
        return False
    return not one.counts or one.fixed or at >= one.opened + FROZEN_WITHIN


def close(one: Evaluation, at: datetime) -> Items:
    yield fact(facts.EvaluationClosed, one, at, "closed", why=str(one.phase), because="finished")
