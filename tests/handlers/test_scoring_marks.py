"""What becomes of a score: edited, held, released, disputed, resolved; and who may do any of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ccd.events import scoring as facts
from ccd.scoring.acts import ACTS
from ccd.scoring.state import Phase
from tests.handlers.scoring_scene import PEOPLE, ScoringScene, form, given


def scored(points: int = 80, **settings: Any) -> tuple[ScoringScene, str]:
    """One evaluation, scored by 6001, of agent 2101 of team B."""
    scene = ScoringScene(**settings)
    name = scene.pick("2101")
    if scene.one(name).analyst != "6001":
        scene.ok("reassign", "7001", name, analyst="6001")
    return scene, scene.score(name, points, by="6001")


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


# --- disputes ---------------------------------------------------------------------------------------------


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


def test_a_dispute_that_nobody_resolves_is_told_once() -> None:
    scene, name = disputed(resolve_days=5)
    scene.restart()
    scene.run(days=5)
    scene.run(days=1)
    (told,) = scene.pages("scoring_dispute_overdue")
    assert told.people == ("7001", "7002")
    assert scene.one(name).phase is Phase.DISPUTED


# --- second looks -----------------------------------------------------------------------------------------


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


# --- the end ----------------------------------------------------------------------------------------------


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


# --- every act in every state -----------------------------------------------------------------------------

BY = {
    "claim": "6001", "return": "6001", "score": "6001", "edit": "6001", "hold": "7001", "release": "7001",
    "dispute": "2101", "resolve": "7001", "reassign": "7001", "void": "7001", "coach": "6001",
}  # fmt: skip
VALUES: dict[str, dict[str, str]] = {
    "return": {"reason": "x"}, "score": {"answers": given(70)}, "edit": {"answers": given(70)},
    "hold": {"reason": "x"}, "release": {"reason": "x"}, "dispute": {"reason": "x"},
    "resolve": {"outcome": "upheld", "reason": "x"}, "reassign": {"analyst": "6002"},
    "void": {"reason": "x"}, "coach": {"note": "x"},
}  # fmt: skip
LEADS_TO: dict[Phase, dict[str, Phase]] = {
    Phase.ASSIGNED: {
        "claim": Phase.CLAIMED, "return": Phase.ASSIGNED, "reassign": Phase.ASSIGNED, "void": Phase.VOID,
    },
    Phase.CLAIMED: {
        "claim": Phase.CLAIMED, "return": Phase.ASSIGNED, "score": Phase.SCORED, "reassign": Phase.ASSIGNED,
        "void": Phase.VOID,
    },
    Phase.SCORED: {"edit": Phase.SCORED, "hold": Phase.HELD, "release": Phase.RELEASED},
    Phase.HELD: {"release": Phase.RELEASED},
    Phase.RELEASED: {"dispute": Phase.DISPUTED, "coach": Phase.RELEASED},
    Phase.DISPUTED: {"resolve": Phase.RESOLVED, "coach": Phase.DISPUTED},
    Phase.RESOLVED: {"coach": Phase.RESOLVED},
    Phase.VOID: {},
}  # fmt: skip
"""Every act that is not here is refused in that state."""
WAY: dict[Phase, tuple[str, ...]] = {
    Phase.ASSIGNED: (),
    Phase.CLAIMED: ("claim",),
    Phase.SCORED: ("claim", "score"),
    Phase.HELD: ("claim", "score", "hold"),
    Phase.RELEASED: ("claim", "score", "release"),
    Phase.DISPUTED: ("claim", "score", "release", "dispute"),
    Phase.RESOLVED: ("claim", "score", "release", "dispute", "resolve"),
    Phase.VOID: ("void",),
}


@pytest.mark.parametrize("act", BY)
@pytest.mark.parametrize("phase", Phase)
def test_every_act_in_every_state_leads_where_the_table_says_or_is_refused(phase: Phase, act: str) -> None:
    scene = ScoringScene(release="by_manager")
    name = scene.pick("2101")
    if scene.one(name).analyst != "6001":
        scene.ok("reassign", "7001", name, analyst="6001")
    for step in WAY[phase]:
        scene.ok(step, BY[step], name, **VALUES.get(step, {}))
    assert scene.one(name).phase is phase
    answer = scene.act(act, BY[act], name, **VALUES.get(act, {}))
    assert answer.accepted is (act in LEADS_TO[phase]), answer
    assert scene.one(name).phase is LEADS_TO[phase].get(act, phase)


@pytest.mark.parametrize("act", [act for act in BY if act != "dispute"])
@pytest.mark.parametrize("phase", Phase)
def test_nobody_does_anything_about_themselves_in_any_state(phase: Phase, act: str) -> None:
    scene = ScoringScene(release="by_manager")
    name = scene.pick("2101")
    if scene.one(name).analyst != "6001":
        scene.ok("reassign", "7001", name, analyst="6001")
    for step in WAY[phase]:
        scene.ok(step, BY[step], name, **VALUES.get(step, {}))
    assert not scene.act(act, "2101", name, **VALUES.get(act, {})).accepted


@pytest.mark.parametrize("actor", ["", "2001", "3001", "3002", "6002", "6003"])
@pytest.mark.parametrize("act", ["hold", "release", "resolve", "reassign", "void"])
def test_only_who_decides_decides(act: str, actor: str) -> None:
    way = {"hold": "SCORED", "release": "SCORED", "resolve": "DISPUTED"}.get(act, "ASSIGNED")
    scene = ScoringScene(release="by_manager")
    name = scene.pick("2101")
    if scene.one(name).analyst != "6001":
        scene.ok("reassign", "7001", name, analyst="6001")
    for step in WAY[Phase[way]]:
        scene.ok(step, BY[step], name, **VALUES.get(step, {}))
    assert scene.act(act, actor, name, **VALUES[act]).rule == "scoring_not_decider"


@pytest.mark.parametrize(
    ("actor", "about", "values", "rule"),
    [
        ("6001", "6002", {"day": "2026-03-02", "cap": "5"}, "scoring_not_decider"),
        ("7001", "7001", {"day": "2026-03-02", "cap": "5"}, "scoring_own_plan"),
        ("7001", "2001", {"day": "2026-03-02", "cap": "5"}, "scoring_no_analyst"),
        ("7001", "6001", {"day": "2026-03-01", "cap": "5"}, "scoring_plan_day"),
        ("7001", "6001", {"day": "2026-04-03", "cap": "5"}, "scoring_plan_day"),
        ("7001", "6001", {"day": "tomorrow", "cap": "5"}, "scoring_no_day"),
        ("7001", "6001", {"day": "2026-03-02", "cap": "-1"}, "scoring_plan_cap"),
        ("7001", "6001", {"day": "2026-03-02"}, "scoring_plan_cap"),
        ("7001", "6001", {"day": "2026-03-02", "cap": "３"}, "scoring_plan_cap"),
        ("7001", "6001", {"day": "2026-04-02", "cap": "0"}, "scoring_planned"),
        ("4001", "6001", {"day": "2026-03-02", "away": "yes"}, "scoring_planned"),
    ],
)
def test_a_plan_is_the_qa_managers_of_an_analyst_for_a_day_to_come(
    actor: str, about: str, values: dict[str, str], rule: str
) -> None:
    scene = ScoringScene()
    assert scene.act("plan", actor, about=about, **values).rule == rule


@pytest.mark.parametrize(
    ("to", "rule"),
    [("2001", "scoring_may_not_score"), ("2101", "scoring_may_not_score"), ("9999", "scoring_may_not_score")],
)
def test_work_is_given_only_to_who_may_score_it(to: str, rule: str) -> None:
    scene = ScoringScene()
    assert scene.act("reassign", "7001", scene.pick("2101"), analyst=to).rule == rule


def test_work_is_not_given_to_an_analyst_of_the_agents_team() -> None:
    scene = ScoringScene()
    assert scene.act("reassign", "7001", scene.pick("2001"), analyst="6003").rule == "scoring_may_not_score"


def test_an_evaluation_that_there_is_not_is_named() -> None:
    scene = ScoringScene()
    assert scene.act("claim", "6001", "../../etc").values["evaluation"] == "../../etc"


@pytest.mark.parametrize(("act", "name"), [(act, name) for act in ACTS for name in ACTS[act].needs])
def test_an_act_without_what_it_needs_is_refused_by_the_name_of_it(act: str, name: str) -> None:
    scene = ScoringScene()
    values = {need: "x" for need in ACTS[act].needs if need != name}
    answer = scene.act(act, "7001", about="6001", **values)
    assert (answer.rule, answer.values["name"]) == ("scoring_missing", name)


def test_an_act_that_there_is_not_is_refused() -> None:
    assert ScoringScene().act("erase", "7001").rule == "scoring_unknown_act"


def test_every_act_has_its_work() -> None:
    assert set(ACTS) == {*BY, "plan"}
