"""Incidents: from the report to the outcome (manual.md, "Threat calls" and "Reporting ladder").

The protocol's phases and transitions stand as a table at the head of ``ccd.incidents.state``. Here every
input finds its place:

===================  ========================================================================================
ReportAsked          opens an incident, or joins the open one of the same call; a report that makes no sense
                     is refused and kept on record
IncidentAct          what somebody does at the console (``ccd.incidents.acts``)
RingResult           keys pressed, or not, at a phone that was rung
PoliceMark           how far the dialplan has come with the police
TellingResult        an e-mail, webhook or MQTT message was delivered, or not
CopyKept             a recording, or a file somebody gave, is in the evidence folder
DeadlineDue          rungs, turns, the warning, the clock, the search for a voice
PersonAttended       whoever is awaited has proved to be there; PersonArrived counts as that, too
PbxLost, PbxSynced   the way to the phones is gone, or back: what its dialplan noted is read
IncidentsRestored    after a start: what was under way goes on under its old keys
===================  ========================================================================================

Modes: ``enforce`` does all; ``notify`` tells people, and only advises to call the police; ``observe`` keeps
the record and the recordings; ``off`` refuses reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ccd import events as e
from ccd.config import Mode
from ccd.config_incidents import IncidentsSettings
from ccd.effects import AnswerAct, Effect, Notify, SendAction
from ccd.incidents import acts, climbing, ending, opening, police
from ccd.incidents.making import fact, incident_of_key
from ccd.incidents.people import World, pbx_for_police
from ccd.incidents.state import TRANSITIONS, Incident, Phase
from ccd.incidents.telling import Items, again, ended, tell_everybody

NAME = "incidents"

REASONS = {"1": "false_alarm", "2": "manager_here", "3": "police_called", "4": "other"}
"""What the digit after a 9 means (config/asterisk/extensions-ccd-incidents.conf)."""

NOTED = frozenset(("acknowledged", "cannot", "stood_down", "confirmed", "hung_up"))
"""Results of which the dialplan has a note in AstDB."""


def decide(event: e.Event, world: World, settings: IncidentsSettings) -> Iterator[e.Event | Effect]:
    """One input. Each fact must be applied before the next item is asked for: ``ccd.engine`` does."""
    yield from _DECIDE[type(event)](event, world, settings)


def _reported(event: e.ReportAsked, world: World, settings: IncidentsSettings) -> Items:
    yield from opening.report(world, event, settings)


def _act(event: e.IncidentAct, world: World, settings: IncidentsSettings) -> Items:
    incident = world.incidents.get(event.incident)
    if incident is None:
        why = f"there is no incident {event.incident[:80]!r}"
        yield AnswerAct(event.request, f"incidents: {why}", accepted=False, why=why)
        return
    yield from acts.perform(world, incident, event)


def _rang(event: e.RingResult, world: World, settings: IncidentsSettings) -> Items:
    for incident in list(world.incidents.values()):
        if event.key in incident.told:
            yield from _rang_to_tell(event, world, incident)
        elif event.key in incident.voices:
            yield from _rang_for_police(event, world, incident, settings)
        else:
            continue
        if event.result in NOTED:
            yield _forget(event)


def _not_reached(event: e.RingResult) -> bool:
    """The PBX was there and the phone was not: also one that is busy, where Asterisk tells that too late.

    Where the PBX itself took nothing there is a reason, and no other phone would fare better.
    """
    return event.result == "failed" and not event.reason


def _forget(event: e.RingResult) -> SendAction:
    """The dialplan's note may go once what came of it is kept, and not before."""
    fields = (("Action", "DBDel"), ("Family", "ccd-ring"), ("Key", event.key))
    return SendAction(f"{event.key}-forget", f"incidents: {event.result} is kept", event.pbx, fields)


def _rang_to_tell(event: e.RingResult, world: World, incident: Incident) -> Items:
    told = incident.told[event.key]
    if told.result not in ("", "answered") or told.result == event.result:
        return
    if event.result == "none":
        if incident.live:
            yield from again(world, incident, told)
        return
    at = event.at
    yield ended(incident, at, event.key, event.result)
    if event.result == "acknowledged":
        yield from climbing.acknowledged(world, incident, at, told.rung, told.person, "phone")
    elif event.result == "cannot":
        yield from climbing.cannot_come(world, incident, at, told.rung, told.person, "phone")
        yield from police.nobody_can(world, incident, at)
    elif event.result in ("busy", "no_answer", "hung_up") or _not_reached(event):
        yield from climbing.unanswered(world, incident, at, event.key)


