"""What people do about an incident at the console or by CLI; phones go through ``ccd.handlers.incidents``.

An act that its role forbids is refused and kept on record; one that makes no sense (no such question, no
reason given) is refused and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from ccd import events as e
from ccd.effects import AnswerAct
from ccd.incidents import climbing, ending, police
from ccd.incidents.checklist import AnswerError, check
from ccd.incidents.making import fact
from ccd.incidents.people import World, ladder_of
from ccd.incidents.state import TRANSITIONS, Incident, Phase
from ccd.incidents.telling import Items

__all__ = ["ACTS", "perform"]

TEXT_LIMIT = 4000


class RefusedError(Exception):
    """``recorded``: the attempt itself is worth a place in the record."""

    def __init__(self, why: str, *, recorded: bool = False) -> None:
        super().__init__(why)
        self.recorded = recorded


def perform(world: World, incident: Incident, event: e.IncidentAct) -> Items:
    """Do it, and answer. The answer is always the last item."""
    act = ACTS.get(event.act)
    try:
        if act is None:
            raise RefusedError(f"there is no act {event.act[:40]!r}; there are: {', '.join(ACTS)}")
        if not incident.open:
            raise RefusedError(f"incident {incident.id} is closed")
        if len(event.value) > TEXT_LIMIT:
            raise RefusedError(f"{len(event.value)} characters; at most {TEXT_LIMIT} are kept")
        yield from act(world, incident, event)
    except RefusedError as refusal:
        if refusal.recorded:
            yield fact(
                incident,
                event.at,
                e.ActRefused,
                act=event.act,
                person=event.person,
                by=event.by,
                why=str(refusal),
            )
        yield _answer(event, incident, str(refusal))
        return
    yield _answer(event, incident)


def _answer(event: e.IncidentAct, incident: Incident, why: str = "") -> AnswerAct:
    because = f"incidents: {why or event.act}"
    return AnswerAct(key=event.request, because=because, accepted=not why, incident=incident.id, why=why)


def _acknowledge(world: World, incident: Incident, event: e.IncidentAct) -> Items:
    rung = _rung(world, incident, event)
    yield from climbing.acknowledged(world, incident, event.at, rung, event.person, event.how)


def _cannot(world: World, incident: Incident, event: e.IncidentAct) -> Items:
    rung = _rung(world, incident, event)
    yield from climbing.cannot_come(world, incident, event.at, rung, event.person, event.how)
    yield from police.nobody_can(world, incident, event.at)


def _arrive(world: World, incident: Incident, event: e.IncidentAct) -> Items:
    awaited = ladder_of(world, incident).arrive_role
    if _role(world, event) != awaited:
        raise RefusedError(
            f"{event.person} is no {awaited}: only the arrival of one stops the clock", recorded=True
        )
    if (incident.phase, e.Arrived) not in TRANSITIONS:
        raise RefusedError(f"the incident is {incident.phase.value}: nobody is awaited")
    yield from ending.arrived(world, incident, event.at, event.person, "", event.how, event.by)


def _stand_down(world: World, incident: Incident, event: e.IncidentAct) -> Items:
    _may_stand_down(world, event)
    _needs(event, "the reason")
    if (incident.phase, e.StoodDown) not in TRANSITIONS:
        raise RefusedError(
            f"the incident is {incident.phase.value}: once the police are dialled only they can be told; "
            "then close it with its outcome"
        )
    yield from ending.stood_down(world, incident, event.at, event.person, event.value, event.how, event.by)


def _police(world: World, incident: Incident, event: e.IncidentAct) -> Items:
    """Bring the decision forward, or ask for them although somebody has arrived."""
    _may_stand_down(world, event)
    if incident.phase not in (Phase.LIVE, Phase.ATTENDED):
        raise RefusedError(f"the incident is {incident.phase.value}")
    yield from police.unbar(incident)
    yield from police.due(world, incident, event.at, "asked")


def _police_called(world: World, incident: Incident, event: e.IncidentAct) -> Items:
    if (incident.phase, e.PoliceCalledByHand) not in TRANSITIONS:
        raise RefusedError(f"the incident is {incident.phase.value}")
    _known(world, event)
    yield from ending.called_by_hand(world, incident, event.at, event.person, event.by, event.value)


def _detail(world: World, incident: Incident, event: e.IncidentAct) -> Items:
    try:
        answer = check(event.question, event.value, incident.ladder)
    except AnswerError as error:
        raise RefusedError(str(error)) from None
    by = event.person or event.by
    yield fact(incident, event.at, e.DetailGiven, question=event.question, answer=answer, by=by)


def _note(world: World, incident: Incident, event: e.IncidentAct) -> Items:
    _needs(event, "the text")
    yield fact(incident, event.at, e.NoteTaken, text=event.value, person=event.person, by=event.by)


def _close(world: World, incident: Incident, event: e.IncidentAct) -> Items:
    _may_stand_down(world, event)
    _needs(event, "the outcome")
    clock_runs = incident.phase is Phase.LIVE and incident.arrive_within_s > 0
    if clock_runs or (incident.phase, e.IncidentClosed) not in TRANSITIONS:
        raise RefusedError(
            f"the incident is {incident.phase.value}: stand it down first, or say that the police were called"
        )
    yield from ending.closed(world, incident, event.at, event.value, event.person, event.by)


ACTS: dict[str, Callable[[World, Incident, e.IncidentAct], Items]] = {
    "acknowledge": _acknowledge,
    "cannot": _cannot,
    "arrive": _arrive,
    "stand_down": _stand_down,
    "police": _police,
    "police_called": _police_called,
    "detail": _detail,
    "note": _note,
    "close": _close,
}


def _known(world: World, event: e.IncidentAct) -> None:
    if world.roster.by_code(event.person) is None:
        raise RefusedError(f"nobody in the roster has the code {event.person[:20]!r}: say whose act it is")


def _role(world: World, event: e.IncidentAct) -> str:
    _known(world, event)
    person = world.roster.by_code(event.person)
    return person.role if person else ""


def _may_stand_down(world: World, event: e.IncidentAct) -> None:
    allowed = world.settings.policies.incidents.stand_down_roles
    if (role := _role(world, event)) not in allowed:
        raise RefusedError(f"the role {role} may not do this; {', '.join(allowed)} may", recorded=True)


def _rung(world: World, incident: Incident, event: e.IncidentAct) -> int:
    _known(world, event)
    rung = climbing.rung_of(incident, event.person)
    if rung is None:
        raise RefusedError(f"{event.person} is on no rung of this incident that has begun", recorded=True)
    return rung


def _needs(event: e.IncidentAct, what: str) -> None:
    if not event.value.strip():
        raise RefusedError(f"{what} is missing")
