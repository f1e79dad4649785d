"""An analyst begins an evaluation, or gives it back; an arbitrator takes a dispute."""

from __future__ import annotations

from datetime import timedelta

from ccd.events import ShiftAct
from ccd.events import scoring as facts
from ccd.scoring.assigning import may_take
from ccd.scoring.evaluation import Evaluation, Phase
from ccd.scoring.looking import World, decides, shown
from ccd.scoring.making import Items, accepted, cancel, deadline, evaluation_of, fact, refuse
from ccd.scoring.opening import assign, give, publish

__all__ = ["arbitrates", "claim", "give_back", "own", "to_be_scored"]


def own(event: ShiftAct, one: Evaluation) -> None:
    """Nobody does anything about themselves, but dispute. Raises Refused."""
    if event.actor == one.person:
        refuse("scoring_own", evaluation=one.id)


def to_be_scored(event: ShiftAct, one: Evaluation) -> None:
    """Raises Refused where it is not any more."""
    if one.phase is Phase.VOID:
        refuse("scoring_is_void", evaluation=one.id, why=one.outcome)
    if not one.open:
        refuse("scoring_scored_already", evaluation=one.id, analyst=one.analyst)


def arbitrates(event: ShiftAct, world: World, one: Evaluation) -> None:
    """Who may look into a dispute: who decides, and is no part of it. The first to take it owns it."""
    if event.actor and event.actor in (one.analyst, one.examiner, one.disputed_by):
        refuse("scoring_part_of_dispute", evaluation=one.id, actor=event.actor)
    if not decides(world, event.actor):
        refuse("scoring_not_decider", actor=event.actor)
    if one.arbiter not in ("", event.actor):
        refuse("scoring_has_arbiter", evaluation=one.id, arbiter=one.arbiter)


def claim(event: ShiftAct, world: World) -> Items:
    """Claimed again by the same analyst it is theirs for longer, by the form it began with."""
    one = evaluation_of(event, world)
    own(event, one)
    if one.phase is Phase.DISPUTED:
        yield from _take(event, world, one)
        return
    _may_begin(event, world, one)
    name, version = _form(world, one)
    if not version:
        refuse("scoring_no_form", evaluation=one.id, form=one.form)
    yield from publish(world, event.at)
    if not one.analyst:
        yield from give(world, one, event.at, event.actor, "asked", actor=event.actor, by=event.by)
    minutes = world.settings.policies.scoring.claim_minutes
    until = event.at + timedelta(minutes=minutes)
    yield fact(
        facts.EvaluationClaimed,
        one,
        event.at,
        "claimed",
        actor=event.actor,
        by=event.by,
        analyst=event.actor,
        form=name,
        version=version,
        until=until,
        because=f"claimed for {minutes} min",
    )
    yield deadline("claim", one, event.at, until, f"claimed for {minutes} min")
    result = {
        "evaluation": one.id,
        "form": name,
        "version": version,
        "until": until.isoformat(),
        "pbx": one.pbx,
        "call": one.call,
        "recording": one.recording,
    }
    told = shown(world, until)
    yield accepted(event, "scoring_claimed", result=result, evaluation=one.id, until=told)


def _may_begin(event: ShiftAct, world: World, one: Evaluation) -> None:
    if one.phase is Phase.CLAIMED and one.analyst != event.actor:
        refuse("scoring_claimed_by", evaluation=one.id, analyst=one.analyst)
    to_be_scored(event, one)
    if not may_take(world, event.actor, one):
        refuse("scoring_may_not_score", evaluation=one.id, actor=event.actor)
    if one.analyst not in ("", event.actor):
        refuse("scoring_not_yours", evaluation=one.id, analyst=one.analyst)


def _form(world: World, one: Evaluation) -> tuple[str, str]:
    """Name and version: of one under way its own, of a second look that of the first, else the current."""
    first = world.scoring.evaluations.get(one.of)
    if one.phase is Phase.CLAIMED:
        return one.form, one.version
    if first is not None and first.version:
        return first.form, first.version
    known = world.forms.get(one.form)
    return one.form, known.version if known is not None else ""


def _take(event: ShiftAct, world: World, one: Evaluation) -> Items:
    arbitrates(event, world, one)
    if not one.arbiter:
        yield _taken(event, one, taken=True)
    yield accepted(event, "scoring_dispute_taken", evaluation=one.id)


def _taken(event: ShiftAct, one: Evaluation, *, taken: bool) -> facts.DisputeTaken:
    what, told = "dispute_taken", "taken" if taken else "let go"
    return fact(
        facts.DisputeTaken,
        one,
        event.at,
        what,
        actor=event.actor,
        by=event.by,
        taken=taken,
        because=f"the dispute is {told}",
    )


def give_back(event: ShiftAct, world: World) -> Items:
    """It goes to somebody else, and never to the same analyst again."""
    one = evaluation_of(event, world)
    own(event, one)
    if one.phase is Phase.DISPUTED:
        arbitrates(event, world, one)
        if not one.arbiter:
            refuse("scoring_no_arbiter", evaluation=one.id)
        yield _taken(event, one, taken=False)
        yield accepted(event, "scoring_dispute_let_go", evaluation=one.id)
        return
    to_be_scored(event, one)
    if event.actor != one.analyst:
        refuse("scoring_not_yours", evaluation=one.id, analyst=one.analyst or "-")
    yield fact(
        facts.ClaimEnded,
        one,
        event.at,
        "claim_ended",
        actor=event.actor,
        by=event.by,
        analyst=event.actor,
        why="returned",
        because=event.values["reason"],
    )
    yield cancel("claim", one)
    yield from assign(world, one, event.at, "returned")
    yield accepted(event, "scoring_returned", evaluation=one.id, analyst=one.analyst or "-")
