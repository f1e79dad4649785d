"""Asking for a meal: every rule just inside and just outside, in each mode."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ccd import events as e
from ccd.effects import SendAction
from ccd.events import ForecastRow
from ccd.events import meals as facts
from ccd.meals.rules import PROMPTS
from ccd.rules import RULES
from ccd.staffing.forecast import Forecast
from tests.handlers.meal_scene import DAY, MealScene, local, noon


def refusals(scene: MealScene) -> list[tuple[str, str, bool]]:
    return [(one.person, one.rule, one.enforced) for one in scene.of(facts.MealRefused)]


class TestWindow:
    @pytest.mark.parametrize(
        ("clock", "let"),
        [
            ("11:29:59", False),
            ("11:30", True),
            ("12:29:59", True),
            ("12:30", False),
            ("17:29:59", False),
            ("17:30", True),
            ("18:29:59", True),
            ("18:30", False),
        ],
    )
    def test_a_meal_is_let_in_its_window_only(self, clock: str, let: bool) -> None:
        scene = MealScene(clock)
        answer = scene.ask("2001")
        assert answer.accepted is let
        if not let:
            assert (answer.rule, answer.prompt) == ("meals_outside_window", "meal-outside-window")
            assert refusals(scene) == [("2001", "meals_outside_window", True)]

    @pytest.mark.parametrize(
        ("at", "let"),
        [
            ("2026-03-02 23:29:59", False),
            ("2026-03-02 23:30", True),
            ("2026-03-03 00:29:59", True),
            ("2026-03-03 00:30", False),
        ],
    )
    def test_a_night_meal_across_midnight_is_of_the_day_the_shift_begins(self, at: str, let: bool) -> None:
        night = {"night": {"start": "23:30", "minutes": 60}}
        scene = MealScene(local(at), shift="night", windows=night)
        assert scene.go("2001").accepted is let
        for began in scene.of(facts.MealBegan):
            assert began.day is not None
            assert (began.day.isoformat(), began.window) == (DAY, "night")

    def test_one_night_meal_is_one_on_both_sides_of_midnight(self) -> None:
        night = {"night": {"start": "23:30", "minutes": 60}}
        scene = MealScene(local("2026-03-02 23:40"), shift="night", windows=night)
        scene.eat("2001", 600)
        scene.run(to=local("2026-03-03 00:10"))
        assert scene.ask("2001").rule == "meals_taken"

    @pytest.mark.parametrize(
        ("day", "utc"), [("2026-03-28", "10:30"), ("2026-03-29", "09:30"), ("2026-10-25", "10:30")]
    )
    def test_lunch_is_at_half_past_eleven_on_the_wall_also_when_the_clock_is_changed(
        self, day: str, utc: str
    ) -> None:
        at = local(f"{day} {utc}", "UTC")
        for early, let in ((1, False), (0, True)):
            scene = MealScene(at - timedelta(seconds=early), zone="Europe/Berlin", day=day)
            assert scene.ask("2001").accepted is let

    def test_the_clock_is_that_of_the_shift(self) -> None:
        kinds = {"day": {"start": "08:00", "minutes": 720, "zone": "Asia/Tokyo"}}
        scene = MealScene(local("2026-03-02 11:30", "Asia/Tokyo"), kinds=kinds)
        assert scene.ask("2001").accepted
        assert not scene.ask("2101").accepted  # not planned: the clock of the site, an hour earlier


class TestTaken:
    def test_one_meal_in_each_window(self) -> None:
        scene = MealScene("11:30")
        scene.eat("2001", 600)
        answer = scene.ask("2001")
        assert (answer.rule, answer.prompt) == ("meals_taken", "meal-taken")
        scene.run(to=noon("17:30"))
        assert scene.ask("2001").accepted

    def test_as_many_as_the_settings_say(self) -> None:
        scene = MealScene("11:30", meals_per_shift=2)
        scene.eat("2001", 300)
        scene.eat("2001", 300)
        assert scene.ask("2001").rule == "meals_taken"

    def test_a_meal_of_the_day_before_is_another_window(self) -> None:
        scene = MealScene("11:30")
        scene.eat("2001", 600)
        scene.run(to=local("2026-03-03 11:30"))
        assert scene.ask("2001").accepted

    def test_who_is_at_a_meal_and_asks_again_is_told_so(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        answer = scene.ask("2001")
        assert answer.accepted
        assert answer.rule == "meals_at_meal"
        assert len(scene.of(facts.MealGranted)) == 1


class TestWho:
    def test_nobody_signed_in(self) -> None:
        scene = MealScene("11:30")
        scene.sign("leave", "2001", "A1")
        answer = scene.ask_pause("A1", "meal")
        assert (answer.rule, answer.prompt) == ("meals_nobody", "meal-sign-in")

    def test_two_at_the_seat_say_whose_meal_it_is(self) -> None:
        scene = MealScene("11:30")
        scene.sign("arrive", "2999", "A1")
        answer = scene.ask_pause("A1", "meal")
        assert (answer.rule, answer.prompt) == ("meals_whose", "which-person")
        assert scene.ask_pause("A1", "meal", "2001").accepted
        scene.pause("A1", "meal")
        assert scene.eating == {"2001"}

    def test_a_pause_with_two_at_the_seat_is_nobodys_meal_and_on_record(self) -> None:
        scene = MealScene("11:30")
        scene.sign("arrive", "2999", "A1")
        scene.pause("A1", "meal")
        assert scene.eating == set()
        (unclear,) = scene.of(facts.MealUnclear)
        assert set(unclear.people) == {"2001", "2999"}
        assert [page.people for page in scene.pages("meals_unclear")] == [("3001", "3002")]

    def test_a_person_named_who_is_not_there(self) -> None:
        scene = MealScene("11:30")
        assert scene.ask_pause("A1", "meal", "2002").rule == "meals_not_here"

    def test_a_seat_without_a_phone(self) -> None:
        scene = MealScene("11:30")
        scene.world.presence["main", "nowhere"] = {"2001": scene.at}
        assert scene.ask_pause("nowhere", "meal").rule == "meals_no_phone"

    def test_other_reasons_are_not_its_matter(self) -> None:
        scene = MealScene("11:30")
        scene.ask_pause("A1", "break")
        assert [fact for fact in scene.facts if isinstance(fact, facts.MealFact)] == []

    @pytest.mark.parametrize(("unplanned", "let"), [("allow", True), ("refuse", False)])
    def test_who_has_no_shift(self, unplanned: str, let: bool) -> None:
        scene = MealScene("11:30", planned=False, unplanned=unplanned)
        answer = scene.ask("2001")
        assert answer.accepted is let
        if not let:
            assert (answer.rule, answer.prompt) == ("meals_off_duty", "meal-off-duty")

    def test_a_planned_person_goes_where_the_unplanned_may_not(self) -> None:
        scene = MealScene("11:30", unplanned="refuse")
        assert scene.ask("2001").accepted


class TestCap:
    @pytest.mark.parametrize(
        ("agents", "share", "let"),
        [
            (1, 0.34, 1),
            (2, 0.34, 1),
            (3, 0.34, 1),
            (5, 0.34, 1),
            (6, 0.34, 2),
            (8, 0.34, 2),
            (9, 0.34, 3),
            (2, 0.5, 1),
            (3, 0.5, 1),
            (4, 0.5, 2),
            (10, 0.3, 3),
            (3, 1.0, 3),
        ],
    )
    def test_a_share_of_those_there_rounded_down_and_one_at_least(
        self, agents: int, share: float, let: int
    ) -> None:
        scene = MealScene("11:30", agents=agents, share=share)
        assert [scene.go(code).accepted for code in scene.codes].count(True) == let
        assert len(scene.eating) == let

    def test_a_share_that_comes_out_even_is_not_rounded_down_for_how_numbers_are_held(self) -> None:
        assert 0.29 * 100 < 29
        assert MealScene("11:30", agents=100, share=0.29).team()["limit"] == 29

    @pytest.mark.parametrize(
        ("agents", "floor", "let"), [(1, 1, 0), (2, 1, 1), (3, 1, 2), (3, 3, 0), (3, 0, 3), (3, 9, 0)]
    )
    def test_so_many_go_on_working(self, agents: int, floor: int, let: int) -> None:
        scene = MealScene("11:30", agents=agents, cap="floor", floor=floor)
        assert [scene.go(code).accepted for code in scene.codes].count(True) == let

    def test_a_team_may_have_a_floor_of_its_own(self) -> None:
        scene = MealScene("11:30", agents=3, cap="floor", floor=0, floors={"A": 2})
        assert [scene.go(code).accepted for code in scene.codes] == [True, False, False]
        assert scene.go("2101").accepted

    def test_a_forecast_keeps_whom_it_needs(self) -> None:
        scene = MealScene("11:30", agents=4, cap="forecast")
        row = ForecastRow(team="A", day=None, weekday=1, start_min=0, minutes=1440, calls=720.0, aht_s=60.0)
        scene.world.forecast = Forecast([row])  # half an erlang
        needed = 2
        told = scene.team()
        assert told["limit"] == 4 - needed
        assert "erlangs" in told["because"]
        assert [scene.go(code).accepted for code in scene.codes] == [True, True, False, False]

    def test_without_a_forecast_it_is_a_share(self) -> None:
        scene = MealScene("11:30", agents=6, cap="forecast")
        assert [scene.go(code).accepted for code in scene.codes].count(True) == 2

    def test_who_is_on_another_pause_or_not_signed_in_is_not_counted(self) -> None:
        scene = MealScene("11:30", agents=6)
        scene.pause("A6", "training")
        assert scene.team()["present"] == 5
        scene.sign("leave", "2005", "A5")
        assert scene.team()["present"] == 4
        scene.unpause("A6")
        assert (scene.team()["present"], scene.team()["limit"]) == (5, 1)

    def test_whoever_asks_from_another_pause_is_counted(self) -> None:
        scene = MealScene("11:30", agents=6)
        scene.pause("A6", "break")
        scene.go("2001")
        assert scene.go("2006").accepted

    def test_who_is_not_planned_is_not_counted_where_they_may_not_go(self) -> None:
        scene = MealScene("11:30", agents=3, unplanned="refuse")
        scene.sign("arrive", "2999", "A1")
        assert scene.team()["present"] == 3

    def test_a_place_is_kept_from_the_asking_on(self) -> None:
        scene = MealScene("11:30")
        assert scene.ask("2001").accepted
        assert not scene.ask("2002").accepted
        scene.run(5 * 60 - 1)
        assert scene.world.meals.turns == {}
        scene.run(1)  # and so long only
        assert set(scene.world.meals.turns) == {"2002"}

    def test_the_leads_meal_is_not_bound_by_the_cap_and_takes_no_agents_place(self) -> None:
        scene = MealScene("11:30")
        assert scene.go("2001").accepted
        assert scene.go("3001").accepted
        assert scene.team()["taken"] == 1

    def test_teams_have_caps_of_their_own(self) -> None:
        scene = MealScene("11:30")
        assert scene.go("2001").accepted
        assert scene.go("2101").accepted

    def test_without_a_waiting_list_it_is_only_refused(self) -> None:
        scene = MealScene("11:30", waiting=False)
        scene.go("2001")
        answer = scene.ask("2002")
        assert (answer.rule, answer.prompt) == ("meals_full", "meal-full")
        assert scene.world.meals.waiting == {}


class TestRotation:
    """2026-03-02 is day 739677: with three groups the first slot is that of the first by name."""

    GROUPS = ("a", "b", "c")

    def own(self, scene: MealScene) -> dict[str, tuple[str, str]]:
        (window,) = scene.team()["windows"]
        return {one["group"]: (one["opens"], one["closes"]) for one in window["groups"]}

    @pytest.mark.parametrize("number", [0, 1, 2])
    def test_required_nobody_goes_before_or_after_their_part(self, number: int) -> None:
        code, group = f"200{number + 1}", self.GROUPS[number]
        scene = MealScene("11:30", groups=self.GROUPS, rotation="require")
        opens, closes = self.own(scene)[group]
        assert closes - opens == timedelta(minutes=20)
        for at, let in (
            (opens - timedelta(seconds=1), False),
            (opens, True),
            (closes - timedelta(seconds=1), True),
            (closes, False),
        ):
            if not noon("11:30") <= at < noon("12:30"):
                continue
            other = MealScene(at, groups=self.GROUPS, rotation="require")
            answer = other.ask(code)
            assert answer.accepted is let, at
            if not let:
                assert (answer.rule, answer.prompt) == ("meals_not_your_turn", "meal-not-your-turn")

    def test_who_is_in_no_group_goes_at_any_time(self) -> None:
        scene = MealScene("11:30", groups=("a", "b"), rotation="require")
        assert scene.ask("2003").accepted

    def test_preferred_anybody_goes_while_there_is_room(self) -> None:
        scene = MealScene("11:30", groups=self.GROUPS, rotation="prefer")
        late = max(self.own(scene), key=lambda group: self.own(scene)[group])
        assert scene.ask(f"200{self.GROUPS.index(late) + 1}").accepted


class TestModes:
    @pytest.mark.parametrize("mode", ["notify", "observe"])
    def test_what_would_be_refused_is_let_and_on_record(self, mode: str) -> None:
        scene = MealScene("10:00", mode=mode)
        assert scene.go("2001").accepted
        assert refusals(scene) == [("2001", "meals_outside_window", False)]
        (began,) = scene.of(facts.MealBegan)
        assert began.asked
        assert began.window == ""
        assert bool(scene.pages("meals_outside_window")) is (mode == "notify")

    def test_notify_tells_the_leads(self) -> None:
        scene = MealScene("11:30", mode="notify")
        scene.go("2001")
        scene.go("2002")
        (page,) = scene.pages("meals_full")
        assert page.people == ("3001", "3002")
        assert refusals(scene) == [("2002", "meals_full", False)]
        assert scene.eating == {"2001", "2002"}
        assert scene.world.meals.waiting == {}

    def test_off_lets_and_keeps_nothing(self) -> None:
        scene = MealScene("10:00", mode="off")
        assert scene.go("2001").accepted
        scene.unpause("A1")
        assert scene.meal("grant", "2001", "3001", reason="x").rule == "meals_off"
        assert [fact for fact in scene.facts if isinstance(fact, facts.MealFact)] == []

    @pytest.mark.parametrize("mode", ["notify", "observe", "off"])
    def test_two_at_a_seat_may_go_unnamed(self, mode: str) -> None:
        scene = MealScene("11:30", mode=mode)
        scene.sign("arrive", "2999", "A1")
        assert scene.ask_pause("A1", "meal").accepted


class TestConsole:
    def test_it_pauses_the_phone_itself(self) -> None:
        scene = MealScene("11:30")
        assert scene.ask("2001", how="console").accepted
        (action,) = scene.paused()
        assert action.fields == (
            ("Action", "QueuePause"),
            ("Interface", "PJSIP/1"),
            ("Paused", "true"),
            ("Reason", "meal"),
        )

    def test_a_phone_pauses_by_itself(self) -> None:
        scene = MealScene("11:30")
        assert scene.ask("2001").accepted
        assert scene.paused() == []

    def test_what_is_refused_is_not_paused(self) -> None:
        scene = MealScene("10:00")
        assert not scene.ask("2001", how="console").accepted
        assert scene.paused() == []

    @pytest.mark.parametrize("mode", ["notify", "observe", "off"])
    def test_in_the_other_modes_it_is_paused_in_any_case(self, mode: str) -> None:
        scene = MealScene("10:00", mode=mode)
        assert scene.ask("2001", how="console").accepted
        assert len(scene.paused()) == 1

    def test_on_a_live_call_too_for_it_takes_no_call_away(self) -> None:
        scene = MealScene("11:30")
        scene.talk("2001")
        assert scene.ask("2001", how="console").accepted
        assert len(scene.paused()) == 1

    def test_what_the_pbx_does_not_pause_keeps_no_place_and_is_told(self) -> None:
        scene = MealScene("11:30")
        scene.ask("2001", how="console")
        (action,) = scene.paused()
        scene.ask("2002")
        scene.take(e.EffectFailed(at=scene.at, key=action.key, error="Interface not found"))
        assert [(one.what, one.why) for one in scene.of(facts.MealPlaceEnded)] == [("grant", "not_paused")]
        (page,) = scene.pages("meals_not_paused")
        assert page.people == ("2001", "3001", "3002")
        assert set(scene.world.meals.turns) == {"2002"}


class TestIncident:
    @pytest.mark.parametrize("clock", ["10:00", "11:30"])
    def test_nothing_is_refused_while_it_is_live(self, clock: str) -> None:
        scene = MealScene(clock)
        scene.go("2002")
        scene.emergency("A1")
        assert scene.ask("2001").accepted
        granted = scene.latest(facts.MealGranted, person="2001")
        assert granted.by_rule == "incident"
        assert "is live" in granted.because

    def test_it_is_about_its_seat_only(self) -> None:
        scene = MealScene("10:00")
        scene.emergency("A1")
        assert scene.ask("2002").rule == "meals_outside_window"

    def test_two_at_its_seat_may_go_unnamed(self) -> None:
        scene = MealScene("11:30")
        scene.sign("arrive", "2999", "A1")
        scene.emergency("A1")
        assert scene.ask_pause("A1", "meal").accepted


def test_every_rule_of_asking_has_words_and_a_prompt_that_a_dialplan_can_play() -> None:
    for rule, prompt in PROMPTS.items():
        assert rule in RULES
        assert set(prompt) <= set("abcdefghijklmnopqrstuvwxyz-")


def test_no_answer_unpauses() -> None:
    scene = MealScene("11:30")
    for code in scene.codes:
        scene.go(code)
    scene.run(to=noon("14:00"))
    assert [one for one in scene.of_effects(SendAction) if ("Paused", "false") in one.fields] == []
