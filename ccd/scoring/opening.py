"""An evaluation is opened, finds an analyst, loses one."""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.events import scoring as facts
from ccd.events.sampling import CallPicked
from ccd.quality.form import to_json
from ccd.quality.form_choice import form_of
from ccd.scoring.assigning import Bench, examiner_for, is_away, may_take
from ccd.scoring.evaluation import Evaluation, Phase, id_of
from ccd.scoring.looking import World, deciders
from ccd.scoring.making import Items, cancel, deadline, fact, page
from ccd.shifts.people import team_of

__all__ = ["assign", "claim_over", "end_open", "give", "open_blind", "open_pick", "place_waiting", "publish"]


def publish(world: World, at: datetime) -> Items:
    """Versions of forms that are new. They stay: whoever has begun by one ends by it."""
    for form in world.forms.values():
        if (form.name, form.version) not in world.scoring.forms:
            yield facts.FormPublished(
                at=at,
                key=f"scoring|form|{form.name}|{form.version}",
                form=form.name,
                version=form.version,
                text=to_json(form),
            )


def open_pick(world: World, event: CallPicked) -> Items:
    """Once for each unit and sample, however often the pick is told."""
    name = id_of(event.unit, event.sample)
    if name in world.scoring.evaluations:
        return
    yield facts.EvaluationOpened(
        at=event.at,
        key=f"scoring|opened|{name}",
        evaluation=name,
        n=1,
        person=event.person,
        day=event.day,
        pbx=event.pbx,
        unit=event.unit,
        call=event.call,
        recording=event.recording,
        team=event.team or team_of(world, event.person),
        queue=event.queue,
        sample=event.sample,
        reason=event.reason,
        stratum=event.stratum,
        form=form_of(world.settings, event.queue, event.team),
        talk_s=event.talk_s,
        offset_s=event.offset_s,
        chance=event.chance,
        because=f"picked: {event.reason}",
    )
    yield from assign(world, world.scoring.evaluations[name], event.at, "even")


def open_blind(world: World, first: Evaluation, at: datetime) -> Items:
    """The same conversation once more, by the same form, for somebody who does not see the first score."""
    yield facts.EvaluationOpened(
        at=at,
        key=f"scoring|opened|{first.blind}",
        evaluation=first.blind,
        n=1,
        person=first.person,
        day=first.day,
        pbx=first.pbx,
        unit=first.unit,
        call=first.call,
        recording=first.recording,
        team=first.team,
        queue=first.queue,
        sample="blind",
        reason="second_look",
        stratum=first.stratum,
        form=first.form,
        talk_s=first.talk_s,
        offset_s=first.offset_s,
        of=first.id,
        because=f"second look at {first.id}",
    )
    yield from assign(world, world.scoring.evaluations[first.blind], at, "blind")


def assign(world: World, one: Evaluation, at: datetime, why: str, *, bench: Bench | None = None) -> Items:
    """To whom it falls; to nobody, and the QA manager is told, where nobody can."""
    if one.sample == "blind":
        examiner = examiner_for(world, one, at)
        yield from give(world, one, at, examiner, why)
    else:
        moves = (bench or Bench(world, at)).place(one)
        for moving, to in moves:
            yield from give(world, moving, at, to, why if moving is one else "even")
        if not moves:
            yield from give(world, one, at, "", why)
    if not one.analyst:
        waiting = [known for known in world.scoring.evaluations.values() if known.open and not known.analyst]
        if len(waiting) == 1:  # told once, not for each that piles up behind it
            yield from page(world, at, deciders(world), "scoring_nobody", one.id, person=one.person)


def give(
    world: World, one: Evaluation, at: datetime, analyst: str, why: str, *, actor: str = "", by: str = ""
) -> Items:
    """What only moves to keep the day even is due as before."""
    due = one.due if why == "even" and one.due is not None and one.analyst else None
    due = due or at + timedelta(days=world.settings.policies.scoring.due_days)
    yield fact(
        facts.EvaluationAssigned,
        one,
        at,
        "assigned",
        analyst=analyst,
        due=due,
        why=why,
        actor=actor,
        by=by,
        because=f"assigned: {why}" if analyst else "nobody can take it: away, own team, or at their cap",
    )
    yield deadline("due", one, at, due, f"{one.id} is to be scored by then")


def claim_over(world: World, one: Evaluation, at: datetime) -> Items:
    """The analyst keeps it on their list, if they are there; else somebody else gets it."""
    yield fact(
        facts.ClaimEnded, one, at, "claim_ended", analyst=one.analyst, why="expired", because="expired"
    )
    if is_away(world, one.analyst, at) or not may_take(world, one.analyst, one):
        yield from assign(world, one, at, "expired")


def place_waiting(world: World, at: datetime) -> Items:
    """What nobody has, and what lies on the list of somebody who is away or may not score it any more."""
    waiting = [
        one
        for one in world.scoring.evaluations.values()
        if one.phase is Phase.ASSIGNED
        and (not one.analyst or is_away(world, one.analyst, at) or not may_take(world, one.analyst, one))
    ]
    bench = Bench(world, at) if waiting else None
    for one in waiting:
        why = "reassigned" if one.analyst else "even"
        if bench is not None and one.sample != "blind":
            for moving, to in bench.place(one):
                yield from give(world, moving, at, to, why if moving is one else "even")
        elif (examiner := examiner_for(world, one, at)) and examiner != one.analyst:
            yield from give(world, one, at, examiner, "blind")


def end_open(world: World, one: Evaluation) -> Items:
    """Timers of an evaluation that is no longer to be scored."""
    yield cancel("claim", one)
    yield cancel("due", one)
