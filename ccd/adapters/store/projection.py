"""Which rows a fact becomes. Pure: one rule for each type, found by type. Delivered twice = the same rows.

A rule is mostly a list of columns: ``started=at`` fills the column ``started`` from the fact's ``at``, a
bare ``queue`` the column of that name. A rule for a new fact goes into ``RULES``; what is an input of the
engine and no fact goes into ``NOT_STORED`` (the journal has those). A test holds the two complete.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from operator import attrgetter
from typing import Any

from ccd import events as e
from ccd.adapters.store.audit import entry_digest
from ccd.adapters.store.batch import Batch, Row
from ccd.adapters.store.entries import (
    Audited,
    Beat,
    Deadline,
    DeadlineGone,
    Entry,
    PinSet,
    TokenMade,
    TokenRevoked,
    TokenUsed,
)
from ccd.adapters.store.evaluation_rows import evaluation_row
from ccd.adapters.store.schema import TABLES
from ccd.adapters.store.texts import clean, json_of
from ccd.events import quality
from ccd.events.incidents import FACTS
from ccd.events.quality import ConversationSeen
from ccd.events.recording_pauses import RecordingPaused, RecordingUnpaused
from ccd.events.retention import DeletionEnded, RecordingDeleted
from ccd.events.sampling import CallPicked
from ccd.events.scoring import EvaluationFact
from ccd.events.shift_facts import SHIFT_FACTS

__all__ = ["NOT_STORED", "RULES", "TOLD_ELSEWHERE", "project"]

Rule = Callable[[Any, Batch], None]


def project(fact: e.Event | Entry, batch: Batch) -> None:
    """Add the rows of a fact. TypeError for a type that has no rule and is not listed as not stored."""
    kind = type(fact)
    rule = RULES.get(kind)
    if rule is not None:
        rule(fact, batch)
    elif kind not in NOT_STORED and kind not in TOLD_ELSEWHERE:
        raise TypeError(f"the store has no rule for {kind.__name__}; add one to projection.RULES")


# --- the forms of rules -----------------------------------------------------------------------------------


def _reader(columns: str) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The names of the columns, and what gives a fact's values for them."""
    pairs = [column.partition("=") for column in columns.split()]
    names = tuple(name for name, _, _ in pairs)
    fields = [field or name for name, _, field in pairs]
    if len(fields) > 1:
        return names, attrgetter(*fields)
    only = attrgetter(fields[0])
    return names, lambda fact: (only(fact),)


def _put(table: str, key: str, columns: str) -> Rule:
    """Insert the row with this key, or set these columns of it."""
    names, values_of = _reader(f"{key} {columns}")
    width = len(key.split())
    return lambda fact, batch: batch.put(table, names, values_of(fact), width)


def _append(table: str, columns: str, **fixed: Any) -> Rule:
    """Insert a row, unless it is there already."""
    names, values_of = _reader(columns)
    all_names = tuple(fixed | dict.fromkeys(names))

    def rule(fact: Any, batch: Batch) -> None:
        row = fixed.copy()
        row.update(zip(names, values_of(fact), strict=True))
        batch.append(table, all_names, row)

    return rule


def _remove(table: str, key: str) -> Rule:
    names, values_of = _reader(key)
    return lambda fact, batch: batch.remove(table, names, values_of(fact))


def _both(*rules: Rule) -> Rule:
    def apply(fact: Any, batch: Batch) -> None:
        for rule in rules:
            rule(fact, batch)

    return apply


def _where_visit_known(rule: Rule) -> Rule:
    return lambda fact, batch: rule(fact, batch) if fact.joined is not None else None


def _blank(table: str) -> Row:
    """Every column but the number, so that facts of every kind share one statement."""
    columns = [column for column in TABLES[table].columns if column.name != "id"]
    return {column.name: None if column.nullable else "" for column in columns}


def _queue_event(event: str, columns: str) -> Rule:
    return _append("queue_event", "pbx at queue " + columns, **(_blank("queue_event") | {"event": event}))


def _call_event(event: str, columns: str) -> Rule:
    return _append("call_event", "pbx call at " + columns, **(_blank("call_event") | {"event": event}))


_AGENT = "pbx interface queue "
_CALL = "pbx call"
_LEG = "pbx uniqueid"
_VISIT = "pbx uniqueid queue "
_RECORDING = "pbx recording"
_MEMBER = "interface member "
_CALLER = "call uniqueid "


