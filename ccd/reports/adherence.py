"""Adherence and conformance in a report, weighted by time (docs/adherence.md)."""

from __future__ import annotations

from ccd.events.adherence import AdherenceJudged
from ccd.reports.report import Column, Section
from ccd.reports.tally import Tally, tenths
from ccd.roster import Roster

__all__ = ["AdherenceFigures"]

_COLUMNS = (
    Column("shifts"),
    Column("adherence", "share", parts=("_adherent", "_counted")),
    Column("conformance", "share", parts=("_worked", "_due")),
    Column("scheduled_minutes", "minutes"),
    Column("adherent_minutes", "minutes"),
    Column("out_minutes", "minutes"),
    Column("ignored_minutes", "minutes"),
    Column("unknown_minutes", "minutes"),
    Column("worked_minutes", "minutes"),
    Column("unscheduled_minutes", "minutes"),
)


class AdherenceFigures:
    def __init__(self) -> None:
        self._tally = Tally("adherence", _COLUMNS)

    def judged(self, fact: AdherenceJudged) -> None:
        parts = {
            "adherent_minutes": tenths(fact.adherent_s),
            "out_minutes": tenths(fact.out_s),
            "ignored_minutes": tenths(fact.ignored_s),
            "unknown_minutes": tenths(fact.unknown_s),
        }
        due = max(fact.scheduled_s - fact.ignored_s - fact.unknown_s, 0.0)
        self._tally.came_from("AdherenceJudged")
        self._tally.add(
            fact.person,
            {
                "shifts": 1,
                **parts,
                "scheduled_minutes": sum(parts.values()),
                "worked_minutes": tenths(fact.worked_s),
                "unscheduled_minutes": tenths(fact.unscheduled_s),
                "_adherent": fact.adherent_s,
                "_counted": fact.adherent_s + fact.out_s,
                "_worked": fact.worked_s if due else 0.0,
                "_due": due,
            },
        )

    def section(self, roster: Roster) -> Section:
        return self._tally.section(roster)
