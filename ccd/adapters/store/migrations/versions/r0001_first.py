"""The schema of 0.1.

Revision: 0001, after nothing

Columns are written ``name:type``; a bare name is text.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TYPES: dict[str, Any] = {
    "": sa.Text(),
    "at": sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite"),
    "flag": sa.Boolean(),
    "number": sa.BigInteger(),
    "seconds": sa.Float(),
}

# Table: its key, its other columns.
_KEYED = {
    "agent_interval": ("pbx interface queue begin:at", "end:at state reason cause end_cause by_whom call"),
    "call": (
        "pbx call",
        (
            "kind caller_number caller_name called_number interface started:at answered:at ended:at "
            "outcome merged_into wait_s:seconds talk_s:seconds hold_s:seconds cause:number "
            "start_seen:flag end_seen:flag"
        ),
    ),
    "leg": (
        "pbx uniqueid",
        (
            "call channel interface number started:at answered:at ended:at hold_s:seconds cause:number "
            "start_seen:flag end_seen:flag"
        ),
    ),
    "queue_visit": (
        "pbx uniqueid queue joined:at",
        (
            "call caller_number caller_name outcome interface member completed_by left:at connected:at "
            "completed:at wait_s:seconds talk_s:seconds position:number last_position:number seen:flag"
        ),
    ),
    "recording": (
        "pbx recording",
        "call uniqueid path started:at stopped:at state file size:number sha256 measured:at",
    ),
    "blind_interval": ("pbx began:at", "ended:at why"),
    "unknown_interface": ("pbx interface", "member first_seen:at"),
    "roster_version": ("version", "at:at by_whom"),
    "person": ("version row:number", "code name role team seat interface pbx agency language"),
    "pin": ("code", "hash changed:at"),
    "deadline": ("key", "armed_at:at due_at:at boot_id armed_boottime:seconds after_s:seconds"),
    "outbox": ("key", "effect state error attempts:number created:at done:at"),
    "heartbeat": ("name", "at:at"),
}

# Append-only: numbered, and each row once by its key.
_LOGS = {
    "queue_event": (
        "pbx uniqueid at:at event queue interface",
        (
            "call member reason by_whom caller_number caller_name agent_uniqueid membership "
            "wait_s:seconds ring_s:seconds talk_s:seconds position:number seen:flag"
        ),
    ),
    "call_event": ("pbx call at:at event uniqueid", "interface queue target status hold_s:seconds"),
    "pbx_event": ("pbx at:at event", "boot"),
    "presence_event": ("pbx seat person at:at event", "how by_whom"),
    "sign_in_refusal": ("pbx seat code at:at", "how why enforced:flag"),
}

# The last is a condition: an index of the rows still open, or merged, only.
_INDEXES = (
    ("ix_agent_interval_begin", "agent_interval", "begin", ""),
    ("ix_agent_interval_open", "agent_interval", "pbx", '"end" IS NULL'),
    ("ix_call_merged", "call", "merged_into", "merged_into IS NOT NULL"),
    ("ix_call_open", "call", "pbx", "ended IS NULL"),
    ("ix_call_started", "call", "started", ""),
    ("ix_leg_pbx_call", "leg", "pbx call", ""),
    ("ix_leg_started", "leg", "started", ""),
    ("ix_queue_visit_joined", "queue_visit", "joined", ""),
    ("ix_queue_visit_open", "queue_visit", "pbx", '"left" IS NULL'),
    ("ix_queue_visit_pbx_call", "queue_visit", "pbx call", ""),
    ("ix_recording_pbx_call", "recording", "pbx call", ""),
    ("ix_recording_started", "recording", "started", ""),
)


def upgrade() -> None:
    for name, (key, columns) in _KEYED.items():
        keys = _columns(key, nullable=False)
        parts: list[Any] = [
            *keys,
            *_columns(columns),
            sa.PrimaryKeyConstraint(*_names(key), name=f"pk_{name}"),
        ]
        if name == "person":
            parts.append(
                sa.ForeignKeyConstraint(
                    ["version"],
                    ["roster_version.version"],
                    name="fk_person_roster_version",
                    ondelete="CASCADE",
                )
            )
        op.create_table(name, *parts, sqlite_with_rowid=False)
    for name, (key, columns) in _LOGS.items():
        number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        op.create_table(
            name,
            sa.Column("id", number, autoincrement=True, nullable=False),
            *_columns(key, nullable=False),
            *_columns(columns),
            sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
            sa.UniqueConstraint(*_names(key), name=f"uq_{name}"),
        )
        op.create_index(f"ix_{name}_at", name, ["at"])
    for name, table, columns, condition in _INDEXES:
        where = sa.text(condition) if condition else None
        op.create_index(name, table, columns.split(), sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name in reversed([*_KEYED, *_LOGS]):
        op.drop_table(name)


def _columns(spec: str, *, nullable: bool = True) -> list[sa.Column[Any]]:
    pairs = [column.partition(":") for column in spec.split()]
    return [
        sa.Column(name, _TYPES[type_], nullable=nullable, autoincrement=False) for name, _, type_ in pairs
    ]


def _names(spec: str) -> list[str]:
    return [column.partition(":")[0] for column in spec.split()]
