"""Meals as they are taken: how long, what is late, and what cannot be known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ccd.effects import SendAction
from ccd.events import meals as facts
from tests.handlers.meal_scene import MealScene, noon


def levels(scene: MealScene) -> list[str]:
    return [one.level for one in scene.of(facts.MealOverstayed)]


class TestLength:
    @pytest.mark.parametrize(
        ("seconds", "over", "level"),
        [
            (1, 0, "ok"),
            (1799, 0, "ok"),
            (1800, 0, "ok"),
            (1801, 1, "late"),
            (1800 + 1199, 1199, "late"),
            (1800 + 1200, 1200, "violation"),
        ],
    )
    def test_allowance_and_twenty_minutes(self, seconds: float, over: int, level: str) -> None:
        ended = MealScene("11:30").eat("2001", seconds)
        assert (ended.over_s, ended.level) == (over, level)
        assert (ended.seconds, ended.allowed_s) == (seconds, 1800)

    @pytest.mark.parametrize(
        ("clock", "seconds", "level"),
        [
            ("12:10", 1199, "ok"),
            ("12:10", 1201, "late"),
            ("12:10", 1200 + 1201, "violation"),
            ("12:29", 59, "ok"),
            ("12:29", 61, "late"),
        ],
    )
    def test_past_the_window_is_late_though_allowance_remains(
        self, clock: str, seconds: float, level: str
    ) -> None:
        assert MealScene(clock).eat("2001", seconds).level == level

    @pytest.mark.parametrize(("seconds", "level"), [(1800 + 120, "ok"), (1800 + 121, "late")])
    def test_a_grace_of_the_settings(self, seconds: float, level: str) -> None:
        assert MealScene("11:30", late_after_minutes=2).eat("2001", seconds).level == level

    def test_another_allowance_and_another_limit(self) -> None:
        scene = MealScene("11:30", allowance_minutes=20, violation_minutes=10, meals_per_shift=9)
        assert scene.eat("2001", 1200).level == "ok"
        scene = MealScene("11:30", allowance_minutes=20, violation_minutes=10)
        assert scene.eat("2001", 1800).level == "violation"

    def test_outside_any_window_only_the_allowance_bounds_it(self) -> None:
        scene = MealScene("15:00", mode="notify")
        assert scene.eat("2001", 1800).level == "ok"


class TestOverstaying:
    def test_each_step_is_told_at_its_second(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        began = scene.world.meals.meals["2001"].began
        for minutes, seconds, told in (
            (25, -1, []),
            (25, 0, ["warned"]),
            (30, -1, ["warned"]),
            (30, 0, ["warned", "told"]),
            (30, 1, ["warned", "told", "late"]),
            (50, -1, ["warned", "told", "late"]),
            (50, 0, ["warned", "told", "late", "violation"]),
        ):
            scene.run(to=began + timedelta(minutes=minutes, seconds=seconds))
            assert levels(scene) == told, (minutes, seconds)
        assert [page.people for page in scene.pages("meals_warned")] == [("2001",)]
        (told,) = scene.pages("meals_told")
        assert (told.people, told.ring, told.seat) == (("2001",), True, "A1")
        assert [page.people for page in scene.pages("meals_late")] == [("3001", "3002")]
        assert [page.values["minutes"] for page in scene.pages("meals_violation")] == ["20"]

    def test_nothing_is_told_of_a_meal_that_is_over(self) -> None:
        scene = MealScene("11:30")
        scene.eat("2001", 1200)
        assert "meals|meal|2001" not in scene.deadlines
        scene.run(7200)
        assert levels(scene) == []

    def test_observe_keeps_it_and_tells_nobody(self) -> None:
        scene = MealScene("11:30", mode="observe")
        scene.go("2001")
        scene.run(3600)
        assert levels(scene) == ["warned", "told", "late", "violation"]
        assert not scene.pages("meals_late")

    def test_a_lead_is_not_told_of_themselves(self) -> None:
        scene = MealScene("11:30")
        scene.go("3001")
        scene.run(2000)
        assert [page.people for page in scene.pages("meals_late")] == [("3002",)]

    def test_no_warning_where_the_settings_want_none(self) -> None:
        scene = MealScene("11:30", warn_before_minutes=0)
        scene.go("2001")
        scene.run(1800)
        assert levels(scene) == ["told"]

    def test_more_time_begins_the_steps_anew(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.run(1900)
        scene.meal("extend", "2001", "3001", minutes="10", reason="x")
        scene.run(to=noon("12:10:00") + timedelta(seconds=1))
        assert levels(scene) == ["warned", "told", "late", "warned", "told"]
        assert scene.come_back("2001").level in ("ok", "late")

    def test_nobody_is_late_by_an_incident_while_it_is_live(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.emergency("A1")
        scene.run(2000)
        assert levels(scene) == []


class TestBeginAndEnd:
    def test_a_pause_without_asking_is_a_meal_that_was_not_asked_for(self) -> None:
        scene = MealScene("11:30")
        scene.pause("A1", "meal")
        assert scene.latest(facts.MealBegan, person="2001").asked is False
        (page,) = scene.pages("meals_not_asked")
        assert page.people == ("3001", "3002")
        assert scene.come_back("2001").asked is False
        assert [one for one in scene.of_effects(SendAction) if "QueuePause" in str(one.fields)] == []

    def test_a_pause_long_after_the_grant_is_not_asked_for(self) -> None:
        scene = MealScene("11:30")
        scene.ask("2001")
        scene.run(301)
        scene.pause("A1", "meal")
        assert scene.latest(facts.MealBegan, person="2001").asked is False

    def test_a_phone_at_which_nobody_is_signed_in_has_no_meal(self) -> None:
        scene = MealScene("11:30")
        scene.sign("leave", "2001", "A1")
        scene.pause("A1", "meal")
        assert scene.eating == set()

    def test_another_reason_ends_the_meal(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.run(600)
        scene.pause("A1", "training")
        assert scene.latest(facts.MealEnded, person="2001").level == "ok"

    def test_who_signs_out_is_at_the_meal_until_they_are_back(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.sign("leave", "2001", "A1")
        assert scene.eating == {"2001"}
        scene.run(600)
        scene.sign("arrive", "2001", "A1")
        ended = scene.latest(facts.MealEnded, person="2001")
        assert (ended.why, round(ended.seconds)) == ("arrived", 600)
        scene.unpause("A1")
        assert len(scene.of(facts.MealEnded)) == 1

    def test_arriving_at_another_seat_is_being_back(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.run(600)
        scene.sign("arrive", "2001", "A2")
        assert scene.latest(facts.MealEnded, person="2001").why == "arrived"

    def test_the_end_of_the_pause_ends_it_though_they_signed_out(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.sign("leave", "2001", "A1")
        scene.run(600)
        assert scene.come_back("2001").why == "unpaused"

    def test_a_meal_is_of_the_person_when_another_signs_in_at_the_seat(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.sign("arrive", "2999", "A1")
        assert scene.eating == {"2001"}

    @pytest.mark.parametrize(
        ("out", "why"),
        [("19:59", []), ("20:00", ["gone"])],  # the shift is from 08:00 to 20:00
    )
    def test_who_goes_home_from_a_meal_after_the_shift_is_late_from_none(
        self, out: str, why: list[str]
    ) -> None:
        scene = MealScene("19:45", windows={"dinner": {"start": "19:30"}})
        scene.go("2001")
        scene.run(to=noon(out))
        scene.sign("leave", "2001", "A1")
        assert [one.why for one in scene.of(facts.MealEnded)] == why
        scene.run(to=noon("23:00"))
        (ended,) = scene.of(facts.MealEnded)
        assert (ended.why, ended.level) == ("gone", "ok")
        assert scene.pages("meals_late") == []

    def test_switched_off_a_meal_under_way_still_ends(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        policies = scene.settings.policies
        meals = policies.meals.model_copy(update={"mode": "off"})
        changed = policies.model_copy(update={"meals": meals})
        scene.world.settings = scene.settings.model_copy(update={"policies": changed})
        scene.run(600)
        assert scene.come_back("2001").level == "ok"


class TestOutOfSight:
    def test_a_meal_goes_on_over_a_cut_and_its_minutes_do_not_count(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.run(600)
        scene.lose()
        scene.run(600)
        scene.back(("A1", "meal"))
        assert scene.eating == {"2001"}
        scene.run(1199)  # 10 and 20 minutes seen
        ended = scene.come_back("2001")
        assert ended.over_s == 0
        assert ended.level == "unknown"
        assert ended.blind_s == pytest.approx(600, abs=0.01)

    def test_late_is_late_where_enough_was_seen(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.run(600)
        scene.lose()
        scene.run(60)
        scene.back(("A1", "meal"))
        scene.run(1300)
        assert levels(scene) == ["warned", "told", "late"]
        assert scene.come_back("2001").level == "late"

    def test_nothing_is_told_while_out_of_sight(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.lose()
        scene.run(7200)
        assert levels(scene) == []
        scene.back(("A1", "meal"))
        assert levels(scene) == ["warned", "told"]
        scene.run(1)  # seen
        assert levels(scene) == ["warned", "told", "late"]

    @pytest.mark.parametrize(
        ("seen_s", "away_s", "level"),
        [(600, 600, "ok"), (600, 1199, "ok"), (600, 1300, "unknown"), (1900, 60, "late")],
    )
    def test_a_meal_that_ended_out_of_sight(self, seen_s: float, away_s: float, level: str) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.run(seen_s)
        scene.lose()
        scene.run(away_s)
        scene.back()
        (ended,) = scene.of(facts.MealEnded)
        assert (ended.why, ended.level) == ("unseen", level)

    def test_back_at_a_seat_while_out_of_sight(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.run(1200)
        scene.lose()
        scene.run(900)
        scene.sign("arrive", "2001", "A2")
        ended = scene.latest(facts.MealEnded, person="2001")
        assert (ended.why, ended.level, ended.over_s) == ("arrived", "unknown", 0)
        assert ended.blind_s == pytest.approx(900, abs=0.01)

    def test_a_pause_that_a_snapshot_shows_is_a_meal_from_then_on(self) -> None:
        scene = MealScene("11:30")
        scene.ask("2001")
        scene.lose()
        scene.run(900)
        scene.back(("A1", "meal"))
        began = scene.latest(facts.MealBegan, person="2001")
        assert began.asked
        assert began.at == scene.at


class TestRestart:
    def test_a_meal_goes_on_and_its_deadline_stands(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.run(600)
        scene.restart(away_s=60)
        assert scene.eating == {"2001"}
        assert len(scene.of(facts.MealBegan)) == 1
        scene.run(1140)
        assert levels(scene) == ["warned"]
        scene.run(60)
        assert levels(scene) == ["warned", "told"]

    def test_a_meal_is_not_begun_for_whoever_else_sits_at_the_phone_then(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.sign("leave", "2001", "A1")
        scene.sign("arrive", "2999", "A1")
        scene.restart(away_s=60)
        assert scene.eating == {"2001"}

    def test_a_meal_that_ended_while_we_were_away_has_ended(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        scene.run(600)
        scene.world.pbxs["main"].agents["PJSIP/1"].pause = None
        scene.restart(away_s=60)
        assert scene.eating == set()
        assert scene.latest(facts.MealEnded, person="2001").why == "unseen"

    def test_the_waiting_list_turns_and_grants_are_as_before(self) -> None:
        scene = MealScene("11:30", agents=5, share=0.4)
        scene.go("2001")
        scene.go("2002")
        for code in ("2003", "2004", "2005"):
            scene.ask(code)
        scene.come_back("2001")
        scene.meal("grant", "2005", "3001", reason="x")
        before = (dict(scene.world.meals.turns), dict(scene.world.meals.waiting))
        scene.restart()
        assert (scene.world.meals.turns, scene.world.meals.waiting) == before
        assert set(scene.world.meals.grants) == {"2005"}
        scene.run(301)
        assert set(scene.world.meals.turns) == {"2004"}

    def test_a_second_meal_is_refused_after_a_restart(self) -> None:
        scene = MealScene("11:30")
        scene.eat("2001", 600)
        scene.restart()
        assert scene.ask("2001").rule == "meals_taken"

    def test_what_is_old_is_forgotten(self) -> None:
        scene = MealScene("11:30")
        scene.eat("2001", 600)
        scene.run(3 * 86_400)
        assert scene.world.meals.taken == {}
        assert scene.world.meals.folded == {}
