"""Whatever is picked, done and left undone in whatever order, over restarts: what must hold, holds."""

from __future__ import annotations

from typing import Any

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from ccd.events import ShiftFact
from ccd.events import scoring as facts
from ccd.scoring.state import TRANSITIONS, Phase, ScoringState
from ccd.shifts.people import team_of
from ccd.world import World
from tests.handlers.scoring_scene import ScoringScene, given, local_day

AGENTS = ("2001", "2101")
ACTORS = ("2001", "2101", "3001", "3002", "4001", "6001", "6002", "6003", "7001", "7002")
numbers = st.integers(0, 9)
actors = st.sampled_from(ACTORS)
steps = st.one_of(
    st.tuples(st.just("pick"), st.sampled_from(AGENTS), st.sampled_from(("probability", "extra"))),
    st.tuples(st.just("pick"), st.sampled_from(AGENTS), st.just("probability")),
    st.tuples(st.just("work"), numbers, st.integers(0, 100)),
    st.tuples(st.just("work"), numbers, st.integers(0, 100)),
    st.tuples(st.just("claim"), numbers, actors),
    st.tuples(st.just("return"), numbers, actors),
    st.tuples(st.just("edit"), numbers, actors),
    st.tuples(st.just("hold"), numbers, actors),
    st.tuples(st.just("release"), numbers, actors),
    st.tuples(st.just("dispute"), numbers, st.sampled_from((*AGENTS, "3001", "3002", "6001"))),
    st.tuples(st.just("resolve"), numbers, actors),
    st.tuples(st.just("reassign"), numbers, actors),
    st.tuples(st.just("void"), numbers, actors),
    st.tuples(st.just("plan"), st.sampled_from(("6001", "6002", "6003")), st.integers(0, 3)),
    st.tuples(st.just("leave"), st.sampled_from(("6001", "6002", "7001")), st.integers(1, 30)),
    st.tuples(st.just("freeze"), numbers),
    st.tuples(st.just("time"), st.integers(1, 100)),
    st.tuples(st.just("restart")),
)
VALUES: dict[str, dict[str, str]] = {
    "claim": {}, "return": {"reason": "x"}, "edit": {"answers": given(50)}, "hold": {"reason": "x"},
    "release": {"reason": "x"}, "dispute": {"reason": "x"}, "void": {"reason": "x"},
    "resolve": {"outcome": "amended", "score": "55", "reason": "x"}, "reassign": {"analyst": "6002"},
}  # fmt: skip


def play(scene: ScoringScene, step: tuple[Any, ...]) -> None:
    what, *rest = step
    known = list(scene.world.scoring.evaluations)
    if what == "pick":
        scene.pick(rest[0], sample=rest[1])
    elif what == "time":
        scene.run(rest[0] * 3600)
    elif what == "restart":
        restart(scene)
    elif what == "plan":
        scene.act("plan", "7001", about=rest[0], day=str(scene.at.date()), cap=str(rest[1]))
    elif what == "leave":
        scene.leave(rest[0], float(rest[1]))
    elif what == "freeze":
        scene.freeze(dict.fromkeys(AGENTS, 0.5), scene.at.date())
    elif known:
        name = known[rest[0] % len(known)]
        one = scene.one(name)
        if what == "work":
            if one.analyst and one.open:
                scene.act("claim", one.analyst, name)
                scene.act("score", one.analyst, name, answers=given(rest[1]))
        else:
            scene.act(what, rest[1], name, **VALUES[what])


def plain(state: ScoringState) -> dict[str, Any]:
    """All of it, in no order."""
    return vars(state) | {"recent": {of: dict(sorted(one.items())) for of, one in state.recent.items()}}


def restart(scene: ScoringScene) -> None:
    """What is taken up again is what was there."""
    scene.run(60)
    scene.world.scoring.forget(scene.at, local_day(scene.at))
    before = plain(scene.world.scoring)
    scene.restart()
    scene.world.scoring.forget(scene.at, local_day(scene.at))
    after = plain(scene.world.scoring)
    for what, value in before.items():
        assert after[what] == value, what


@settings(max_examples=120, deadline=None)
@drawn(
    st.lists(steps, max_size=30),
    st.sampled_from(("at_once", "by_manager", "after_days")),
    st.sampled_from((0.0, 0.5)),
)
def test_in_whatever_order_it_comes_the_rules_hold(
    played: list[tuple[Any, ...]], release: str, share: float
) -> None:
    scene = ScoringScene(release=release, second_look_share=share, cap_per_day=4)
    for step in played:
        play(scene, step)
    restart(scene)
    assert_nobody_scored_what_they_may_not(scene)
    assert_states_follow_the_table(scene)
    assert_once_each(scene)
    assert_folding_twice_is_folding_once(scene)
    keys = [one.key for one in scene.facts if isinstance(one, ShiftFact) and one.policy == "scoring"]
    assert len(keys) == len(set(keys))


def assert_nobody_scored_what_they_may_not(scene: ScoringScene) -> None:
    firsts = {one.evaluation: one.analyst for one in scene.of(facts.EvaluationScored) if one.edition == 1}
    agents = {one.evaluation: one for one in scene.of(facts.EvaluationOpened)}
    for name, analyst in firsts.items():
        opened = agents[name]
        assert analyst != opened.person
        assert not team_of(scene.world, analyst) or team_of(scene.world, analyst) != opened.team
        if opened.sample == "blind":
            assert analyst != firsts[opened.of]
    for fact in scene.of(facts.EvaluationResolved):
        assert fact.actor not in (firsts[fact.evaluation], fact.person)


def assert_states_follow_the_table(scene: ScoringScene) -> None:
    phases: dict[str, Phase] = {}
    for fact in scene.facts:
        if isinstance(fact, facts.EvaluationOpened):
            phases[fact.evaluation] = Phase.ASSIGNED
        elif isinstance(fact, facts.EvaluationFact):
            to = TRANSITIONS.get((phases[fact.evaluation], type(fact)))
            others = (facts.ChanceFixed, facts.EvaluationOverdue, facts.EvaluationClosed)
            assert to is not None or isinstance(fact, others), (phases[fact.evaluation], fact)
            phases[fact.evaluation] = to or phases[fact.evaluation]
    for name, one in scene.world.scoring.evaluations.items():
        assert one.phase is phases[name]


def assert_once_each(scene: ScoringScene) -> None:
    for kind in (facts.EvaluationReleased, facts.EvaluationDisputed, facts.EvaluationResolved):
        names = [one.evaluation for one in scene.of(kind)]
        assert len(names) == len(set(names))
    released = {one.evaluation for one in scene.of(facts.EvaluationReleased)}
    blind = {one.evaluation for one in scene.of(facts.EvaluationOpened) if one.sample == "blind"}
    assert not released & blind


def assert_folding_twice_is_folding_once(scene: ScoringScene) -> None:
    once, twice = (World(scene.settings, scene.at).scoring for _ in range(2))
    for fact in scene.facts:
        if isinstance(fact, facts.ScoringFact):
            once.fold(fact)
            twice.fold(fact)
            twice.fold(fact)
    assert plain(once) == plain(twice)