def _rang_for_police(
    event: e.RingResult, world: World, incident: Incident, settings: IncidentsSettings
) -> Items:
    if event.result == "none":
        if event.key == incident.voice and incident.phase is Phase.POLICE:
            yield from police.ring_again(world, incident)
        return
    person = incident.voices[event.key].person
    yield ended(incident, event.at, event.key, event.result)
    if event.result == "stood_down":
        reason = REASONS.get(event.reason, "other")
        known = world.roster.by_code(person)
        if known is None or known.role not in settings.stand_down_roles:
            why = "only those of stand_down_roles may stand down"
            yield fact(incident, event.at, e.ActRefused, act="stand_down", person=person, by="phone", why=why)
        elif (incident.phase, e.StoodDown) in TRANSITIONS:
            yield from ending.stood_down(world, incident, event.at, person, reason, "phone", "")
            return
    if event.result not in ("answered", "confirmed"):
        result = "no_answer" if _not_reached(event) else event.result
        yield from police.voice_ended(world, incident, event.at, result)


def _police_mark(event: e.PoliceMark, world: World, settings: IncidentsSettings) -> Items:
    incident = world.incidents.get(event.incident)
    if incident is None or not incident.open:
        return
    yield from police.marked(world, incident, event)
    if incident.police_state == "answered":
        yield from ending.drill_over(world, incident, event.at)


def _told(event: e.TellingResult, world: World, settings: IncidentsSettings) -> Items:
    for incident in world.incidents.values():
        told = incident.told.get(event.key)
        if told is not None and not told.result:
            result = "delivered" if event.ok else "failed"
            yield ended(incident, event.at, event.key, result, event.error)


def _copied(event: e.CopyKept, world: World, settings: IncidentsSettings) -> Items:
    incident = world.incidents.get(event.incident)
    if incident is None:
        return
    if event.error:
        yield fact(incident, event.at, e.EvidenceFailed, source=event.source, error=event.error[:300])
        return
    kept = incident.evidence.get(event.source)
    if kept is None or (kept.size, kept.sha256, kept.final) != (event.size, event.sha256, event.final):
        yield fact(
            incident,
            event.at,
            e.EvidenceKept,
            name=event.path.rpartition("/")[2],
            source=event.source,
            path=event.path,
            size=event.size,
            sha256=event.sha256,
            final=event.final,
            by=event.by,
        )


def _source(event: e.SourceRead, world: World, settings: IncidentsSettings) -> Items:
    incident = world.incidents.get(event.incident)
    if incident is not None and (event.source, event.customer) != (incident.source, incident.facts.customer):
        yield fact(incident, event.at, e.SourceKnown, source=event.source, customer=event.customer)


def _kept(event: e.Kept, world: World, settings: IncidentsSettings) -> Items:
    for name in event.incidents:
        incident = world.incidents.get(name)
        if incident is None or incident.saved == event.where:
            continue
        yield fact(incident, event.at, e.SavingChanged, where=event.where)
        if event.where == "memory":
            yield from tell_everybody(world, incident, event.at, "not_saved", f"kept in {event.where}")


def _due(event: e.DeadlineDue, world: World, settings: IncidentsSettings) -> Items:
    name, what = incident_of_key(event.key)
    incident = world.incidents.get(name)
    if incident is None or not incident.open:
        return
    at, (kind, _, rest) = event.at, what.partition("-")
    if kind == "rung":
        yield from climbing.begin(world, incident, at, int(rest), "time")
    elif kind == "turn":
        yield from climbing.turn_over(world, incident, at, int(rest))
    elif kind == "means":
        number, _, means = rest.partition("-")
        yield from climbing.means_due(world, incident, at, int(number), means)
    elif kind == "warn":
        yield from police.warn(world, incident, at)
    elif kind == "police":
        late_s = police.overdue(incident, at, event.late_s)
        yield from police.due(world, incident, at, "deadline", late_s)
    elif kind == "voice":
        yield from police.voice_due(world, incident, at)
    elif kind == "drill":
        yield from ending.drill_over(world, incident, at)


def _attended(event: e.PersonAttended, world: World, settings: IncidentsSettings) -> Items:
    yield from ending.is_there(
        world, event.at, event.person, event.seat, event.how, event.by, proven=event.proven
    )


