"""The name of a conversation: the same from whoever reads it, whenever, in whatever order."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

__all__ = ["unit_of"]

_LETTERS = 20


def unit_of(pbx: str, uniqueid: str, queue: str, interface: str, connected: datetime) -> str:
    """20 hex digits. ``uniqueid`` is the caller's channel, ``interface`` the agent's phone; ``connected`` as
    the PBX's session gave it (aware UTC, to the microsecond). ``queue`` is "" outside queues.
    """
    moment = connected.astimezone(UTC).isoformat(timespec="microseconds")
    told = "\n".join((pbx, uniqueid, queue, interface, moment))
    return hashlib.sha256(told.encode()).hexdigest()[:_LETTERS]
