"""``ccd incident show --watch``: an incident, live, on the screen that ``ccd status --watch`` uses."""

from __future__ import annotations

from typing import Any

from ccd.cli.incident_view import incident_view
from ccd.cli.view import Look, View
from ccd.cli.watch import Watch
from ccd.cli.words import Words

__all__ = ["IncidentWatch"]


class IncidentWatch(Watch):
    ANSWER = "incident"

    def __init__(self, words: Words, first: dict[str, Any], timezone: str) -> None:
        super().__init__(words, first)
        self._timezone = timezone
        self._reply = first

    def take(self, reply: dict[str, Any]) -> None:
        super().take(reply)
        if self.picture is reply.get(self.ANSWER):
            self._reply = reply

    def lines(self, look: Look) -> View:
        return incident_view(self._reply, self.words, look, timezone=self._timezone)
