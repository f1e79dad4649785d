"""What facts add up to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ccd.events import SpecialDay
from ccd.events.attendance import AbsenceProposed, Corrected, DismissalReviewProposed, ProposalDecided
from ccd.events.breaks import BreakEnded, BreakRefused
from ccd.events.handover import HandoverJudged, HoldEnded, Released
from ccd.events.leave import LeaveApproved, LeaveReturned, LeaveWithdrawn, Move, SwapApproved, UsedDay
from ccd.events.meals import MealEnded, MealExcused, MealRefused
from ccd.events.shifts import Blind
from ccd.reports.report import Report, figures_digest
from ccd.shifts.calendar import Calendar
from tests.reports.made import (
    MONDAY,
    PEOPLE,
    SETTINGS,
    adhered,
    begins,
    finding,
    judged,
    plan_of,
    report_of,
    settings_of,
)

DAY = timedelta(days=1)


def row(report: Report, section: str, code: str) -> dict[str, Any]:
    return next(each.values for each in report.section(section).people if each.code == code)


def gaps(report: Report) -> dict[str, dict[str, Any]]:
    return {gap.kind: gap.values for gap in report.gaps}


def of_person(code: str = "2001", **more: Any) -> dict[str, Any]:
    key = "|".join((code, *(str(value) for value in more.values())))
    return {"at": begins(MONDAY), "key": key, "person": code, "day": MONDAY, **more}


# --- attendance -------------------------------------------------------------------------------------------


def test_findings_are_counted_by_kind_and_weight_with_their_minutes() -> None:
    facts = [
        judged("2001", MONDAY, finding("late", "occurrence", 4), missed=4),
        judged("2002", MONDAY, finding("late", "look", 12.5), finding("early", "violation", 25), missed=37.5),
        judged("2003", MONDAY, finding("absent", "absence", 600), state="absent", missed=600),
    ]
    total = report_of(facts).section("attendance").total
    assert (total["planned"], total["judged"], total["present"], total["absent_shifts"]) == (3, 3, 2, 1)
    assert (total["late"], total["late_minutes"]) == (2, 16.5)
    assert (total["early"], total["early_minutes"]) == (1, 25)
    assert (total["occurrences"], total["to_look_at"]) == (2, 1)
    assert (total["violations"], total["absences"]) == (1, 1)
    assert total["presence"] == round((596 + 562.5) / 1800, 4)


def test_what_is_unknown_is_shown_as_such_and_counts_in_no_share() -> None:
    report = report_of([judged("2001", unknown=60)], plan=plan_of([MONDAY], ["2001"]))
    assert row(report, "attendance", "2001")["unknown_minutes"] == 60
    assert row(report, "attendance", "2001")["presence"] == 1
    assert gaps(report)["unknown"] == {"minutes": 60}


@pytest.mark.parametrize("first", [True, False])
def test_the_verdict_with_the_highest_count_stands_in_whatever_order_they_come(first: bool) -> None:
    facts = [judged("2001", MONDAY, finding("late", "violation", 30)), judged("2001", count=2)]
    total = report_of(facts if first else facts[::-1]).section("attendance").total
    assert (total["judged"], total["late"], total["violations"]) == (1, 0, 0)


def test_a_shift_that_is_no_longer_planned_counts_for_nothing() -> None:
    facts = [judged("2001", MONDAY, finding("late", "violation", 30)), judged("2001", count=2, state="void")]
    assert report_of(facts).section("attendance").total["judged"] == 0


@pytest.mark.parametrize(("weight", "late", "occurrences"), [("removed", 0, 0), ("occurrence", 1, 1)])
def test_a_correction_is_laid_over_the_verdict(weight: str, late: int, occurrences: int) -> None:
    found = finding("late", "violation", 21)
    verdict = judged("2001", MONDAY, found)
    correction = Corrected(
        at=verdict.at + DAY,
        key="c1",
        person="2001",
        day=MONDAY,
        actor="1001",
        shift="day",
        refers=verdict.key,
        kind="late",
        began=found.began,
        ended=found.ended,
        was="violation",
        weight=weight,
        reason="metro",
    )
    total = report_of([verdict, correction]).section("attendance").total
    assert (total["late"], total["occurrences"], total["violations"]) == (late, occurrences, 0)


def test_a_fact_that_is_told_twice_counts_once() -> None:
    facts = [judged("2001", MONDAY, finding("late", "occurrence", 4)), adhered("2001", out=10)]
    assert figures_digest(report_of(facts)) != figures_digest(report_of([]))
    twice = report_of(facts * 2)
    assert twice.section("attendance").total == report_of(facts).section("attendance").total
    assert twice.section("adherence").total == report_of(facts).section("adherence").total


def test_who_left_the_roster_still_counts_without_a_name() -> None:
    report = report_of([judged("9999", MONDAY, finding("late", "occurrence", 4))])
    (found,) = [each for each in report.section("attendance").people if each.code == "9999"]
    assert (found.name, found.team, found.values["late"]) == ("", "", 1)
    assert report.section("attendance").total["late"] == 1


# --- meals and breaks -------------------------------------------------------------------------------------


def meal(code: str, minutes: float, level: str = "ok", window: str = "lunch") -> MealEnded:
    over = max(minutes - 30, 0) * 60
    words = {"window": window, "began": begins(MONDAY) + timedelta(hours=4), "seconds": minutes * 60}
    return MealEnded(**of_person(code, **words), allowed_s=1800, over_s=over, level=level, asked=True)


def test_meals_are_counted_by_level_with_their_average() -> None:
    facts = [meal("2001", 20), meal("2002", 40, "late"), meal("2003", 55, "violation")]
    total = report_of(facts).section("meals").total
    assert (total["taken"], total["on_time"], total["late"], total["violations"]) == (3, 1, 1, 1)
    assert (total["minutes"], total["average"], total["over_minutes"]) == (115, 38.3, 35)


def test_a_meal_that_a_lead_excused_is_no_late_one() -> None:
    late = meal("2001", 40, "late")
    words = {"window": "lunch", "began": late.began, "level": "late", "reason": "fire drill"}
    total = report_of([late, MealExcused(**of_person(**words))]).section("meals").total
    assert (total["taken"], total["late"], total["excused"]) == (1, 0, 1)


@pytest.mark.parametrize(
    ("facts", "not_taken"),
    [
        ([judged("2001")], 1),  # lunch lies in the shift of 08:00 to 18:00, dinner ends after it
        ([judged("2001"), meal("2001", 20)], 0),
        ([judged("2001"), meal("2001", 20, window="dinner")], 1),
        ([judged("2001", state="absent")], 0),
        ([judged("2001", state="away")], 0),
        ([], 0),
    ],
)
def test_a_meal_is_missed_by_who_worked_through_its_window(facts: list[Any], not_taken: int) -> None:
    report = report_of(facts, plan=plan_of([MONDAY], ["2001"]))
    assert report.section("meals").total["not_taken"] == not_taken


@pytest.mark.parametrize(("enforced", "column"), [(True, "refused"), (False, "would_be_refused")])
def test_what_is_refused_and_what_would_have_been_are_told_apart(enforced: bool, column: str) -> None:
    fact = MealRefused(**of_person(window="lunch"), rule="meals_over_cap", enforced=enforced)
    other = BreakRefused(**of_person(reason="coffee"), rule="breaks_cap", enforced=enforced)
    report = report_of([fact, other])
    assert report.section("meals").total[column] == report.section("breaks").total[column] == 1
    assert report.section("meals").total["refused"] == int(enforced)


def test_other_work_is_told_beside_the_breaks() -> None:
    words = {"began": begins(MONDAY), "allowed_s": None, "over_s": 0.0, "level": "ok"}
    facts = [
        BreakEnded(**of_person(reason="coffee", **words), seconds=600.0, productive=False),
        BreakEnded(**of_person(reason="training", **words), seconds=3600.0, productive=True),
    ]
    total = report_of(facts).section("breaks").total
    assert (total["taken"], total["minutes"]) == (1, 10)
    assert (total["productive"], total["productive_minutes"]) == (1, 60)


# --- handover ---------------------------------------------------------------------------------------------


def boundary(verdict: str, *missing: str, key: str = "h1", seat: str = "A-1") -> HandoverJudged:
    words = {**of_person("2002"), "key": key, "pbx": "main", "seat": seat, "shift": "day"}
    return HandoverJudged(
        **words, boundary=begins(MONDAY), outgoing="2001", incoming="2002", verdict=verdict, missing=missing
    )


def test_handovers_are_counted_by_verdict_and_a_later_one_replaces_the_first() -> None:
    facts = [
        boundary("incomplete", "signature|2002"),
        boundary("complete", key="h2"),
        boundary("late", seat="A-2", key="h3"),
    ]
    report = report_of(facts)
    total = report.section("handover").total
    assert (total["handovers"], total["complete"], total["late"], total["incomplete"]) == (2, 1, 1, 0)
    assert total["completeness"] == 0.5
    assert report.listing("missing").rows == ()  # type: ignore[union-attr]


def test_who_is_missing_what_is_listed_by_whose_it_is() -> None:
    fact = boundary("incomplete", "section:equipment|2001", "section:staffing|2001", "signature|2002")
    rows = report_of([fact]).listing("missing").rows  # type: ignore[union-attr]
    assert [(each["person"], each["name"], each["what"], each["times"]) for each in rows] == [
        ("2001", "张三", "section", 2),
        ("2002", "李四", "signature", 1),
    ]


def test_the_ledger_of_held_time_sums_up_and_takes_corrections() -> None:
    words = {"shift": "day", "began": begins(MONDAY)}
    facts = [
        HoldEnded(**{**of_person(), "key": "k1"}, **words, held_s=1800.0, why="relief"),
        HoldEnded(**{**of_person(), "key": "k2"}, **words, held_s=600.0, why="relief"),
        HoldEnded(**{**of_person(), "key": "k3"}, **words, held_s=-300.0, why="corrected", corrects="k1"),
        Released(**{**of_person(), "key": "k4"}, reason="tired"),
    ]
    report = report_of(facts)
    values = row(report, "handover", "2001")
    assert (values["held"], values["held_minutes"], values["released"]) == (2, 35, 1)
    (held,) = report.listing("held").rows  # type: ignore[union-attr]
    assert (held["person"], held["times"], held["minutes"], held["longest"]) == ("2001", 2, 35, 25)


# --- adherence --------------------------------------------------------------------------------------------


def test_adherence_is_weighted_by_time_not_averaged() -> None:
    facts = [
        adhered("2001", out=300, scheduled=600),
        adhered("2002", out=0, scheduled=60),
        adhered("2003", out=6),
    ]
    section = report_of(facts).section("adherence")
    assert row(report_of(facts), "adherence", "2001")["adherence"] == 0.5
    assert [team.values["adherence"] for team in section.teams] == [round(360 / 660, 4), 0.99]
    assert section.total["adherence"] == round((300 + 60 + 594) / 1260, 4)


def test_where_nothing_is_known_there_is_no_share() -> None:
    values = row(report_of([adhered("2001", out=0, unknown=600)]), "adherence", "2001")
    assert (values["adherence"], values["conformance"], values["unknown_minutes"]) == (None, None, 600)


# --- leave ------------------------------------------------------------------------------------------------


def leave(request: str, *used: int, kind: str = "personal", **more: Any) -> LeaveApproved:
    """On these days of March, half of the last one."""
    days = tuple(UsedDay(date(2026, 3, n), 36_000, 36_000) for n in used)
    words = {
        "at": begins(MONDAY) - 10 * DAY,
        "key": f"{request}|{kind}",
        "request": request,
        "person": "2001",
    }
    since, until = begins(date(2026, 3, used[0])), begins(date(2026, 3, used[-1])) + timedelta(hours=10)
    return LeaveApproved(**{**words, "kind": kind, "since": since, "until": until, "used": days, **more})


def test_leave_counts_with_the_days_that_lie_in_the_period() -> None:
    report = report_of([], "2026-W10", leave=(leave("L-1", 6, 7, 8, 9, 10),))
    assert report.section("leave").total["personal_days"] == 3
    assert (
        report_of([], "2026-W11", leave=(leave("L-1", 6, 7, 8, 9, 10),)).section("leave").total["leave_days"]
        == 2
    )
    assert (
        report_of([], "2026-03", leave=(leave("L-1", 6, 7, 8, 9, 10),)).section("leave").total["leave_days"]
        == 5
    )
    assert report_of([], "2026-W12", leave=(leave("L-1", 6, 7),)).section("leave").total["approved"] == 0


def test_half_a_shift_is_half_a_day() -> None:
    half = leave("L-1", 3, used=(UsedDay(date(2026, 3, 3), 18_000, 36_000),))
    assert report_of([], "2026-W10", leave=(half,)).section("leave").total["leave_days"] == 0.5


def test_leave_that_was_withdrawn_is_none_and_what_was_cut_short_is_shorter() -> None:
    words = {"at": begins(MONDAY), "person": "2001", "request": "L-1"}
    gone = LeaveWithdrawn(key="w", **words)
    assert report_of([], "2026-W10", leave=(leave("L-1", 3, 4), gone)).section("leave").total["approved"] == 0
    back = LeaveReturned(
        key="r", **words, until=begins(date(2026, 3, 4)), used=(UsedDay(date(2026, 3, 3), 36_000, 36_000),)
    )
    assert (
        report_of([], "2026-W10", leave=(leave("L-1", 3, 4), back)).section("leave").total["leave_days"] == 1
    )


def test_a_swap_counts_for_both() -> None:
    move = Move(MONDAY, "day", "2001", "2002", begins(MONDAY), begins(MONDAY) + timedelta(hours=10))
    swap = SwapApproved(
        at=begins(MONDAY), key="s", request="S-1", person="2001", kind="swap", partner="2002", moves=(move,)
    )
    report = report_of([], leave=(swap,))
    assert row(report, "leave", "2001")["swaps"] == row(report, "leave", "2002")["swaps"] == 1
    assert len(report.listing("swaps").rows) == 1  # type: ignore[union-attr]


# --- what is not known ------------------------------------------------------------------------------------


def test_what_is_not_judged_and_what_is_not_over_are_told_apart() -> None:
    days = [MONDAY, MONDAY + DAY]
    now = begins(MONDAY + DAY) + timedelta(hours=3)
    report = report_of([judged("2001")], "2026-W10", plan=plan_of(days), now=now)
    assert gaps(report)["not_judged"] == {"shifts": 2, "first": "2026-03-02", "last": "2026-03-02"}
    assert gaps(report)["not_over"] == {"shifts": 3}
    assert "running" in gaps(report)


def test_nothing_is_told_to_be_missing_where_nothing_is() -> None:
    assert report_of([judged(code) for code in PEOPLE]).gaps == ()


def test_time_out_of_sight_is_told_by_pbx_and_only_what_lies_in_the_period() -> None:
    midnight = begins(MONDAY) - timedelta(hours=8)
    blind = (
        Blind("main", midnight - timedelta(minutes=30), midnight + timedelta(minutes=10)),
        Blind("main", midnight + timedelta(hours=5), midnight + timedelta(hours=5, minutes=5)),
        Blind("annex", midnight - timedelta(hours=2), midnight),
    )
    report = report_of([judged(code) for code in PEOPLE], blind=blind)
    assert [gap.values for gap in report.gaps] == [{"pbx": "main", "times": 2, "minutes": 15.0}]


def test_shifts_that_the_settings_do_not_have_any_more_are_named() -> None:
    other = settings_of(shifts={"kinds": {}, "country": "CN"})
    report = report_of([], plan=plan_of([MONDAY], settings=other))
    assert gaps(report)["no_times"] == {"shift": "day", "shifts": 3}


def test_a_policy_that_is_off_is_named() -> None:
    report = report_of([], settings=settings_of(policies={"breaks": {"mode": "off"}}))
    assert gaps(report)["policy_off"] == {"policy": "breaks"}


def test_holidays_that_are_not_known_are_named() -> None:
    settings = settings_of(shifts={"kinds": {}, "country": "CN"})
    year = next(year for year in range(2026, 2100) if not Calendar("CN").knows(year))
    assert gaps(report_of([], f"{year}-03-05", settings=settings))["no_holidays"] == {"year": year}
    assert "no_holidays" not in gaps(report_of([], f"{year - 1}-03-05", settings=settings))


# --- days and months --------------------------------------------------------------------------------------


def test_a_saturday_that_is_worked_to_make_up_is_told_as_such() -> None:
    saturday = MONDAY + 5 * DAY
    special = [SpecialDay(day=saturday, workday=True, name="调休")]
    kinds = {day.day: day.kind for day in report_of([], "2026-W10", special=special).days}
    assert (kinds[saturday], kinds[saturday + DAY], kinds[MONDAY]) == ("make_up", "weekend", "workday")


@pytest.mark.parametrize(("name", "days"), [("2026-02", 28), ("2028-02", 29), ("2026-W53", 7)])
def test_every_day_of_the_period_is_in_it(name: str, days: int) -> None:
    report = report_of([], name)
    assert len(report.days) == days
    assert report.section("attendance").total["planned"] == 3 * days


@pytest.mark.parametrize(("occurrences", "listed"), [(2, False), (3, True), (4, True)])
def test_so_many_occurrences_in_a_month_are_grounds_for_a_review(occurrences: int, listed: bool) -> None:
    facts = [
        judged("2001", MONDAY + n * DAY, finding("late", "occurrence", 5, MONDAY + n * DAY))
        for n in range(occurrences)
    ]
    rows = report_of(facts, "2026-03").listing("review").rows  # type: ignore[union-attr]
    assert [each["person"] for each in rows] == (["2001"] if listed else [])
    assert report_of(facts, "2026-W10").listing("review") is None


def test_an_absence_is_grounds_until_somebody_waived_it() -> None:
    facts = [judged("2001", MONDAY, finding("absent", "absence", 600), state="absent")]
    words = {"at": begins(MONDAY), "person": "2001", "day": MONDAY, "month": "2026-03"}
    absence = AbsenceProposed(key="a", **words, proposal="p1", cause="absent", occurrences=())
    review = DismissalReviewProposed(key="b", **words, proposal="p2", cause="absence", grounds=())
    waived = ProposalDecided(key="c", **words, proposal="p1", decision="waive", reason="ill", actor="1001")
    confirmed = ProposalDecided(
        key="d", **words, proposal="p2", decision="confirm", reason="so", actor="1001"
    )
    for proposals, expected in (
        ((), [("absence", "open")]),
        ((absence, review), [("absence", "open")]),
        ((absence, review, confirmed), [("absence", "confirm")]),
        ((absence, waived), []),
    ):
        rows = report_of(facts, "2026-03", proposals=proposals).listing("review").rows  # type: ignore[union-attr]
        assert [(each["grounds"], each["decision"]) for each in rows] == expected


def test_a_month_is_compared_with_the_one_before() -> None:
    before = report_of([judged("2001", date(2026, 2, 2), finding("late", "occurrence", 5))], "2026-02")
    report = report_of([judged("2001"), judged("2002")], "2026-03", before=before)
    changes = {(each.section, each.column): (each.now, each.before) for each in report.changes}
    assert changes["attendance", "judged"] == (2, 1)
    assert changes["attendance", "late"] == (0, 1)
    assert ("attendance", "early") not in changes  # 0 and 0


def test_the_figures_have_the_same_digest_whenever_they_are_added_up() -> None:
    facts, later = [judged(code) for code in PEOPLE], begins(MONDAY) + 30 * DAY
    assert figures_digest(report_of(facts)) == figures_digest(report_of(facts[::-1], now=later))
    assert figures_digest(report_of(facts)) != figures_digest(report_of(facts[:2]))
    assert SETTINGS.policies.attendance.occurrences == 3
