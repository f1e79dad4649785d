"""Who may see what of an evaluation."""

from __future__ import annotations

from typing import Any

import pytest

from ccd.scoring.seeing import Sight, row_of, seen_by, sight
from ccd.scoring.state import Phase
from tests.handlers.scoring_scene import ScoringScene, given

SECRET = ("score", "answers", "outcome")


def row(state: str = "released", **more: Any) -> dict[str, Any]:
    """Of agent 2101 (team B), scored by 6001."""
    scene = ScoringScene()
    name = scene.pick("2101")
    found = row_of(scene.one(name))
    return found | {"analyst": "6001", "state": state, "score": 81.5, "passed": True, "answers": "{}", **more}


BEFORE = ("assigned", "claimed", "scored", "held", "void")
OUT = ("released", "disputed", "resolved")
RIGHTS = [
    *[("2101", state, "probability", Sight.NOTHING) for state in BEFORE],
    *[("2101", state, "probability", Sight.VERDICT) for state in OUT],
    *[("2101", state, "blind", Sight.NOTHING) for state in (*BEFORE, *OUT)],
    *[("6001", state, "probability", Sight.ALL) for state in (*BEFORE, *OUT)],
    *[("6002", state, "probability", Sight.NOTHING) for state in (*BEFORE, *OUT)],
    *[("2001", state, "probability", Sight.NOTHING) for state in (*BEFORE, *OUT)],
    *[("3002", state, "probability", Sight.STANDING) for state in BEFORE],
    *[("3002", state, "probability", Sight.ALL) for state in OUT],
    ("3002", "scored", "blind", Sight.NOTHING),
    *[("3001", state, "probability", Sight.NOTHING) for state in (*BEFORE, *OUT)],
    ("7001", "scored", "probability", Sight.ALL),
    ("7001", "held", "probability", Sight.UNSCORED),
    ("4001", "held", "probability", Sight.UNSCORED),
    ("4001", "released", "probability", Sight.ALL),
    ("", "released", "probability", Sight.NOTHING),
    ("9999", "released", "probability", Sight.NOTHING),
]


@pytest.mark.parametrize(("actor", "state", "sample", "seen"), RIGHTS)
def test_who_sees_how_much(actor: str, state: str, sample: str, seen: Sight) -> None:
    scene = ScoringScene()
    found = row(state, sample=sample)
    assert sight(scene.world, found, actor) is seen
    shown = seen_by(scene.world, found, actor)
    assert (not shown) is (seen is Sight.NOTHING)
    if seen is not Sight.ALL:
        assert not any(name in shown for name in SECRET)
    if seen is Sight.VERDICT:
        assert set(shown) == {"evaluation", "person", "day", "state", "passed", "until"}
    if seen in (Sight.STANDING, Sight.UNSCORED):
        assert "passed" not in shown


def test_with_the_setting_agents_read_their_own_but_not_who_scored_it_nor_how_it_was_drawn() -> None:
    scene = ScoringScene(hear=True)
    shown = seen_by(scene.world, row(), "2101")
    assert (shown["score"], shown["answers"]) == (81.5, "{}")
    assert not {"analyst", "stratum", "chance", "reason", "sample"} & set(shown)
    assert not seen_by(scene.world, row("scored"), "2101")
    assert not seen_by(scene.world, row(), "2001")


def test_a_qa_manager_sees_nothing_of_what_is_about_themselves_before_it_is_released() -> None:
    scene = ScoringScene()
    assert sight(scene.world, row("scored", person="7001"), "7001") is Sight.NOTHING


def test_nothing_that_the_examiner_may_see_tells_the_first_score() -> None:
    scene = ScoringScene(second_look_share=1.0)
    name = scene.score(scene.pick("2101"), 83)
    one = scene.one(name)
    blind = scene.one(one.blind)
    assert one.phase is Phase.HELD
    for known in (one, blind):
        shown = seen_by(scene.world, row_of(known), blind.analyst)
        assert shown
        assert "83" not in str([shown.get(key) for key in ("score", "answers", "passed", "outcome", "of")])
    assert name not in str(seen_by(scene.world, row_of(blind), blind.analyst))


def test_who_has_looked_again_sees_both() -> None:
    scene = ScoringScene(second_look_share=1.0)
    name = scene.score(scene.pick("2101"), 83)
    blind = scene.one(name).blind
    by = scene.one(blind).analyst
    scene.ok("claim", by, blind)
    scene.ok("score", by, blind, answers=given(60))
    assert seen_by(scene.world, row_of(scene.one(name)), by)["score"] == 60
    assert seen_by(scene.world, row_of(scene.one(blind)), by)["of"] == name
