"""The population of the draws, evaluations, pauses in recordings, tokens of the API.

Revision: 0005, after 0004
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

_TABLES: dict[str, tuple[str, ...]] = {
    "conversation": (
        *["day!", "unit!", "pbx!", "call", "uniqueid", "kind", "person", "team", "queue", "interface"],
        *["at@", "connected@", "ended@", "talk_s#", "offset_s#", "recording", "eligible", "rank", "picked"],
    ),
    "evaluation": (
        *["evaluation!", "unit", "pbx", "call", "recording", "person", "team", "queue", "stratum", "day"],
        *["sample", "reason", "of", "analyst", "form", "version", "state", "answers", "outcome"],
        *["opened@", "due@", "until@", "scored@", "released@", "finished@"],
        *["score#", "chance#", "talk_s#", "offset_s#", "edition%", "passed?"],
    ),
    "recording_pause": ("pbx!", "recording!", "began!@", "ended@", "call", "uniqueid", "how"),
    "api_token": (
        *["token!", "hash", "person", "scopes", "note", "by_whom", "made@", "expires@", "revoked@", "used@"],
    ),
}
"""``!`` is of the key; ``@`` a time, ``#`` seconds, ``%`` a whole number, ``?`` yes or no."""

_INDICES = {
    "conversation": (("call",), ("uniqueid",)),
    "evaluation": (("day",), ("analyst", "opened"), ("person", "day"), ("unit",), ("recording",)),
}
_FEW = (
    ("ix_evaluation_open", "evaluation", "analyst", "finished IS NULL"),
    ("ix_shift_event_subject", "shift_event", "subject", "subject != ''"),
    ("ix_queue_visit_abandoned", "queue_visit", "caller_number", "outcome = 'abandoned'"),
    ("ix_queue_visit_talking", "queue_visit", "connected", "connected IS NOT NULL AND completed IS NULL"),
    ("ix_queue_visit_completed", "queue_visit", "completed", "completed IS NOT NULL"),
    ("ix_call_dialled", "call", "ended", "kind IN ('outbound', 'direct')"),
)
"""Indices of those few rows only."""
_TYPES: dict[str, Any] = {"@": _AT, "#": sa.Float(), "%": sa.BigInteger(), "?": sa.Boolean()}


def _column(told: str) -> sa.Column[Any]:
    name = told.rstrip("!@#%?")
    type_ = next((_TYPES[mark] for mark in told[len(name) :] if mark in _TYPES), sa.Text())
    key = "!" in told
    return sa.Column(name, type_, primary_key=key, nullable=not key)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.create_table(table, *(_column(told) for told in columns), sqlite_with_rowid=False)
        for names in _INDICES.get(table, ()):
            op.create_index(f"ix_{table}_{'_'.join(names)}", table, list(names))
    op.add_column("shift_event", sa.Column("subject", sa.Text()))
    for name, table, column, told in _FEW:
        where = sa.text(told)
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in reversed(_FEW):
        op.drop_index(name, table)
    op.drop_column("shift_event", "subject")
    for table in reversed(_TABLES):
        op.drop_table(table)
