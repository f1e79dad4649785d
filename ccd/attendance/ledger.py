"""A person's month: what counts, what was corrected, what is proposed and decided.

A pure function of the facts in any order; a fact told twice counts once. An occurrence belongs to the month
of the day on which its shift begins. What was corrected is laid over the verdict, which stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from ccd.config_attendance import AttendanceSettings
from ccd.events import ShiftFact
from ccd.events import attendance as facts
from ccd.events.attendance import Finding

__all__ = ["COUNTS", "Entry", "Ledger", "Proposal", "Wanted", "month", "month_of", "wanted"]

COUNTS = ("occurrence", "look")
ONCE = ("late", "early", "absent")
"""Kinds of which a shift has one at most."""


class Entry(NamedTuple):
    """A finding of the verdict that stands. ``weight`` is the one in force, ``verdict`` the verdict's key."""

    day: date
    shift: str
    verdict: str
    finding: Finding
    weight: str
    correction: facts.Corrected | None = None

    @property
    def ref(self) -> str:
        """Names it among the grounds of a proposal."""
        return f"{self.day} {self.shift} {self.finding.kind}"


class Proposal(NamedTuple):
    """``state``: open | withdrawn | confirm | waive."""

    made: facts.AbsenceProposed | facts.DismissalReviewProposed
    state: str
    decided: facts.ProposalDecided | None = None


class Ledger(NamedTuple):
    person: str
    month: str
    verdicts: tuple[facts.AttendanceJudged, ...]
    entries: tuple[Entry, ...]
    grave: tuple[facts.GraveCaseNoted, ...]
    complaints: tuple[facts.ComplaintProven, ...]
    proposals: tuple[Proposal, ...]
    objections: tuple[tuple[facts.Objected, facts.ObjectionAnswered | None], ...]
    permitted: tuple[facts.Permitted, ...]

    @property
    def occurrences(self) -> tuple[Entry, ...]:
        return tuple(one for one in self.entries if one.weight in COUNTS)

    @property
    def violations(self) -> tuple[Entry, ...]:
        return tuple(one for one in self.entries if one.weight == "violation")

    @property
    def absences(self) -> tuple[Entry, ...]:
        return tuple(one for one in self.entries if one.weight == "absence")

    def proposal(self, name: str) -> Proposal | None:
        return next((one for one in self.proposals if one.made.proposal == name), None)


class Wanted(NamedTuple):
    """What the month gives grounds to propose. ``kind``: absence | review."""

    name: str
    kind: str
    cause: str
    day: date
    grounds: tuple[str, ...]


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def month(known: Iterable[ShiftFact], person: str, month: str) -> Ledger:
    """``month`` as 2026-03. Facts of others, of other months and of other policies are left out."""
    mine = {
        fact.key: fact
        for fact in known
        if isinstance(fact, facts.AttendanceFact)
        and fact.person == person
        and (
            fact.month == month
            if isinstance(fact, facts.ProposalFact)
            else fact.day and month_of(fact.day) == month
        )
    }
    ordered = sorted(mine.values(), key=lambda fact: (fact.at, fact.key))
    verdicts = _standing(ordered)
    corrections = [one for one in ordered if isinstance(one, facts.Corrected)]
    answers = {one.objection: one for one in ordered if isinstance(one, facts.ObjectionAnswered)}
    return Ledger(
        person,
        month,
        verdicts=verdicts,
        entries=tuple(_entry(one, finding, corrections) for one in verdicts for finding in one.findings),
        grave=tuple(one for one in ordered if isinstance(one, facts.GraveCaseNoted)),
        complaints=tuple(one for one in ordered if isinstance(one, facts.ComplaintProven)),
        proposals=_proposals(ordered),
        objections=tuple(
            (one, answers.get(one.objection)) for one in ordered if isinstance(one, facts.Objected)
        ),
        permitted=tuple(one for one in ordered if isinstance(one, facts.Permitted)),
    )


