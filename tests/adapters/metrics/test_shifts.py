"""What Prometheus is told of shifts: counted as documented, per team where that helps, nobody named."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from ccd.adapters.metrics.labels import FIXED_SHARE, REASON_SHARE
from ccd.adapters.metrics.shift_gauges import TEAM_SERIES
from ccd.adapters.metrics.shifts import (
    BREAK_RULES,
    DECISIONS,
    HOLDS,
    KINDS,
    LEVELS,
    MEAL_RULES,
    SERIES,
    VERDICTS,
    WEIGHTS,
)
from ccd.breaks.words import WORDS as BREAK_WORDS
from ccd.events import PlanDay, ShiftFact, ShiftsRestored
from ccd.events.adherence import AdherenceJudged, SevereDeviation
from ccd.events.attendance import (
    AbsenceProposed,
    AttendanceJudged,
    DismissalReviewProposed,
    Finding,
    ProposalDecided,
    ProposalWithdrawn,
)
from ccd.events.breaks import BreakEnded, BreakRefused
from ccd.events.handover import HandoverJudged, HoldEnded, ReliefMissing
from ccd.events.leave import LeaveApproved, LeaveRefused, LeaveWithdrawn, SwapRefused
from ccd.events.meals import MealEnded, MealRefused
from ccd.meals.words import WORDS as MEAL_WORDS
from ccd.shifts.plan import encode_day
from tests.adapters.metrics.sites import full_floor, page, ready_floor, series, tell
from tests.adapters.store.samples import sample
from tests.floor import START, Floor, person

DAY = START.date()


def finding(kind: str, weight: str) -> Finding:
    return Finding(kind, weight, 60.0, START, START, ())


def made(kind: type[ShiftFact], **fields: Any) -> ShiftFact:
    return sample(kind, **{"person": "7001", "day": DAY, **fields})


@pytest.mark.parametrize(
    ("fact", "name", "labels", "value"),
    [
        (made(HandoverJudged, verdict="late"), "handover_verdicts", {"verdict": "late"}, 1),
        (made(HandoverJudged, verdict="?"), "handover_verdicts", {"verdict": "other"}, 1),
        (made(HoldEnded, why="relief", held_s=90.0, corrects=""), "handover_holds", {"why": "relief"}, 1),
        (made(HoldEnded, why="relief", held_s=90.0, corrects=""), "handover_held_seconds", {}, 90),
        (made(HoldEnded, why="corrected", held_s=-90.0, corrects="k"), "handover_held_seconds", {}, 0),
        (made(ReliefMissing, number=1), "handover_relief_missing", {}, 1),
        (made(ReliefMissing, number=2), "handover_relief_missing", {}, 0),
        (made(MealEnded, level="violation"), "meals_ended", {"level": "violation"}, 1),
        (made(MealRefused, rule="meals_full"), "meals_refused", {"rule": "meals_full"}, 1),
        (made(MealRefused, rule="7001"), "meals_refused", {"rule": "other"}, 1),
        (
            made(BreakEnded, reason="break", level="ok"),
            "breaks_ended",
            {"reason": "break", "level": "ok"},
            1,
        ),
        (
            made(BreakEnded, reason="wc", level="late"),
            "breaks_ended",
            {"reason": "other", "level": "late"},
            1,
        ),
        (made(BreakRefused, rule="breaks_times"), "breaks_refused", {"rule": "breaks_times"}, 1),
        (
            made(AttendanceJudged, findings=(finding("late", "occurrence"),), count=1),
            "attendance_findings",
            {"kind": "late", "weight": "occurrence"},
            1,
        ),
        (
            made(AttendanceJudged, findings=(finding("late", "occurrence"),), count=2),
            "attendance_findings",
            {"kind": "late", "weight": "occurrence"},
            None,
        ),
        (made(AbsenceProposed), "attendance_proposals", {"kind": "absence"}, 1),
        (made(DismissalReviewProposed), "attendance_proposals", {"kind": "dismissal_review"}, 1),
        (made(ProposalDecided, decision="waive"), "attendance_decisions", {"decision": "waive"}, 1),
        (made(ProposalWithdrawn), "attendance_decisions", {"decision": "withdrawn"}, 1),
        (made(LeaveApproved), "leave_requests", {"kind": "leave", "result": "approved"}, 1),
        (made(SwapRefused), "leave_requests", {"kind": "swap", "result": "refused"}, 1),
        (made(AdherenceJudged, level="good"), "adherence_judged", {"level": "good"}, 1),
        (made(AdherenceJudged, level=""), "adherence_judged", {"level": "nothing"}, 1),
        (made(AdherenceJudged, level="", void=True), "adherence_judged", {"level": "nothing"}, 0),
        (made(SevereDeviation), "adherence_severe", {}, 1),
    ],
)
def test_a_fact_is_counted_as_documented(
    fact: ShiftFact, name: str, labels: dict[str, str], value: float | None
) -> None:
    floor = ready_floor()
    page(floor)
    tell(floor, fact)
    assert floor.value(f"ccd_{name}_total", **labels) == value


def test_the_rules_that_are_named_are_rules_there_are() -> None:
    assert set(MEAL_RULES) <= set(MEAL_WORDS)
    assert set(BREAK_RULES) <= set(BREAK_WORDS)


# --- gauges -----------------------------------------------------------------------------------------------


def on_shift(teams: int = 2, people: int = 4) -> Floor:
    """So many are planned from 08:00 to 16:00, in turn in each team; it is 09:00."""
    floor = Floor(shifts={"kinds": {"early": {"start": "08:00", "minutes": 480}}})
    numbers = [str(2000 + n) for n in range(people)]
    floor.roster(*[person(f"7{number}", number, f"team {n % teams}") for n, number in enumerate(numbers)])
    floor.follow()
    for number in numbers:
        floor.member("sales", number)
    cells = {f"7{number}": [("early", number, "main", "")] for number in numbers}
    floor.world.plan.change([PlanDay(DAY, encode_day(cells))])
    return floor


def sits(floor: Floor, number: str) -> None:
    floor.world.presence[("main", number)] = {f"7{number}": floor.at - timedelta(hours=2)}
    floor.world.pbxs["main"].agents[f"PJSIP/{number}"].people = (f"7{number}",)


def test_who_is_planned_and_who_is_missing_is_told_by_team() -> None:
    floor = on_shift()
    sits(floor, "2000")
    assert floor.value("ccd_attendance_on_duty", team="team 0") == 2
    assert floor.value("ccd_attendance_missing", team="team 0") == 1
    assert floor.value("ccd_attendance_missing", team="team 1") == 2
    sits(floor, "2001")
    assert floor.value("ccd_attendance_missing", team="team 1") == 1


def test_who_is_out_of_adherence_is_told_by_team() -> None:
    floor = on_shift()
    sits(floor, "2000")
    sits(floor, "2001")
    floor.world.adherence.gone_since = {"72002": START - timedelta(hours=1)}
    assert floor.value("ccd_adherence_out", team="team 0") == 1
    floor.pause("PJSIP/2000", "sales", reason="illness")
    floor.wait(14 * 60)
    assert floor.value("ccd_adherence_out", team="team 0") == 1
    floor.wait(3 * 60)
    assert floor.value("ccd_adherence_out", team="team 0") == 2


def judged(code: str, adherent: float, out: float, hours_ago: float) -> AdherenceJudged:
    return sample(
        AdherenceJudged,
        person=code,
        day=DAY,
        shift=f"{hours_ago}",
        ends=START - timedelta(hours=hours_ago),
        adherent_s=adherent,
        out_s=out,
        void=False,
    )


def test_the_adherence_of_a_team_is_that_of_its_last_day_weighted_by_time() -> None:
    floor = on_shift()
    assert floor.value("ccd_adherence_ratio", team="team 0") is None
    for fact in (
        judged("72000", 900.0, 100.0, 1),
        judged("72002", 100.0, 900.0, 23),
        judged("72002", 0.0, 5000.0, 25),
        judged("72001", 10.0, 0.0, 2),
    ):
        floor.world.apply(fact)
    assert floor.value("ccd_adherence_ratio", team="team 0") == 0.5
    assert floor.value("ccd_adherence_ratio", team="team 1") == 1.0
    assert floor.value("ccd_adherence_limit_ratio", limit="floor") == 0.7


def test_meals_have_a_cap_that_is_told_with_who_is_there() -> None:
    floor = on_shift(teams=1)
    for number in ("2000", "2001", "2002"):
        sits(floor, number)
    assert floor.value("ccd_meals_cap", team="team 0") == 1
    assert floor.value("ccd_meals_in_progress", team="team 0") == 0
    assert floor.value("ccd_meals_waiting", team="team 0") == 0


def test_what_waits_for_a_decision_is_told_also_after_a_restart() -> None:
    floor = ready_floor()
    assert floor.value("ccd_attendance_proposals_waiting") == 0
    proposed = made(AbsenceProposed, key="p", proposal="P-1", month="2026-03", nth=1)
    floor.world.apply(proposed)
    tell(floor, event=ShiftsRestored(at=START, facts=()))
    assert floor.value("ccd_attendance_proposals_waiting") == 1
    decided = made(ProposalDecided, key="d", proposal="P-1", month="2026-03", nth=1, decision="confirm")
    floor.world.apply(decided)
    tell(floor, decided)
    assert floor.value("ccd_attendance_proposals_waiting") == 0


def test_nobody_is_on_the_page() -> None:
    floor = on_shift()
    sits(floor, "2000")
    text = page(floor)
    for code in ("72000", "72001", "Person"):
        assert code not in text


def test_a_policy_that_cannot_tell_takes_nothing_else_off_the_page() -> None:
    floor = on_shift()
    del floor.world.leave
    text = page(floor)
    assert "ccd_calls_open" in text
    assert "ccd_inputs_total" in text
    assert floor.metrics.errors > 0


# --- how many series --------------------------------------------------------------------------------------


def everything(floor: Floor) -> None:
    """Every value that a label may have."""
    reasons = [*floor.settings.policies.breaks.known, "and another"]
    tell(
        floor,
        *[made(HandoverJudged, verdict=each) for each in (*VERDICTS, "?")],
        *[made(HoldEnded, why=each, corrects="") for each in (*HOLDS, "?")],
        *[made(MealEnded, level=each) for each in (*LEVELS, "?")],
        *[made(MealRefused, rule=each) for each in (*MEAL_RULES, "?")],
        *[made(BreakEnded, reason=one, level=two) for one, two in itertools.product(reasons, LEVELS)],
        *[made(BreakRefused, rule=each) for each in (*BREAK_RULES, "?")],
        *[
            made(AttendanceJudged, findings=(finding(one, two),), count=1)
            for one, two in itertools.product(KINDS, WEIGHTS)
        ],
        *[made(ProposalDecided, decision=each) for each in DECISIONS],
        *[made(kind) for kind in (LeaveApproved, LeaveRefused, LeaveWithdrawn)],
    )


def of_shifts(text: str) -> list[str]:
    names = ("handover", "meals", "breaks", "attendance", "leave", "adherence", "staffing")
    return [line for line in series(text) if line.startswith(tuple(f"ccd_{name}_" for name in names))]


def test_all_that_is_not_per_team_costs_no_more_than_is_reckoned() -> None:
    floor = ready_floor()
    everything(floor)
    lines = [line for line in of_shifts(page(floor)) if "team=" not in line]
    assert SERIES - 10 <= len(lines) <= SERIES


def test_a_team_costs_no_more_than_is_reckoned() -> None:
    one, two = (of_shifts(page(on_shift(teams, 40))) for teams in (1, 2))
    assert TEAM_SERIES // 2 <= len(two) - len(one) <= TEAM_SERIES


@pytest.mark.parametrize(("queues", "teams", "named"), [(50, 100, 0), (32, 100, 100), (20, 60, 60)])
def test_a_site_with_a_thousand_agents_on_shift_has_at_most_5000_series(
    queues: int, teams: int, named: int
) -> None:
    floor = full_floor(1000, queues, teams, 200)
    kinds = {"early": {"start": "08:00", "minutes": 480}}
    floor.world.configure(
        floor.settings.model_validate(
            floor.settings.model_dump() | {"pbx": {"main": {"secret": "x"}}, "shifts": {"kinds": kinds}}
        ),
        (),
    )
    cells = {f"7{2000 + n}": [("early", str(2000 + n), "main", "")] for n in range(1000)}
    floor.world.plan.change([PlanDay(DAY, encode_day(cells))])
    everything(floor)
    page(floor)
    text = page(floor)
    assert len(series(text)) <= 5000
    shown = [line for line in series(text) if line.startswith('ccd_attendance_on_duty{team="team ')]
    assert len(shown) == named
    assert floor.value("ccd_label_overflow", pbx="main", label="team") == (named < teams)
    total = sum(
        float(line.rpartition(" ")[2]) for line in series(text) if line.startswith("ccd_attendance_on_duty{")
    )
    assert total == 1000


def test_what_is_reckoned_fits_into_what_is_kept_free() -> None:
    lines = series(page(ready_floor()))
    fixed = [line for line in lines if "team=" not in line and "queue=" not in line]
    assert len(fixed) + SERIES - len(of_shifts(page(ready_floor()))) <= FIXED_SHARE + REASON_SHARE
