"""What is done to a listening that is under way: turning it, stopping it; and the short form afterwards."""

from __future__ import annotations

import json
from datetime import datetime

from ccd.config_listening import HOWS, ListeningSettings
from ccd.effects import AnswerAsked, EndListening, TurnListening
from ccd.events import ShiftAct
from ccd.events import listening as facts
from ccd.listening.asking import refused
from ccd.listening.form import NoteError, checked
from ccd.listening.rights import Refusal, incident_on, refusal
from ccd.listening.state import Listening
from ccd.listening.world import Items, World, about
from ccd.quality.people import is_manager, is_qa_manager
from ccd.roster import Role
from ccd.shifts.people import name_of

__all__ = ["narrow", "note", "stop", "turn"]


def turn(event: ShiftAct, world: World, settings: ListeningSettings) -> Items:
    """One's own, to another way. That it is so, the PBX tells: ``ListeningTurned``."""
    one, how, why = world.listening.of_actor(event.actor), event.values["how"], event.values.get("why", "")
    if how not in HOWS:
        yield refused(event, Refusal("listening_no_such_how", {"how": how, "hows": ", ".join(HOWS)}))
        return
    if one is None or one.began is None:
        yield refused(event, Refusal("listening_none", {"actor": name_of(world, event.actor)}))
        return
    incident = incident_on(world, one.person, one.pbx, one.seat)
    no = refusal(world, settings, one.actor, one.person, how, incident=incident is not None, why=why)
    if no is not None:
        yield facts.ListeningRefused(
            **about(world, one, f"refused|{event.request}", event.at, by=event.by, because=no.rule),
            how=how,
            rule=no.rule,
            incident=incident.id if incident is not None else "",
        )
        yield refused(event, no)
        return
    modes = tuple(each for each in HOWS if each in one.modes or each == how)
    because = f"{one.actor} turns to {how}" + (f": {why}" if why else "")
    yield facts.ListeningTurnAsked(
        **about(world, one, f"turn-asked|{event.request}", event.at, by=event.by, because=because),
        how=how,
        modes=modes,
        why=why,
        incident=incident.id if incident is not None else "",
    )
    result = {"listening": one.id, "how": how}
    values = {"name": name_of(world, one.person)}
    yield AnswerAsked(event.request, because, True, f"listening_turned_{how}", values, result=result)
    yield _turn(one, how, modes, because)


def _turn(one: Listening, how: str, modes: tuple[str, ...], because: str) -> TurnListening:
    return TurnListening(
        key=f"{one.id}-turn", because=because, pbx=one.pbx, listening=one.id, how=how, modes=modes
    )


def narrow(world: World, one: Listening, modes: tuple[str, ...], incident: str, at: datetime) -> Items:
    """An emergency has begun on the call: whoever speaks and may not there, hears only from now on."""
    how = one.how if one.how in modes else "listen"
    because = f"the live emergency {incident} is on this call"
    yield facts.ListeningNarrowed(
        **about(world, one, f"narrowed|{incident}", at, because=because),
        modes=modes,
        incident=incident,
    )
    yield _turn(one, how, modes, because)


def stop(event: ShiftAct, world: World, settings: ListeningSettings) -> Items:
    """One's own; a duty lead, the QA manager and managers any."""
    wanted = event.values.get("listening", "")
    one = world.listening.live.get(wanted) if wanted else world.listening.of_actor(event.actor)
    values = {"actor": name_of(world, event.actor), "listening": wanted}
    if one is None:
        yield refused(event, Refusal("listening_no_such" if wanted else "listening_none", values))
    elif one.actor != event.actor and not _over_others(world, event.actor):
        yield refused(event, Refusal("listening_not_yours", values))
    else:
        why = event.values.get("why", "")
        fields = about(world, one, f"stop|{event.request}", event.at, by=event.by)
        because = f"stopped by {event.actor}" + (f": {why}" if why else "")
        yield facts.ListeningStopAsked(
            **{**fields, "actor": event.actor, "because": because}, listener_person=one.actor
        )
        result = {"listening": one.id}
        told = {"name": name_of(world, one.person)}
        yield AnswerAsked(event.request, because, True, "listening_stopped", told, result=result)
        yield EndListening(key=f"{one.id}-end", because=because, pbx=one.pbx, listening=one.id)


def _over_others(world: World, actor: str) -> bool:
    known = world.roster.by_code(actor)
    duty = known is not None and known.role == Role.DUTY_LEAD
    return duty or is_qa_manager(world, actor) or is_manager(world, actor)


def note(event: ShiftAct, world: World, settings: ListeningSettings) -> Items:
    """By whoever listened, once they did; another note of the same replaces none: all are kept."""
    wanted = event.values.get("listening", "")
    one = world.listening.known(wanted) if wanted else _latest(world, event.actor)
    values = {"actor": name_of(world, event.actor), "listening": wanted}
    if one is None:
        yield refused(event, Refusal("listening_no_such" if wanted else "listening_none_yet", values))
        return
    if one.actor != event.actor:
        yield refused(event, Refusal("listening_note_not_yours", values))
        return
    if one.began is None:
        yield refused(event, Refusal("listening_nothing_heard", values))
        return
    try:
        answers = checked(world.forms, settings.form, event.values.get("answers", ""))
    except NoteError as error:
        yield refused(event, Refusal(error.rule, error.values))
        return
    comment = event.values.get("comment", "")
    if not answers and not comment:
        yield refused(event, Refusal("listening_note_empty", values))
        return
    yield facts.ListeningNoted(
        **about(world, one, f"noted|{event.request}", event.at, by=event.by, because="the short form"),
        answers=json.dumps(answers, ensure_ascii=False, sort_keys=True),
        comment=comment,
        call=one.call,
    )
    result = {"listening": one.id}
    told = {"name": name_of(world, one.person)}
    yield AnswerAsked(event.request, "noted", True, "listening_noted", told, result=result)


def _latest(world: World, actor: str) -> Listening | None:
    """The one they are at, else the last one they heard something of."""
    live = world.listening.of_actor(actor)
    if live is not None and live.began is not None:
        return live
    ended = reversed(world.listening.ended.values())
    return next((one for one in ended if one.actor == actor and one.began is not None), None)
