"""Handovers in a report: verdicts, what was missing, and who was held (manual.md, "Shift handover")."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ccd.events.handover import HandoverJudged, HoldEnded, Released
from ccd.reports.attendance import WHOM, whom
from ccd.reports.report import Column, Listing, Section
from ccd.reports.tally import Tally, tenths
from ccd.roster import Roster

__all__ = ["HandoverFigures"]

VERDICTS = ("complete", "late", "incomplete", "empty_seat", "unknown")
_COLUMNS = (
    Column("handovers"),
    *(Column(verdict) for verdict in VERDICTS),
    Column("completeness", "share", parts=("complete", "_known")),
    Column("held"),
    Column("held_minutes", "minutes"),
    Column("released"),
)


@dataclass
class _Entry:
    """Of the ledger of held time."""

    person: str
    why: str
    seconds: float

    @property
    def minutes(self) -> int:
        """In tenths."""
        return tenths(self.seconds)


class HandoverFigures:
    def __init__(self) -> None:
        self._tally = Tally("handover", _COLUMNS)
        self._missing: Counter[tuple[str, str]] = Counter()
        self._held: dict[str, _Entry] = {}

    def judged(self, fact: HandoverJudged) -> None:
        """Counted with the person whose turn it was: the incoming one, where there is one."""
        verdict = fact.verdict if fact.verdict in VERDICTS else "unknown"
        self._tally.came_from("HandoverJudged")
        self._tally.add(fact.person, {"handovers": 1, verdict: 1, "_known": verdict != "unknown"})
        for item in fact.missing:
            what, _, who = item.rpartition("|")
            self._missing[who or fact.person, (what or item).partition(":")[0]] += 1

    def held(self, fact: HoldEnded) -> None:
        """An entry that corrects another one is added to it."""
        self._tally.came_from("HoldEnded")
        entry = self._held.get(fact.corrects)
        if entry is None:
            self._held[fact.key] = _Entry(fact.person, fact.why, fact.held_s)
        else:
            entry.seconds += fact.held_s

    def released(self, fact: Released) -> None:
        self._tally.came_from("Released")
        self._tally.add(fact.person, {"released": 1})

    def section(self, roster: Roster) -> Section:
        """Once, when everything was told."""
        for entry in self._held.values():
            self._tally.add(entry.person, {"held": 1, "held_minutes": entry.minutes})
        return self._tally.section(roster)

    def missing(self, roster: Roster) -> Listing:
        rows = tuple(
            {**whom(person, roster), "what": what, "times": times}
            for (person, what), times in sorted(self._missing.items(), key=lambda each: (-each[1], each[0]))
        )
        return Listing("missing", (*WHOM, Column("what", "code"), Column("times")), rows)

    def ledger(self, roster: Roster) -> Listing:
        """Who was held past the end of their shift, whose time it is to be made good."""
        entries: dict[tuple[str, str], list[int]] = {}
        for each in self._held.values():
            entries.setdefault((each.person, each.why), []).append(each.minutes)
        rows = tuple(
            {
                **whom(person, roster),
                "why": why,
                "times": len(minutes),
                "minutes": sum(minutes) / 10,
                "longest": max(minutes) / 10,
            }
            for (person, why), minutes in sorted(entries.items())
        )
        columns = (Column("why", "code"), Column("times"), Column("minutes", "minutes"))
        return Listing("held", (*WHOM, *columns, Column("longest", "average")), rows)
