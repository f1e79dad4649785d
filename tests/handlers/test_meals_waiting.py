"""The waiting list, turns, live calls, and what leads do about them."""

from __future__ import annotations

import pytest

from ccd.events import meals as facts
from tests.handlers.meal_scene import MealScene, ends, full, noon, waiting


class TestWaiting:
    def test_whoever_comes_over_the_cap_waits_and_is_told_their_place(self) -> None:
        scene = full()
        for position, code in enumerate(("2002", "2003"), start=1):
            answer = scene.ask(code)
            assert (answer.rule, answer.prompt) == ("meals_queued", "meal-queued")
            assert answer.values["position"] == str(position)
            assert scene.latest(facts.MealQueued, person=code).position == position
        assert waiting(scene) == ["2002", "2003"]

    def test_asking_again_keeps_the_place(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.run(60)
        scene.ask("2003")
        assert scene.ask("2002").values["position"] == "1"
        assert len(scene.of(facts.MealQueued)) == 2
        assert waiting(scene) == ["2002", "2003"]

    def test_first_come_first_served(self) -> None:
        scene = full()
        scene.ask("2003")
        scene.ask("2002")
        scene.come_back("2001")
        (page,) = scene.pages("meals_your_turn")
        assert (page.people, page.ring, page.seat) == (("2003",), True, "A3")
        assert set(scene.world.meals.turns) == {"2003"}
        assert waiting(scene) == ["2002"]

    def test_a_place_is_kept_for_whose_turn_it_is(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.come_back("2001")
        assert scene.ask("2003").rule == "meals_queued"
        assert scene.go("2002").accepted
        assert scene.latest(facts.MealBegan, person="2002").asked
        assert scene.latest(facts.MealGranted, person="2002").by_rule == "turn"
        assert {"meals|turn|2002", "meals|grant|2002"}.isdisjoint(scene.deadlines)

    @pytest.mark.parametrize(("after_s", "theirs"), [(299, True), (300, False)])
    def test_a_turn_is_kept_five_minutes_and_passes_to_the_next(self, after_s: int, theirs: bool) -> None:
        scene = full()
        scene.ask("2002")
        scene.ask("2003")
        scene.come_back("2001")
        scene.run(after_s)
        assert set(scene.world.meals.turns) == ({"2002"} if theirs else {"2003"})
        assert ends(scene) == ([] if theirs else [("2002", "turn", "unused")])
        assert len(scene.pages("meals_turn_passed")) == (0 if theirs else 1)

    def test_whose_turn_has_passed_may_ask_again_and_is_last(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.ask("2003")
        scene.ask("2004")
        scene.come_back("2001")
        scene.run(300)
        assert scene.ask("2002").values["position"] == "2"
        assert waiting(scene) == ["2004", "2002"]

    def test_pausing_when_it_is_ones_turn_counts_as_asked(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.come_back("2001")
        scene.pause("A2", "meal")
        assert scene.latest(facts.MealBegan, person="2002").asked

    def test_who_goes_without_asking_while_waiting_is_off_the_list_and_not_asked(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.pause("A2", "meal")
        assert waiting(scene) == []
        assert [(one.person, one.what, one.why) for one in scene.of(facts.MealPlaceEnded)][-1] == (
            "2002",
            "waiting",
            "let",
        )
        assert not scene.latest(facts.MealBegan, person="2002").asked
        assert [page.people for page in scene.pages("meals_not_asked")] == [("3001", "3002")]

    def test_a_place_that_comes_free_by_a_rising_cap_is_given_within_a_minute(self) -> None:
        scene = MealScene("11:30", agents=4, share=0.5)
        scene.pause("A4", "training")
        assert scene.go("2001").accepted
        scene.ask("2002")
        scene.unpause("A4")
        assert set(scene.world.meals.turns) == {"2002"}

    def test_so_does_one_by_an_arrival(self) -> None:
        scene = MealScene("11:30", agents=4, share=0.5)
        scene.sign("leave", "2004", "A4")
        scene.go("2001")
        scene.ask("2002")
        scene.sign("arrive", "2004", "A4")
        assert set(scene.world.meals.turns) == {"2002"}

    def test_so_does_one_by_new_settings(self) -> None:
        scene = full()
        scene.ask("2002")
        policies = scene.settings.policies
        meals = policies.meals.model_copy(update={"share": 1.0})
        changed = scene.settings.model_copy(update={"policies": policies.model_copy(update={"meals": meals})})
        scene.world.settings = changed
        scene.run(60)
        assert set(scene.world.meals.turns) == {"2002"}

    def test_when_the_window_is_over_nobody_waits_any_more(self) -> None:
        scene = full(windows={"lunch": {"minutes": 20}})
        scene.ask("2002")
        scene.run(to=noon("11:49:59"))
        assert waiting(scene) == ["2002"]
        scene.run(1)
        assert waiting(scene) == []
        assert ends(scene) == [("2002", "waiting", "closed")]
        assert [page.people for page in scene.pages("meals_closed")] == [("2002",)]

    def test_nobody_is_called_to_a_window_that_is_over_though_nobody_has_looked_yet(self) -> None:
        scene = full(windows={"lunch": {"minutes": 21}}, shifts={"sweep_s": 300})
        scene.ask("2002")
        scene.run(to=noon("11:52"))
        scene.come_back("2001")
        assert scene.of(facts.MealTurn) == []
        scene.run(to=noon("11:55"))
        assert ends(scene) == [("2002", "waiting", "closed")]

    def test_a_turn_is_not_kept_past_the_window(self) -> None:
        scene = full(windows={"lunch": {"minutes": 20}})
        scene.ask("2002")
        scene.run(to=noon("11:48"))
        scene.come_back("2001")
        assert scene.world.meals.turns["2002"].until == noon("11:50")

    def test_whoever_asks_from_another_pause_does_not_pass_those_who_wait(self) -> None:
        scene = MealScene("11:30", agents=6)
        scene.pause("A6", "break")
        scene.go("2001")
        scene.ask("2002")
        assert scene.ask("2006").values["position"] == "2"
        assert waiting(scene) == ["2002", "2006"]

    def test_signing_out_gives_up_the_place_and_a_turn_goes_to_the_next(self) -> None:
        scene = full()
        for code in ("2002", "2003", "2004"):
            scene.ask(code)
        scene.sign("leave", "2003", "A3")
        assert waiting(scene) == ["2002", "2004"]
        scene.come_back("2001")
        scene.sign("leave", "2002", "A2")
        assert set(scene.world.meals.turns) == {"2004"}
        assert ends(scene) == [("2003", "waiting", "left"), ("2002", "turn", "left")]

    def test_moving_to_another_seat_keeps_it(self) -> None:
        scene = full(agents=3)
        scene.ask("2002")
        scene.sign("arrive", "2002", "A3")
        assert waiting(scene) == ["2002"]


class TestRotation:
    GROUPS = ("a", "b", "c")

    def test_preferred_goes_before_others_who_asked_earlier(self) -> None:
        scene = MealScene("11:30", agents=4, share=0.1, groups=("", *self.GROUPS), rotation="prefer")
        (window,) = scene.team()["windows"]
        now = next(one["group"] for one in window["groups"] if one["opens"] == noon("11:30"))
        own = f"200{self.GROUPS.index(now) + 2}"
        others = [code for code in ("2002", "2003", "2004") if code != own]
        scene.go("2001")
        for code in others:
            scene.ask(code)
        assert scene.ask(own).values["position"] == "1"
        assert waiting(scene) == [own, *others]
        scene.come_back("2001")
        assert set(scene.world.meals.turns) == {own}

    def test_required_whoever_asked_in_their_part_keeps_the_place_after_it(self) -> None:
        scene = MealScene("11:30", agents=2, groups=("a", "b"), rotation="require")
        (window,) = scene.team()["windows"]
        first = f"200{'ab'.index(window['groups'][0]['group']) + 1}"
        scene.pause("A1" if first == "2002" else "A2", "meal")
        assert scene.ask(first).rule == "meals_queued"
        scene.run(to=window["groups"][0]["closes"])
        assert scene.ask(first).rule == "meals_queued"
        assert waiting(scene) == [first]

    def test_off_it_is_first_come_first_served(self) -> None:
        scene = MealScene("11:30", agents=4, share=0.1, groups=("", *self.GROUPS), rotation="off")
        scene.go("2001")
        for code in ("2004", "2002", "2003"):
            scene.ask(code)
        assert waiting(scene) == ["2004", "2002", "2003"]


class TestLiveCalls:
    def test_a_turn_that_comes_during_a_call_is_kept_until_it_is_over_and_five_minutes_more(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.talk("2002")
        scene.come_back("2001")
        came = scene.at
        scene.run(900)
        assert set(scene.world.meals.turns) == {"2002"}
        scene.hang_up("2002")
        moved = scene.latest(facts.MealMoved, person="2002")
        assert moved.moved_s == pytest.approx((scene.at - came).total_seconds(), abs=0.001)
        scene.run(299)
        assert set(scene.world.meals.turns) == {"2002"}
        scene.run(1)
        assert scene.world.meals.turns == {}

    def test_the_meal_is_moved_and_its_window_ends_as_much_later(self) -> None:
        scene = full(windows={"lunch": {"minutes": 60}})
        scene.ask("2002")
        scene.run(to=noon("12:10"))
        scene.talk("2002")
        scene.come_back("2001")
        scene.run(to=noon("12:25"))
        scene.hang_up("2002")
        scene.go("2002")
        began = scene.latest(facts.MealBegan, person="2002")
        assert began.moved_s == pytest.approx(900, abs=0.001)
        assert began.allowed_s == pytest.approx(20 * 60, abs=0.001)  # to 12:45 instead of 12:30
        scene.run(to=noon("12:44:59"))
        assert scene.come_back("2002").level == "ok"

    def test_also_where_the_window_has_ended_meanwhile(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.run(to=noon("12:20"))
        scene.talk("2002")
        scene.come_back("2001")
        scene.run(to=noon("12:40"))
        scene.hang_up("2002")
        assert scene.go("2002").accepted
        assert scene.latest(facts.MealBegan, person="2002").allowed_s == pytest.approx(600, abs=0.001)

    def test_a_call_that_comes_while_the_turn_is_kept_moves_it_too(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.come_back("2001")
        scene.run(60)
        scene.talk("2002")
        scene.run(600)
        assert set(scene.world.meals.turns) == {"2002"}
        scene.hang_up("2002")
        assert scene.latest(facts.MealMoved, person="2002").moved_s == pytest.approx(600, abs=0.001)

    def test_a_pause_during_a_call_begins_the_meal_when_it_is_over(self) -> None:
        scene = MealScene("11:30")
        scene.talk("2001")
        scene.ask("2001", how="console")
        scene.pause("A1", "meal")
        assert scene.eating == set()
        assert scene.team()["taken"] == 1
        scene.run(600)
        scene.hang_up("2001")
        began = scene.latest(facts.MealBegan, person="2001")
        assert began.at == scene.at
        assert (began.asked, began.allowed_s) == (True, 1800)
        assert began.moved_s == pytest.approx(600, abs=0.001)

    def test_unpaused_before_the_call_is_over_no_meal_was_taken(self) -> None:
        scene = MealScene("11:30")
        scene.talk("2001")
        scene.ask("2001", how="console")
        scene.pause("A1", "meal")
        scene.unpause("A1")
        scene.hang_up("2001")
        assert ends(scene) == [("2001", "pause", "unpaused")]
        assert scene.of(facts.MealBegan) == []
        assert scene.ask("2001").accepted

    def test_a_call_that_ended_out_of_sight_is_over_when_we_look_again(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.talk("2002")
        scene.come_back("2001")
        scene.lose()
        scene.run(600)
        assert scene.world.meals.turns["2002"].held_since is not None
        scene.world.pbxs["main"].agents["PJSIP/2"].status = 1
        scene.back()
        assert scene.latest(facts.MealMoved, person="2002").moved_s == pytest.approx(600, abs=0.01)
        assert set(scene.world.meals.turns) == {"2002"}

    def test_a_turn_does_not_run_out_while_the_pbx_is_out_of_sight(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.come_back("2001")
        scene.lose()
        scene.run(900)
        assert set(scene.world.meals.turns) == {"2002"}
        scene.back()
        scene.run(300)
        assert scene.world.meals.turns == {}
