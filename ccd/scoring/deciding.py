"""What the QA manager decides, and what agents and their leads may ask: release, dispute, plan, coach."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ccd.config_section import Mode
from ccd.events import ShiftAct
from ccd.events import scoring as facts
from ccd.quality.people import is_analyst, leads, may_follow
from ccd.scoring.assigning import Bench, may_take
from ccd.scoring.claiming import arbitrates, own, to_be_scored
from ccd.scoring.evaluation import Evaluation, Phase
from ccd.scoring.looking import World, deciders, decides, shown, today
from ccd.scoring.making import Items, accepted, cancel, deadline, evaluation_of, fact, page, refuse
from ccd.scoring.marking import form_begun, scored_by
from ccd.scoring.opening import give
from ccd.scoring.releasing import released, void
from ccd.shifts.people import team_of

__all__ = ["coach", "dispute", "plan", "reassign", "release", "resolve", "void_it"]

PLANNED_AHEAD = 31
"""Days."""


def _decider(event: ShiftAct, world: World, one: Evaluation) -> None:
    own(event, one)
    if not decides(world, event.actor):
        refuse("scoring_not_decider", actor=event.actor)


def release(event: ShiftAct, world: World) -> Items:
    """Of one that is held, with a reason: the second look is given up."""
    one = evaluation_of(event, world)
    _decider(event, world, one)
    if one.sample == "blind" or one.phase not in (Phase.SCORED, Phase.HELD):
        refuse("scoring_not_to_release", evaluation=one.id, state=one.phase)
    if one.phase is Phase.HELD and event.actor == one.analyst:
        refuse("scoring_held_own_score", evaluation=one.id, actor=event.actor)
    reason = event.values.get("reason", "")
    if one.phase is Phase.HELD and not reason:
        refuse("scoring_held_needs_reason", evaluation=one.id)
    blind = world.scoring.pending_blind(one.id)
    by = {"actor": event.actor, "by": event.by}
    yield from released(world, one, event.at, reason or "released by the QA manager", **by)
    if blind is not None and blind.open:
        yield from void(world, blind, event.at, "asked", reason, **by)
    yield accepted(event, "scoring_released", evaluation=one.id)


def dispute(event: ShiftAct, world: World) -> Items:
    """By the agent, or by a lead of theirs for them; once, and in time."""
    one = evaluation_of(event, world)
    if event.actor != one.person and not leads(world, event.actor, team_of(world, one.person) or one.team):
        refuse("scoring_not_your_dispute", evaluation=one.id, actor=event.actor)
    if one.phase in (Phase.DISPUTED, Phase.RESOLVED):
        refuse("scoring_disputed_before", evaluation=one.id, person=one.disputed_by)
    if one.phase is not Phase.RELEASED:
        refuse("scoring_not_released", evaluation=one.id)
    if one.dispute_until is None:
        refuse("scoring_no_disputes", evaluation=one.id)
    if event.at >= one.dispute_until:
        refuse("scoring_dispute_late", evaluation=one.id, until=shown(world, one.dispute_until))
    days = world.settings.policies.scoring.resolve_days
    due = event.at + timedelta(days=days)
    yield fact(
        facts.EvaluationDisputed,
        one,
        event.at,
        "disputed",
        actor=event.actor,
        by=event.by,
        reason=event.values["reason"],
        due=due,
        call=one.call,
        recording=one.recording,
        because=f"released {one.released}, disputed before {one.dispute_until}",
    )
    yield deadline("resolve", one, event.at, due, f"disputes are resolved within {days:g} days")
    told = {"person": event.actor, "due": shown(world, due)}
    yield from page(world, event.at, deciders(world), "scoring_dispute_made", one.id, **told)
    yield accepted(event, "scoring_disputed", evaluation=one.id, due=shown(world, due))


def resolve(event: ShiftAct, world: World) -> Items:
    """Upheld, or amended: by new answers to the same form, or to a score."""
    one = evaluation_of(event, world)
    own(event, one)
    if one.phase is Phase.RESOLVED:
        refuse("scoring_resolved_before", evaluation=one.id, arbiter=one.arbiter)
    if one.phase is not Phase.DISPUTED:
        refuse("scoring_not_disputed", evaluation=one.id)
    arbitrates(event, world, one)
    outcome = event.values["outcome"]
    if outcome not in ("upheld", "amended"):
        refuse("scoring_outcome", outcome=outcome[:40])
    found = _amended(event, world, one) if outcome == "amended" else _upheld(event, one)
    yield fact(
        facts.EvaluationResolved,
        one,
        event.at,
        "resolved",
        actor=event.actor,
        by=event.by,
        outcome=outcome,
        reason=event.values["reason"],
        because=event.values["reason"],
        **found,
    )
    yield cancel("resolve", one)
    told = (one.person, one.disputed_by)
    yield from page(world, event.at, tuple(dict.fromkeys(told)), f"scoring_was_{outcome}", one.id)
    yield accepted(event, "scoring_resolved", evaluation=one.id, score=f"{one.score:g}")


def _upheld(event: ShiftAct, one: Evaluation) -> dict[str, Any]:
    if event.values.get("answers") or event.values.get("score"):
        refuse("scoring_upheld_as_it_is", evaluation=one.id)
    return {"score": one.score, "passed": one.passed}


def _amended(event: ShiftAct, world: World, one: Evaluation) -> dict[str, Any]:
    answers, typed = event.values.get("answers", ""), event.values.get("score", "")
    if bool(answers) == bool(typed):
        refuse("scoring_amended_needs", evaluation=one.id)
    if answers:
        kept, found = scored_by(world, one, answers)
        return {
            "score": found.score,
            "passed": found.passed,
            "answers": kept,
            "failed": found.failed,
            "sections": found.sections,
        }
    try:
        points = float(typed)
    except ValueError:
        points = -1.0
    if not 0 <= points <= 100:
        refuse("scoring_out_of_range", score=typed[:40])
    points = round(points, 1)
    return {"score": points, "passed": points >= form_begun(world, one).passing}


def reassign(event: ShiftAct, world: World) -> Items:
    one, to = evaluation_of(event, world), event.values["analyst"]
    _decider(event, world, one)
    to_be_scored(event, one)
    if to == one.analyst:
        refuse("scoring_has_it", evaluation=one.id, analyst=to)
    if not may_take(world, to, one):
        refuse("scoring_may_not_score", evaluation=one.id, actor=to[:40])
    bench = Bench(world, event.at)
    full = one.sample != "blind" and is_analyst(world, to) and not bench.has_room(to)
    if full and world.settings.policies.scoring.mode is Mode.ENFORCE:
        refuse("scoring_no_room", analyst=to, given=bench.load.get(to, 0), cap=bench.cap.get(to, 0))
    by = {"actor": event.actor, "by": event.by}
    if one.phase is Phase.CLAIMED:
        reason = event.values.get("reason", "") or "given to another"
        yield fact(
            facts.ClaimEnded,
            one,
            event.at,
            "claim_ended",
            analyst=one.analyst,
            why="taken",
            because=reason,
            **by,
        )
        yield cancel("claim", one)
    yield from give(world, one, event.at, to, "reassigned", **by)
    rule = "scoring_reassigned_over" if full else "scoring_reassigned"
    yield accepted(event, rule, evaluation=one.id, analyst=to)


def plan(event: ShiftAct, world: World) -> Items:
    """How many an analyst gets on a day; what is on the list of one who is away moves with the next look."""
    if event.actor == event.person:
        refuse("scoring_own_plan")
    if not decides(world, event.actor):
        refuse("scoring_not_decider", actor=event.actor)
    if not is_analyst(world, event.person):
        refuse("scoring_no_analyst", person=event.person)
    cap = _cap(event.values.get("cap", ""), event.values.get("away", ""))
    day, first = _day(event.values["day"]), today(world, event.at)
    if not first <= day <= first + timedelta(days=PLANNED_AHEAD):
        refuse("scoring_plan_day", day=day, most=PLANNED_AHEAD)
    reason = event.values.get("reason", "")
    yield facts.AnalystPlanned(
        at=event.at,
        key=f"scoring|planned|{event.person}|{day}|{event.request}",
        person=event.person,
        day=day,
        actor=event.actor,
        by=event.by,
        cap=cap,
        reason=reason,
        because=reason or "planned by the QA manager",
    )
    yield accepted(event, "scoring_planned", person=event.person, day=day, cap=cap)


def _cap(cap: str, away: str) -> int:
    if away == "yes" and not cap:
        return 0
    if away not in ("", "no") or not cap.isascii() or not cap.isdigit() or len(cap) > 4:
        refuse("scoring_plan_cap", cap=cap[:40])
    return int(cap)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse("scoring_no_day", text=text[:40])


def void_it(event: ShiftAct, world: World) -> Items:
    one = evaluation_of(event, world)
    _decider(event, world, one)
    to_be_scored(event, one)
    reason = event.values["reason"]
    yield from void(world, one, event.at, "asked", reason, actor=event.actor, by=event.by)
    yield accepted(event, "scoring_void", evaluation=one.id)


def coach(event: ShiftAct, world: World) -> Items:
    """Somebody has talked it over with the agent."""
    one = evaluation_of(event, world)
    own(event, one)
    if not may_follow(world, event.actor, one.person):
        refuse("scoring_may_not_follow", actor=event.actor, person=one.person)
    if one.phase not in (Phase.RELEASED, Phase.DISPUTED, Phase.RESOLVED):
        refuse("scoring_not_released", evaluation=one.id)
    note = event.values["note"]
    yield fact(
        facts.CoachingNoted,
        one,
        event.at,
        "coached",
        actor=event.actor,
        by=event.by,
        note=note,
        because="coached",
    )
    yield accepted(event, "scoring_coached", evaluation=one.id)
