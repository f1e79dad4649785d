"""What can go wrong with the store."""

from __future__ import annotations

__all__ = ["NeverTakenError", "RowsRefusedError", "StoreError", "UnavailableError"]


class StoreError(Exception):
    """The store cannot be used as asked. The text names the place and the mend."""


class NeverTakenError(StoreError):
    """The database is there, and refused for good a row of what was given."""


class UnavailableError(Exception):
    """The database did not take a transaction now, but may later: locked, full, stopped, cut off."""


class RowsRefusedError(Exception):
    """The database is there, but will never take at least one row of the transaction."""
