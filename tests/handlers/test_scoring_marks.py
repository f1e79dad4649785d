"""What becomes of a score: made by the form, edited, released, and in the end finished."""

from __future__ import annotations

import pytest

from ccd.events import scoring as facts
from ccd.scoring.state import Phase
from tests.handlers.scoring_scene import ScoringScene, given, scored


@pytest.mark.parametrize(
    ("points", "kept", "score", "passed"),
    [(60, "na", 60.0, True), (59, "na", 59.0, False), (100, "no", 0.0, False), (0, "na", 0.0, False)],
)
def test_a_score_is_made_by_the_form(points: int, kept: str, score: float, passed: bool) -> None:
    scene = ScoringScene()
    name = scene.score(scene.pick(), points, kept=kept)
    (fact,) = scene.of(facts.EvaluationScored)
    assert (fact.score, fact.passed, fact.edition) == (score, passed, 1)
    assert fact.failed == (("kept",) if kept == "no" else ())
    assert scene.one(name).phase is Phase.RELEASED


@pytest.mark.parametrize(
    ("answers", "rule", "question"),
    [
        (given(101), "form_points_out_of_range", "points"),
        (given(-1), "form_points_out_of_range", "points"),
        (given(50, "maybe"), "form_yes_or_no", "kept"),
        ('{"points": 50}', "form_unanswered", "kept"),
        ('{"points": 50, "kept": "na", "more": 1}', "form_unknown_question", "more"),
        ("{", "form_answers_unreadable", ""),
    ],
)
def test_answers_that_are_wrong_are_refused_by_the_name_of_the_question(
    answers: str, rule: str, question: str
) -> None:
    """``act`` holds that a refusal leaves no fact."""
    scene = ScoringScene()
    name = scene.pick()
    by = scene.one(name).analyst
    scene.ok("claim", by, name)
    answer = scene.act("score", by, name, answers=answers)
    assert (answer.rule, answer.values.get("question", "")) == (rule, question)
    assert scene.one(name).phase is Phase.CLAIMED


def test_there_is_no_second_scorer() -> None:
    scene = ScoringScene(release="by_manager")
    name = scene.pick()
    first = scene.one(name).analyst
    other = next(code for code in ("6001", "6002", "6003") if code != first)
    assert scene.act("claim", other, name).rule == "scoring_not_yours"
    scene.ok("claim", first, name)
    assert scene.act("claim", other, name).rule == "scoring_claimed_by"
    assert scene.act("score", other, name, answers=given(1)).rule == "scoring_claimed_by"
    scene.ok("score", first, name, answers=given(80))
    for act, more in (("claim", {}), ("score", {"answers": given(1)})):
        assert scene.act(act, other, name, **more).rule == "scoring_scored_already"
    assert scene.one(name).score == 80


def test_edits_keep_history_and_end_with_the_release() -> None:
    scene, name = scored(80, release="by_manager")
    scene.ok("edit", "6001", name, answers=given(85), comment="heard again")
    assert scene.act("edit", "6002", name, answers=given(1)).rule == "scoring_not_yours"
    scene.ok("release", "7001", name)
    assert scene.act("edit", "6001", name, answers=given(90)).rule == "scoring_not_editable"
    assert [(one.edition, one.score) for one in scene.of(facts.EvaluationScored)] == [(1, 80), (2, 85)]
    assert [one.score for one in scene.of(facts.EvaluationReleased)] == [85]


@pytest.mark.parametrize(("seconds", "phase"), [(-1, Phase.SCORED), (0, Phase.RELEASED)])
def test_after_days_is_to_the_second_and_survives_a_restart(seconds: int, phase: Phase) -> None:
    scene, name = scored(release="after_days", release_days=2)
    scene.restart()
    scene.run(days=2, seconds=seconds)
    assert scene.one(name).phase is phase


def test_the_agent_is_told_only_passed_or_not_and_until_when_to_dispute() -> None:
    scene, _ = scored(59)
    (told,) = scene.pages("scoring_you_failed")
    assert told.people == ("2101",)
    assert set(told.values) == {"evaluation", "day", "until"}
    assert told.values["until"] == "2026-03-07 09:00"


def test_where_agents_are_not_to_be_told_they_are_not() -> None:
    scene, _ = scored(59, tell_agents=False)
    assert not scene.pages("scoring_you_failed")


@pytest.mark.parametrize(
    ("frozen", "days", "over"), [(True, 7, True), (True, 6.9, False), (False, 6.9, False)]
)
def test_it_is_finished_when_nothing_of_it_can_change(frozen: bool, days: float, over: bool) -> None:
    scene, name = scored(close_days=7)
    if frozen:
        scene.freeze({"2101": 0.5})
    scene.run(days=days)
    assert (name not in scene.world.scoring.evaluations) is over
    assert [one.evaluation for one in scene.of(facts.EvaluationClosed)] == ([name] if over else [])


def test_a_day_that_is_never_frozen_is_waited_for_a_week() -> None:
    scene, name = scored(close_days=5)
    scene.run(days=6)
    assert name in scene.world.scoring.evaluations
    scene.run(days=1)
    assert name not in scene.world.scoring.evaluations


def test_memory_does_not_grow_with_what_is_over() -> None:
    scene = ScoringScene()
    for n in range(40):
        scene.score(scene.pick("2101"), 70 + n % 5)
    scene.run(days=40)
    state = scene.world.scoring
    assert not state.evaluations
    assert not state.given
    assert not state.recent
