"""No order of facts, looks, answers and restarts ever deletes what is held or in an open evaluation."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ccd import events as e
from ccd.effects import DeleteRecording
from ccd.events import retention as facts
from ccd.events.sampling import CallerMarked
from ccd.events.scoring import EvaluationDisputed, EvaluationOpened, EvaluationResolved, EvaluationVoided
from tests.handlers.retention_scene import START, KeepScene, lying
from tests.handlers.test_retention import opened

NAMES = ("1.1", "1.2", "1.3")
RECORDINGS = {name: lying(name, numbers=(f"1380{name[-1]}",)) for name in NAMES}

ACTS = ("hold", "open", "dispute", "resolve", "void", "mark")
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(ACTS), st.sampled_from(NAMES)),
        st.tuples(st.just("release"), st.integers(0, 5)),
        st.tuples(st.just("perform"), st.integers(0, 20)),
        st.tuples(st.sampled_from(["look", "restart", "day"]), st.just(0)),
    ),
    min_size=3,
    max_size=40,
)


class Oracle:
    """What may not go, read off the facts alone."""

    def __init__(self, scene: KeepScene) -> None:
        self.scene = scene

    def forbidden(self) -> set[str]:
        held: dict[str, str] = {}
        open_: dict[str, str] = {}
        for fact in self.scene.facts:
            if isinstance(fact, facts.RecordingHeld):
                held[fact.hold] = fact.recording
            elif isinstance(fact, facts.HoldReleased):
                held.pop(fact.hold, None)
            elif isinstance(fact, EvaluationOpened):
                open_[fact.evaluation] = fact.recording
            elif isinstance(fact, (EvaluationResolved, EvaluationVoided)):
                open_.pop(fact.evaluation, None)
        return {*held.values(), *open_.values()}


def play(scene: KeepScene, step: str, which: str | int, number: int) -> None:
    if step == "look":
        scene.take(e.DeadlineDue(scene.at, "retention|sweep", 0.0))
    elif step == "day":
        scene.at += timedelta(days=1)
    elif step == "restart":
        scene.restart()
    elif step == "release":
        holds = sorted(scene.world.retention.holds)
        if holds and isinstance(which, int):
            scene.act("release", "4001", hold=holds[which % len(holds)], reason="over")
    elif step == "hold":
        scene.act("hold", "5002", recording=RECORDINGS[str(which)].recording, reason="asked")
    elif step == "mark":
        until = scene.at + timedelta(days=9)
        caller = f"1380{str(which)[-1]}"
        scene.fact(CallerMarked(at=scene.at, key=f"m{number}", number=caller, until=until, reason="r"))
    else:
        scene.fact(_evaluation(scene, step, str(which), number))


def _evaluation(scene: KeepScene, step: str, which: str, number: int) -> e.Event:
    name, at = f"eval-{which}", scene.at
    if step == "open":
        return opened(RECORDINGS[which].recording, name)
    if step == "dispute":
        return EvaluationDisputed(at=at, key=f"d{number}", evaluation=name, reason="r", due=at)
    if step == "void":
        return EvaluationVoided(at=at, key=f"v{number}", evaluation=name, why="asked")
    return EvaluationResolved(
        at=at, key=f"s{number}", evaluation=name, outcome="upheld", score=1.0, passed=True, reason="r"
    )


@settings(max_examples=60, deadline=None)
@given(steps)
def test_nothing_that_is_held_or_open_is_ever_deleted(played: list[tuple[str, str | int]]) -> None:
    scene = KeepScene(*RECORDINGS.values(), batch=1)
    scene.at = START + timedelta(hours=2)
    oracle = Oracle(scene)
    for number, (step, which) in enumerate(played):
        before = set(scene.files)
        if step == "perform":
            if scene.waiting and isinstance(which, int):
                effect = scene.waiting[which % len(scene.waiting)]
                forbidden = oracle.forbidden()
                scene.perform(effect)
                if isinstance(effect, DeleteRecording):
                    assert not (before - set(scene.files)) & forbidden
        else:
            known = len(scene.facts)
            play(scene, step, which, number)
            told = [one for one in scene.facts[known:] if isinstance(one, facts.RecordingDeleted)]
            assert not {one.recording for one in told} & oracle.forbidden()


def test_with_nothing_held_or_open_the_same_scene_deletes_all() -> None:
    """Else the promise above could not fail."""
    scene = KeepScene(*RECORDINGS.values(), batch=1)
    scene.run(6)
    assert not scene.files
