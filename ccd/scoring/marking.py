"""An evaluation is scored: by the form it began with. What follows: a second look, or its release."""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.config_section import Mode
from ccd.effects import AnswerAsked
from ccd.events import ShiftAct
from ccd.events import scoring as facts
from ccd.quality.answers import AnswersError, decode, encode
from ccd.quality.form import Form
from ccd.quality.form_parse import FormError, from_json
from ccd.quality.form_score import Scored
from ccd.quality.form_score import score as score_by
from ccd.scoring.abnormal import drawn, odd
from ccd.scoring.claiming import own, to_be_scored
from ccd.scoring.evaluation import Evaluation, Phase
from ccd.scoring.looking import World, qa_managers
from ccd.scoring.making import Items, accepted, deadline, evaluation_of, fact, page, refuse
from ccd.scoring.opening import end_open, open_blind
from ccd.scoring.releasing import released

__all__ = ["edit", "form_begun", "hold", "score", "scored_by"]


def form_begun(world: World, one: Evaluation) -> Form:
    """The version that it began with, though another is in force now. Raises Refused."""
    try:
        return from_json(world.scoring.forms[one.form, one.version])
    except (FormError, KeyError):
        refuse("scoring_no_form", evaluation=one.id, form=f"{one.form} {one.version}")


def scored_by(world: World, one: Evaluation, answers: str) -> tuple[str, Scored]:
    """The answers as they are kept, and what they give. Raises Refused, naming the question."""
    form = form_begun(world, one)
    try:
        found = decode(answers)
        return encode(found), score_by(form, found)
    except AnswersError as error:
        first = error.faults[0]
        refuse(first.rule, **first.named())


def score(event: ShiftAct, world: World) -> Items:
    one = evaluation_of(event, world)
    own(event, one)
    to_be_scored(event, one)
    if one.phase is Phase.CLAIMED and one.analyst != event.actor:
        refuse("scoring_claimed_by", evaluation=one.id, analyst=one.analyst)
    if one.phase is not Phase.CLAIMED:
        refuse("scoring_not_claimed", evaluation=one.id)
    answers, found = scored_by(world, one, event.values["answers"])
    yield _scored(event, one, answers, found)
    yield from end_open(world, one)
    if one.sample == "blind":
        yield from _looked_again(event, world, one)
    else:
        yield from _after(world, one, event.at)
    yield _told(event, one)


def edit(event: ShiftAct, world: World) -> Items:
    """By the same analyst, until it is released; what was before stays on record."""
    one = evaluation_of(event, world)
    own(event, one)
    if one.phase is not Phase.SCORED or one.sample == "blind":
        refuse("scoring_not_editable", evaluation=one.id, state=one.phase)
    if one.analyst != event.actor:
        refuse("scoring_not_yours", evaluation=one.id, analyst=one.analyst)
    if one.examined:
        refuse("scoring_examined", evaluation=one.id)
    answers, found = scored_by(world, one, event.values["answers"])
    yield _scored(event, one, answers, found)
    if (why := _odd(world, one)) is not None:
        yield from _hold(world, one, event.at, *why)
    yield _told(event, one)


def hold(event: ShiftAct, world: World) -> Items:
    """The QA manager wants a second look, though nothing is odd."""
    one = evaluation_of(event, world)
    own(event, one)
    if event.actor not in qa_managers(world):
        refuse("scoring_not_decider", actor=event.actor)
    if one.phase is not Phase.SCORED or one.sample == "blind" or one.examined:
        refuse("scoring_not_to_hold", evaluation=one.id, state=one.phase)
    yield from _hold(world, one, event.at, "asked", 0.0, event)
    yield accepted(event, "scoring_held", evaluation=one.id, analyst=_examiner(world, one))


def _scored(event: ShiftAct, one: Evaluation, answers: str, found: Scored) -> facts.EvaluationScored:
    return fact(
        facts.EvaluationScored,
        one,
        event.at,
        "scored",
        actor=event.actor,
        by=event.by,
        analyst=event.actor,
        form=one.form,
        version=one.version,
        answers=answers,
        score=found.score,
        passed=found.passed,
        failed=found.failed,
        sections=found.sections,
        comment=event.values.get("comment", ""),
        edition=one.edition + 1,
        because=f"by {one.form} {one.version}",
    )


def _told(event: ShiftAct, one: Evaluation) -> AnswerAsked:
    passed = "yes" if one.passed else "no"
    result = {"evaluation": one.id, "score": f"{one.score:g}", "passed": passed, "state": str(one.phase)}
    return accepted(event, "scoring_scored", result=result, evaluation=one.id, score=f"{one.score:g}")


def _odd(world: World, one: Evaluation) -> tuple[str, float] | None:
    """Why it is to be examined again, and the robust z."""
    settings, at = world.settings.policies.scoring, one.scored
    assert at is not None
    groups = {"agent": one.person, "analyst": one.analyst, "form": one.form}
    against = {kind: world.scoring.scores(kind, of, at, one.id) for kind, of in groups.items()}
    found = odd(one.score, against, least=settings.abnormal_least, limit=settings.abnormal_z)
    if found is not None:
        return found.why, round(found.z, 2)
    if one.edition == 1 and drawn(one.id, at, settings.second_look_share):
        return "random", 0.0
    return None


def _after(world: World, one: Evaluation, at: datetime) -> Items:
    settings = world.settings.policies.scoring
    examiners = [code for code in qa_managers(world) if code not in (one.analyst, one.person)]
    why = _odd(world, one) if settings.mode is not Mode.OBSERVE and examiners else None
    if why is not None:
        yield from _hold(world, one, at, *why)
    elif settings.release == "at_once":
        yield from released(world, one, at, "released at once")
    elif settings.release == "after_days":
        until = at + timedelta(days=settings.release_days)
        yield deadline("release", one, at, until, f"released after {settings.release_days:g} days")


def _hold(
    world: World, one: Evaluation, at: datetime, why: str, value: float, event: ShiftAct | None = None
) -> Items:
    settings = world.settings.policies.scoring
    if event is None and settings.mode is Mode.OBSERVE:
        return
    because = f"z {value:g}, limit {settings.abnormal_z:g}" if value else why
    yield fact(
        facts.EvaluationHeld,
        one,
        at,
        "held",
        why=why,
        value=value,
        actor=event.actor if event else "",
        by=event.by if event else "",
        because=event.values["reason"] if event else because,
    )
    yield from open_blind(world, one, at)
    yield from page(world, at, qa_managers(world), "scoring_second_look", one.blind)


def _examiner(world: World, one: Evaluation) -> str:
    blind = world.scoring.pending_blind(one.id)
    return blind.analyst if blind is not None and blind.analyst else "-"


def _looked_again(event: ShiftAct, world: World, blind: Evaluation) -> Items:
    """The second score is there: the first stands where they agree; then it is released."""
    first = world.scoring.evaluations.get(blind.of)
    if first is None or first.phase is not Phase.HELD:
        return
    most = world.settings.policies.scoring.second_look_tolerance
    apart = abs(blind.score - first.score)
    agree = apart <= most and blind.passed == first.passed
    stands = first if agree else blind
    yield fact(
        facts.EvaluationReexamined,
        first,
        event.at,
        "reexamined",
        actor=event.actor,
        by=event.by,
        blind=blind.id,
        outcome="upheld" if agree else "amended",
        score=stands.score,
        passed=stands.passed,
        answers="" if agree else blind.answers,
        because=f"{apart:g} points apart, {most:g} allowed; passed: {first.passed} and {blind.passed}",
    )
    yield from released(world, first, event.at, "examined again")
