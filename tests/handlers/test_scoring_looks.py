"""Odd scores, and some by chance, are examined again by somebody who does not see the first score."""

from __future__ import annotations

from typing import Any

import pytest

from ccd.events import scoring as facts
from ccd.scoring.state import Phase
from tests.handlers.scoring_scene import PEOPLE, ScoringScene, form, given, scored


def held(points: int = 80, **settings: Any) -> tuple[ScoringScene, str, str]:
    scene, name = scored(points, second_look_share=1.0, **settings)
    return scene, name, scene.one(name).blind


def test_what_is_drawn_for_a_second_look_is_held_and_a_qa_manager_scores_it_blind() -> None:
    scene, name, blind = held()
    assert scene.one(name).phase is Phase.HELD
    again = scene.one(blind)
    assert (again.sample, again.of, again.recording) == ("blind", name, scene.one(name).recording)
    assert again.analyst in ("7001", "7002")
    assert not again.counts
    assert scene.act("release", "7001", name).rule == "scoring_held_needs_reason"
    assert scene.act("edit", "6001", name, answers=given(90)).rule == "scoring_not_editable"


@pytest.mark.parametrize(
    ("first", "second", "outcome", "stands"),
    [(80, 85, "upheld", 80), (80, 86, "amended", 86), (80, 75, "upheld", 80), (62, 58, "amended", 58)],
)
def test_the_first_score_stands_within_the_tolerance_and_where_both_pass_or_fail(
    first: int, second: int, outcome: str, stands: int
) -> None:
    scene, name, blind = held(first, second_look_tolerance=5)
    scene.score(blind, second)
    (fact,) = scene.of(facts.EvaluationReexamined)
    assert (fact.evaluation, fact.outcome, fact.score) == (name, outcome, stands)
    assert scene.one(name).phase is Phase.RELEASED
    (released,) = scene.of(facts.EvaluationReleased)
    assert (released.score, released.evaluation) == (stands, name)


def test_a_second_look_is_by_the_form_that_the_first_was_scored_by() -> None:
    scene, _, blind = held()
    scene.configure(forms=[form(passing=99, text="new")])
    scene.score(blind, 80)
    assert {one.version for one in scene.of(facts.EvaluationClaimed)} == {form().version}


def test_an_outlier_is_held_and_says_against_what() -> None:
    scene = ScoringScene(abnormal_least=8, abnormal_z=3.5)
    for n in range(8):
        scene.score(scene.pick("2101"), 80 + n)
    name = scene.score(scene.pick("2101"), 30)
    (fact,) = scene.of(facts.EvaluationHeld)
    assert fact.evaluation == name
    assert fact.why.startswith("against_")
    assert fact.value < -3.5


def test_too_few_scores_make_none_odd() -> None:
    scene = ScoringScene(abnormal_least=8)
    for n in range(7):
        scene.score(scene.pick("2101"), 80 + n)
    scene.score(scene.pick("2101"), 0)
    assert not scene.of(facts.EvaluationHeld)


def test_what_is_odd_is_known_after_a_restart_when_the_old_ones_are_finished() -> None:
    scene = ScoringScene(abnormal_least=8)
    for n in range(8):
        scene.score(scene.pick("2101"), 80 + n)
    scene.run(days=8)
    scene.restart()
    assert not scene.world.scoring.evaluations
    scene.score(scene.pick("2101"), 30)
    assert scene.of(facts.EvaluationHeld)


def test_without_a_qa_manager_nothing_is_held() -> None:
    scene = ScoringScene(second_look_share=1.0, people=[one for one in PEOPLE if one.role != "qa_manager"])
    assert scene.one(scene.score(scene.pick(), 80)).phase is Phase.RELEASED


def test_a_second_look_that_cannot_be_made_leaves_the_first_score() -> None:
    scene, name, blind = held()
    scene.ok("void", "7001", blind, reason="no sound on the line")
    assert scene.one(blind).phase is Phase.VOID
    assert (scene.one(name).phase, scene.one(name).score) == (Phase.RELEASED, 80)


def test_the_qa_manager_may_give_a_second_look_up_with_a_reason() -> None:
    scene, name, blind = held()
    scene.ok("release", "7001", name, reason="clear enough")
    assert scene.one(name).phase is Phase.RELEASED
    assert scene.one(blind).phase is Phase.VOID


def test_the_qa_manager_may_ask_for_a_second_look() -> None:
    scene, name = scored(release="by_manager")
    scene.ok("hold", "7001", name, reason="sounds odd")
    assert scene.one(name).phase is Phase.HELD
    assert scene.one(scene.one(name).blind).analyst == "7002"  # who asked has seen the score
    scene.score(scene.one(name).blind, 80)
    assert scene.one(name).phase is Phase.RELEASED
