"""The clock to the police, and finding a human voice for them.

The deadline runs from the report. When it comes, or when nobody who was awaited can come, somebody is rung
who hears the facts: the dialplan then lets them stand down, or bridges them to the police. ccd itself cannot
dial the police: no effect can name their context (``ccd.effects.Ring``), and a drill has rings of its own.

A person's voice is sought one phone after the other, round and round, until the police are dialled, somebody
stands down, whoever was awaited arrives, or a person says that they have called. While no ring can be placed
everybody is told to dial by themselves, with the number and the facts.
"""

from __future__ import annotations

from datetime import datetime

from ccd import events as e
from ccd.config import Mode
from ccd.effects import CallPoliceUnattended, ReadMark, Ring, RingForPolice, RingForPoliceDrill, SendAction
from ccd.incidents.making import cancel, deadline, fact, scaled
from ccd.incidents.people import World, ladder_of, pbx_for_police, voices
from ccd.incidents.state import Incident, Phase
from ccd.incidents.telling import Items, ended, ring, tell_everybody

__all__ = [
    "arm",
    "bar",
    "due",
    "marked",
    "nobody_can",
    "overdue",
    "rest",
    "ring_again",
    "seek",
    "unbar",
    "voice_due",
    "voice_ended",
    "warn",
]

HEARD_S = 90.0
"""How long a taker may listen and decide before the next voice is sought, should the phone say nothing."""

ROUND = 12
"""After the first round, so many attempts pass until everybody is told again that no voice was found."""

UNATTENDED = "unattended"
"""Stands for the phone in ``VoiceSought.where`` while nobody is rung but the police."""

SAID_S = 60.0
"""While there is nobody to ring at all, everybody is told so often."""


def arm(world: World, incident: Incident, at: datetime) -> Items:
    """From the report on, however late we learned of it."""
    if not incident.arrive_within_s:
        return
    settings = world.settings.policies.incidents
    elapsed = (at - incident.opened).total_seconds()
    left = incident.arrive_within_s - elapsed
    warn_s = scaled(incident, ladder_of(world, incident).warn_before_s, settings)
    if left > warn_s > 0:
        yield deadline(incident, "warn", left - warn_s, f"{warn_s:g} s before the police are called")
    because = f"nobody may take longer than {incident.arrive_within_s:g} s to be there"
    yield deadline(incident, "police", left, because)


def warn(world: World, incident: Incident, at: datetime) -> Items:
    if incident.phase is not Phase.LIVE:
        return
    left = incident.arrive_within_s - (at - incident.opened).total_seconds()
    yield fact(incident, at, e.PoliceWarned, left_s=max(left, 0.0))
    yield from tell_everybody(world, incident, at, "warn_police", "nobody awaited has arrived yet")


def nobody_can(world: World, incident: Incident, at: datetime) -> Items:
    """Everybody awaited has said that they cannot come: the decision is brought forward."""
    awaited = ladder_of(world, incident).arrive_role
    rungs = [rung for rung in incident.rungs.values() if rung.role == awaited and rung.people]
    if incident.arrive_within_s and rungs and all(set(rung.people) <= set(rung.cannot) for rung in rungs):
        yield from due(world, incident, at, "cannot_come")


def overdue(incident: Incident, at: datetime, late_s: float) -> float:
    """How late the deadline is acted upon: the clock's own lateness, or a report that came late to us."""
    past = (at - incident.opened).total_seconds() - incident.arrive_within_s
    return max(late_s, past, 0.0)


def due(world: World, incident: Incident, at: datetime, why: str, late_s: float = 0.0) -> Items:
    """The decision: by the ladder's setting. Nothing where it has been taken, or is no longer needed."""
    if incident.phase not in (Phase.LIVE, Phase.ATTENDED) or (why != "asked" and not incident.live):
        return
    settings = world.settings.policies.incidents
    mode = ladder_of(world, incident).police
    if settings.mode is not Mode.ENFORCE:
        mode = "advise"
    if incident.drill and mode == "unattended":
        mode = "call"
    yield cancel(incident, "warn", why)
    yield cancel(incident, "police", why)
    yield fact(incident, at, e.PoliceDue, mode=mode, why=why, late_s=late_s)
    if mode == "advise":
        yield from tell_everybody(world, incident, at, "dial_yourself", "the ladder only advises")
        return
    yield from tell_everybody(world, incident, at, "police_due", f"incidents: police = {mode}")
    yield from seek(world, incident, at)


