"""What is stored of an evaluation: one row as it stands, its history beside it, on both engines."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.adapters.store.database import reading
from ccd.adapters.store.evaluation_queries import (
    evaluation,
    evaluation_history,
    evaluations,
    open_evaluations,
)
from ccd.adapters.store.place import place_of
from ccd.events import scoring as facts
from ccd.events.shift_facts import shift_fact
from ccd.scoring.seeing import row_of
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import sample
from tests.handlers.scoring_scene import ScoringScene, given


async def asked(place: Place, question: Any, *args: Any, **more: Any) -> Any:
    engine = reading(place_of(place.settings, place.state_dir))
    try:
        async with engine.connect() as connection:
            return await question(connection, *args, **more)
    finally:
        await engine.dispose()


def scoring_of(scene: ScoringScene) -> list[e.Event]:
    return [fact for fact in scene.facts if isinstance(fact, e.ShiftFact)]


def played() -> ScoringScene:
    """One in each state, over some days."""
    scene = ScoringScene(release="by_manager")
    names = [scene.pick("2101") for _ in range(8)]
    for name in names[1:7]:
        scene.ok("claim", scene.one(name).analyst, name)
    for name in names[2:7]:
        by = scene.one(name).analyst
        scene.ok("score", by, name, answers=given(80))
        scene.ok("edit", by, name, answers=given(70, "yes"))
    scene.ok("hold", "7001", names[3], reason="x")
    for name in names[4:7]:
        scene.ok("release", "7001", name)
    for name in names[5:7]:
        scene.ok("dispute", "2101", name, reason="x")
    scene.ok("resolve", "7001", names[6], outcome="amended", answers=given(90), reason="x")
    scene.ok("void", "7001", names[7], reason="x")
    scene.freeze({"2101": 0.25})
    return scene


async def test_the_row_stands_as_the_evaluation_does_in_memory(store: Store, place: Place) -> None:
    scene = played()
    await store.commit(scoring_of(scene))
    rows = {row["evaluation"]: row for row in await place.rows("evaluation")}
    assert rows.keys() == scene.world.scoring.evaluations.keys()
    assert {row["state"] for row in rows.values()} == {
        "assigned", "claimed", "scored", "held", "released", "disputed", "resolved", "void",
    }  # fmt: skip
    gone = ("answers",)  # from the release on only the store has them
    for name, one in scene.world.scoring.evaluations.items():
        for column, value in row_of(one).items():
            if column in gone and one.released is not None:
                assert rows[name][column]
            elif column == "version":
                assert (rows[name][column] or "") == value
            else:
                assert (rows[name][column] or None) == (value or None), (one.phase, column)


async def test_a_resolution_replaces_the_answers_and_the_ones_before_are_history(
    store: Store, place: Place
) -> None:
    scene = played()
    await store.commit(scoring_of(scene))
    (fact,) = scene.of(facts.EvaluationResolved)
    row = await asked(place, evaluation, fact.evaluation)
    assert (row["score"], row["outcome"], row["answers"]) == (90, "amended", fact.answers)
    told = [shift_fact(text) for text in await asked(place, evaluation_history, fact.evaluation)]
    assert told == [
        one
        for one in scene.facts
        if isinstance(one, facts.EvaluationFact) and one.evaluation == fact.evaluation
    ]
    assert [one.score for one in told if isinstance(one, facts.EvaluationScored)] == [80, 70.3]


async def test_facts_in_one_batch_or_one_by_one_or_twice_give_the_same_rows(
    store: Store, place: Place
) -> None:
    scene = played()
    for fact in scoring_of(scene):
        await store.commit([fact])
    one_by_one = await place.rows("evaluation")
    await store.commit(scoring_of(scene))
    assert await place.rows("evaluation") == one_by_one


@pytest.mark.parametrize("days", [0, 9])
async def test_what_is_given_back_at_the_start_makes_the_same_state(
    store: Store, place: Place, days: float
) -> None:
    """Finished ones are not among it, but for what the counts and the odd scores need."""
    scene = played()
    scene.run(days=days)
    await store.commit(scoring_of(scene))
    before = scene.world.scoring
    restored = await store.shifts_restored()
    again = ScoringScene(release="by_manager")
    again.at = scene.at
    again.take(e.ShiftsRestored(at=scene.at, facts=restored.facts))
    after = again.world.scoring
    assert after.evaluations == before.evaluations
    assert after.forms == before.forms
    closed = {fact.evaluation for fact in scene.of(facts.EvaluationClosed)}
    assert bool(closed) is bool(days)
    assert not closed & after.evaluations.keys()


async def test_an_analysts_list_is_what_is_open_by_when_it_is_due(store: Store, place: Place) -> None:
    scene = played()
    await store.commit(scoring_of(scene))
    open_ = [one for one in scene.world.scoring.evaluations.values() if one.open]
    rows = await asked(place, open_evaluations)
    assert [row["evaluation"] for row in rows] == [
        one.id for one in sorted(open_, key=lambda one: (one.due, one.id))
    ]
    mine = await asked(place, open_evaluations, analyst=open_[0].analyst)
    assert {row["analyst"] for row in mine} == {open_[0].analyst}
    disputes = await asked(place, open_evaluations, states=("disputed",))
    assert [row["state"] for row in disputes] == ["disputed"]
    assert "answers" not in rows[0]


async def test_only_released_ones_of_the_probability_sample_are_counted(store: Store, place: Place) -> None:
    scene = ScoringScene(second_look_share=0.0)
    counted = [scene.score(scene.pick("2101"), 80), scene.score(scene.pick("2101"), 60)]
    scene.score(scene.pick("2101", sample="extra"), 10)
    scene.score(scene.pick("2001"), 50)
    scene.pick("2101")
    scene.run(days=30)  # of the next month
    scene.score(scene.pick("2101"), 20)
    await store.commit(scoring_of(scene))
    march = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}
    rows = await asked(place, evaluations, person="2101", counted=True, **march)
    assert sorted(row["evaluation"] for row in rows) == sorted(counted)
    assert len(await asked(place, evaluations, person="2101", **march)) == 4
    assert len(await asked(place, evaluations, counted=True)) == 4
    assert len(await asked(place, evaluations, limit=2)) == 2


async def test_an_evaluation_that_there_is_not_is_none(store: Store, place: Place) -> None:
    assert await asked(place, evaluation, "x' OR 1=1 --") is None
    assert await asked(place, evaluation_history, "") == []


@pytest.mark.parametrize("kind", facts.EvaluationFact.__subclasses__(), ids=lambda k: k.__name__)
async def test_every_fact_of_an_evaluation_stands_in_its_history(
    store: Store, place: Place, kind: type[facts.EvaluationFact]
) -> None:
    await store.commit([sample(kind, evaluation="abc")])
    (text,) = await asked(place, evaluation_history, "abc")
    assert shift_fact(text) == sample(kind, evaluation="abc")
