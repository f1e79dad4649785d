"""The tables, one schema for SQLite and PostgreSQL. Changing them needs a migration (migrations/versions).

Rules that the writer leans on:

- Every column outside a table's key may be missing: facts about one call or leg arrive one by one, and each
  fills in its own columns (an upsert of part of a row), in whatever order a batch has them.
- Append-only tables have a number of their own besides, for readers that ask "what is new since"; their
  ``info["key"]`` names the columns that make a row the same row when it is delivered a second time.
- ``info["time"]`` is the column an export and its ``since``/``until`` go by; ``info["over"]`` is the column
  whose age decides when the row may be pruned. Tables without it are kept for good: the audit chain would
  be broken by the first row that went, and the timelines of incidents are few and what is asked for years on.

Who sat at a seat during an interval or a call is not copied into those rows: it follows from
``presence_event`` and the roster of that time, and stays right when a missed sign-in is added later.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
)

from ccd.adapters.store.instant import Instant

__all__ = ["TABLES", "key_of", "metadata"]

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _key(name: str, type_: type[Any] = Text) -> Column[Any]:
    return Column(name, type_, primary_key=True, nullable=False)


def _text(*names: str) -> list[Column[Any]]:
    return [Column(name, Text) for name in names]


def _times(*names: str) -> list[Column[Any]]:
    return [Column(name, Instant) for name in names]


def _seconds(*names: str) -> list[Column[Any]]:
    return [Column(name, Float) for name in names]


def _integers(*names: str) -> list[Column[Any]]:
    # 64 bits even for causes and positions: they are numbers out of somebody else's text.
    return [Column(name, BigInteger) for name in names]


def _flags(*names: str) -> list[Column[Any]]:
    return [Column(name, Boolean) for name in names]


def _table(name: str, *parts: Any, **info: Any) -> Table:
    """A table keyed by what its rows are about; in SQLite the key is the table (no second tree)."""
    return Table(name, metadata, *parts, info=info, sqlite_with_rowid=False)


def _log(name: str, *parts: Any, key: tuple[str, ...], **info: Any) -> Table:
    """An append-only table: numbered, and each row only once by ``key``."""
    number = Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    keyed = [Column(column, Instant if column == "at" else Text, nullable=False) for column in key]
    at = Index(f"ix_{name}_at", "at")
    return Table(
        name,
        metadata,
        number,
        *keyed,
        *parts,
        UniqueConstraint(*key),
        at,
        info={"key": key, "time": "at", **info},
    )


def _few(name: str, column: Column[Any], where: ColumnElement[bool]) -> None:
    """An index of those few rows only."""
    Index(name, column, sqlite_where=where, postgresql_where=where)


AGENT_INTERVAL = _table(
    "agent_interval",
    *(_key("pbx"), _key("interface"), _key("queue"), _key("begin", Instant)),
    *_times("end"),
    *_text("state", "reason", "cause", "end_cause", "by_whom", "call"),
    Index(None, "begin"),
    time="begin",
    over="end",
)
_few("ix_agent_interval_open", AGENT_INTERVAL.c.pbx, AGENT_INTERVAL.c.end.is_(None))

QUEUE_EVENT = _log(
    "queue_event",
    *_text(
        "call", "member", "reason", "by_whom", "caller_number", "caller_name", "agent_uniqueid", "membership"
    ),
    *_seconds("wait_s", "ring_s", "talk_s"),
    *_integers("position"),
    *_flags("seen"),
    key=("pbx", "uniqueid", "at", "event", "queue", "interface"),
    over="at",
)

CALL = _table(
    "call",
    *(_key("pbx"), _key("call")),
    *_text("kind", "caller_number", "caller_name", "called_number", "interface"),
    *_times("started", "answered", "ended"),
    *_text("outcome", "merged_into"),
    *_seconds("wait_s", "talk_s", "hold_s"),
    *_integers("cause"),
    *_flags("start_seen", "end_seen"),
    Index(None, "started"),
    time="started",
    over="ended",
)
_few("ix_call_open", CALL.c.pbx, CALL.c.ended.is_(None))
_few("ix_call_merged", CALL.c.merged_into, CALL.c.merged_into.is_not(None))
_few("ix_call_dialled", CALL.c.ended, CALL.c.kind.in_(("outbound", "direct")))

LEG = _table(
    "leg",
    *(_key("pbx"), _key("uniqueid")),
    *_text("call", "channel", "interface", "number"),
    *_times("started", "answered", "ended"),
    *_seconds("hold_s"),
    *_integers("cause"),
    *_flags("start_seen", "end_seen"),
    Index(None, "pbx", "call"),
    Index(None, "started"),
    time="started",
    over="ended",
)

QUEUE_VISIT = _table(
    "queue_visit",
    *(_key("pbx"), _key("uniqueid"), _key("queue"), _key("joined", Instant)),
    *_text("call", "caller_number", "caller_name", "outcome", "interface", "member", "completed_by"),
    *_times("left", "connected", "completed"),
    *_seconds("wait_s", "talk_s"),
    *_integers("position", "last_position"),
    *_flags("seen"),
    Index(None, "joined"),
    Index(None, "pbx", "call"),
    time="joined",
    over="left",
)
_few("ix_queue_visit_open", QUEUE_VISIT.c.pbx, QUEUE_VISIT.c.left.is_(None))
_few("ix_queue_visit_abandoned", QUEUE_VISIT.c.caller_number, QUEUE_VISIT.c.outcome == "abandoned")
_few(
    "ix_queue_visit_talking",
    QUEUE_VISIT.c.connected,
    and_(QUEUE_VISIT.c.connected.is_not(None), QUEUE_VISIT.c.completed.is_(None)),
)
_few("ix_queue_visit_completed", QUEUE_VISIT.c.completed, QUEUE_VISIT.c.completed.is_not(None))

CALL_EVENT = _log(
    "call_event",
    *_text("interface", "queue", "target", "status"),
    *_seconds("hold_s"),
    key=("pbx", "call", "at", "event", "uniqueid"),
    over="at",
)

RECORDING = _table(
    "recording",
    *(_key("pbx"), _key("recording")),
    *_text("call", "uniqueid", "path"),
    *_times("started", "stopped"),
    *_text("state", "file"),  # what measuring it found, and where; path is what the PBX calls it
    *_integers("size"),
    *_text("sha256"),
    *_times("measured"),
    Index(None, "pbx", "call"),
    Index(None, "started"),
    time="started",
    over="stopped",
)

PBX_EVENT = _log("pbx_event", *_text("boot"), key=("pbx", "at", "event"), over="at")

BLIND_INTERVAL = _table(
    "blind_interval",
    *(_key("pbx"), _key("began", Instant)),
    *_times("ended"),
    *_text("why"),
    time="began",
    over="ended",
)

UNKNOWN_INTERFACE = _table(
    "unknown_interface",
    *(_key("pbx"), _key("interface")),
    *_text("member"),
    *_times("first_seen"),
    time="first_seen",
)

PRESENCE_EVENT = _log(
    "presence_event", *_text("how", "by_whom"), key=("pbx", "seat", "person", "at", "event"), over="at"
)

SIGN_IN_REFUSAL = _log(
    "sign_in_refusal",
    *_text("how", "why"),
    *_flags("enforced"),
    key=("pbx", "seat", "code", "at"),
    over="at",
)

ATTENDANCE_EVENT = _log(
    "attendance_event",
    *_text("how", "by_whom"),
    *_flags("proven"),
    key=("pbx", "seat", "person", "at"),
    over="at",
)

INCIDENT_EVENT = _table(
    "incident_event",
    *(_key("incident"), Column("n", BigInteger, primary_key=True, autoincrement=False)),
    *_times("at"),
    *_text("event", "data"),
    Index(None, "at"),
    time="at",
)
_few("ix_incident_event_closed", INCIDENT_EVENT.c.incident, INCIDENT_EVENT.c.event == "IncidentClosed")

REPORT_REFUSAL = _log(
    "report_refusal",
    *_text("ladder", "how", "pbx", "interface", "by_whom", "why"),
    key=("request", "at"),
    over="at",
)

AUDIT = Table(
    "audit",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    # Of what the row says, without its place in the chain: by this it is known when it is delivered twice.
    Column("entry", Text, nullable=False),
    Column("at", Instant, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("who", "act", "subject", "data", "prev", "hash")),
    UniqueConstraint("entry"),
    Index(None, "at"),
    info={"key": ("entry",), "time": "at"},
)

ROSTER_VERSION = _table("roster_version", _key("version"), *_times("at"), *_text("by_whom"), time="at")

PERSON = _table(
    "person",
    Column("version", Text, ForeignKey("roster_version.version", ondelete="CASCADE"), primary_key=True),
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    *_text("code", "name", "role", "team", "seat", "interface", "pbx", "agency", "language"),
    *_text("phone", "email"),
)

PLAN_VERSION = _table("plan_version", _key("version"), *_times("at"), *_text("by_whom"), time="at")

# What a version changed, day by day: ``people`` is ``PlanDay.people``, ``starts`` the midnight (UTC) before.
PLAN_CHANGE = _table(
    "plan_change",
    *(_key("version"), _key("day")),
    *_flags("whole"),
    *_text("people"),
    *_times("starts"),
    Index(None, "day"),
    time="starts",
    over="starts",
)

# What the policies about shifts found and people did about it; ``data`` is the fact.
SHIFT_EVENT = Table(
    "shift_event",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("at", Instant, nullable=False),
    *_text("policy", "event", "person", "day", "pbx", "seat", "who", "data", "subject"),
    UniqueConstraint("key"),
    Index(None, "at"),
    Index(None, "day", "event"),
    Index(None, "person", "at"),
    Index(None, "event", "at"),
    info={"key": ("key",), "time": "at"},
)

_few("ix_shift_event_subject", SHIFT_EVENT.c.subject, SHIFT_EVENT.c.subject != "")

# The population of the draws: ``ConversationSeen``. A unit is a hash; with the day before it what is written
# of one day lies together, and inserting costs the same however many there are.
CONVERSATION = _table(
    "conversation",
    *(_key("day"), _key("unit"), _key("pbx")),
    *_text("call", "uniqueid", "kind", "person", "team", "queue", "interface"),
    *_times("at", "connected", "ended"),
    *_seconds("talk_s", "offset_s"),
    *_text("recording", "eligible", "rank", "picked"),
    Index(None, "call"),
    Index(None, "uniqueid"),
    time="ended",
    over="ended",
)

# An evaluation as it stands; its history is in ``shift_event`` (subject). ``frozen``: the chance is final.
EVALUATION = _table(
    "evaluation",
    _key("evaluation"),
    *_text("unit", "pbx", "call", "recording", "person", "team", "queue", "stratum", "day"),
    *_text("sample", "reason", "of", "analyst", "form", "version", "state", "answers", "outcome"),
    *_times("opened", "due", "until", "scored", "released", "finished"),
    *_seconds("score", "chance", "talk_s", "offset_s"),
    *_integers("edition"),
    *_flags("passed"),
    Index(None, "day"),
    Index(None, "analyst", "opened"),
    Index(None, "person", "day"),
    Index(None, "unit"),
    Index(None, "recording"),
    time="opened",
)
_few("ix_evaluation_open", EVALUATION.c.analyst, EVALUATION.c.finished.is_(None))

RECORDING_PAUSE = _table(
    "recording_pause",
    *(_key("pbx"), _key("recording"), _key("began", Instant)),
    *_times("ended"),
    *_text("call", "uniqueid", "how"),
    time="began",
    over="began",
)

# Programs and people at the JSON API: of a token only its hash is kept, and that is never exported.
API_TOKEN = _table(
    "api_token",
    _key("token"),
    *_text("hash", "person", "scopes", "note", "by_whom"),
    *_times("made", "expires", "revoked", "used"),
)

PIN = _table("pin", _key("code"), *_text("hash"), *_times("changed"))

DEADLINE = _table(
    "deadline",
    _key("key"),
    *_times("armed_at", "due_at"),
    *_text("boot_id"),
    *_seconds("armed_boottime", "after_s"),
)

HEARTBEAT = _table("heartbeat", _key("name"), *_times("at"))

TABLES: dict[str, Table] = dict(metadata.tables)


def key_of(table: Table) -> tuple[str, ...]:
    """The columns by which a row delivered twice is known to be the same."""
    key: tuple[str, ...] | None = table.info.get("key")
    return key if key is not None else tuple(column.name for column in table.primary_key.columns)
