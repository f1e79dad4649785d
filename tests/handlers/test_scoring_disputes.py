"""A released score is disputed, once and in time, and resolved by who is no part of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ccd.events import scoring as facts
from ccd.scoring.state import Phase
from tests.handlers.scoring_scene import ScoringScene, given, scored


@pytest.mark.parametrize("by", ["2101", "3002"])
def test_the_agent_or_their_lead_disputes_once_and_the_recording_is_named(by: str) -> None:
    scene, name = scored()
    scene.ok("dispute", by, name, reason="the caller was another")
    (fact,) = scene.of(facts.EvaluationDisputed)
    assert (fact.pbx, fact.recording, fact.actor) == ("main", scene.one(name).recording, by)
    assert fact.due == scene.at + timedelta(days=5)
    assert scene.pages("scoring_dispute_made")[0].people == ("7001", "7002")
    assert scene.act("dispute", "2101", name, reason="again").rule == "scoring_disputed_before"


@pytest.mark.parametrize("by", ["2001", "3001", "6001", "6002", "7001", "4001"])
def test_nobody_else_disputes(by: str) -> None:
    scene, name = scored()
    assert scene.act("dispute", by, name, reason="x").rule == "scoring_not_your_dispute"


@pytest.mark.parametrize(("seconds", "taken"), [(-1, True), (0, False), (1, False)])
def test_a_late_dispute_is_refused_with_the_time_that_it_had(seconds: int, taken: bool) -> None:
    scene, name = scored(dispute_days=5)
    scene.run(days=5, seconds=seconds)
    answer = scene.act("dispute", "2101", name, reason="x")
    assert answer.accepted is taken
    if not taken:
        assert (answer.rule, answer.values["until"]) == ("scoring_dispute_late", "2026-03-07 09:00")
        assert scene.one(name).phase is Phase.RELEASED


def test_without_days_for_it_there_are_no_disputes() -> None:
    scene, name = scored(dispute_days=0)
    assert scene.act("dispute", "2101", name, reason="x").rule == "scoring_no_disputes"


def disputed(**settings: Any) -> tuple[ScoringScene, str]:
    scene, name = scored(80, **settings)
    scene.ok("dispute", "2101", name, reason="x")
    return scene, name


@pytest.mark.parametrize(
    ("values", "score", "passed"),
    [
        ({"outcome": "upheld"}, 80, True),
        ({"outcome": "amended", "answers": given(40)}, 40, False),
        ({"outcome": "amended", "score": "95.5"}, 95.5, True),
        ({"outcome": "amended", "score": "59.9"}, 59.9, False),
    ],
)
def test_a_dispute_is_upheld_or_amended(values: dict[str, str], score: float, passed: bool) -> None:
    scene, name = disputed()
    scene.ok("resolve", "7001", name, reason="heard it", **values)
    (fact,) = scene.of(facts.EvaluationResolved)
    assert (fact.outcome, fact.score, fact.passed) == (values["outcome"], score, passed)
    assert scene.one(name).phase is Phase.RESOLVED
    assert scene.act("resolve", "7002", name, outcome="upheld", reason="x").rule == "scoring_resolved_before"


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"outcome": "better"}, "scoring_outcome"),
        ({"outcome": "amended"}, "scoring_amended_needs"),
        ({"outcome": "amended", "score": "50", "answers": given(1)}, "scoring_amended_needs"),
        ({"outcome": "amended", "score": "100.1"}, "scoring_out_of_range"),
        ({"outcome": "amended", "score": "-1"}, "scoring_out_of_range"),
        ({"outcome": "amended", "score": "nan"}, "scoring_out_of_range"),
        ({"outcome": "amended", "score": "much"}, "scoring_out_of_range"),
        ({"outcome": "amended", "answers": given(101)}, "form_points_out_of_range"),
        ({"outcome": "upheld", "score": "50"}, "scoring_upheld_as_it_is"),
    ],
)
def test_a_resolution_that_makes_no_sense_changes_nothing(values: dict[str, str], rule: str) -> None:
    scene, name = disputed()
    assert scene.act("resolve", "7001", name, reason="x", **values).rule == rule
    assert scene.one(name).phase is Phase.DISPUTED


def test_the_first_arbitrator_owns_it_until_they_let_go() -> None:
    scene, name = disputed()
    scene.ok("claim", "7001", name)
    assert scene.act("claim", "7002", name).rule == "scoring_has_arbiter"
    resolve = {"outcome": "upheld", "reason": "x"}
    assert scene.act("resolve", "7002", name, **resolve).rule == "scoring_has_arbiter"
    scene.ok("return", "7001", name, reason="away")
    scene.ok("resolve", "7002", name, **resolve)


def test_who_scored_it_does_not_resolve_it_nor_who_disputed_it() -> None:
    scene = ScoringScene()
    name = scene.pick("2101")
    scene.ok("reassign", "7001", name, analyst="7002")
    scene.score(name, 80, by="7002")
    scene.ok("dispute", "3002", name, reason="x")
    values = {"outcome": "upheld", "reason": "x"}
    assert scene.act("resolve", "7002", name, **values).rule == "scoring_part_of_dispute"
    assert scene.act("resolve", "3002", name, **values).rule == "scoring_part_of_dispute"
    assert scene.act("resolve", "6003", name, **values).rule == "scoring_not_decider"
    assert scene.act("resolve", "2101", name, **values).rule == "scoring_own"
    scene.ok("resolve", "4001", name, **values)


@pytest.mark.parametrize("second", [80, 60])
def test_who_examined_it_does_not_resolve_it(second: int) -> None:
    """Whether the first score stood or theirs: it is what they said that is disputed."""
    scene, name = scored(80, second_look_share=1.0)
    blind = scene.one(name).blind
    examiner = scene.one(blind).analyst
    scene.score(blind, second)
    scene.ok("dispute", "2101", name, reason="x")
    assert scene.act("claim", examiner, name).rule == "scoring_part_of_dispute"
    values = {"outcome": "upheld", "reason": "x"}
    assert scene.act("resolve", examiner, name, **values).rule == "scoring_part_of_dispute"
    scene.restart()
    assert scene.act("resolve", examiner, name, **values).rule == "scoring_part_of_dispute"
    (other,) = {"7001", "7002"} - {examiner}
    scene.ok("resolve", other, name, **values)


def test_who_scored_it_does_not_give_its_second_look_up() -> None:
    scene = ScoringScene(second_look_share=1.0)
    name = scene.pick("2101")
    scene.ok("reassign", "7001", name, analyst="7002")
    scene.score(name, 80, by="7002")
    assert scene.act("release", "7002", name, reason="x").rule == "scoring_held_own_score"
    scene.ok("release", "7001", name, reason="x")


def test_a_dispute_that_nobody_resolves_is_told_once() -> None:
    scene, name = disputed(resolve_days=5)
    scene.restart()
    scene.run(days=5)
    scene.run(days=1)
    (told,) = scene.pages("scoring_dispute_overdue")
    assert told.people == ("7001", "7002")
    assert scene.one(name).phase is Phase.DISPUTED
