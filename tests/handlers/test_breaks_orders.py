"""In whatever order people ask, pause, come back and leave, PBXs go and daemons start: what always holds."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccd import events as e
from ccd.breaks.state import BreaksState
from ccd.effects import AnswerAsked, SendAction
from ccd.events.breaks import BreakBegan, BreakEnded, BreakGranted, BreakUnseen
from ccd.events.shift_facts import ShiftFacts
from ccd.rules import RULES
from tests.handlers.shift_scene import ShiftScene, local

DAY = "2026-03-02"
SEATS = {"A1": "2000", "A2": "2001", "A3": "2002"}
REASONS = {
    "break": {"minutes": 10, "times": 2, "minutes_a_shift": 15, "cap_share": 0.34},
    "training": {"needs_lead": True},
}
CAP = 1
"""A third of three people."""

seats = st.sampled_from(tuple(SEATS))
reasons = st.sampled_from(("break", "break", "training", "illness", "", "odd", "meal"))
steps = st.one_of(
    st.tuples(st.just("run"), st.sampled_from((1, 59, 61, 300, 660, 1500, 5400))),
    st.tuples(st.just("ask"), seats, reasons),
    st.tuples(st.just("take"), seats, reasons),
    st.tuples(st.just("rest"), seats, st.sampled_from((1, 60, 300))),
    st.tuples(st.just("rest"), seats, st.sampled_from((1, 60, 300))),
    st.tuples(st.just("race"), seats, seats),
    st.tuples(st.just("pause"), seats, reasons),
    st.tuples(st.just("unpause"), seats),
    st.tuples(st.just("leave"), seats),
    st.tuples(st.just("arrive"), seats),
    st.tuples(st.just("cut"), st.sampled_from((10, 600, 4000)), st.booleans()),
    st.tuples(st.just("restart"), st.sampled_from((0, 30, 4000))),
    st.tuples(st.just("grant"), seats, st.sampled_from(("break", "training"))),
    st.tuples(st.just("extend"), seats),
    st.tuples(st.just("waive"), seats),
)


class Floor:
    def __init__(self) -> None:
        self.scene = ShiftScene(
            local(f"{DAY} 07:55"), mode="off", breaks={"mode": "enforce", "reasons": REASONS}
        )
        self.scene.plan(*((code, DAY, "early", seat) for seat, code in SEATS.items()))
        for seat, code in SEATS.items():
            self.scene.sign("arrive", code, seat)
        self.scene.sign("arrive", "3001", "L9")
        self.answers: list[AnswerAsked] = []

    def step(self, what: str, *values: Any) -> None:
        getattr(self, f"_{what}")(*values)
        known = {one.key: one for one in self.scene.world.breaks.on.values()}
        assert len({one.person for one in known.values()}) == len(known), "nobody is on two breaks"

    def _run(self, seconds: int) -> None:
        self.scene.run(seconds)

    def _ask(self, seat: str, reason: str) -> bool:
        answer = self.scene.ask_pause(seat, reason)
        self.answers.append(answer)
        return answer.accepted

    def _take(self, seat: str, reason: str) -> None:
        if self._ask(seat, reason):
            self.scene.pause(seat, reason)

    def _rest(self, seat: str, seconds: int) -> None:
        self._take(seat, "break")
        self._run(seconds)
        self._unpause(seat)

    def _race(self, *seats: str) -> None:
        """Both ask before either has paused."""
        for seat in [seat for seat in dict.fromkeys(seats) if self._ask(seat, "break")]:
            self.scene.pause(seat, "break")

    def _pause(self, seat: str, reason: str) -> None:
        self.scene.pause(seat, reason)

    def _unpause(self, seat: str) -> None:
        self.scene.unpause(seat)

    def _leave(self, seat: str) -> None:
        self.scene.sign("leave", SEATS[seat], seat)

    def _arrive(self, seat: str) -> None:
        self.scene.sign("arrive", SEATS[seat], seat)

    def _cut(self, seconds: int, came_back: bool) -> None:
        agents = self.scene.world.pbxs["main"].agents.values()
        paused = [
            (seat, agent.pause.reason)
            for agent in agents
            if agent.pause and (seat := self.scene.world.roster.seat_of("main", agent.device))
        ]
        self.scene.lose()
        self.scene.run(seconds)
        self.scene.back(*(() if came_back else paused))

    def _restart(self, seconds: int) -> None:
        before = state_of(self.scene.world.breaks)
        self.scene.restart(seconds)
        after = state_of(self.scene.world.breaks)
        assert before["keys"] <= after["keys"]

    def _grant(self, seat: str, reason: str) -> None:
        self._act("grant", SEATS[seat], reason=reason, why="w")

    def _extend(self, seat: str) -> None:
        self._act("extend", SEATS[seat], minutes="5", why="w")

    def _waive(self, seat: str) -> None:
        self._act("waive", SEATS[seat], why="w")

    def _act(self, act: str, person: str, **values: str) -> None:
        self.answers.append(self.scene.act("breaks", act, person, "3001", **values))


def state_of(state: BreaksState) -> dict[str, Any]:
    return {
        "on": dict(state.on),
        "grants": dict(state.grants),
        "keys": set(state._breaks),
        "breaks": dict(state._breaks),
    }


def facts_of(scene: ShiftScene) -> list[e.ShiftFact]:
    return [one for one in scene.facts if isinstance(one, e.ShiftFact) and one.policy == "breaks"]


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, min_size=5, max_size=40))
def test_whatever_happens_granted_breaks_stay_within_the_rules(told: list[tuple[Any, ...]]) -> None:
    floor = Floor()
    for step in told:
        floor.step(*step)
    scene = floor.scene
    granted = {one.key for one in scene.of(BreakGranted)}
    breaks = [one for one in scene.of(BreakBegan) if one.asked and not one.rule]
    ends = {one.of: one for one in scene.of(BreakEnded)}
    for code in SEATS.values():
        mine = [one for one in breaks if one.person == code and one.reason == "break" and one.shift]
        assert len([one for one in mine if not one.grant]) <= 2
        assert all(one.grant in granted for one in mine if one.grant)
        assert len({one.grant for one in mine if one.grant}) == len([one for one in mine if one.grant])
        used = 0.0
        for one in mine:
            if not one.grant:
                assert one.allowed_s is not None
                assert used + one.allowed_s <= 15 * 60 + 0.01
                used += ends[one.key].seconds if one.key in ends else one.allowed_s
    for one in breaks:  # at the moment each began, with those that went on then
        if one.reason == "break":
            on = [
                other
                for other in breaks
                if other.reason == "break"
                and other.at <= one.at
                and (other.key not in ends or ends[other.key].at > one.at)
            ]
            assert len(on) <= CAP
        if one.reason == "training":
            assert one.grant


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, min_size=5, max_size=40))
def test_whatever_happens_seconds_add_up_and_every_refusal_has_a_rule(told: list[tuple[Any, ...]]) -> None:
    floor = Floor()
    for step in told:
        floor.step(*step)
    scene = floor.scene
    for answer in floor.answers:
        assert answer.rule in RULES or answer.accepted
    for end in scene.of(BreakEnded):
        blind = sum(
            (min(one.at, end.at) - max(one.began, end.began)).total_seconds()
            for one in scene.of(BreakUnseen)
            if one.of == end.of and one.began < end.at and max(one.began, end.began) < one.at
        )
        assert abs((end.at - end.began).total_seconds() - blind - end.seconds) < 0.01
        assert end.level in ("ok", "late", "violation", "unknown")
        if end.level in ("late", "violation"):
            assert end.allowed_s is not None
            assert end.seconds - end.allowed_s >= 60, "nothing unseen counts"
    pausing = [dict(one.fields) for one in scene.of_effects(SendAction)]
    assert not [fields for fields in pausing if fields["Action"] == "QueuePause"], "phones pause themselves"
    keys = [one.key for one in facts_of(scene)]
    assert len(keys) == len(set(keys))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, min_size=5, max_size=40), st.integers(1, 3))
def test_folding_the_facts_again_gives_the_same_state(told: list[tuple[Any, ...]], times: int) -> None:
    floor = Floor()
    for step in told:
        floor.step(*step)
    again = BreaksState()
    for _ in range(times):
        for fact in facts_of(floor.scene):
            again.fold(msgspec.json.decode(msgspec.json.encode(fact), type=ShiftFacts))
    assert state_of(again) == state_of(floor.scene.world.breaks)
