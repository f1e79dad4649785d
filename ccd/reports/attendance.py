"""Attendance in a report: shifts, late, early, off post, absent (manual.md, "Attendance")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ccd.events.attendance import AttendanceJudged, Finding
from ccd.reports.report import Column, Listing, Section
from ccd.reports.tally import Tally, tenths
from ccd.roster import Roster

__all__ = ["WHOM", "AttendanceFigures", "whom"]

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
    Column("away", "days"),
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
    Column("unknown_minutes", "minutes"),
)


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

    def review(self, roster: Roster, limit: int) -> Listing:
        """Whose month gives grounds for a dismissal review (解聘条例); that a person decides.

        ``limit``: so many occurrences in a month are.
        """
        rows = []
        for code in sorted(self._tally.people):
            figures = self._tally.of(code)
            occurrences, absences = int(figures.get("occurrences", 0)), int(figures.get("absences", 0))
            grounds = [
                name
                for name, given in (("occurrences", occurrences >= limit), ("absences", absences > 0))
                if given
            ]
            if grounds:
                rows.append(
                    {
                        **whom(code, roster),
                        "grounds": " ".join(grounds),
                        "occurrences": occurrences,
                        "absences": absences,
                        "violations": int(figures.get("violations", 0)),
                    }
                )
        columns = (*WHOM, Column("grounds", "code"), *_counts("occurrences", "absences", "violations"))
        return Listing("review", columns, tuple(rows))


WHOM = (Column("person", "text"), Column("name", "text"), Column("team", "text"))


def whom(code: str, roster: Roster) -> dict[str, int | float | str | None]:
    person = roster.by_code(code)
    return {"person": code, "name": person.name if person else "", "team": person.team if person else ""}


def _counts(*names: str) -> Iterable[Column]:
    return (Column(name) for name in names)