# --- rules that are more than a list ----------------------------------------------------------------------

_interval_ended = _put(
    "agent_interval", _AGENT + "begin=since", "end=at state=was reason=was_reason end_cause=cause"
)
_interval_began = _put("agent_interval", _AGENT + "begin=at", "state reason cause by_whom=by call")


def _agent_changed(fact: e.AgentChanged, batch: Batch) -> None:
    if fact.was and fact.since != fact.at:  # an interval of no length: the next one takes its place
        _interval_ended(fact, batch)
    _interval_began(fact, batch)


_call_over = _put("call", _CALL, "started ended=at outcome end_seen=seen")
_call_totals = _put("call", _CALL, "kind caller_number caller_name called_number wait_s talk_s hold_s cause")
_call_answered = _put("call", _CALL, "answered")


def _call_ended(fact: e.CallEnded, batch: Batch) -> None:
    _call_over(fact, batch)
    if fact.kind:  # empty where a call of before a restart is closed: what is stored of it knows more
        _call_totals(fact, batch)
    if fact.answered is not None:
        _call_answered(fact, batch)


_roster_version = _put("roster_version", "version", "at by_whom=by")
_person_names, _person_values = _reader("code name role team seat interface pbx agency language phone email")


def _roster_replaced(fact: e.RosterReplaced, batch: Batch) -> None:
    _roster_version(fact, batch)
    for row, person in enumerate(fact.people):
        values = (fact.version, row, *_person_values(person))
        batch.put("person", ("version", "row", *_person_names), values, 2)


_plan_version = _append("plan_version", "version at by_whom=by")
_plan_change = ("version", "day", "whole", "people", "starts")


def _plan_changed(fact: e.PlanChanged, batch: Batch) -> None:
    _plan_version(fact, batch)
    for each in fact.days:
        starts = datetime.combine(each.day, time(), UTC)
        values = (fact.version, each.day.isoformat(), each.whole, each.people, starts)
        batch.append("plan_change", _plan_change, dict(zip(_plan_change, values, strict=True)))


_incident_event = ("incident", "n", "at", "event", "data")
_audit = ("entry", "at", "who", "act", "subject", "data")


def _incident_fact(fact: e.IncidentFact, batch: Batch) -> None:
    """Into the timeline, and into the audit chain in the same transaction."""
    event, data = type(fact).__name__, json_of(fact)
    values = (fact.incident, fact.n, fact.at, event, data)
    batch.append("incident_event", _incident_event, dict(zip(_incident_event, values, strict=True)))
    _audited(Audited(fact.at, _who(fact), event, fact.incident, data), batch)


def _who(fact: e.IncidentFact) -> str:
    """The person whose act it was, else who vouches for it; ``ccd`` for what it did by itself."""
    if isinstance(fact, (e.PoliceDialling, e.PoliceAnswered)):  # theirs is the key of a ring
        return "ccd"
    told = isinstance(fact, (e.TurnBegan, e.PersonTold, e.VoiceSought))
    person: str = "" if told else getattr(fact, "person", "")
    return person or getattr(fact, "by", "") or "ccd"


_shift_event = ("key", "at", "policy", "event", "person", "day", "pbx", "seat", "who", "data", "subject")


def _shift_fact(fact: e.ShiftFact, batch: Batch) -> None:
    """What somebody did is in the audit chain as well, in the same transaction."""
    event, data, who = type(fact).__name__, json_of(fact), fact.actor or fact.by
    day = fact.day.isoformat() if fact.day else ""
    place = (fact.pbx, fact.seat)
    about = getattr(fact, fact.subject_field) if fact.subject_field else ""
    values = (fact.key, fact.at, fact.policy, event, fact.person, day, *place, who or "ccd", data, about)
    batch.append("shift_event", _shift_event, dict(zip(_shift_event, values, strict=True)))
    if who:
        _audited(Audited(fact.at, who, event, fact.person or fact.key, data), batch)


_conversation_names, _conversation_values = _reader(
    "at call uniqueid kind person team queue interface connected ended talk_s offset_s recording"
    " eligible rank"
)
_conversation_key = ("day", "unit", "pbx")