def seek(world: World, incident: Incident, at: datetime) -> Items:
    """Ring the next voice; unattended, have the police rung themselves."""
    police = incident.police
    if incident.phase is not Phase.POLICE or police is None or police.mode == "advise":
        return
    if world.settings.policies.incidents.mode is not Mode.ENFORCE:  # a reload has changed it meanwhile
        yield from _nobody(world, incident, at, "ccd is not to ring for the police")
        return
    settings = world.settings.policies.incidents.police
    if police.mode == "unattended":
        yield from _unattended(world, incident, at)
        return
    found = voices(world, incident)
    if not found:
        yield from _nobody(world, incident, at, "there is no phone left to ring")
        return
    person, place = found[incident.attempt % len(found)]
    attempt = incident.attempt + 1
    key = f"{incident.id}-v{attempt}"
    where = f"{place.pbx}/{place.where}"
    yield fact(incident, at, e.VoiceSought, key=key, person=person, where=where, attempt=attempt)
    yield _ring(world, incident, person, where, key)
    yield deadline(incident, "voice", settings.voice_ring_s + HEARD_S, f"{key} has said nothing")


def voice_ended(world: World, incident: Incident, at: datetime, result: str) -> Items:
    """The phone did not take it: the next one, after a pause where it failed or all were tried."""
    if incident.phase is not Phase.POLICE or incident.voice:
        return
    settings = world.settings.policies.incidents.police
    tried, phones = incident.attempt, max(len(voices(world, incident)), 1)
    if result != "failed" and tried % phones:
        yield from seek(world, incident, at)
        return
    again = phones * -(-ROUND // phones)
    if tried % again == 0 or tried == (1 if result == "failed" else phones):
        yield from tell_everybody(world, incident, at, "dial_yourself", f"no voice was found: {result}")
    yield deadline(incident, "voice", settings.retry_s, f"a voice is sought again after {result}")


def voice_due(world: World, incident: Incident, at: datetime) -> Items:
    """The pause is over; or the phone that was rung has said nothing for too long: the next one."""
    if incident.phase is not Phase.POLICE:
        return
    if incident.voice:
        yield ended(incident, at, incident.voice, "silent")
    yield from seek(world, incident, at)


def marked(world: World, incident: Incident, event: e.PoliceMark) -> Items:
    """The dialplan's word on the Dial, live or read back from AstDB."""
    at = event.at
    if event.state == "dialling" and incident.police_state not in ("dialling", "answered"):
        yield cancel(incident, "voice", "the police are being dialled")
        yield fact(incident, at, e.PoliceDialling, by=event.by, live=event.live)
        yield from tell_everybody(world, incident, at, "police_dialling", "the mark before the Dial stands")
    elif event.state == "answered" and incident.police_state != "answered":
        if incident.police_state != "dialling":
            yield fact(incident, at, e.PoliceDialling, by=event.by, live=event.live)
        yield fact(incident, at, e.PoliceAnswered, by=event.by)
        yield from tell_everybody(world, incident, at, "police_answered", "the dialplan says so")
    elif event.state == "failed" and incident.phase is Phase.POLICE and not incident.police_state:
        yield fact(incident, at, e.PoliceDialling, by=event.by, live=event.live)
        yield from _failed(world, incident, at)
    elif event.state == "failed" and incident.police_state == "dialling":
        yield from _failed(world, incident, at)
    elif not event.live:
        yield from _not_dialled(incident, event)


def _failed(world: World, incident: Incident, at: datetime) -> Items:
    yield fact(incident, at, e.PoliceFailed, why="no trunk took the call")
    if incident.phase is not Phase.POLICE:  # they were stood down, or somebody came, as the Dial began
        return
    yield from tell_everybody(world, incident, at, "police_failed", "no trunk took the call")
    wait = world.settings.policies.incidents.police.retry_s
    yield deadline(incident, "voice", wait, "no trunk took the call")


def _not_dialled(incident: Incident, event: e.PoliceMark) -> Items:
    """Read back: nobody was dialled, and the mark may not be the one that belongs to where we are."""
    if incident.phase is Phase.POLICE:
        if event.state == "barred":
            yield from unbar(incident)
        if incident.voice:
            because = "incidents: the police were not dialled; what became of the ring?"
            key = f"{incident.voice}-mark"
            yield ReadMark(key, because, event.pbx, incident.id, incident.voice)
    elif (
        event.state in ("none", "failed")
        and incident.voices
        and incident.phase in (Phase.ATTENDED, Phase.STOOD_DOWN)
    ):
        latest = max(incident.voices.values(), key=lambda voice: voice.attempt)
        if latest.where.startswith(f"{event.pbx}/"):
            yield from bar(incident, latest.key, "it is not known whether the dialplan was told")


def rest(incident: Incident, why: str) -> Items:
    """Neither the clock nor the search goes on."""
    for what in ("warn", "police", "voice"):
        yield cancel(incident, what, why)


def bar(incident: Incident, voice: str, why: str) -> Items:
    """Whoever is being rung or is listening must not be bridged any more: the mark says so, the call ends.

    ``voice`` is the ring under way before the fact that ended the search; "" where none is. The mark is made
    also then: a phone that was taken to be silent may still be listening.
    """
    because = f"incidents: {why}"
    for pbx in _pbxs_of_voices(incident):
        put = (("Action", "DBPut"), ("Family", "ccd-police"), ("Key", incident.id), ("Val", "barred"))
        yield SendAction(key=f"{incident.id}-bar", because=because, pbx=pbx, fields=put)
    if voice:
        pbx = incident.voices[voice].where.partition("/")[0]
        hangup = (("Action", "Hangup"), ("Channel", voice))
        yield SendAction(key=f"{incident.id}-hangup", because=because, pbx=pbx, fields=hangup)


def unbar(incident: Incident) -> Items:
    """A lead asks for the police after all. The mark of a Dial that may have reached them stays."""
    if incident.police_state not in ("", "failed"):
        return
    because = "incidents: a lead asks for the police after all"
    for pbx in _pbxs_of_voices(incident):
        fields = (("Action", "DBDel"), ("Family", "ccd-police"), ("Key", incident.id))
        yield SendAction(key=f"{incident.id}-unbar", because=because, pbx=pbx, fields=fields)


def _pbxs_of_voices(incident: Incident) -> list[str]:
    return list(dict.fromkeys(voice.where.partition("/")[0] for voice in incident.voices.values()))


def ring_again(world: World, incident: Incident) -> Items:
    """The ring that was under way is not known to have come to its end: again, under its key."""
    sought = incident.voices[incident.voice]
    pbx, _, phone = sought.where.partition("/")
    if phone == UNATTENDED:
        yield _call(world, incident, pbx, sought.key)
    else:
        yield _ring(world, incident, sought.person, sought.where, sought.key)


def _nobody(world: World, incident: Incident, at: datetime, why: str) -> Items:
    told = [one.at for one in incident.told.values() if one.kind == "dial_yourself"]
    if not told or (at - max(told)).total_seconds() >= SAID_S:
        yield from tell_everybody(world, incident, at, "dial_yourself", why)
    yield deadline(incident, "voice", world.settings.policies.incidents.police.retry_s, why)


def _ring(world: World, incident: Incident, person: str, where: str, key: str) -> Ring:
    settings = world.settings.policies.incidents
    known = world.roster.by_code(person)
    assert incident.police is not None
    return ring(
        RingForPoliceDrill if incident.drill else RingForPolice,
        world,
        incident,
        key,
        person,
        where,
        settings.police.voice_ring_s,
        f"incidents: {incident.police.why}, a human voice for the police",
        may_stand_down=known is not None and known.role in settings.stand_down_roles,
        confirm=incident.police.mode == "confirm",
    )


def _unattended(world: World, incident: Incident, at: datetime) -> Items:
    pbx = pbx_for_police(world, incident)
    attempt = incident.attempt + 1
    key = f"{incident.id}-u{attempt}"
    where = f"{pbx}/{UNATTENDED}"
    yield fact(incident, at, e.VoiceSought, key=key, person="", where=where, attempt=attempt)
    yield _call(world, incident, pbx, key)
    yield deadline(incident, "voice", HEARD_S, f"{key} has said nothing")


def _call(world: World, incident: Incident, pbx: str, key: str) -> CallPoliceUnattended:
    return CallPoliceUnattended(
        key=key,
        because="incidents: police = unattended",
        pbx=pbx,
        incident=incident.id,
        language=world.settings.daemon.language[:2],
        ladder=incident.ladder,
        seat=incident.facts.seat,
        caller_number=incident.facts.caller_number,
    )
