"""The table of states: every fact in every state leads where it says, or changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from ccd.events import scoring as facts
from ccd.events.shift_facts import SHIFT_FACTS
from ccd.scoring.evaluation import Evaluation, id_of
from ccd.scoring.state import TRANSITIONS, Phase, ScoringState
from tests.adapters.store.samples import sample

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
KINDS = [
    kind
    for kind in SHIFT_FACTS
    if issubclass(kind, facts.EvaluationFact) and kind not in (facts.EvaluationOpened, facts.EvaluationClosed)
]


def in_phase(phase: Phase) -> tuple[ScoringState, Evaluation]:
    state = ScoringState()
    state.fold(sample(facts.EvaluationOpened, evaluation="e", n=1))
    one = state.evaluations["e"]
    one.phase = phase
    return state, one


def shape(one: Evaluation) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in Evaluation.__slots__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("phase", Phase)
def test_every_fact_in_every_state(phase: Phase, kind: type[facts.EvaluationFact]) -> None:
    state, one = in_phase(phase)
    before = shape(one)
    state.fold(sample(kind, evaluation="e", n=2))
    to = TRANSITIONS.get((phase, kind))
    anywhere = (facts.ChanceFixed, facts.EvaluationOverdue, facts.CoachingNoted)
    assert one.phase is (to or phase)
    if to is None and kind not in anywhere:
        assert shape(one) == before


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("phase", Phase)
def test_a_fact_told_again_changes_nothing(phase: Phase, kind: type[facts.EvaluationFact]) -> None:
    state, one = in_phase(phase)
    fact = sample(kind, evaluation="e", n=2)
    state.fold(fact)
    once = msgspec.json.encode(list(map(str, shape(one))))
    state.fold(fact)
    assert msgspec.json.encode(list(map(str, shape(one)))) == once


def test_facts_of_an_evaluation_that_is_finished_bring_nothing_back() -> None:
    state = ScoringState()
    state.fold(sample(facts.EvaluationOpened, evaluation="e", n=1))
    state.fold(sample(facts.EvaluationClosed, evaluation="e", n=2))
    assert not state.evaluations
    for kind in KINDS:
        state.fold(sample(kind, evaluation="e", n=3))
    assert not state.evaluations


def test_ids_are_twelve_letters_and_differ_by_unit_sample_and_number() -> None:
    made = {
        id_of(unit, kind, n) for unit in ("u", "v") for kind in ("probability", "extra") for n in ("", "1")
    }
    assert len(made) == 8
    assert all(len(one) == 12 and set(one) <= set("abcdefghijklmnopqrstuvwxyz234567") for one in made)