def _conversation_seen(fact: ConversationSeen, batch: Batch) -> None:
    names = (*_conversation_key, *_conversation_names, "picked")
    values = (fact.day.isoformat(), fact.unit, fact.pbx, *_conversation_values(fact), fact.picked)
    batch.put("conversation", names, values, len(_conversation_key))


def _evaluation_fact(fact: EvaluationFact, batch: Batch) -> None:
    _shift_fact(fact, batch)
    evaluation_row(fact, batch)


def _call_picked(fact: CallPicked, batch: Batch) -> None:
    _shift_fact(fact, batch)
    if fact.day:
        values = (fact.day.isoformat(), fact.unit, fact.pbx, fact.reason)
        batch.put("conversation", (*_conversation_key, "picked"), values, len(_conversation_key))


def _deletion(fact: RecordingDeleted | DeletionEnded, batch: Batch) -> None:
    """The row of the recording stays, and says how far its file has gone. An orphan has none."""
    _shift_fact(fact, batch)
    state = fact.state if isinstance(fact, DeletionEnded) else "deleting"
    if fact.recording:
        batch.put("recording", ("pbx", "recording", "state"), (fact.pbx, fact.recording, state), 2)


def _audited(entry: Audited, batch: Batch) -> None:
    """Without its place in the chain, which it gets when the transaction is tried (``chain``)."""
    who, act, subject, data = clean([entry.who, entry.act, entry.subject, entry.data])
    values = (entry_digest(entry.at, who, act, subject, data), entry.at, who, act, subject, data)
    batch.append("audit", _audit, dict(zip(_audit, values, strict=True)))


_token = _put("api_token", "token", "hash person scopes note by_whom=by made expires")
_token_revoked = _put("api_token", "token", "person revoked")


def _token_made(entry: TokenMade, batch: Batch) -> None:
    _token(entry, batch)
    told = {"person": entry.person, "scopes": entry.scopes, "expires": entry.expires.isoformat()}
    _audited(Audited(entry.made, entry.by, "token.made", entry.token, json_of(told)), batch)


def _token_ended(entry: TokenRevoked, batch: Batch) -> None:
    _token_revoked(entry, batch)
    data = json_of({"person": entry.person})
    _audited(Audited(entry.revoked, entry.by, "token.revoked", entry.token, data), batch)


# --- all rules --------------------------------------------------------------------------------------------

