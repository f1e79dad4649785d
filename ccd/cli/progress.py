"""An incident as it goes on, line by line: for a drill, and for whoever follows one without a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccd.cli.incident_brief import phase_word
from ccd.cli.incident_view import timeline_lines
from ccd.cli.words import Words

__all__ = ["Progress"]


class Progress:
    """``take`` gives the lines that a reply of ``incident_watch`` adds to those before."""

    def __init__(self, words: Words, width: int) -> None:
        self._words = words
        self._width = width
        self._told = 0
        """The number of the latest fact that was printed."""
        self._phase = ""

    def take(self, reply: Mapping[str, Any]) -> list[str]:
        rows = [row for row in reply.get("timeline") or () if row.get("n", 0) > self._told]
        if rows:
            self._told = rows[-1]["n"]
        lines = timeline_lines(rows, reply.get("names") or {}, self._words, self._width)
        found = [line.plain.rstrip() for line in lines]
        phase = phase_word(reply["incident"], self._words)
        if phase != self._phase:
            self._phase = phase
            found.append(f"  == {phase} ==")
        return found