def _standing(ordered: list[facts.AttendanceFact]) -> tuple[facts.AttendanceJudged, ...]:
    """Of each shift the latest verdict, by its count; by the time of the shift."""
    latest: dict[tuple[date | None, str], facts.AttendanceJudged] = {}
    for fact in ordered:
        if isinstance(fact, facts.AttendanceJudged):
            before = latest.get((fact.day, fact.shift))
            if before is None or fact.count > before.count:
                latest[fact.day, fact.shift] = fact
    found = [one for one in latest.values() if one.state != "void"]
    return tuple(sorted(found, key=lambda one: (one.starts, one.shift)))


def _entry(judged: facts.AttendanceJudged, finding: Finding, corrections: list[facts.Corrected]) -> Entry:
    assert judged.day is not None
    correction = next(
        (
            one
            for one in reversed(corrections)
            if (one.day, one.shift, one.kind) == (judged.day, judged.shift, finding.kind)
            and (finding.kind in ONCE or (one.began < finding.ended and finding.began < one.ended))
        ),
        None,
    )
    weight = correction.weight if correction else finding.weight
    return Entry(judged.day, judged.shift, judged.key, finding, weight, correction)


def _proposals(ordered: list[facts.AttendanceFact]) -> tuple[Proposal, ...]:
    """Each as it was made last. A decision outlives what becomes of the grounds afterwards."""
    made: dict[str, facts.AbsenceProposed | facts.DismissalReviewProposed] = {}
    for fact in ordered:
        if isinstance(fact, (facts.AbsenceProposed, facts.DismissalReviewProposed)) and (
            fact.proposal not in made or fact.nth > made[fact.proposal].nth
        ):
            made[fact.proposal] = fact
    withdrawn = {(one.proposal, one.nth) for one in ordered if isinstance(one, facts.ProposalWithdrawn)}
    decided = {(one.proposal, one.nth): one for one in ordered if isinstance(one, facts.ProposalDecided)}
    found = []
    for name, one in made.items():
        decision = decided.get((name, one.nth))
        state = decision.decision if decision else "withdrawn" if (name, one.nth) in withdrawn else "open"
        found.append(Proposal(one, state, decision))
    return tuple(found)


# --- what is to be proposed -------------------------------------------------------------------------------


def wanted(ledger: Ledger, settings: AttendanceSettings) -> tuple[Wanted, ...]:
    """An absence for each time off without leave and for each full number of occurrences; a dismissal review
    for an absence that nobody waived, for the occurrences of the month, for a grave case and for a complaint.
    """
    found: list[Wanted] = []
    stem = f"{ledger.person}-{ledger.month.replace('-', '')}"
    occurrences, many = ledger.occurrences, settings.occurrences
    for n in range(len(occurrences) // many):
        part = occurrences[n * many : (n + 1) * many]
        name = f"{stem}-occurrences-{n + 1}"
        found.append(Wanted(name, "absence", "occurrences", part[-1].day, tuple(one.ref for one in part)))
    if len(occurrences) >= many:
        refs = tuple(one.ref for one in occurrences[:many])
        found.append(Wanted(f"{stem}-review", "review", "occurrences", occurrences[many - 1].day, refs))
    for one in _by_shift(ledger.absences):
        stem = f"{ledger.person}-{one.day:%Y%m%d}-{one.shift}"
        cause = one.finding.kind if one.finding.kind in ("absent", "left_post") else "absent"
        found.append(Wanted(stem, "absence", cause, one.day, (one.ref,)))
        proposed = ledger.proposal(stem)
        if proposed is None or proposed.state != "waive":
            found.append(Wanted(f"{stem}-review", "review", "absence", one.day, (one.ref,)))
    for cause, each in (("grave", ledger.grave), ("complaint", ledger.complaints)):
        for n, noted in enumerate(each, 1):
            assert noted.day is not None
            name = f"{ledger.person}-{noted.day:%Y%m%d}-{cause}-{n}"
            found.append(Wanted(name, "review", cause, noted.day, (noted.key,)))
    return tuple(found)


def _by_shift(absences: Iterable[Entry]) -> Iterable[Entry]:
    """One for each shift: nobody is absent from it twice."""
    return {(one.day, one.shift): one for one in reversed(tuple(absences))}.values()
