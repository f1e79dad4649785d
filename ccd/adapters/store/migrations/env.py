"""Alembic's entry: runs the revisions on the connection that ``ccd.adapters.store.migrate`` hands over."""

from __future__ import annotations

from alembic import context

from ccd.adapters.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite alters a table by making it anew.
    render_as_batch=True,
)
context.run_migrations()
