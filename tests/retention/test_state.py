"""What is held in memory: facts told twice or in any order, several holds on one recording, files shared."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.events import retention as facts
from ccd.events.sampling import CallerMarked
from ccd.retention.state import RetentionState
from tests.adapters.store.samples import AT


def held(hold: str, recording: str = "1:a.wav") -> facts.RecordingHeld:
    return facts.RecordingHeld(
        at=AT, key=hold, pbx="main", recording=recording, hold=hold, call="c", why="asked"
    )


def released(hold: str) -> facts.HoldReleased:
    return facts.HoldReleased(at=AT, key=f"r{hold}", pbx="main", recording="1:a.wav", hold=hold, reason="r")


def folded(*told: facts.RetentionFact) -> RetentionState:
    state = RetentionState()
    for fact in told:
        state.fold(fact)
    return state


@pytest.mark.parametrize("order", list(permutations(("a", "b"))))
def test_it_is_held_while_any_hold_stands(order: tuple[str, ...]) -> None:
    state = folded(held("a"), held("b"))
    for name in order:
        assert state.held("main", "1:a.wav")
        state.fold(released(name))
    assert not state.held("main", "1:a.wav")


def test_it_is_of_one_pbx_and_of_every_recording_in_the_file() -> None:
    state = folded(held("a"))
    assert state.held("main", "2:a.wav")
    assert state.held_file("main", "a.wav")
    assert not state.held("north", "1:a.wav")
    assert not state.held("main", "1:b.wav")


@given(st.permutations([held("a"), held("b"), released("a"), held("a"), released("a"), held("b")]))
def test_any_order_and_any_repetition_gives_the_same(told: list[facts.RetentionFact]) -> None:
    state = folded(*told, *told)
    assert set(state.holds) == {"b"}
    assert state.held("main", "1:a.wav")
    state.fold(released("b"))
    assert not state.held("main", "1:a.wav")


def test_marks_that_are_over_are_forgotten() -> None:
    state = RetentionState()
    state.fold(CallerMarked(at=AT, key="m", number="138", until=AT + timedelta(days=1), reason="r"))
    state.forget(AT + timedelta(hours=23))
    assert "138" in state.marked
    state.forget(AT + timedelta(hours=25))
    assert "138" not in state.marked
