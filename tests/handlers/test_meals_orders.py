"""Whatever order things come in: the cap holds, nobody is lost, the record tells what is held in memory."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccd import events as e
from ccd.effects import AnswerAsked, SendAction
from ccd.events import meals as facts
from ccd.events.shift_facts import ShiftFacts
from ccd.meals.state import MealsState
from tests.handlers.meal_scene import MealScene

AGENTS = 5
CODES = tuple(str(2001 + number) for number in range(AGENTS))
code = st.sampled_from(CODES)
steps = st.one_of(
    st.tuples(st.just("go"), code),
    st.tuples(st.just("go"), code),
    st.tuples(st.just("ask"), code),
    st.tuples(st.just("ask_console"), code),
    st.tuples(st.just("pause"), code),
    st.tuples(st.just("unpause"), code),
    st.tuples(st.just("unpause"), code),
    st.tuples(st.just("talk"), code),
    st.tuples(st.just("hang_up"), code),
    st.tuples(st.just("leave"), code),
    st.tuples(st.just("arrive"), code),
    st.tuples(st.just("grant"), code),
    st.tuples(st.just("extend"), code),
    st.tuples(st.just("cancel"), code),
    st.tuples(st.just("training"), code),
    st.tuples(st.just("run"), st.sampled_from((1.0, 30.0, 299.0, 300.0, 301.0, 900.0, 1801.0, 4000.0))),
    st.tuples(st.just("run"), st.sampled_from((1.0, 30.0, 300.0, 600.0))),
    st.tuples(st.just("cut"), st.booleans()),
    st.tuples(st.just("restart"), st.sampled_from((0.0, 60.0))),
)
BY_RULE = ("ask", "ask_console", "go", "unpause", "hang_up", "arrive", "leave", "cancel")
"""Steps after which nobody is at a meal who has not been let."""


class Floor:
    """Plays a step, and looks after each at what must hold."""

    def __init__(self, **meals: Any) -> None:
        self.scene = MealScene("11:20", agents=AGENTS, share=0.4, **meals)
        self.cut = False

    def step(self, what: str, arg: Any) -> None:
        self.scene.at = self.scene.at.replace(microsecond=0)
        self.scene.run(1.0)
        turns = len(self.scene.of(facts.MealTurn))
        getattr(self, f"_{what}")(arg)
        if what in BY_RULE and len(self.scene.of(facts.MealTurn)) > turns:
            assert self.scene.team()["taken"] <= self.scene.team()["limit"]
        self._hold()

    # --- steps --------------------------------------------------------------------------------------------

    def _go(self, who: str) -> None:
        if self._ask(who) and not self.cut:
            self.scene.pause(self.scene.seat(who), "meal")

    def _ask(self, who: str, how: str = "phone") -> bool:
        before = len(self.scene.of(facts.MealRefused))
        had_place = who in self.scene.world.meals.grants
        answer = self.scene.ask(who, how=how)
        refusals = self.scene.of(facts.MealRefused)[before:]
        assert len(refusals) == (0 if answer.accepted else 1), "each refusal is on record, with its rule"
        assert [one.rule for one in refusals] == ([] if answer.accepted else [answer.rule])
        if answer.accepted and answer.rule == "meals_let":
            granted = self.scene.latest(facts.MealGranted, person=who)
            if granted.by_rule == "own" and not had_place:
                assert self.scene.team()["taken"] <= self.scene.team()["limit"]
        return answer.accepted

    def _ask_console(self, who: str) -> None:
        if any(who in people for people in self.scene.world.presence.values()):
            self._ask(who, how="console")

    def _pause(self, who: str) -> None:
        self._paused(who, "meal")

    def _training(self, who: str) -> None:
        self._paused(who, "training")

    def _paused(self, who: str, reason: str) -> None:
        if not self.cut:
            self.scene.pause(self.scene.seat(who), reason)

    def _unpause(self, who: str) -> None:
        if not self.cut:
            self.scene.unpause(self.scene.seat(who))

    def _talk(self, who: str) -> None:
        if not self.cut:
            self.scene.talk(who)

    def _hang_up(self, who: str) -> None:
        if not self.cut:
            self.scene.hang_up(who)

    def _leave(self, who: str) -> None:
        self.scene.sign("leave", who, self.scene.seat(who))

    def _arrive(self, who: str) -> None:
        self.scene.sign("arrive", who, self.scene.seat(who))

    def _grant(self, who: str) -> None:
        self.scene.meal("grant", who, "3001", reason="x")

    def _extend(self, who: str) -> None:
        self.scene.meal("extend", who, "3001", minutes="5", reason="x")

    def _cancel(self, who: str) -> None:
        self.scene.meal("cancel", who)

    def _run(self, seconds: float) -> None:
        self.scene.run(seconds)

    def _cut(self, same: bool) -> None:
        """Away, or back: with the pauses as they were, or with none."""
        if not self.cut:
            self.scene.lose()
        else:
            agents = self.scene.world.pbxs["main"].agents.values()
            paused = [
                (f"A{agent.device.removeprefix('PJSIP/')}", agent.pause.reason)
                for agent in agents
                if agent.pause is not None and same
            ]
            self.scene.back(*paused)
        self.cut = not self.cut

    def _restart(self, away_s: float) -> None:
        self.scene.restart(away_s)
        self.cut = False

    # --- what must hold -----------------------------------------------------------------------------------

    def _hold(self) -> None:
        state = self.scene.world.meals
        steps_of = [state.waiting, state.turns, state.grants, state.held, state.meals]
        for who in CODES:
            assert sum(who in one for one in steps_of) <= 1, f"{who} is at one step at a time"
        assert self._replayed() == state, "the facts tell all that is held in memory"
        self._nobody_lost(state)
        self._granted_once()

    def _replayed(self) -> MealsState:
        """As a restart would have it, each fact told twice."""
        found = MealsState()
        for fact in self.scene.facts:
            if isinstance(fact, facts.MealFact):
                again = msgspec.json.decode(msgspec.json.encode(fact), type=ShiftFacts)
                found.fold(again)
                found.fold(again)
        return found

    def _nobody_lost(self, state: MealsState) -> None:
        """Whoever was put on the list is on it, or a fact says how they left it."""
        on_list: set[str] = set()
        for fact in self.scene.facts:
            if isinstance(fact, facts.MealQueued):
                assert fact.person not in on_list, "nobody is on it twice"
                on_list.add(fact.person)
            elif isinstance(fact, facts.MealTurn) or (
                isinstance(fact, facts.MealPlaceEnded) and fact.what == "waiting"
            ):
                assert fact.person in on_list, "nobody leaves it who is not on it"
                on_list.remove(fact.person)
        assert on_list == set(state.waiting)

    def _granted_once(self) -> None:
        """Nobody goes twice in a window by the rules."""
        let = [one for one in self.scene.of(facts.MealGranted) if one.by_rule in ("own", "turn")]
        for one in let:
            eaten = [
                meal
                for meal in self.scene.of(facts.MealEnded)
                if (meal.person, meal.window) == (one.person, one.window) and meal.at <= one.at
            ]
            assert eaten == []


@given(
    story=st.lists(steps, min_size=10, max_size=40), rotation=st.sampled_from(("off", "prefer", "require"))
)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_enforced_the_cap_holds_and_nobody_is_lost(story: list[tuple[str, Any]], rotation: str) -> None:
    floor = Floor(mode="enforce", rotation=rotation, groups=("a", "b", "a", "b", ""))
    for what, arg in story:
        floor.step(what, arg)
    _after_all(floor.scene)


@given(story=st.lists(steps, min_size=10, max_size=30), mode=st.sampled_from(("notify", "observe")))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_not_enforced_nobody_is_refused(story: list[tuple[str, Any]], mode: str) -> None:
    scene = MealScene("11:20", agents=AGENTS, mode=mode)
    floor = Floor.__new__(Floor)
    floor.scene, floor.cut = scene, False
    for what, arg in story:
        scene.run(1.0)
        if what in ("go", "ask"):
            assert scene.ask(arg).accepted
        elif what not in ("ask_console",):
            getattr(floor, f"_{what}")(arg)
    asked = [one for one in scene.inputs if isinstance(one, e.PauseAsked)]
    answers = {one.key: one for one in scene.of_effects(AnswerAsked)}
    assert all(answers[one.request].accepted for one in asked)
    assert not any(one.enforced for one in scene.of(facts.MealRefused))
    _after_all(scene)


def _after_all(scene: MealScene) -> None:
    """Seconds add up; nobody was unpaused; every meal that began is over or goes on."""
    for one in scene.of(facts.MealEnded):
        assert one.seconds == (one.at - one.began).total_seconds()
        assert 0 <= one.blind_s <= one.seconds + 0.001
        assert 0 <= one.over_s <= one.seconds
        if one.over_s:
            assert one.over_s + one.allowed_s <= one.seconds + 0.001
    began = [(one.person, one.at) for one in scene.of(facts.MealBegan)]
    ended = [(one.person, one.began) for one in scene.of(facts.MealEnded)]
    under_way = [(who, meal.began) for who, meal in scene.world.meals.meals.items()]
    assert sorted(began) == sorted(ended + under_way)
    for action in scene.of_effects(SendAction):
        assert ("Paused", "false") not in action.fields
        assert ("Action", "Hangup") not in action.fields
