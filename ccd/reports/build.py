"""A report of what was stored: fed day by day, so that a month of thousands of people needs little memory.

Of what is judged a later verdict on the same shift, or the same boundary, replaces the earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from ccd.config import Mode, Settings
from ccd.events.adherence import AdherenceJudged
from ccd.events.attendance import AttendanceFact, AttendanceJudged, Corrected, ProposalFact
from ccd.events.breaks import BreakEnded, BreakRefused, BreakWaived
from ccd.events.handover import HandoverJudged, HoldEnded, Released
from ccd.events.leave import LeaveFact
from ccd.events.meals import MealEnded, MealExcused, MealRefused
from ccd.events.shifts import Blind, ShiftFact
from ccd.reports.adherence import AdherenceFigures
from ccd.reports.attendance import AttendanceFigures, Proposals, standing
from ccd.reports.gaps import Gaps
from ccd.reports.handovers import HandoverFigures
from ccd.reports.leaves import LeaveFigures
from ccd.reports.pauses import BreakFigures, MealFigures, MealsDue
from ccd.reports.periods import Period
from ccd.reports.report import Change, DayFigures, Listing, Report, Section
from ccd.roster import Roster
from ccd.shifts.calendar import Calendar
from ccd.shifts.plan import Plan

__all__ = ["DAILY_FACTS", "Builder", "Known", "build"]

DAILY_FACTS: tuple[type[ShiftFact], ...] = (
    *(AttendanceJudged, Corrected, AdherenceJudged, HandoverJudged, HoldEnded, Released),
    *(MealEnded, MealExcused, MealRefused, BreakEnded, BreakWaived, BreakRefused),
)
"""What ``take_day`` looks at."""
POLICIES = ("attendance", "meals", "breaks", "handover", "adherence", "leave")


class Known(NamedTuple):
    """What a report rests on besides the facts of its days.

    ``leave``: the facts of leave that may reach into it; ``proposals``: what was proposed in it about people;
    ``blind``: when PBXs were out of sight; ``before``: the report of the month before, to compare with.
    """

    settings: Settings
    roster: Roster
    calendar: Calendar
    leave: tuple[LeaveFact, ...] = ()
    proposals: tuple[ProposalFact, ...] = ()
    blind: tuple[Blind, ...] = ()
    before: Report | None = None


class Builder:
    """``take_day`` once for each day of the period, then ``report``. ``now``: when it is made, aware UTC."""

    def __init__(self, period: Period, known: Known, now: datetime) -> None:
        self._period, self._known, self._now = period, known, now
        self._zone = known.settings.daemon.timezone
        self._attendance, self._handover = AttendanceFigures(), HandoverFigures()
        self._meals, self._breaks = MealFigures(), BreakFigures()
        self._adherence = AdherenceFigures()
        self._leave = LeaveFigures(known.leave, period, self._zone)
        self._meals_due = MealsDue(known.settings.policies.meals)
        self._gaps = Gaps(period, known.blind, self._zone, now)
        self._days: list[DayFigures] = []
        self._facts = 0

    def take_day(self, day: date, facts: Iterable[ShiftFact], plan: Plan) -> None:
        """Every fact of the shifts that begin on this day, in the order in which they came."""
        of_day = _OfDay()
        for fact in facts:
            self._facts += 1
            of_day.take(fact)
        judged = {
            (verdict.person, verdict.shift): verdict for verdict in standing(of_day.attendance.values(), day)
        }
        planned = self._planned(day, plan, judged)
        self._days.append(self._figures_of(day, planned, judged.values()))
        for verdict in judged.values():
            self._attendance.judged(verdict)
            self._gaps.unknown(verdict.unknown_s)
        for each in of_day.adherence.values():
            self._adherence.judged(each)
        for boundary in of_day.handovers.values():
            self._handover.judged(boundary)
        self._meals.ended(of_day.meals.values(), of_day.excused.values())
        self._breaks.ended(of_day.breaks.values(), of_day.waived.values())
        for other in of_day.others.values():
            self._take_other(other)
        self._count_meals_not_taken(plan, of_day, judged.values())

    def _planned(self, day: date, plan: Plan, judged: Mapping[tuple[str, str], AttendanceJudged]) -> int:
        count = 0
        for one in plan.day(day):
            times = plan.shifts.occurrence(one.shift, day)
            if times is None:
                self._gaps.without_times(one.shift)
                continue
            count += 1
            self._attendance.planned(one.person)
            self._leave.planned(one.person, day, times.starts, times.ends)
            if (one.person, one.shift) not in judged:
                self._gaps.not_judged(day, times.ends)
        return count

    def _take_other(self, fact: ShiftFact) -> None:
        if isinstance(fact, MealRefused):
            self._meals.refused(fact)
        elif isinstance(fact, BreakRefused):
            self._breaks.refused(fact)
        elif isinstance(fact, HoldEnded):
            self._handover.held(fact)
        elif isinstance(fact, Released):
            self._handover.released(fact)

    def _count_meals_not_taken(self, plan: Plan, of_day: _OfDay, judged: Iterable[AttendanceJudged]) -> None:
        """Of shifts that were worked: whoever was away needed no meal here."""
        if self._known.settings.policies.meals.mode is Mode.OFF:
            return
        eaten = {(fact.person, fact.window) for fact in of_day.meals.values()}
        for verdict in judged:
            if verdict.state != "present":
                continue
            person = self._known.roster.by_code(verdict.person)
            shift = plan.shifts.by_name.get(verdict.shift)
            zone = shift.zone if shift else self._zone
            team = person.team if person else ""
            due = self._meals_due.of(team, zone, verdict.starts, verdict.ends)
            if missed := sum((verdict.person, window) not in eaten for window in due):
                self._meals.not_taken(verdict.person, missed)

    def _figures_of(self, day: date, planned: int, judged: Iterable[AttendanceJudged]) -> DayFigures:
        verdicts = tuple(judged)
        findings = [finding for verdict in verdicts for finding in verdict.findings]
        known = self._known.calendar.day(day)
        return DayFigures(
            day=day,
            kind=known.kind,
            name=known.name,
            planned=planned,
            judged=len(verdicts),
            present=sum(verdict.state == "present" for verdict in verdicts),
            absent=sum(verdict.state == "absent" for verdict in verdicts),
            late=sum(finding.kind == "late" for finding in findings),
            occurrences=sum(finding.weight in ("occurrence", "look") for finding in findings),
        )

    def report(self) -> Report:
        roster, policies = self._known.roster, self._known.settings.policies
        proposals = Proposals(self._known.proposals)
        self._attendance.proposed(proposals)
        parts = (self._attendance, self._meals, self._breaks, self._handover, self._adherence, self._leave)
        sections = tuple(part.section(roster) for part in parts)
        for name in POLICIES:
            if getattr(policies, name).mode is Mode.OFF:
                self._gaps.off(name)
        if any(not self._known.calendar.knows(day.year) for day in self._period.days):
            self._gaps.no_holidays(self._period.last.year)
        return Report(
            kind=self._period.kind,
            period=self._period.name,
            first=self._period.first,
            last=self._period.last,
            timezone=self._zone,
            made=self._now,
            facts=self._facts,
            gaps=self._gaps.told(),
            days=tuple(self._days),
            sections=sections,
            listings=self._listings(proposals),
            changes=_changes(sections, self._known.before),
        )

    def _listings(self, proposals: Proposals) -> tuple[Listing, ...]:
        roster, leave = self._known.roster, self._leave
        found = (
            self._handover.missing(roster),
            self._handover.ledger(roster),
            leave.listed(roster),
            leave.swaps(roster),
        )
        if self._period.kind != "monthly":
            return found
        limit = self._known.settings.policies.attendance.occurrences
        return (self._attendance.review(roster, proposals, limit), *found)


class _OfDay:
    """The facts of a day, of each shift and boundary the latest."""

    def __init__(self) -> None:
        self.attendance: dict[str, AttendanceFact] = {}
        self.adherence: dict[tuple[str, str], AdherenceJudged] = {}
        self.handovers: dict[tuple[str, str, datetime], HandoverJudged] = {}
        self.meals: dict[str, MealEnded] = {}
        self.excused: dict[str, MealExcused] = {}
        self.breaks: dict[str, BreakEnded] = {}
        self.waived: dict[str, BreakWaived] = {}
        self.others: dict[str, ShiftFact] = {}

    def take(self, fact: ShiftFact) -> None:
        if isinstance(fact, AttendanceFact):
            self.attendance[fact.key] = fact
        elif isinstance(fact, AdherenceJudged):
            self.adherence[fact.person, fact.shift] = fact
        elif isinstance(fact, HandoverJudged):
            self.handovers[fact.pbx, fact.seat, fact.boundary] = fact
        elif isinstance(fact, MealEnded):
            self.meals[fact.key] = fact
        elif isinstance(fact, MealExcused):
            self.excused[fact.key] = fact
        elif isinstance(fact, BreakEnded):
            self.breaks[fact.key] = fact
        elif isinstance(fact, BreakWaived):
            self.waived[fact.key] = fact
        else:
            self.others[fact.key] = fact


def build(period: Period, facts: Iterable[ShiftFact], plan: Plan, known: Known, now: datetime) -> Report:
    """All at once; facts of other days are left out."""
    by_day: dict[date, list[ShiftFact]] = {day: [] for day in period.days}
    for fact in facts:
        if fact.day in by_day:
            by_day[fact.day].append(fact)
    builder = Builder(period, known, now)
    for day, of_day in by_day.items():
        builder.take_day(day, of_day, plan)
    return builder.report()


def _changes(sections: Iterable[Section], before: Report | None) -> tuple[Change, ...]:
    if before is None:
        return ()
    earlier = {section.name: section.total for section in before.sections}
    return tuple(
        Change(section.name, column.name, column.unit, section.total[column.name], old)
        for section in sections
        for column in section.columns
        for old in (earlier.get(section.name, {}).get(column.name),)
        if not column.detail and (section.total[column.name] or old)
    )
