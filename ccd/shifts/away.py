"""Time in which somebody planned is rightly elsewhere: leave, an approved swap, an outage that is excused."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

__all__ = ["Away"]


class Away(NamedTuple):
    """Aware UTC, up to but not including ``until``. ``kind``: leave | outage | exception | trip.

    ``ref`` names the fact it rests on.
    """

    since: datetime
    until: datetime
    kind: str
    ref: str = ""