RULES: dict[type[Any], Rule] = {
    e.PbxRestarted: _append("pbx_event", "pbx at boot", event="restarted"),
    e.BlindBegan: _put("blind_interval", "pbx began=at", "why"),
    e.BlindEnded: _put("blind_interval", "pbx began", "ended=at"),
    e.InterfaceUnknown: _append("unknown_interface", "pbx interface member first_seen=at"),
    e.AgentChanged: _agent_changed,
    e.MemberAdded: _queue_event("member_added", _MEMBER + "membership by_whom=by seen"),
    e.MemberRemoved: _queue_event("member_removed", _MEMBER + "by_whom=by seen"),
    e.MemberPaused: _queue_event("member_paused", _MEMBER + "reason by_whom=by seen"),
    e.MemberUnpaused: _queue_event("member_unpaused", _MEMBER + "reason by_whom=by seen"),
    e.CallStarted: _put(
        "call",
        _CALL,
        "kind caller_number caller_name called_number interface started=at start_seen=seen",
    ),
    e.CallAnswered: _put("call", _CALL, "answered=at"),
    e.CallMerged: _both(
        _put("call", _CALL, "merged_into=into ended=at"),
        _call_event("merged", "target=into"),
    ),
    e.CallHeld: _call_event("held", "uniqueid interface"),
    e.CallResumed: _call_event("resumed", "uniqueid interface hold_s"),
    e.CallTransferred: _call_event("transferred", "uniqueid interface queue target=to status=how"),
    e.CallJoined: _call_event("joined", "uniqueid event=what target=name"),
    e.VoicemailLeft: _call_event("voicemail", "uniqueid status"),
    e.CallEnded: _call_ended,
    e.LegStarted: _put("leg", _LEG, "call channel interface number started=at start_seen=seen"),
    e.LegAnswered: _put("leg", _LEG, "call answered=at"),
    e.LegEnded: _put("leg", _LEG, "call ended=at cause hold_s end_seen=seen"),
    e.CallerJoined: _both(
        _put("queue_visit", _VISIT + "joined=at", "call caller_number caller_name position seen"),
        _queue_event("caller_joined", _CALLER + "caller_number caller_name position seen"),
    ),
    e.AgentRang: _queue_event("agent_rang", _CALLER + _MEMBER),
    e.RingNoAnswer: _queue_event("ring_no_answer", _CALLER + _MEMBER + "ring_s"),
    e.AgentConnected: _both(
        _where_visit_known(
            _put("queue_visit", _VISIT + "joined", "call interface member connected=at"),
        ),
        _queue_event("agent_connected", _CALLER + _MEMBER + "agent_uniqueid wait_s ring_s"),
    ),
    e.AgentCompleted: _both(
        _where_visit_known(
            _put("queue_visit", _VISIT + "joined", "call completed=at talk_s completed_by=reason"),
        ),
        _queue_event("agent_completed", _CALLER + _MEMBER + "reason wait_s talk_s seen"),
    ),
    e.CallerLeft: _both(
        _put("queue_visit", _VISIT + "joined", "call left=at outcome wait_s last_position=position"),
        _queue_event("caller_left", _CALLER + "reason=outcome wait_s position"),
    ),
    e.RecordingStarted: _put("recording", _RECORDING, "call uniqueid path started=at"),
    e.RecordingStopped: _put("recording", _RECORDING, "call uniqueid path stopped=at"),
    e.RecordingMeasured: _put("recording", _RECORDING, "call state file=path size sha256 measured=at"),
    e.PersonArrived: _append("presence_event", "pbx seat person at how by_whom=by", event="arrived"),
    e.PersonLeft: _append("presence_event", "pbx seat person at how by_whom=by", event="left"),
    e.SignInRefused: _append("sign_in_refusal", "pbx seat code at how why enforced"),
    e.PersonAttended: _append("attendance_event", "pbx seat person at how by_whom=by proven"),
    e.RosterReplaced: _roster_replaced,
    e.PlanChanged: _plan_changed,
    e.ReportRefused: _append("report_refusal", "request at ladder how pbx interface by_whom=by why"),
    **dict.fromkeys(FACTS, _incident_fact),
    **dict.fromkeys(SHIFT_FACTS, _shift_fact),
    ConversationSeen: _conversation_seen,
    CallPicked: _call_picked,
    **{kind: _evaluation_fact for kind in SHIFT_FACTS if issubclass(kind, EvaluationFact)},
    RecordingDeleted: _deletion,
    DeletionEnded: _deletion,
    RecordingPaused: _put("recording_pause", _RECORDING + " began=at", "call uniqueid how"),
    RecordingUnpaused: _put("recording_pause", _RECORDING + " began", "call uniqueid how ended=at"),
    Audited: _audited,
    PinSet: _put("pin", "code", "hash changed"),
    TokenMade: _token_made,
    TokenRevoked: _token_ended,
    TokenUsed: _put("api_token", "token", "used"),
    Deadline: _put("deadline", "key", "armed_at due_at boot_id armed_boottime after_s"),
    DeadlineGone: _remove("deadline", "key"),
    Beat: _put("heartbeat", "name", "at"),
}

TOLD_ELSEWHERE: frozenset[type[Any]] = frozenset({e.PauseBegan, e.PauseEnded})
"""Facts that the rows of other facts have in them: of these, those of the members' pauses."""

NOT_STORED: frozenset[type[Any]] = frozenset(
    {
        e.AmiReceived,
        e.PbxLinked,
        e.PbxSynced,
        e.PbxLost,
        e.DeadlineDue,
        e.SignInAsked,
        e.ConfigReplaced,
        e.PictureRestored,
        e.PlanRestored,
        e.EffectDone,
        e.EffectFailed,
        e.Stopping,
        e.JournalBegan,
        e.Gap,
        e.IncidentAct,
        e.IncidentsRestored,
        e.Kept,
        e.CopyKept,
        e.PoliceMark,
        e.ReportAsked,
        e.RingResult,
        e.SourceRead,
        e.TellingResult,
        e.PauseAsked,
        e.RecordRead,
        e.ShiftAct,
        e.ShiftsRestored,
        quality.ConversationsRead,
        quality.ListeningTold,
        quality.PopulationRead,
        quality.QualityRead,
        quality.RecordingNotGiven,
        quality.RecordingsExpired,
        quality.RecordingsFound,
        quality.RecordingsLooked,
        quality.SeedRead,
        quality.UnitLooked,
    }
)
