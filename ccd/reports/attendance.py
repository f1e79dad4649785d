"""Attendance in a report: shifts, late, early, off post, absent (manual.md, "Attendance")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ccd.events.attendance import (
    AbsenceProposed,
    AttendanceJudged,
    Corrected,
    DismissalReviewProposed,
    Finding,
    ProposalDecided,
    ProposalFact,
    ProposalWithdrawn,
)
from ccd.reports.report import Column, Listing, Section
from ccd.reports.tally import Tally, tenths
from ccd.roster import Roster

__all__ = ["WHOM", "AttendanceFigures", "Proposals", "corrected", "whom"]

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


def corrected(verdict: AttendanceJudged, corrections: Iterable[Corrected]) -> AttendanceJudged:
    """With what leads and managers made of its findings, the latest word on each; verdicts on the same shift
    that came after a correction are corrected, too.
    """
    findings = list(verdict.findings)
    for each in corrections:
        if (each.person, each.shift) == (verdict.person, verdict.shift):
            findings = [
                msgspec.structs.replace(found, weight=each.weight) if _same(found, each) else found
                for found in findings
            ]
    left = tuple(found for found in findings if found.weight != "removed")
    return verdict if left == verdict.findings else msgspec.structs.replace(verdict, findings=left)


def _same(finding: Finding, correction: Corrected) -> bool:
    """The same, or as a later verdict has it: then they overlap."""
    if finding.kind != correction.kind:
        return False
    overlap = finding.began < correction.ended and correction.began < finding.ended
    return overlap or finding.began == correction.began


class Proposals:
    """What is proposed about people, and what became of it; ``facts`` in their order."""

    def __init__(self, facts: Iterable[ProposalFact]) -> None:
        self._found: dict[tuple[str, int], ProposalFact] = {}
        self._result: dict[tuple[str, int], str] = {}
        for fact in facts:
            name = (fact.proposal, fact.nth)
            if isinstance(fact, AbsenceProposed | DismissalReviewProposed):
                self._found[name] = fact
            elif isinstance(fact, ProposalWithdrawn):
                self._result[name] = "withdrawn"
            elif isinstance(fact, ProposalDecided):
                self._result[name] = fact.decision

    @property
    def standing(self) -> Iterable[ProposalFact]:
        """Those that were not withdrawn."""
        return (fact for name, fact in self._found.items() if self._result.get(name) != "withdrawn")

    def review_of(self, person: str) -> tuple[set[str], str]:
        """On which grounds a dismissal review is proposed, and what was decided ("": nothing yet)."""
        mine = [
            (fact, self._result.get(name, ""))
            for name, fact in self._found.items()
            if isinstance(fact, DismissalReviewProposed) and fact.person == person
        ]
        standing = [(fact, result) for fact, result in mine if result != "withdrawn"]
        return {fact.cause for fact, _ in standing}, next((result for _, result in standing if result), "")


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
        for fact in proposals.standing:
            self._tally.came_from(type(fact).__name__)
            self._tally.add(fact.person, {"proposals": 1})

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
            if absences:
                grounds.add("absence")
            if grounds:
                rows.append(
                    {
                        **whom(code, roster),
                        "grounds": " ".join(sorted(grounds)),
                        "decision": decision or "open",
                        "occurrences": occurrences,
                        "absences": absences,
                        "violations": int(figures.get("violations", 0)),
                    }
                )
        counts = (Column(name) for name in ("occurrences", "absences", "violations"))
        codes = (Column("grounds", "code"), Column("decision", "code"))
        return Listing("review", (*WHOM, *codes, *counts), tuple(rows))
