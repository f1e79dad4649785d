"""Attendance in a report: shifts, late, early, off post, absent (manual.md, "Attendance")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from ccd.attendance.ledger import Proposal, month, month_of
from ccd.events.attendance import (
    AbsenceProposed,
    AttendanceFact,
    AttendanceJudged,
    DismissalReviewProposed,
    Finding,
    ProposalFact,
)
from ccd.reports.report import Column, Listing, Section
from ccd.reports.tally import Tally, tenths
from ccd.roster import Roster

__all__ = ["WHOM", "AttendanceFigures", "Proposals", "standing", "whom"]

KINDS: Mapping[str, str] = {
    "late": "late",
    "early": "early",
    "off_post": "off_post",
    "left_post": "off_post",
    "absent": "absent",
}
"""The column of each kind of finding; leaving the post without a word is time off post, too."""
_WEIGHTS: Mapping[str, str] = {
    "occurrence": "occurrences",
    "look": "to_look_at",
    "violation": "violations",
    "absence": "absences",
}
_COLUMNS = (
    Column("planned"),
    Column("judged"),
    Column("present"),
    Column("absent_shifts"),
    Column("away"),
    Column("unknown"),
    Column("presence", "share", parts=("_present", "_expected")),
    Column("scheduled_minutes", "minutes", detail=True),
    Column("present_minutes", "minutes", detail=True),
    Column("missed_minutes", "minutes", detail=True),
    Column("away_minutes", "minutes", detail=True),
    Column("late"),
    Column("late_minutes", "minutes"),
    Column("early"),
    Column("early_minutes", "minutes"),
    Column("off_post"),
    Column("off_post_minutes", "minutes"),
    Column("absent"),
    Column("absent_minutes", "minutes", detail=True),
    Column("occurrences"),
    Column("to_look_at"),
    Column("violations"),
    Column("absences"),
    Column("proposals"),
    Column("unknown_minutes", "minutes"),
)


WHOM = (Column("person", "text"), Column("name", "text"), Column("team", "text"))


def whom(code: str, roster: Roster) -> dict[str, int | float | str | None]:
    person = roster.by_code(code)
    return {"person": code, "name": person.name if person else "", "team": person.team if person else ""}


def standing(facts: Iterable[AttendanceFact], day: date) -> Iterable[AttendanceJudged]:
    """The verdicts on the shifts of a day that stand, each with its findings as people corrected them."""
    by_person: dict[str, list[AttendanceFact]] = {}
    for fact in facts:
        by_person.setdefault(fact.person, []).append(fact)
    for person, mine in by_person.items():
        if len(mine) == 1:
            only = mine[0]
            if isinstance(only, AttendanceJudged) and only.state != "void":
                yield only
            continue
        ledger = month(mine, person, month_of(day))
        for verdict in ledger.verdicts:
            entries = [one for one in ledger.entries if one.verdict == verdict.key]
            found = tuple(
                msgspec.structs.replace(one.finding, weight=one.weight)
                for one in entries
                if one.weight != "removed"
            )
            yield msgspec.structs.replace(verdict, findings=found)


class Proposals:
    """What is proposed about people, and what became of it (``ccd.attendance.ledger``)."""

    def __init__(self, facts: Iterable[ProposalFact]) -> None:
        by_person: dict[tuple[str, str], list[ProposalFact]] = {}
        for fact in facts:
            by_person.setdefault((fact.person, fact.month), []).append(fact)
        self._of: dict[str, list[Proposal]] = {}
        for (person, its_month), mine in by_person.items():
            self._of.setdefault(person, []).extend(month(mine, person, its_month).proposals)

    @property
    def standing(self) -> Iterable[Proposal]:
        """Those that were not withdrawn."""
        return (each for mine in self._of.values() for each in mine if each.state != "withdrawn")

    def waived_absences(self, person: str) -> int:
        return sum(
            each.state == "waive"
            for each in self._of.get(person, ())
            if isinstance(each.made, AbsenceProposed) and each.made.cause != "occurrences"
        )

    def review_of(self, person: str) -> tuple[set[str], str]:
        """On which grounds a dismissal review is proposed, and what was decided ("open": nothing yet)."""
        mine = [
            each
            for each in self._of.get(person, ())
            if isinstance(each.made, DismissalReviewProposed) and each.state != "withdrawn"
        ]
        decided = next((each.state for each in mine if each.state != "open"), "open")
        return {each.made.cause for each in mine}, decided


class AttendanceFigures:
    """``planned`` and ``judged`` are told of each shift once."""

    def __init__(self) -> None:
        self._tally = Tally("attendance", _COLUMNS)

    def planned(self, person: str) -> None:
        self._tally.add(person, {"planned": 1})

    def judged(self, fact: AttendanceJudged) -> None:
        """Scheduled time is what its parts add up to, so that it does so in the report as well."""
        missed, away, unknown = (tenths(each) for each in (fact.missed_s, fact.away_s, fact.unknown_s))
        present = tenths(fact.present_s)
        self._tally.came_from("AttendanceJudged")
        self._tally.add(
            fact.person,
            {
                "judged": 1,
                {"absent": "absent_shifts"}.get(fact.state, fact.state): 1,
                "_present": fact.present_s,
                "_expected": fact.present_s + fact.missed_s,
                "scheduled_minutes": present + missed + away + unknown,
                "present_minutes": present,
                "missed_minutes": missed,
                "away_minutes": away,
                "unknown_minutes": unknown,
            },
        )
        for finding in fact.findings:
            self._found(fact.person, finding)

    def _found(self, person: str, finding: Finding) -> None:
        column = KINDS.get(finding.kind)
        amounts: dict[str, float] = {}
        if column is not None:
            amounts = {column: 1, f"{column}_minutes": tenths(finding.seconds)}
        if (weight := _WEIGHTS.get(finding.weight)) is not None:
            amounts[weight] = 1
            if weight == "to_look_at":  # it is an occurrence all the same
                amounts["occurrences"] = 1
        self._tally.add(person, amounts)

    def section(self, roster: Roster) -> Section:
        return self._tally.section(roster)

    def proposed(self, proposals: Proposals) -> None:
        for each in proposals.standing:
            self._tally.came_from(type(each.made).__name__)
            self._tally.add(each.made.person, {"proposals": 1})

    def review(self, roster: Roster, proposals: Proposals, limit: int) -> Listing:
        """Whose month gives grounds for a dismissal review (解聘条例), and what a person decided about it.

        ``limit``: so many occurrences in a month are grounds.
        """
        rows = []
        for code in sorted(self._tally.people):
            figures = self._tally.of(code)
            occurrences, absences = int(figures.get("occurrences", 0)), int(figures.get("absences", 0))
            grounds, decision = proposals.review_of(code)
            if occurrences >= limit:
                grounds.add("occurrences")
            if absences > proposals.waived_absences(code):
                grounds.add("absence")
            if grounds:
                rows.append(
                    {
                        **whom(code, roster),
                        "grounds": " ".join(sorted(grounds)),
                        "decision": decision,
                        "occurrences": occurrences,
                        "absences": absences,
                        "violations": int(figures.get("violations", 0)),
                    }
                )
        counts = (Column(name) for name in ("occurrences", "absences", "violations"))
        codes = (Column("grounds", "code"), Column("decision", "code"))
        return Listing("review", (*WHOM, *codes, *counts), tuple(rows))
