"""The plan: who works which shift on which day.

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "plan_version",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", _AT),
        sa.Column("by_whom", sa.Text()),
        sa.PrimaryKeyConstraint("version", name="pk_plan_version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "plan_change",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean()),
        sa.Column("people", sa.Text()),
        sa.Column("starts", _AT),
        sa.PrimaryKeyConstraint("version", "day", name="pk_plan_change"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_plan_change_day", "plan_change", ["day"])


def downgrade() -> None:
    for name in ("plan_change", "plan_version"):
        op.drop_table(name)
