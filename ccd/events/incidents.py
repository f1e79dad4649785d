"""Incidents: threat calls and the other emergencies of manual.md, "Threat calls".

``incident`` is an id made of [a-z0-9-] only, so that it may stand in AstDB keys, channel ids, topics and file
names. Facts of an incident are numbered from 1 (``n``), without a gap: together they are its timeline, and
folding them in that order (``ccd.incidents.state``) gives what is known of it. All of them are durable and
are kept at once, before anything else that waits.

``how``: ``phone`` (a feature code or a key pressed), ``console`` (control socket, API), ``mqtt``, ``adopted``
(noted by the dialplan while ccd was away), ``clock`` (a deadline), ``policy``.
``person`` is a code of the roster, or "".
"""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_
from typing import ClassVar

import msgspec

from ccd.events.values import Event


class CallFacts(msgspec.Struct, frozen=True):
    """What was known of the call when it was reported; frozen then. Empty text is "not known"."""

    pbx: str = ""
    call: str = ""
    uniqueid: str = ""  # the reporting agent's channel
    channel: str = ""
    interface: str = ""
    seat: str = ""
    agent: str = ""  # code of the person signed in there
    agent_name: str = ""
    caller_uniqueid: str = ""
    caller_channel: str = ""
    caller_number: str = ""
    caller_name: str = ""
    called_number: str = ""
    queue: str = ""
    trunk: str = ""
    started: datetime | None = None
    answered: datetime | None = None
    ran_s: float = 0.0
    recordings: tuple[str, ...] = ()  # paths as the PBX names them, running at the report
    customer: str = ""


class IncidentFact(Event, frozen=True):
    durable: ClassVar[bool] = True
    incident: str
    n: int


class IncidentOpened(IncidentFact, frozen=True):
    ladder: str
    severity: str
    request: str
    how: str
    by: str
    facts: CallFacts
    arrive_within_s: float  # the clock to the police, from ``at``; 0 where this ladder has none
    drill: bool = False
    fast: bool = False
    note: str = ""
    told_alone: bool = False


class ReportRepeated(IncidentFact, frozen=True):
    """Another report of the same call while its incident is open."""

    request: str
    how: str
    by: str
    note: str = ""


class SourceKnown(IncidentFact, frozen=True):
    source: str
    customer: str = ""


class RungBegan(IncidentFact, frozen=True):
    """``people`` in the order in which they will be told; empty: nobody, which is an alarm in itself."""

    rung: int
    role: str
    people: tuple[str, ...]
    why: str


class TurnBegan(IncidentFact, frozen=True):
    """It is this person's turn to be told. ``round`` from 1: the whole list may be gone through again."""

    rung: int
    person: str
    turn: int
    round: int


class PersonTold(IncidentFact, frozen=True):
    """One telling is under way, under ``key``, until ``TellingEnded``; begun again under it after a restart.

    ``means``: phone, email, webhook, mqtt, console. ``kind``: what is told, as in ``ccd.incidents.wording``.
    """

    rung: int
    person: str
    means: str
    key: str
    where: str
    kind: str = "report"


class TellingEnded(IncidentFact, frozen=True):
    """What came of a ``PersonTold`` or ``VoiceSought``: whose it was and how is repeated for the reader."""

    key: str
    result: str
    error: str = ""
    person: str = ""
    means: str = ""


class Acknowledged(IncidentFact, frozen=True):
    rung: int
    person: str
    how: str


class CannotCome(IncidentFact, frozen=True):
    rung: int
    person: str
    how: str


class RungExhausted(IncidentFact, frozen=True):
    rung: int
    round: int


class Arrived(IncidentFact, frozen=True):
    """Whose arrival stops the clock is there: proven by code and PIN at a phone of the floor, or console."""

    person: str
    seat: str
    how: str
    by: str
    after_s: float


class ArrivalUnproven(IncidentFact, frozen=True):
    """The code of somebody awaited was dialled, but no PIN could be checked: the clock goes on."""

    person: str
    seat: str


class PoliceWarned(IncidentFact, frozen=True):
    left_s: float


class PoliceDue(IncidentFact, frozen=True):
    """The decision to call the police has come: ``mode`` call, confirm, advise or unattended."""

    mode: str
    why: str  # deadline | cannot_come | asked
    late_s: float


class VoiceSought(IncidentFact, frozen=True):
    """Somebody is rung who shall hear the facts and be bridged to the police."""

    key: str
    person: str
    where: str
    attempt: int


class PoliceDialling(IncidentFact, frozen=True):
    """The mark before the Dial stands: from now on they are never dialled again by us."""

    by: str
    live: bool


class PoliceAnswered(IncidentFact, frozen=True):
    by: str


class PoliceFailed(IncidentFact, frozen=True):
    why: str


class PoliceCalledByHand(IncidentFact, frozen=True):
    """A person has called them and says so."""

    person: str
    by: str
    note: str


class StoodDown(IncidentFact, frozen=True):
    person: str
    role: str
    reason: str
    how: str
    by: str


class ActRefused(IncidentFact, frozen=True):
    act: str
    person: str
    by: str
    why: str


class EnforcementWithheld(IncidentFact, frozen=True):
    """Another policy would have acted on the incident's phone or call; while it is live, none does."""

    policy: str
    because: str


class DetailGiven(IncidentFact, frozen=True):
    """An answer of the checklist; a later one to the same question stands, the earlier stays on record."""

    question: str
    answer: str
    by: str


class EvidenceKept(IncidentFact, frozen=True):
    name: str
    source: str
    path: str
    size: int
    sha256: str
    final: bool
    by: str


class EvidenceFailed(IncidentFact, frozen=True):
    source: str
    error: str


class NoteTaken(IncidentFact, frozen=True):
    """Instructions received, observations: recorded in full (manual.md, "Reporting ladder")."""

    text: str
    person: str
    by: str


class SavingChanged(IncidentFact, frozen=True):
    """Where this incident's facts are being kept: store, spool, or memory (NOT SAVED)."""

    where: str


class CallEndedMeanwhile(IncidentFact, frozen=True):
    """The reported call is over, or the agent has left it (``caller_kept``)."""

    caller_kept: bool


class IncidentClosed(IncidentFact, frozen=True):
    outcome: str
    person: str
    by: str


class DrillJudged(IncidentFact, frozen=True):
    passed: bool
    failures: tuple[str, ...]


FACTS: tuple[type[IncidentFact], ...] = tuple(IncidentFact.__subclasses__())
IncidentFacts = reduce(or_, FACTS)
"""Any of them, for decoding."""


class ReportRefused(Event, frozen=True):
    """A report that opened nothing, and why: no_call, not_an_agent, unknown_ladder, unknown_pbx …"""

    durable: ClassVar[bool] = True
    request: str
    ladder: str
    how: str
    pbx: str
    interface: str
    by: str
    why: str
