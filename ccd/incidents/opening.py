"""Opening an incident, and what is asked of its PBX then and whenever that comes back.

A report by phone counts from an agent's leg, or from a seat that dials the code for reports; never from a
caller. One that was noted while ccd was away is always taken: the dialplan accepts it from agents only, and
the call may be over. One from the console may name a call, a seat, or neither (a letter, an e-mail).
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from ccd import events as e
from ccd.config import Mode
from ccd.config_incidents import IncidentsSettings, LadderSettings
from ccd.effects import AnswerAct, KeepCopy, ReadMark, ReadSource, SendAction
from ccd.following.lookup import call_facts
from ccd.incidents import climbing, ending, police
from ccd.incidents.making import deadline, fact, incident_id, scaled
from ccd.incidents.people import World, candidates, ladder_of, leads_on_duty, places
from ccd.incidents.state import Incident, Phase
from ccd.incidents.telling import EVERYBODY, Items, language_of
from ccd.roster import Role

__all__ = ["back", "cache_leads", "keep_copies", "keep_copy", "report"]

DRILL_ENDS_S = 300.0
"""A drill in which nobody comes and nothing is reached ends so long after its clock."""
CACHED = 8
"""Phones of duty leads that the dialplan can ring without us."""


def report(world: World, event: e.ReportAsked, settings: IncidentsSettings) -> Items:
    """Open, join, or refuse; the answer is among what is given."""
    if known := _by_request(world, event.request):
        yield from _joined(known, event)
        return
    ladder = settings.ladders.get(event.ladder)
    refusal = _refusal(event, ladder, settings)
    facts = e.CallFacts() if refusal else _facts(world, event)
    if isinstance(facts, str):
        refusal = facts
    elif known := _of_the_same_call(world, event, facts):
        yield from _joined(known, event)
        return
    if refusal or ladder is None or isinstance(facts, str):
        yield from _refused(event, refusal)
        return
    opened = _opened(event, ladder, facts, settings)
    yield opened
    incident = world.incidents[opened.incident]
    because = f"incidents: {event.ladder} reported, {event.how}"
    yield AnswerAct(event.request, because, accepted=True, incident=incident.id)
    yield from _start(world, incident, event.at, ladder, settings)


def _refusal(event: e.ReportAsked, ladder: LadderSettings | None, settings: IncidentsSettings) -> str:
    if settings.mode is Mode.OFF:
        return "incidents are off: set mode in [policies.incidents]"
    if ladder is None:
        return f"unknown_ladder: there are {', '.join(settings.ladders)}"
    if not ladder.enabled:
        return f"unknown_ladder: {event.ladder[:40]} is not enabled"
    return ""


def _facts(world: World, event: e.ReportAsked) -> e.CallFacts | str:
    """Everything known of the call; or why the report makes no sense."""
    named = event.uniqueid or event.seat or event.call
    if not named:
        return e.CallFacts(pbx=event.pbx)
    name = event.pbx or next(iter(world.pbxs), "")
    pbx = world.pbxs.get(name)
    if pbx is None:
        return f"unknown_pbx: there are {', '.join(world.pbxs)}"
    found = call_facts(
        pbx,
        world.roster,
        world.presence,
        uniqueid=event.uniqueid,
        seat=event.seat,
        call=event.call,
        at=event.at,
    )
    if not isinstance(found, str):
        return found
    if event.how == "adopted" or (event.how == "phone" and not pbx.synced):
        return _of_seat(world, event, name, event.seat)
    if found == "no_call_at_seat" and event.how != "phone":
        return _of_seat(world, event, name, event.seat)
    return found


def _of_seat(world: World, event: e.ReportAsked, pbx: str, seat: str) -> e.CallFacts:
    """What can be said without a call."""
    agent = next(iter(world.presence.get((pbx, seat), ())), "")
    person = world.roster.by_code(agent)
    return e.CallFacts(
        pbx=pbx,
        uniqueid=event.uniqueid,
        interface=world.roster.interface_of(pbx, seat) or "",
        seat=seat,
        agent=agent,
        agent_name=person.name if person else "",
    )


def _by_request(world: World, request: str) -> Incident | None:
    return next((found for found in world.incidents.values() if request in found.requests), None)


def _of_the_same_call(world: World, event: e.ReportAsked, facts: e.CallFacts) -> Incident | None:
    """An open incident of this call; before the PBX is in sync, of the same leg."""
    for incident in world.incidents.values():
        mine = incident.facts
        if (incident.ladder, incident.drill) != (event.ladder, event.drill) or not incident.open:
            continue
        same_call = facts.call and facts.call == mine.call
        same_leg = facts.uniqueid and facts.uniqueid == mine.uniqueid
        if facts.pbx == mine.pbx and (same_call or same_leg):
            return incident
    return None


def _joined(incident: Incident, event: e.ReportAsked) -> Items:
    if event.request not in incident.requests and incident.open:
        yield fact(
            incident,
            event.at,
            e.ReportRepeated,
            request=event.request,
            how=event.how,
            by=event.by,
            note=event.note,
        )
    because = "incidents: this has been reported already"
    if event.how == "phone" and event.uniqueid:  # the dialplan waits for a word on every press of the key
        yield _taken(incident, event.pbx, event.uniqueid, because)
    yield AnswerAct(event.request, because, True, incident.id, saved=incident.saved)


def _refused(event: e.ReportAsked, why: str) -> Items:
    yield e.ReportRefused(
        at=event.at,
        request=event.request,
        ladder=event.ladder[:40],
        how=event.how,
        pbx=event.pbx,
        interface=event.uniqueid or event.seat or event.call,
        by=event.by,
        why=why,
    )
    yield AnswerAct(event.request, f"incidents: {why}", accepted=False, why=why)


def _opened(
    event: e.ReportAsked, ladder: LadderSettings, facts: e.CallFacts, settings: IncidentsSettings
) -> e.IncidentOpened:
    at = min(event.happened or event.at, event.at)
    fast = event.drill and event.fast
    within = ladder.arrive_within_s * (settings.drill.fast_factor if fast else 1.0)
    return e.IncidentOpened(
        at=at,
        incident=incident_id(event.ladder, at, event.request),
        n=1,
        ladder=event.ladder,
        severity=ladder.severity,
        request=event.request,
        how=event.how,
        by=event.by or facts.agent,
        facts=facts,
        arrive_within_s=within,
        drill=event.drill,
        fast=fast,
        note=event.note,
        told_alone=event.told_alone,
    )


def _start(
    world: World, incident: Incident, at: datetime, ladder: LadderSettings, settings: IncidentsSettings
) -> Items:
    """Everything that begins with the report."""
    yield from _on_the_call(world, incident, ladder)
    yield ending.alert(incident, active=True)
    if settings.mode is not Mode.OBSERVE:
        yield from climbing.arm(world, incident, at)
    yield from police.arm(world, incident, at)
    if incident.drill:
        ends = incident.arrive_within_s + scaled(incident, DRILL_ENDS_S, settings, least=60.0)
        yield deadline(incident, "drill", ends, "a drill ends by itself")


def _on_the_call(world: World, incident: Incident, ladder: LadderSettings) -> Items:
    """Taken, recorded, confirmed to the agent alone, and traced; the call itself is not touched."""
    facts = incident.facts
    because = f"incidents: {incident.ladder} reported"
    if facts.uniqueid:
        yield _taken(incident, facts.pbx, facts.uniqueid, because)
    if own := _own_recording(world, incident):
        record = (("Action", "MixMonitor"), ("Channel", facts.channel), ("File", own))
        yield SendAction(f"{incident.id}-record", because, facts.pbx, record)
    yield from keep_copies(world, incident)
    if ladder.whisper and facts.channel and facts.call:
        whisper = (
            ("Action", "Originate"),
            ("Channel", "Local/s@ccd-whisper/n"),
            ("Context", "ccd-whisper"),
            ("Exten", f"{incident.id}-whisper"),
            ("Priority", "1"),
            ("Variable", f"CCD_CHANNEL={facts.channel}"),
            ("Variable", f"__CCD_LANGUAGE={language_of(world, facts.agent)}"),
            ("Async", "true"),
        )
        yield SendAction(f"{incident.id}-whisper", because, facts.pbx, whisper)
    if facts.caller_channel:
        yield ReadSource(f"{incident.id}-source", because, facts.pbx, incident.id, facts.caller_channel)


def _taken(incident: Incident, pbx: str, uniqueid: str, because: str) -> SendAction:
    """Tells the dialplan that it need not ring the leads by itself."""
    fields = (("Action", "DBPut"), ("Family", "ccd-taken"), ("Key", uniqueid), ("Val", incident.id))
    return SendAction(f"{incident.id}-taken", because, pbx, fields)


def _own_recording(world: World, incident: Incident) -> str:
    """The file of the recording that begins with the report; "" where one runs already, and in a drill."""
    facts = incident.facts
    wanted = ladder_of(world, incident).record and not incident.drill
    needed = wanted and facts.channel and facts.call and not facts.recordings
    return f"{incident.id}.wav" if needed else ""


def keep_copies(world: World, incident: Incident) -> Items:
    """Every recording of the call that is not held finally; not the files that somebody gave."""
    if incident.drill:
        return
    known = [kept.source for kept in incident.evidence.values() if not kept.by]
    for path in dict.fromkeys((*incident.facts.recordings, _own_recording(world, incident), *known)):
        kept = incident.evidence.get(path)
        if path and not (kept and kept.final):
            yield keep_copy(incident, path)


def keep_copy(incident: Incident, path: str) -> KeepCopy:
    digest = hashlib.sha256(path.encode()).hexdigest()[:8]
    because = "incidents: legal hold, before anything can change the file"
    return KeepCopy(f"{incident.id}-copy-{digest}", because, incident.facts.pbx, incident.id, path)


def cache_leads(world: World, only: str = "") -> Items:
    """The seats of the leads, for the dialplan that has to tell them without us: devices only, no numbers."""
    for name, pbx in world.pbxs.items():
        if not pbx.synced or (only and name != only):
            continue
        first = candidates(world, Role.DUTY_LEAD, e.CallFacts(pbx=name)).people
        others = [person.code for person in leads_on_duty(world) if person.code not in first]
        because = "incidents: the dialplan rings them by itself where ccd does not take a report"
        for key, people in (("leads", first), ("next", others)):
            found = [place for code in people for place in places(world, code, name) if place.pbx == name]
            devices = [place.where for place in found if not place.where.startswith("outside:")]
            fields = (
                ("Action", "DBPut"),
                ("Family", "ccd-duty"),
                ("Key", key),
                ("Val", "&".join(devices[:CACHED])),
            )
            yield SendAction(f"duty-{key}-{name}", because, name, fields)


def back(world: World, incident: Incident, event: e.PbxSynced) -> Items:
    """Its PBX is there again: what was noted meanwhile decides what is done again."""
    because = "incidents: the dialplan notes results before it tells them"
    for told in incident.told.values():
        unended = told.result in ("", "answered") and told.rung != EVERYBODY
        if told.means == "phone" and unended and told.where.startswith(f"{event.pbx}/"):
            yield ReadMark(f"{told.key}-mark", because, event.pbx, incident.id, told.key)
    for number in climbing.fell_through(incident, event.pbx):
        yield from climbing.turn_over(world, incident, event.at, number)
    if incident.police is not None and incident.police_state != "by_hand":
        yield ReadMark(f"{incident.id}-police-mark", because, event.pbx, incident.id)
    if incident.phase is Phase.POLICE and not incident.voice:
        yield from police.seek(world, incident, event.at)
