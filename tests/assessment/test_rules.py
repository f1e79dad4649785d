"""When months give grounds for retraining: every case around 60 and 80, with insufficient months between."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.assessment.cases import Case, moved
from ccd.assessment.months import after
from ccd.assessment.rules import EVERY, Need, covered, needed
from ccd.config_assessment import AssessmentSettings
from ccd.events import assessment as facts

ZONE = ZoneInfo("Asia/Shanghai")
RULES = AssessmentSettings()
AT = datetime(2026, 3, 3, tzinfo=UTC)
FIGURES = (59.9, 60.0, 79.9, 80.0)


def made(*points: float | None, first: str = "2025-12") -> dict[str, facts.AssessmentMade]:
    """One month after the other; None: insufficient."""
    found = {}
    for n, each in enumerate(points):
        month = after(first, n)
        verdict = "insufficient" if each is None else "pass" if each >= 60 else "fail"
        found[month] = facts.AssessmentMade(
            at=AT, key=month, month=month, verdict=verdict, points=each, parts={}, weights={}, n=0
        )
    return found


def rule_of(*points: float | None, settings: AssessmentSettings = RULES) -> tuple[str, int] | None:
    """The rule and how many months it rests on."""
    need = needed(made(*points), "", settings)
    return None if need is None else (need.rule, len(need.months))


@pytest.mark.parametrize(
    ("points", "rule"),
    [
        ((59.9,), ("under_60", 1)),
        ((60.0,), None),
        ((79.9,), None),
        ((80.0,), None),
        ((None,), None),
        ((), None),
    ],
)
def test_one_month_gives_grounds_only_where_it_is_not_passed(points: Any, rule: Any) -> None:
    assert rule_of(*points) == rule


@pytest.mark.parametrize(("one", "other"), [*product(FIGURES, FIGURES)])
@pytest.mark.parametrize("between", [0, 1, 2, 5])
def test_any_two_months_with_any_number_of_insufficient_ones_between(
    one: float, other: float, between: int
) -> None:
    """Not passed in one goes first; else both under 80 are two consecutive, however many are insufficient."""
    found = rule_of(one, *[None] * between, other)
    if one < 60 or other < 60:
        assert found == ("under_60", 1)
    elif one < 80 and other < 80:
        assert found == ("two_under_80", 2)
    else:
        assert found is None


@pytest.mark.parametrize(("one", "other"), [*product(FIGURES[1:], FIGURES[1:])])
def test_by_setting_an_insufficient_month_breaks_two_consecutive_ones(one: float, other: float) -> None:
    settings = AssessmentSettings(insufficient_breaks=True)
    assert rule_of(one, None, other, settings=settings) is None
    expected = ("two_under_80", 2) if one < 80 and other < 80 else None
    assert rule_of(one, other, settings=settings) == expected


def test_a_month_of_which_nothing_was_made_breaks_two_consecutive_ones() -> None:
    months = made(70) | made(70, first="2026-02")
    assert needed(months, "", RULES) is None


def test_a_good_month_between_breaks_two_consecutive_ones() -> None:
    assert rule_of(70, 80, 70) is None
    assert rule_of(70, None, 80, None, 70) is None


def test_months_run_on_over_the_turn_of_the_year() -> None:
    need = needed(made(70, 75), "", RULES)
    assert need == Need("two_under_80", ("2025-12", "2026-01"), (70, 75))


def test_only_insufficient_months_never_give_grounds() -> None:
    assert rule_of(*[None] * 12) is None


@pytest.mark.parametrize(
    ("spent", "months"),
    [
        ("", ("2025-12", "2026-01")),
        ("2025-12", ("2026-01", "2026-02")),
        ("2026-01", None),
        ("2026-02", None),
        (EVERY, None),
    ],
)
def test_a_month_counts_once(spent: str, months: tuple[str, ...] | None) -> None:
    need = needed(made(70, 71, 72), spent, RULES)
    assert (need.months if need else None) == months


def case(*facts_: facts.CaseFact) -> Case:
    found = Case("R")
    for fact in facts_:
        found = moved(found, fact)
    return found


def proposed(*months: str) -> facts.RetrainingProposed:
    return facts.RetrainingProposed(
        at=AT, key="p", person="2001", case="R", rule="under_60", months=months, points=(50,) * len(months)
    )


def closed(at: str, why: str = "passed") -> facts.CaseClosed:
    moment = datetime.fromisoformat(at).replace(tzinfo=ZONE).astimezone(UTC)
    return facts.CaseClosed(at=moment, key="c", person="2001", case="R", why=why)


@pytest.mark.parametrize(
    ("made_of", "last"),
    [
        ((), ""),
        ((proposed("2026-02"),), EVERY),
        ((proposed("2026-02"), closed("2026-03-04 09:00")), "2026-02"),
        ((proposed("2026-01"), closed("2026-04-01 00:00")), "2026-03"),
        ((proposed("2026-01"), closed("2026-03-31 23:59")), "2026-02"),
        ((proposed("2026-02"), closed("2026-03-04 09:00", "withdrawn")), ""),
    ],
)
def test_a_case_covers_every_month_that_was_over_when_it_was_closed(
    made_of: tuple[facts.CaseFact, ...], last: str
) -> None:
    cases = [case(*made_of)] if made_of else []
    assert covered(cases, ZONE) == last


def decided(outcome: str, n: int) -> facts.CaseDecided:
    return facts.CaseDecided(
        at=AT, key=f"d{n}", person="2001", case="R", outcome=outcome, reason="r", actor="4001"
    )


def listed(n: int) -> facts.CaseListed:
    return facts.CaseListed(at=AT, key=f"l{n}", person="2001", case="R", points=(50,), may_return=False)


LIFE = (proposed("2026-02"), decided("retrain", 1), listed(1), decided("retrain", 2), listed(2))


@pytest.mark.parametrize(
    ("so_far", "state"),
    [(1, "proposed"), (2, "retraining"), (3, "listed"), (4, "retraining"), (5, "listed")],
)
@given(shuffle=st.randoms(use_true_random=False), twice=st.booleans())
def test_a_case_is_the_same_whatever_order_its_facts_come_in(
    so_far: int, state: str, shuffle: Any, twice: bool
) -> None:
    told = list(LIFE[:so_far]) * (2 if twice else 1)
    shuffle.shuffle(told)
    assert case(*told).state == state
    assert case(*told) == case(*LIFE[:so_far])
