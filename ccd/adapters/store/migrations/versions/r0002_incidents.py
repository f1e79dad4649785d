"""Incidents, the audit chain, attendance, and how people are reached outside the floor.

``outbox`` goes: nothing ever wrote to it, and what has to be told is in the timeline of its incident.

Revision: 0002, after 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Append-only: numbered, and each row once by its key; the other columns.
_LOGS: dict[str, tuple[str, str]] = {
    "attendance_event": ("pbx seat person at", "how by_whom proven"),
    "report_refusal": ("request at", "ladder how pbx interface by_whom why"),
}


def upgrade() -> None:
    for name, (key, columns) in _LOGS.items():
        op.create_table(
            name,
            sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
            *(_column(column, nullable=False) for column in key.split()),
            *(_column(column) for column in columns.split()),
            sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
            sa.UniqueConstraint(*key.split(), name=f"uq_{name}"),
        )
        op.create_index(f"ix_{name}_at", name, ["at"])
    op.create_table(
        "incident_event",
        _column("incident", nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        *(_column(column) for column in ("at", "event", "data")),
        sa.PrimaryKeyConstraint("incident", "n", name="pk_incident_event"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_incident_event_at", "incident_event", ["at"])
    closed = sa.text("event = 'IncidentClosed'")
    op.create_index(
        "ix_incident_event_closed",
        "incident_event",
        ["incident"],
        sqlite_where=closed,
        postgresql_where=closed,
    )
    op.create_table(
        "audit",
        sa.Column("seq", _NUMBER, autoincrement=False, nullable=False),
        *(
            _column(name, nullable=False)
            for name in ("entry", "at", "who", "act", "subject", "data", "prev", "hash")
        ),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
        sa.UniqueConstraint("entry", name="uq_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    for name in ("phone", "email"):
        op.add_column("person", _column(name))
    op.drop_table("outbox")


def downgrade() -> None:
    op.create_table(
        "outbox",
        _column("key", nullable=False),
        *(_column(column) for column in ("effect", "state", "error")),
        sa.Column("attempts", sa.BigInteger()),
        *(sa.Column(column, _AT) for column in ("created", "done")),
        sa.PrimaryKeyConstraint("key", name="pk_outbox"),
        sqlite_with_rowid=False,
    )
    for name in ("phone", "email"):
        op.execute(f"ALTER TABLE person DROP COLUMN {name}")  # a table made anew would lose WITHOUT ROWID
    for name in ("audit", "incident_event", *_LOGS):
        op.drop_table(name)


def _column(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    type_: Any = {"at": _AT, "proven": sa.Boolean()}.get(name, sa.Text())
    return sa.Column(name, type_, nullable=nullable)
