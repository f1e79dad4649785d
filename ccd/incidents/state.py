"""What is known of an incident: the fold of its facts, and the protocol as a table.

==============  =========================  ==============  ================================================
phase           what happens               phase then      what is done
==============  =========================  ==============  ================================================
-               a report                   live            record, copy, warn, first rung, clock
live            arrival, proven            attended        the clock stops; everybody told is told so
live            no arrival in time, or     police          by the ladder's setting: a voice is sought who
                nobody awaited can come                    hears the facts (call, confirm), or all are told
                                                           to dial (advise), or it is dialled (unattended)
attended        a lead asks for them       police          the same
police          arrival, proven            attended        the search for a voice ends
police          the mark before the Dial   called          never dialled again by us; all are told
called          arrival, proven            called          it is on record
called          no trunk took it           police          all are told to dial themselves; sought again
called          no trunk took it           (before it)     where it was attended, called by hand or stood down
                                                           as the Dial began: nothing more is done
live, attended  somebody has called them   called          all are told
police          (the same)                 called          the search for a voice ends
live, attended  stand-down by a role       stood_down      clock and rungs end; all are told
police          (the same)                 stood_down      and the dialplan is barred from dialling
live            closed with an outcome     closed          only where the ladder has no clock
attended        (the same)                 closed          the alert ends; whoever was left out is told
called          (the same)                 closed
stood_down      (the same)                 closed
==============  =========================  ==============  ================================================

An acknowledgement, and "cannot come" of one among several, change no phase: no acknowledgement stops the
clock. ``TRANSITIONS`` is this table; a fact that it does not name leaves the phase as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from ccd import events as e

__all__ = ["TRANSITIONS", "Incident", "Phase", "Rung", "Told", "fold"]


class Phase(StrEnum):
    LIVE = "live"
    ATTENDED = "attended"
    POLICE = "police"
    CALLED = "called"
    STOOD_DOWN = "stood_down"
    CLOSED = "closed"


TRANSITIONS: dict[tuple[Phase, type[e.IncidentFact]], Phase] = {
    (Phase.LIVE, e.Arrived): Phase.ATTENDED,
    (Phase.POLICE, e.Arrived): Phase.ATTENDED,
    (Phase.CALLED, e.Arrived): Phase.CALLED,
    (Phase.LIVE, e.PoliceDue): Phase.POLICE,
    (Phase.ATTENDED, e.PoliceDue): Phase.POLICE,
    # The dialplan's word is taken in any phase: what it says has happened.
    **{(phase, e.PoliceDialling): Phase.CALLED for phase in Phase if phase is not Phase.CLOSED},
    (Phase.CALLED, e.PoliceFailed): Phase.POLICE,
    (Phase.LIVE, e.PoliceCalledByHand): Phase.CALLED,
    (Phase.ATTENDED, e.PoliceCalledByHand): Phase.CALLED,
    (Phase.POLICE, e.PoliceCalledByHand): Phase.CALLED,
    (Phase.LIVE, e.StoodDown): Phase.STOOD_DOWN,
    (Phase.ATTENDED, e.StoodDown): Phase.STOOD_DOWN,
    (Phase.POLICE, e.StoodDown): Phase.STOOD_DOWN,
    (Phase.LIVE, e.IncidentClosed): Phase.CLOSED,  # only where no clock runs: ``ccd.incidents.acts``
    **{(phase, e.IncidentClosed): Phase.CLOSED for phase in (Phase.ATTENDED, Phase.CALLED, Phase.STOOD_DOWN)},
}


KEPT = (Phase.ATTENDED, Phase.CALLED, Phase.STOOD_DOWN)
"""A Dial that began in one of these and failed leaves things as they were: nobody is sought again."""


@dataclass(slots=True)
class Told:
    """One telling: by which means, and what came of it so far ("" while nothing has)."""

    rung: int
    person: str
    means: str
    key: str
    where: str
    at: datetime
    kind: str = "report"
    result: str = ""


@dataclass(slots=True)
class Rung:
    role: str
    people: tuple[str, ...]
    began: datetime
    turn: int = 0
    round: int = 0
    acknowledged: list[str] = field(default_factory=list)
    cannot: list[str] = field(default_factory=list)
    exhausted: bool = False


@dataclass(slots=True)
class Incident:
    """Times are aware UTC. ``n`` is the number of the latest fact."""

    id: str
    ladder: str
    severity: str
    opened: datetime
    facts: e.CallFacts
    how: str
    by: str
    note: str
    drill: bool
    fast: bool
    arrive_within_s: float
    phase: Phase = Phase.LIVE
    n: int = 1
    latest: datetime | None = None
    requests: set[str] = field(default_factory=set)
    source: str = ""
    saved: str = "store"
    rungs: dict[int, Rung] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, e.EvidenceKept] = field(default_factory=dict)
    """By source."""
    arrived: e.Arrived | None = None
    police: e.PoliceDue | None = None
    attempt: int = 0
    voice: str = ""
    """The key of the ring by which a voice is being sought; "" while none is."""
    voices: dict[str, e.VoiceSought] = field(default_factory=dict)
    """Everybody who was rung for the police, by the key of the ring."""
    police_state: str = ""
    """How far the Dial has come: "" (not begun), dialling, answered, failed, by_hand."""
    before_dial: Phase = Phase.POLICE
    """The phase in which the latest Dial began."""
    stood_down: e.StoodDown | None = None
    outcome: str = ""
    verdict: e.DrillJudged | None = None
    call_over: bool = False

    @property
    def open(self) -> bool:
        return self.phase is not Phase.CLOSED

    @property
    def live(self) -> bool:
        """Nobody on the floor has taken it over yet: no other policy acts on its people, seat or call."""
        return self.phase in (Phase.LIVE, Phase.POLICE)

    def now_or_later(self, at: datetime) -> datetime:
        """No fact of an incident is earlier than the one before it."""
        return at if self.latest is None or at > self.latest else self.latest


def fold(incidents: dict[str, Incident], fact: e.IncidentFact) -> None:
    """Take a fact in. One that is known already, or of an incident that is not, changes nothing."""
    if isinstance(fact, e.IncidentOpened):
        if fact.incident not in incidents:
            incidents[fact.incident] = _opened(fact)
        return
    incident = incidents.get(fact.incident)
    if incident is None or fact.n <= incident.n:
        return
    incident.n = fact.n
    incident.latest = fact.at
    handler = _FOLD.get(type(fact))
    if handler is not None:
        handler(incident, fact)
    incident.phase = TRANSITIONS.get((incident.phase, type(fact)), incident.phase)
    if isinstance(fact, e.PoliceFailed) and incident.before_dial in KEPT:
        incident.phase = incident.before_dial


def _opened(fact: e.IncidentOpened) -> Incident:
    return Incident(
        id=fact.incident,
        ladder=fact.ladder,
        severity=fact.severity,
        opened=fact.at,
        facts=fact.facts,
        how=fact.how,
        by=fact.by,
        note=fact.note,
        drill=fact.drill,
        fast=fact.fast,
        arrive_within_s=fact.arrive_within_s,
        latest=fact.at,
        requests={fact.request},
    )


def _report_repeated(incident: Incident, fact: e.ReportRepeated) -> None:
    incident.requests.add(fact.request)


def _source(incident: Incident, fact: e.SourceKnown) -> None:
    incident.source = fact.source
    if fact.customer:
        incident.facts = msgspec.structs.replace(incident.facts, customer=fact.customer)


def _rung_began(incident: Incident, fact: e.RungBegan) -> None:
    incident.rungs[fact.rung] = Rung(fact.role, fact.people, fact.at)


def _turn_began(incident: Incident, fact: e.TurnBegan) -> None:
    rung = incident.rungs[fact.rung]
    rung.turn, rung.round = fact.turn, fact.round


def _told(incident: Incident, fact: e.PersonTold) -> None:
    incident.told[fact.key] = Told(
        fact.rung, fact.person, fact.means, fact.key, fact.where, fact.at, fact.kind
    )


def _telling_ended(incident: Incident, fact: e.TellingEnded) -> None:
    if (told := incident.told.get(fact.key)) is not None:
        told.result = fact.result
    if fact.key == incident.voice and fact.result != "answered":
        incident.voice = ""


def _acknowledged(incident: Incident, fact: e.Acknowledged) -> None:
    incident.rungs[fact.rung].acknowledged.append(fact.person)


def _cannot(incident: Incident, fact: e.CannotCome) -> None:
    incident.rungs[fact.rung].cannot.append(fact.person)


def _exhausted(incident: Incident, fact: e.RungExhausted) -> None:
    incident.rungs[fact.rung].exhausted = True


def _arrived(incident: Incident, fact: e.Arrived) -> None:
    incident.arrived = fact
    incident.voice = ""


def _police_due(incident: Incident, fact: e.PoliceDue) -> None:
    incident.police = fact


def _voice_sought(incident: Incident, fact: e.VoiceSought) -> None:
    incident.voice, incident.attempt = fact.key, fact.attempt
    incident.voices[fact.key] = fact


def _police_dialling(incident: Incident, fact: e.PoliceDialling) -> None:
    incident.police_state, incident.voice = "dialling", ""
    incident.before_dial = incident.phase


def _police_answered(incident: Incident, fact: e.PoliceAnswered) -> None:
    incident.police_state = "answered"


def _police_failed(incident: Incident, fact: e.PoliceFailed) -> None:
    incident.police_state = "failed"


def _police_by_hand(incident: Incident, fact: e.PoliceCalledByHand) -> None:
    incident.police_state, incident.voice = "by_hand", ""


def _stood_down(incident: Incident, fact: e.StoodDown) -> None:
    incident.stood_down, incident.voice = fact, ""


def _detail(incident: Incident, fact: e.DetailGiven) -> None:
    incident.details[fact.question] = fact.answer


def _evidence(incident: Incident, fact: e.EvidenceKept) -> None:
    incident.evidence[fact.source] = fact


def _saving(incident: Incident, fact: e.SavingChanged) -> None:
    incident.saved = fact.where


def _call_over(incident: Incident, fact: e.CallEndedMeanwhile) -> None:
    incident.call_over = not fact.caller_kept


def _closed(incident: Incident, fact: e.IncidentClosed) -> None:
    incident.outcome = fact.outcome


def _judged(incident: Incident, fact: e.DrillJudged) -> None:
    incident.verdict = fact


_FOLD: dict[type[e.IncidentFact], Callable[[Incident, Any], None]] = {
    e.Acknowledged: _acknowledged,
    e.Arrived: _arrived,
    e.CallEndedMeanwhile: _call_over,
    e.CannotCome: _cannot,
    e.DetailGiven: _detail,
    e.DrillJudged: _judged,
    e.EvidenceKept: _evidence,
    e.IncidentClosed: _closed,
    e.PersonTold: _told,
    e.PoliceAnswered: _police_answered,
    e.PoliceCalledByHand: _police_by_hand,
    e.PoliceDialling: _police_dialling,
    e.PoliceDue: _police_due,
    e.PoliceFailed: _police_failed,
    e.ReportRepeated: _report_repeated,
    e.RungBegan: _rung_began,
    e.RungExhausted: _exhausted,
    e.SavingChanged: _saving,
    e.SourceKnown: _source,
    e.StoodDown: _stood_down,
    e.TellingEnded: _telling_ended,
    e.TurnBegan: _turn_began,
    e.VoiceSought: _voice_sought,
}
