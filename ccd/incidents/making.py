"""Facts, keys and deadlines of one incident: numbering, ids, and how a fast drill shortens time."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any, TypeVar

from ccd import events as e
from ccd.config_incidents import IncidentsSettings
from ccd.effects import CancelDeadline, SetDeadline
from ccd.incidents.state import Incident

__all__ = ["cancel", "deadline", "deadline_key", "fact", "incident_id", "incident_of_key", "scaled"]

F = TypeVar("F", bound=e.IncidentFact)


def incident_id(ladder: str, at: datetime, request: str) -> str:
    """The same report gives the same id, however often and whenever it is told."""
    digest = hashlib.sha256(request.encode()).hexdigest()[:8]
    return f"{re.sub('[^a-z0-9]', '', ladder)}-{at:%Y%m%d-%H%M%S}-{digest}"


def fact(incident: Incident, at: datetime, kind: type[F], /, **fields: Any) -> F:
    """The next fact of an incident. It must be applied before the one after it is made."""
    return kind(at=incident.now_or_later(at), incident=incident.id, n=incident.n + 1, **fields)


def deadline_key(incident: Incident, what: str) -> str:
    return f"incident|{incident.id}|{what}"


def incident_of_key(key: str) -> tuple[str, str]:
    """(incident, what) of a deadline's key; ("", "") for one of somebody else's."""
    mine, _, rest = key.partition("|")
    name, _, what = rest.partition("|")
    return (name, what) if mine == "incident" else ("", "")


def deadline(incident: Incident, what: str, after_s: float, because: str) -> SetDeadline:
    return SetDeadline(key=deadline_key(incident, what), because=because, after_s=max(after_s, 0.0))


def cancel(incident: Incident, what: str, because: str) -> CancelDeadline:
    return CancelDeadline(key=deadline_key(incident, what), because=because)


def scaled(incident: Incident, seconds: float, settings: IncidentsSettings, *, least: float = 0.0) -> float:
    """``seconds``, or in a fast drill its part of them."""
    if not incident.fast:
        return seconds
    return max(seconds * settings.drill.fast_factor, min(least, seconds))
