"""Every total is the sum of what stands above it: on the page, in the sheet and as JSON."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ccd.events.shifts import ShiftFact
from ccd.reports.page import PEOPLE_SHOWN, as_html
from ccd.reports.report import Report, Section, as_json, read_json
from ccd.reports.sheet import as_csv
from ccd.roster import Roster
from tests.reports.made import MONDAY, adhered, finding, judged, person, plan_of, report_of

PEOPLE = ("2001", "2002", "2003", "9999")
KINDS = ("late", "early", "off_post", "left_post", "absent")
WEIGHTS = ("note", "occurrence", "look", "violation", "absence")
minutes = st.floats(0, 200, allow_nan=False)


@st.composite
def some_facts(draw: st.DrawFn) -> list[ShiftFact]:
    facts: list[ShiftFact] = []
    for code in draw(st.lists(st.sampled_from(PEOPLE), unique=True)):
        day = MONDAY + timedelta(days=draw(st.integers(0, 6)))
        found = [
            finding(draw(st.sampled_from(KINDS)), draw(st.sampled_from(WEIGHTS)), draw(minutes), day)
            for _ in range(draw(st.integers(0, 3)))
        ]
        times = {name: draw(minutes) for name in ("missed", "away", "unknown")}
        facts.append(judged(code, day, *found, **times))
        facts.append(adhered(code, day, out=draw(minutes), unknown=draw(minutes)))
    return facts


def sums(section: Section, rows: Any) -> dict[str, float]:
    """In tenths, as they are added up."""
    return {
        column.name: sum(round(float(row.values[column.name] or 0) * 10) for row in rows)
        for column in section.columns
        if column.adds
    }


def in_tenths(section: Section) -> dict[str, float]:
    return {
        each.name: round(float(section.total[each.name] or 0) * 10) for each in section.columns if each.adds
    }


@given(some_facts())
@settings(max_examples=100, deadline=None)
def test_a_total_is_the_sum_of_the_teams_and_of_the_people(facts: list[ShiftFact]) -> None:
    for section in report_of(facts, "2026-W10").sections:
        assert sums(section, section.people) == sums(section, section.teams) == in_tenths(section)


@given(some_facts())
@settings(max_examples=50, deadline=None)
def test_the_days_add_up_to_the_same(facts: list[ShiftFact]) -> None:
    report = report_of(facts, "2026-W10")
    total = report.section("attendance").total
    assert total["planned"] == sum(day.planned for day in report.days)
    assert total["judged"] == sum(day.judged for day in report.days)
    assert total["late"] == sum(day.late for day in report.days)
    assert total["occurrences"] == sum(day.occurrences for day in report.days)


@given(some_facts())
@settings(max_examples=50, deadline=None)
def test_scheduled_time_is_the_sum_of_its_parts(facts: list[ShiftFact]) -> None:
    for row in report_of(facts, "2026-W10").section("attendance").people:
        parts = (row.values[f"{name}_minutes"] for name in ("present", "missed", "away", "unknown"))
        assert round(sum(float(part or 0) for part in parts), 1) == row.values["scheduled_minutes"]


@given(some_facts())
@settings(max_examples=25, deadline=None)
def test_the_sheet_holds_the_same_figures(facts: list[ShiftFact]) -> None:
    report = report_of(facts, "2026-W10")
    lines = list(csv.reader(io.StringIO(as_csv(report, "en").decode("utf-8-sig"))))
    for section in report.sections:
        totals = [line[4:] for line in lines if line[:1] == ["Total"]]
        shown = ["" if value is None else str(value) for value in section.total.values()]
        assert shown in totals


@given(some_facts())
@settings(max_examples=25, deadline=None)
def test_json_is_read_back_as_it_was(facts: list[ShiftFact]) -> None:
    report = report_of(facts, "2026-W10")
    assert read_json(as_json(report)) == report


def of_many(count: int) -> Report:
    roster = Roster(person(f"{1000 + n}", f"人{n}", f"{n % 7}组") for n in range(count))
    codes = [each.code for each in roster.people]
    facts = [
        judged(code, MONDAY, *([finding("late", "occurrence", 3.3)] if n % 3 else ()), missed=3.3)
        for n, code in enumerate(codes)
    ]
    return report_of(facts, roster=roster, plan=plan_of([MONDAY], codes))


def test_in_a_large_centre_those_that_the_page_leaves_out_are_one_row_and_the_sum_holds() -> None:
    report = of_many(PEOPLE_SHOWN + 50)
    page = as_html(report, "en")
    table = page[page.index("<h2>Attendance</h2>") :].split("<table>")[2].split("</table>")[0]
    rows = [re.findall(r"<td[^>]*>(?:<svg.*?</svg>)?([^<]*)", row) for row in table.split("<tr")[2:]]
    others = next(row for row in rows if "50 others" in row[0])
    people = [row for row in rows if row[0].isdigit()]
    assert len(people) == PEOPLE_SHOWN
    planned = sum(int(row[3]) for row in people) + int(others[1])
    assert planned == report.section("attendance").total["planned"] == PEOPLE_SHOWN + 50
    late = [row[10] for row in people]
    assert (
        sum(int(each) for each in late) == report.section("attendance").total["late"]
    )  # all late ones stand there


def test_the_sheet_has_everybody_of_a_large_centre() -> None:
    report = of_many(PEOPLE_SHOWN + 50)
    lines = csv.reader(io.StringIO(as_csv(report, "en").decode("utf-8-sig")))
    assert len({line[2] for line in lines if line[:1] == ["By person"]}) == PEOPLE_SHOWN + 50
