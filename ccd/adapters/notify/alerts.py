"""What lamps and sirens are shown: one retained message for each open incident, and one for all of them.

    PREFIX/alert/INCIDENT  its alert as JSON; taken away (an empty message) when it is over
    PREFIX/alert           the same of the gravest, with ``active`` and ``open`` (how many); never taken away

A drill shows too, and says so; it never stands before a real one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from ccd.adapters.notify.message import cut, plain
from ccd.effects import ShowAlert

__all__ = ["Alerts"]

TEXT = 2_000
GRAVITY = {"low": 0, "medium": 1, "high": 2}


class Alerts:
    """State, not messages: whatever is unpublished is published as it is by then."""

    def __init__(self) -> None:
        self._active: dict[str, tuple[ShowAlert, datetime]] = {}
        self._unpublished: dict[str, None] = {}

    def __contains__(self, incident: str) -> bool:
        """Whether it is shown, or is about to be taken away."""
        return incident in self._active or incident in self._unpublished

    def show(self, effect: ShowAlert, now: datetime) -> None:
        incident = effect.incident
        if effect.active:
            since = self._active[incident][1] if incident in self._active else (effect.since or now)
            self._active[incident] = (effect, since)
        else:
            self._active.pop(incident, None)
        self._unpublished[incident] = None

    def take_away(self, incident: str) -> None:
        """One that nobody knows of any more, left on the broker by a daemon that was killed."""
        self._unpublished[incident] = None

    def publish_all_again(self) -> None:
        self._unpublished |= dict.fromkeys(self._active)

    def next(self) -> tuple[str, bytes] | None:
        """An incident whose message is not published, and that message."""
        for incident in self._unpublished:
            return incident, self._message(incident)
        return None

    def published(self, incident: str, message: bytes) -> None:
        """Unless it has changed meanwhile."""
        if self._message(incident) == message:
            self._unpublished.pop(incident, None)

    def summary(self) -> bytes:
        shown = {"active": False, "incident": "", "ladder": "", "severity": "", "drill": False, "text": ""}
        if self._active:
            gravest = min(self._active, key=self._rank)
            shown = self._shown(gravest)
        return msgspec.json.encode({"since": None, **shown, "open": len(self._active)})

    def _rank(self, incident: str) -> tuple[bool, int, datetime]:
        effect, since = self._active[incident]
        return effect.drill, -GRAVITY.get(effect.severity, 0), since

    def _message(self, incident: str) -> bytes:
        return msgspec.json.encode(self._shown(incident)) if incident in self._active else b""

    def _shown(self, incident: str) -> dict[str, Any]:
        effect, since = self._active[incident]
        return {
            "active": True,
            "incident": incident,
            "ladder": effect.ladder,
            "severity": effect.severity,
            "drill": effect.drill,
            "text": cut(plain(effect.text), TEXT),
            "since": since,
        }