def _arrived(event: e.PersonArrived, world: World, settings: IncidentsSettings) -> Items:
    """Signing in at a seat proves it as well, where a PIN is asked for."""
    presence = world.settings.policies.presence
    asked = presence.mode is Mode.ENFORCE and presence.pin_required
    proven = event.how == "console" or (event.how == "phone" and asked)
    yield from ending.is_there(world, event.at, event.person, event.seat, event.how, event.by, proven=proven)
    yield from opening.cache_leads(world)


def _leads_changed(event: e.Event, world: World, settings: IncidentsSettings) -> Items:
    yield from opening.cache_leads(world)


def _lost(event: e.PbxLost, world: World, settings: IncidentsSettings) -> Items:
    """Also while it dials: whether the police answer can then not be known."""
    for incident in list(world.incidents.values()):
        waits = incident.phase is Phase.POLICE and incident.police is not None
        dials = incident.phase is Phase.CALLED and incident.police_state == "dialling"
        if (waits or dials) and pbx_for_police(world, incident) == event.pbx:
            yield from tell_everybody(
                world, incident, event.at, "dial_yourself", f"the PBX {event.pbx} is gone: {event.why}"
            )


def _synced(event: e.PbxSynced, world: World, settings: IncidentsSettings) -> Items:
    yield from opening.cache_leads(world, event.pbx)
    for incident in list(world.incidents.values()):
        if incident.open:
            yield from opening.back(world, incident, event)


def _restored(event: e.IncidentsRestored, world: World, settings: IncidentsSettings) -> Items:
    """The deadlines are rows of their own; rings wait until their PBX is in sync again."""
    if world.unreadable_facts:
        yield Notify(
            key="incidents-unreadable",
            because="incidents: facts that cannot be read are left out, and the others are told all the same",
            audience="admin",
            text=f"{world.unreadable_facts} stored facts of incidents cannot be read; run `ccd audit verify`",
        )
    for incident in list(world.incidents.values()):
        if not incident.open:
            continue
        if incident.saved != "store":  # what was elsewhere has been given to the store before this
            yield fact(incident, event.at, e.SavingChanged, where="store")
        yield ending.alert(incident, active=True)
        yield from opening.keep_copies(world, incident)
        for told in list(incident.told.values()):
            if told.means != "phone" and not told.result:
                yield from again(world, incident, told)


def _recording(event: e.RecordingStarted, world: World, settings: IncidentsSettings) -> Items:
    for incident in world.incidents.values():
        if incident.open and (event.pbx, event.call) == (incident.facts.pbx, incident.facts.call):
            yield opening.keep_copy(incident, event.path)


def _leg_ended(event: e.LegEnded, world: World, settings: IncidentsSettings) -> Items:
    """The agent's leg is gone; the caller may still be held for tracing."""
    for incident in world.incidents.values():
        facts = incident.facts
        if incident.open and (event.pbx, event.uniqueid) == (facts.pbx, facts.uniqueid):
            pbx = world.pbxs[event.pbx]
            yield fact(
                incident,
                event.at,
                e.CallEndedMeanwhile,
                caller_kept=facts.caller_uniqueid in pbx.channels and bool(facts.caller_uniqueid),
            )


def _failed(event: e.EffectFailed, world: World, settings: IncidentsSettings) -> Items:
    """The PBX did not take what was to start the recording."""
    name = event.key.removesuffix("-record")
    incident = world.incidents.get(name) if name != event.key else None
    if incident is not None:
        yield fact(incident, event.at, e.EvidenceFailed, source="MixMonitor", error=event.error[:300])
        yield from tell_everybody(world, incident, event.at, "not_recorded", f"MixMonitor: {event.error}")


_DECIDE: dict[type[e.Event], Callable[[Any, World, IncidentsSettings], Items]] = {
    e.CopyKept: _copied,
    e.DeadlineDue: _due,
    e.EffectFailed: _failed,
    e.IncidentAct: _act,
    e.IncidentsRestored: _restored,
    e.Kept: _kept,
    e.LegEnded: _leg_ended,
    e.PbxLost: _lost,
    e.PbxSynced: _synced,
    e.PersonArrived: _arrived,
    e.PersonAttended: _attended,
    e.PersonLeft: _leads_changed,
    e.PoliceMark: _police_mark,
    e.RecordingStarted: _recording,
    e.ReportAsked: _reported,
    e.RingResult: _rang,
    e.RosterReplaced: _leads_changed,
    e.SourceRead: _source,
    e.TellingResult: _told,
}
CONSUMES: tuple[type[e.Event], ...] = tuple(_DECIDE)
