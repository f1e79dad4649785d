"""Whatever happens at a seat, in whatever order: what must hold of its handovers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccd import events as e
from ccd.events import handover as facts
from ccd.events.shift_facts import ShiftFacts
from ccd.handover.holding import held
from ccd.handover.state import HandoverState
from ccd.shifts.plan import encode_day
from tests.handlers.shift_scene import ShiftScene, local

DAY = "2026-03-02"
KINDS = {
    "early": {"start": "08:00", "minutes": 480},
    "late": {"start": "16:00", "minutes": 480},
    "night": {"start": "00:00", "minutes": 480},
}
AGENTS = ("2000", "2001", "2005", "2006", "2007")
SEATS = ("A1", "A2")
LONGEST = timedelta(minutes=120)

agents, seats = st.sampled_from(AGENTS), st.sampled_from(SEATS)
shifts = st.sampled_from(("early", "late", "night"))
minutes = st.sampled_from((1, 2, 5, 9, 11, 29, 31, 44, 46, 119, 121, 300, 2000))
steps = st.one_of(
    st.tuples(st.just("run"), minutes),
    st.tuples(st.just("run"), minutes),
    st.tuples(st.just("sign"), st.sampled_from(("arrive", "leave")), agents, seats),
    st.tuples(st.just("sign"), st.sampled_from(("arrive", "leave")), agents, seats),
    st.tuples(st.just("missed"), st.sampled_from(("arrive", "leave")), agents, seats, minutes),
    st.tuples(st.just("ill"), agents, seats),
    st.tuples(st.just("cut"), minutes),
    st.tuples(st.just("restart"), minutes),
    st.tuples(st.just("release"), agents),
    st.tuples(st.just("relieve"), agents, seats),
    st.tuples(st.just("write"), agents),
    st.tuples(st.just("plan"), agents, shifts, seats),
    st.tuples(st.just("unplan"), agents),
)
stories = st.lists(steps, max_size=25)
STARTS = st.sampled_from(("07:40", "15:20", "23:30"))


class Floor:
    """Two seats around the clock for a day; ``story`` happens, and then the days go by."""

    def __init__(self, begins: str) -> None:
        self.scene = ShiftScene(
            local(f"{DAY} {begins}"),
            mode="off",
            kinds=KINDS,
            shifts={"sweep_s": 120},
            handover={"mode": "enforce"},
        )
        self.scene.plan(
            ("2000", DAY, "early", "A1"),
            ("2005", DAY, "late", "A1"),
            ("2001", DAY, "early", "A2"),
            ("2006", DAY, "late", "A2"),
            ("2007", "2026-03-03", "night", "A1"),
        )
        self.scene.sign("arrive", "3001", "L9")

    def play(self, story: list[tuple[Any, ...]]) -> ShiftScene:
        for what, *args in story:
            getattr(self, f"_{what}")(*args)
        self.scene.run(3 * 3600)
        return self.scene

    def _run(self, count: int) -> None:
        self.scene.run(60.0 * count)

    def _sign(self, kind: str, code: str, seat: str) -> None:
        self.scene.sign(kind, code, seat)

    def _missed(self, kind: str, code: str, seat: str, ago: int) -> None:
        self.scene.sign(kind, code, seat, how="missed", at=self.scene.at - timedelta(minutes=ago))

    def _ill(self, code: str, seat: str) -> None:
        here = code in self.scene.world.presence.get(("main", seat), ())
        assert self.scene.sign("leave", code, seat, reason="illness").accepted is here

    def _cut(self, count: int) -> None:
        self.scene.lose()
        self.scene.run(60.0 * count)
        self.scene.back()

    def _restart(self, count: int) -> None:
        self.scene.restart(60.0 * count)

    def _release(self, code: str) -> None:
        self.scene.act("handover", "release", code, "3001", reason="told me so")

    def _relieve(self, code: str, seat: str) -> None:
        self.scene.act("handover", "relieve", code, "3001", seat=seat)

    def _write(self, code: str) -> None:
        self.scene.act("handover", "log_write", code, code, section="equipment", none="yes")

    def _plan(self, code: str, shift: str, seat: str) -> None:
        cells = {code: [(shift, seat, "", "")]}
        self.scene.change_plan(e.PlanDay(local(f"{DAY} 12:00").date(), encode_day(cells)))

    def _unplan(self, code: str) -> None:
        self.scene.change_plan(e.PlanDay(local(f"{DAY} 12:00").date(), encode_day({code: ()})))


CALM = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@given(stories, STARTS)
@CALM
def test_every_planned_shift_at_a_seat_has_its_one_verdict(story: list[Any], begins: str) -> None:
    scene = Floor(begins).play(story)
    known = scene.world.handover.verdicts
    now = scene.at
    for duty in scene.world.plan.duties(now - timedelta(hours=47), now):
        one = duty.assignment
        if duty.starts >= now - timedelta(hours=47) and duty.starts < now - timedelta(hours=1):
            assert ("main", one.seat, str(one.day), one.shift, "start") in known


@given(stories, STARTS)
@CALM
def test_every_fact_has_a_key_of_its_own(story: list[Any], begins: str) -> None:
    scene = Floor(begins).play(story)
    keys = [one.key for one in scene.facts if isinstance(one, facts.HandoverFact)]
    assert len(keys) == len(set(keys))


@given(stories, STARTS)
@CALM
def test_every_hold_ends_and_its_seconds_add_up(story: list[Any], begins: str) -> None:
    scene = Floor(begins).play(story)
    began = {(one.person, one.seat, one.day, one.shift): one for one in scene.of(facts.HoldBegan)}
    entries: dict[Any, list[facts.HoldEnded]] = {}
    for one in scene.of(facts.HoldEnded):
        entries.setdefault((one.person, one.seat, one.day, one.shift), []).append(one)
    open_now = {(one.person, one.seat, one.day, one.shift) for one in scene.world.handover.holds.values()}
    assert set(began) == set(entries) | open_now
    for hold in scene.world.handover.holds.values():
        assert scene.at < hold.until
    for key, mine in entries.items():
        assert [one.why == "corrected" for one in mine] == [False] + [True] * (len(mine) - 1)
        assert 0 <= sum(one.held_s for one in mine) <= LONGEST.total_seconds()
        assert began[key].began + timedelta(seconds=mine[0].held_s) <= began[key].until


@given(stories, STARTS, st.lists(agents, max_size=3))
@CALM
def test_nobody_is_held_longer_than_the_maximum_after_any_shift_of_theirs(
    story: list[Any], begins: str, people: list[str]
) -> None:
    scene = Floor(begins).play(story)
    for person in people:
        for seat in SEATS:
            found = held(scene.world, person, "main", seat, scene.at)
            if found is not None:
                assert scene.at < found.until
                assert found.until <= found.outgoing.ends + LONGEST
                assert held(scene.world, person, "main", seat, found.until) is None or (
                    held(scene.world, person, "main", seat, found.until).outgoing != found.outgoing  # type: ignore[union-attr]
                )


@given(stories, STARTS)
@CALM
def test_the_facts_told_again_give_the_same_state(story: list[Any], begins: str) -> None:
    scene = Floor(begins).play(story)
    texts = [msgspec.json.encode(one) for one in scene.facts if isinstance(one, facts.HandoverFact)]
    once, twice = folded(texts, scene.at), folded([*texts, *texts], scene.at)
    assert shown(once) == shown(twice)
    scene.world.handover.forget(scene.at)
    assert shown(once) == shown(scene.world.handover)


def folded(texts: list[bytes], at: Any) -> HandoverState:
    state = HandoverState()
    for text in texts:
        state.fold(msgspec.json.decode(text, type=ShiftFacts))
    state.forget(at)
    return state


def shown(state: HandoverState) -> dict[str, Any]:
    """All of it but what is remembered between two looks."""
    return {name: value for name, value in vars(state).items() if name != "looking"}
