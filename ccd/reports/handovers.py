"""Handovers in a report: verdicts, what was missing, and who was held (manual.md, "Shift handover")."""

from __future__ import annotations

from collections import Counter

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


class HandoverFigures:
    def __init__(self) -> None:
        self._tally = Tally("handover", _COLUMNS)
        self._missing: Counter[tuple[str, str]] = Counter()
        self._held: dict[tuple[str, str], list[int]] = {}

    def judged(self, fact: HandoverJudged) -> None:
        """Counted with the person whose turn it was: the incoming one, where there is one."""
        verdict = fact.verdict if fact.verdict in VERDICTS else "unknown"
        self._tally.came_from("HandoverJudged")
        self._tally.add(fact.person, {"handovers": 1, verdict: 1, "_known": verdict != "unknown"})
        for item in fact.missing:
            what, _, who = item.rpartition("|")
            self._missing[who or fact.person, (what or item).partition(":")[0]] += 1

    def held(self, fact: HoldEnded) -> None:
        minutes = tenths(fact.held_s)
        self._tally.came_from("HoldEnded")
        self._tally.add(fact.person, {"held": 1, "held_minutes": minutes})
        self._held.setdefault((fact.person, fact.why), []).append(minutes)

    def released(self, fact: Released) -> None:
        self._tally.came_from("Released")
        self._tally.add(fact.person, {"released": 1})

    def section(self, roster: Roster) -> Section:
        return self._tally.section(roster)

    def missing(self, roster: Roster) -> Listing:
        rows = tuple(
            {**whom(person, roster), "what": what, "times": times}
            for (person, what), times in sorted(self._missing.items(), key=lambda each: (-each[1], each[0]))
        )
        return Listing("missing", (*WHOM, Column("what", "code"), Column("times")), rows)

    def ledger(self, roster: Roster) -> Listing:
        """Who was held past the end of their shift, whose time it is to be made good."""
        rows = tuple(
            {
                **whom(person, roster),
                "why": why,
                "times": len(minutes),
                "minutes": sum(minutes) / 10,
                "longest": max(minutes) / 10,
            }
            for (person, why), minutes in sorted(self._held.items())
        )
        columns = (Column("why", "code"), Column("times"), Column("minutes", "minutes"))
        return Listing("held", (*WHOM, *columns, Column("longest", "average")), rows)
