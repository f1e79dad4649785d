"""What leads do about meals, what anybody gives up, and the board."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ccd import events as e
from ccd.events import meals as facts
from tests.handlers.meal_scene import MealScene, ends, full, noon, waiting


class TestActs:
    def test_a_lead_grants_beyond_cap_and_window(self) -> None:
        scene = full()
        answer = scene.meal("grant", "2002", "3001", reason="ill")
        assert answer.accepted
        assert [page.people for page in scene.pages("meals_granted")] == [("2002",)]
        assert scene.go("2002").accepted
        assert scene.eating == {"2001", "2002"}
        granted = scene.of(facts.MealGranted)[-2]
        assert (granted.by_rule, granted.actor) == ("lead", "3001")
        assert "ill" in granted.because
        scene.run(to=noon("14:00"))
        scene.come_back("2001")
        scene.meal("grant", "2003", "3001", reason="late customer")
        assert scene.go("2003").accepted
        assert scene.latest(facts.MealBegan, person="2003").allowed_s == 1800

    def test_a_grant_beyond_the_window_is_bound_by_the_allowance_only(self) -> None:
        scene = MealScene("12:20")
        scene.meal("grant", "2001", "3001", reason="customer")
        scene.go("2001")
        scene.run(1799)
        assert scene.come_back("2001").level == "ok"
        assert scene.ask("2001").rule == "meals_outside_window"

    def test_a_grant_holds_half_an_hour(self) -> None:
        scene = MealScene("14:00")
        scene.meal("grant", "2001", "3001", reason="x")
        scene.run(1799)
        assert "2001" in scene.world.meals.grants
        scene.run(1)
        assert ends(scene) == [("2001", "grant", "unused")]
        assert not scene.ask("2001").accepted

    @pytest.mark.parametrize("what", ["ask", "grant", "extend"])
    def test_a_request_that_comes_again_under_its_id_does_nothing_twice_and_undoes_nothing(
        self, what: str
    ) -> None:
        scene = MealScene("11:30")
        if what == "extend":
            scene.go("2001")
            scene.meal("extend", "2001", "3001", minutes="5", reason="x")
        elif what == "grant":
            scene.meal("grant", "2001", "3001", reason="x")
        else:
            scene.ask("2001")
        kinds = (e.PauseAsked, e.ShiftAct)
        again = next(one for one in reversed(scene.inputs) if isinstance(one, kinds))
        scene.restart(away_s=5)
        scene.take(again)
        if what == "extend":
            assert scene.world.meals.meals["2001"].extra_s == 300
        else:
            assert set(scene.world.meals.grants) == {"2001"}

    def test_so_does_one_for_a_place_that_was_given_up_meanwhile(self) -> None:
        scene = full()
        scene.ask("2002")
        again = next(one for one in reversed(scene.inputs) if isinstance(one, e.PauseAsked))
        scene.meal("cancel", "2002")
        scene.run(1)
        scene.take(again)
        assert waiting(scene) == ["2002"]

    def test_a_grant_that_is_not_used_takes_no_place(self) -> None:
        scene = MealScene("11:30")
        scene.meal("grant", "2003", "3001", reason="x")
        assert scene.go("2001").accepted

    @pytest.mark.parametrize(
        ("actor", "rule"),
        [
            ("2002", "meals_may_not"),
            ("2001", "meals_not_yourself"),
            ("", "meals_not_yourself"),
            ("3002", ""),
            ("4001", ""),
        ],
    )
    @pytest.mark.parametrize("act", ["grant", "extend", "excuse"])
    def test_only_whoever_leads_may_and_nobody_for_themselves(self, act: str, actor: str, rule: str) -> None:
        scene = MealScene("11:30")
        if act == "extend":
            scene.go("2001")
        if act == "excuse":
            scene.eat("2001", 1900)
        values = {"reason": "x", **({"minutes": "5"} if act == "extend" else {})}
        answer = scene.meal(act, "2001", actor, **values)
        assert (answer.accepted, answer.rule if rule else "") == (not rule, rule)

    def test_a_lead_does_not_decide_about_themselves(self) -> None:
        scene = MealScene("10:00")
        assert scene.meal("grant", "3001", "3001", reason="x").rule == "meals_not_yourself"

    def test_cancelling_gives_the_place_to_the_next(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.ask("2003")
        scene.come_back("2001")
        assert scene.meal("cancel", "2002").accepted
        assert set(scene.world.meals.turns) == {"2003"}
        assert scene.meal("cancel", "2002").rule == "meals_no_place"
        assert ends(scene) == [("2002", "turn", "cancelled")]

    def test_somebody_elses_place_is_cancelled_by_a_lead_only(self) -> None:
        scene = full()
        scene.ask("2002")
        assert scene.meal("cancel", "2002", "2003").rule == "meals_may_not"
        assert scene.meal("cancel", "2002", "3001").accepted

    def test_more_time(self) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        assert scene.meal("extend", "2001", "3001", minutes="10", reason="queue at the till").accepted
        scene.run(2399)
        ended = scene.come_back("2001")
        assert (ended.level, ended.allowed_s, ended.extended_s) == ("ok", 2400, 600)

    @pytest.mark.parametrize("minutes", ["0", "241", "-5", "1.5", "ten", "9999", "٣"])
    def test_no_such_number_of_minutes(self, minutes: str) -> None:
        scene = MealScene("11:30")
        scene.go("2001")
        assert scene.meal("extend", "2001", "3001", minutes=minutes, reason="x").rule == "meals_bad_minutes"

    def test_there_is_nothing_to_extend_or_to_excuse(self) -> None:
        scene = MealScene("11:30")
        assert scene.meal("extend", "2001", "3001", minutes="5", reason="x").rule == "meals_no_meal"
        scene.eat("2001", 600)
        assert scene.meal("excuse", "2001", "3001", reason="x").rule == "meals_nothing_to_excuse"

    def test_a_lead_takes_back_what_counts_once(self) -> None:
        scene = MealScene("11:30")
        late = scene.eat("2001", 1900)
        assert scene.meal("excuse", "2001", "3001", reason="lift stuck").accepted
        excused = scene.latest(facts.MealExcused, person="2001")
        assert (excused.began, excused.level, excused.reason) == (late.began, "late", "lift stuck")
        assert scene.meal("excuse", "2001", "3001", reason="again").rule == "meals_nothing_to_excuse"

    def test_nobody_of_this_code(self) -> None:
        scene = MealScene("11:30")
        assert scene.meal("cancel", "9999").rule == "meals_unknown_person"


class TestBoard:
    def test_it_says_who_eats_who_waits_and_how_the_cap_came_about(self) -> None:
        scene = full()
        scene.ask("2002")
        scene.ask("2003")
        told = scene.team()
        assert (told["present"], told["limit"], told["taken"]) == (4, 1, 1)
        assert told["because"] == "team A: 4 there, a share of 0.1: at most 1; 1 taken"
        (eating,) = told["eating"]
        assert (eating["person"], eating["window"]) == ("2001", "lunch")
        assert eating["ends"] - eating["began"] == timedelta(minutes=30)
        assert [(one["person"], one["position"]) for one in told["waiting"]] == [("2002", 1), ("2003", 2)]
        scene.come_back("2001")
        assert [one["person"] for one in scene.team()["turns"]] == ["2002"]

    @pytest.mark.parametrize(
        ("at", "names"), [(noon("12:14:59"), []), (noon("12:15"), ["2002", "2003", "3001"])]
    )
    def test_who_has_not_eaten_is_named_when_the_window_closes_soon(
        self, at: datetime, names: list[str]
    ) -> None:
        scene = MealScene("11:30")
        scene.eat("2001", 600)
        scene.run(to=at)
        assert [one["person"] for one in scene.team()["not_eaten"]] == names
