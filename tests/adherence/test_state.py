"""What is remembered of pauses that meals and breaks have looked at, and of what leads have decided."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ccd.adherence.state import AdherenceState
from ccd.events import ShiftFact
from ccd.events.adherence import ExceptionAdded, ExceptionRemoved, Grant
from ccd.events.breaks import BreakBegan, BreakEnded, BreakExtended, BreakWaived
from ccd.events.meals import MealBegan, MealEnded, MealExcused, MealExtended
from tests.adapters.store.samples import sample
from tests.adherence.made import at, judged, paused, stay

TEN, LATER = at("10:00"), at("10:40")


def of(kind: type[ShiftFact], **fields: Any) -> ShiftFact:
    return sample(kind, **{"person": "2001", **fields})


BEGAN = of(MealBegan, at=TEN, key="m", allowed_s=1800.0)
ENDED = of(MealEnded, at=LATER, key="e", began=TEN, seconds=2400.0, over_s=600.0)
MORE = of(MealExtended, at=at("10:05"), key="x", minutes=5)
EXCUSED = of(MealExcused, at=at("11:00"), key="y", began=TEN)
BREAK = of(BreakBegan, at=TEN, key="b", reason="break", allowed_s=900.0, productive=False)
OVER = of(
    BreakEnded,
    at=LATER,
    key="c",
    of="b",
    reason="break",
    began=TEN,
    allowed_s=900.0,
    over_s=1500.0,
    productive=False,
)
LONGER = of(BreakExtended, at=at("10:05"), key="z", of="b", minutes=10)
WAIVED = of(BreakWaived, at=at("11:00"), key="w", of="b")


@pytest.mark.parametrize(
    ("facts", "grant"),
    [
        ([BEGAN], Grant("", TEN, at("10:30"))),
        ([BEGAN, MORE], Grant("", TEN, at("10:35"))),
        ([BEGAN, ENDED], Grant("", TEN, at("10:30"), LATER)),
        ([ENDED], Grant("", TEN, at("10:30"), LATER)),
        ([BEGAN, ENDED, EXCUSED], Grant("", TEN, LATER, LATER)),
        ([BREAK], Grant("break", TEN, at("10:15"))),
        ([BREAK, LONGER], Grant("break", TEN, at("10:25"))),
        ([BREAK, OVER], Grant("break", TEN, at("10:15"), LATER)),
        ([BREAK, OVER, WAIVED], Grant("break", TEN, LATER, LATER)),
    ],
)
def test_what_meals_and_breaks_say_of_a_pause_is_known_once_however_often_it_is_told(
    facts: list[ShiftFact], grant: Grant
) -> None:
    state = AdherenceState()
    for fact in facts:
        state.fold(fact)
        state.fold(fact)
    assert state.grants("2001", at("08:00"), at("16:00")) == (grant,)
    assert state.grants("2002", at("08:00"), at("16:00")) == ()


def test_a_break_without_a_limit_is_left_to_the_settings() -> None:
    state = AdherenceState()
    state.fold(of(BreakBegan, at=TEN, key="b", reason="illness", allowed_s=None))
    state.fold(of(BreakEnded, at=LATER, of="b", reason="illness", began=TEN, allowed_s=None))
    assert state.grants("2001", at("08:00"), at("16:00")) == ()


def test_only_pauses_that_touch_the_time_are_told_and_old_ones_forgotten() -> None:
    state = AdherenceState()
    state.fold(ENDED)
    assert state.grants("2001", LATER, at("16:00")) == ()
    assert state.grants("2001", at("08:00"), TEN) == ()
    assert len(state.grants("2001", at("08:00"), LATER)) == 1
    state.forget(TEN + timedelta(days=3, seconds=1))
    assert state.grants("2001", at("08:00"), at("16:00")) == ()


@pytest.mark.parametrize(("facts", "out"), [([ENDED], 600), ([ENDED, EXCUSED], 0), ([], 2400)])
def test_an_overstay_that_a_lead_excused_is_no_deviation(facts: list[ShiftFact], out: int) -> None:
    state = AdherenceState()
    for fact in facts:
        state.fold(fact)
    grants = state.grants("2001", at("08:00"), at("16:00"))
    result = judged(stay("08:00", "16:00"), paused("10:00", "10:40", "meal"), grants=grants)
    assert result.out_s == out


def test_names_of_exceptions_go_on_day_by_day() -> None:
    state, day = AdherenceState(), date(2026, 3, 2)
    assert state.new_name(day) == "X-260302-1"
    state.fold(of(ExceptionAdded, at=TEN, exception="X-260302-1", since=TEN, until=LATER))
    state.fold(of(ExceptionRemoved, at=LATER, exception="X-260302-1"))
    assert state.excepted("2001", at("08:00"), at("16:00")) == ()
    assert state.new_name(day) == "X-260302-2"
    assert state.new_name(day + timedelta(days=1)) == "X-260303-1"


def test_an_exception_told_again_after_it_was_taken_back_does_not_hold_again() -> None:
    state = AdherenceState()
    added = of(ExceptionAdded, at=TEN, exception="X-260302-1", since=TEN, until=LATER)
    for fact in (added, of(ExceptionRemoved, at=LATER, exception="X-260302-1"), added):
        state.fold(fact)
    assert state.exceptions == {}
