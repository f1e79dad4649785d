"""Every act in every state, and by whom: what the table says happens, all else is refused."""

from __future__ import annotations

import pytest

from ccd.scoring.acts import ACTS
from ccd.scoring.state import Phase
from tests.handlers.scoring_scene import ScoringScene, given

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
