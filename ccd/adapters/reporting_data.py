"""Reads from the store what a report is made of, a day at a time, and makes it.

To be run in a thread with an event loop of its own (``made_in_thread``): a month of thousands of people keeps
the processor busy for seconds, and what makes rows of a database's answer would hold up the daemon's loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from ccd.adapters.special_days import read_special_days
from ccd.adapters.store.queries import Archive, opened
from ccd.config import Settings
from ccd.events import Blind
from ccd.events.attendance import ProposalFact
from ccd.events.leave import LeaveFact
from ccd.events.shift_facts import SHIFT_FACTS, shift_fact
from ccd.events.shifts import ShiftFact
from ccd.reports.build import DAILY_FACTS, Builder, Known
from ccd.reports.ledger import Ledger
from ccd.reports.periods import Period, period_before, span
from ccd.reports.report import Gap, Report
from ccd.roster import Roster
from ccd.shifts.calendar import Calendar
from ccd.shifts.plan import Plan
from ccd.shifts.shift import Shifts

__all__ = ["GivenUpError", "Progress", "made_in_thread", "read_ledger", "read_report"]

Progress = Callable[[int, int], None]
"""Told after each day: so many of so many. Raises GivenUpError to end the work."""

LEAVE_AHEAD = timedelta(days=400)
"""Leave is approved so long before it at most."""
DECIDED_WITHIN = timedelta(days=40)
BLIND_LONGEST = timedelta(days=40)
REPORT_FACTS = ("ReportMade", "ReportPosted", "ReportSent")
LEAVE_FACTS = tuple(kind.__name__ for kind in SHIFT_FACTS if kind.policy == "leave")
PROPOSAL_FACTS = tuple(kind.__name__ for kind in SHIFT_FACTS if issubclass(kind, ProposalFact))
DAY_FACTS = tuple(kind.__name__ for kind in DAILY_FACTS)


class GivenUpError(Exception):
    """The daemon stops, or whoever asked has gone."""


def made_in_thread(settings: Settings, period: Period, now: datetime, progress: Progress) -> Report:
    """Blocks. Raises StoreError, ConfigError of the calendar's file, GivenUpError."""

    async def made() -> Report:
        async with opened(settings.store, settings.daemon.state_path()) as archive:
            return await read_report(archive, settings, period, now, progress)

    return asyncio.run(made())


async def read_ledger(archive: Archive) -> Ledger:
    """What was made, posted and sent."""
    facts, _ = _decoded(await archive.shift_facts(events=REPORT_FACTS))
    return Ledger(facts)


async def read_report(
    archive: Archive, settings: Settings, period: Period, now: datetime, progress: Progress
) -> Report:
    """A month is compared with the one before, which is then added up as well."""
    periods = [period_before(period), period] if period.kind == "monthly" else [period]
    total, done = sum(len(list(each.days)) for each in periods), 0

    def one_day() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    before: Report | None = None
    for each in periods:
        before = await _read(archive, settings, each, now, before, one_day)
    assert before is not None
    return before


async def _read(
    archive: Archive,
    settings: Settings,
    period: Period,
    now: datetime,
    before: Report | None,
    one_day: Callable[[], None],
) -> Report:
    known = await _known(archive, settings, period, before)
    builder = Builder(period, known, now)
    shifts = Shifts.of(settings.shifts, settings.daemon.timezone)
    unreadable = 0
    for day in period.days:
        plan = Plan(shifts, (await archive.plan(day, day)).days)
        facts, bad = _decoded(await archive.shift_facts(events=DAY_FACTS, first=day, last=day))
        unreadable += bad
        builder.take_day(day, facts, plan)
        one_day()
    report = builder.report()
    if unreadable:
        told = Gap("unreadable", {"count": unreadable})
        report = msgspec.structs.replace(report, gaps=(*report.gaps, told))
    return report


async def _known(archive: Archive, settings: Settings, period: Period, before: Report | None) -> Known:
    begin, end = span(period, settings.daemon.timezone)
    roster = await archive.roster()
    special = await asyncio.to_thread(read_special_days, settings)
    leave, _ = _decoded(await archive.shift_facts(events=LEAVE_FACTS, since=begin - LEAVE_AHEAD))
    texts = await archive.shift_facts(events=PROPOSAL_FACTS, since=begin, until=end + DECIDED_WITHIN)
    proposals = [fact for fact in _decoded(texts)[0] if isinstance(fact, ProposalFact)]
    rows = archive.export("blind_interval", since=begin - BLIND_LONGEST, until=end)
    blind = tuple([Blind(row["pbx"], row["began"], row["ended"]) async for row in rows])
    return Known(
        settings,
        Roster(roster.people if roster else ()),
        Calendar(settings.shifts.country, special, settings.daemon.language),
        tuple(fact for fact in leave if isinstance(fact, LeaveFact)),
        proposals=_of_period(proposals, period),
        blind=blind,
        before=before if before is not None and before.facts else None,
    )


def _of_period(facts: list[ProposalFact], period: Period) -> tuple[ProposalFact, ...]:
    """Of a month those of that month; else those that were made in it, with what became of them so far."""
    if period.kind == "monthly":
        return tuple(fact for fact in facts if fact.month == period.name)
    named = {fact.proposal for fact in facts if fact.day is None or period.first <= fact.day <= period.last}
    return tuple(fact for fact in facts if fact.proposal in named)


def _decoded(texts: list[str]) -> tuple[list[ShiftFact], int]:
    """The facts, and how many could not be read: damaged, or of a newer ccd."""
    facts: list[ShiftFact] = []
    bad = 0
    for text in texts:
        try:
            facts.append(shift_fact(text))
        except msgspec.MsgspecError:
            bad += 1
    return facts, bad
