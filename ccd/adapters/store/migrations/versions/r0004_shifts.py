"""What the policies about shifts found, and what people did about it.

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
_INDICES = (("at",), ("day", "event"), ("person", "at"), ("event", "at"))


def upgrade() -> None:
    op.create_table(
        "shift_event",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        *(
            sa.Column(name, sa.Text())
            for name in ("policy", "event", "person", "day", "pbx", "seat", "who", "data")
        ),
        sa.UniqueConstraint("key", name="uq_shift_event"),
    )
    for columns in _INDICES:
        op.create_index(f"ix_shift_event_{'_'.join(columns)}", "shift_event", list(columns))


def downgrade() -> None:
    op.drop_table("shift_event")
