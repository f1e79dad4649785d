"""Swaps: accepted, approved by both leads, put into the plan; each rule just inside and just outside."""

from __future__ import annotations

from collections import Counter

import pytest

from ccd import events as e
from ccd.effects import AnswerAsked, ChangePlan, Effect
from ccd.events import leave as facts
from ccd.leave.view import board
from tests.handlers.leave_scene import LeaveScene, local

ROWS = (
    *(f"2000 2026-03-{day:02} early" for day in (10, 12, 16, 18, 20, 24, 26)),
    *(f"2001 2026-03-{day:02} early" for day in (11, 14, 17, 19, 22, 25, 28)),
)
AT = "2026-03-02 09:00"


def _rule(answer: AnswerAsked) -> str:
    return "" if answer.accepted else answer.rule


def swapped(scene: LeaveScene, *args: str, **more: str) -> str:
    answer = scene.swap(*args, **more)
    assert answer.accepted, answer
    return scene.approved(answer.result["request"])


def test_a_swap_that_both_leads_approved_exchanges_the_shifts_with_their_seats() -> None:
    scene = LeaveScene(AT, "2000 2026-03-10 early", "2101 2026-03-14 late")
    name = scene.swap("2000", "2026-03-10", "early", "2101", "2026-03-14", "late").result["request"]
    assert _rule(scene.do("approve", name, "3001")) == "leave_not_accepted"
    assert scene.do("accept", name, "2101").accepted
    assert scene.do("approve", name, "3001").rule == "leave_step"
    assert scene.worked("2000", "2026-03-10") == [("early", "A1")]
    assert scene.do("approve", name, "3002").rule == "leave_approved"
    assert (scene.worked("2000", "2026-03-10"), scene.worked("2101", "2026-03-10")) == ([], [("early", "A1")])
    assert (scene.worked("2000", "2026-03-14"), scene.worked("2101", "2026-03-14")) == ([("late", "A2")], [])
    assert scene.request(name).phase == "planned"


def test_one_lead_of_both_approves_once() -> None:
    scene = LeaveScene(AT, *ROWS)
    name = scene.swap("2000", "2026-03-10", "early", "2001", "2026-03-14", "early").result["request"]
    scene.do("accept", name, "2001")
    assert scene.do("approve", name, "3001").rule == "leave_approved"


def test_a_night_shift_is_swapped_with_the_department_heads_approval() -> None:
    scene = LeaveScene(AT, "2000 2026-03-10 eve", "2001 2026-03-14 early")
    scene.swap("2000", "2026-03-10", "eve", "2001", "2026-03-14", "early")
    assert {step.partition(":")[0] for step in scene.latest(facts.SwapAsked).steps} == {
        "supervisor",
        "department",
    }


@pytest.mark.parametrize(
    ("late", "rule"), [("16:00", "leave_swap_in_row"), ("23:59", "leave_swap_in_row"), ("00:00", "")]
)
def test_nobody_works_two_shifts_in_a_row_through_a_swap(late: str, rule: str) -> None:
    """2001 works until 16:00 on the 11th; what they take begins right then, too soon, or 8 hours later."""
    kinds = {
        "early": {"start": "08:00", "minutes": 480},
        "other": {"start": late, "minutes": 300, "night": False},
    }
    day = "2026-03-12" if late == "00:00" else "2026-03-11"
    rows = ("2001 2026-03-11 early", f"2000 {day} other", "2001 2026-03-15 early")
    scene = LeaveScene(AT, *rows, kinds=kinds)
    assert _rule(scene.swap("2000", day, "other", "2001", "2026-03-15", "early")) == rule


def test_shifts_that_adjoin_are_in_a_row_whatever_rest_is_set() -> None:
    rows = ("2001 2026-03-11 early", "2000 2026-03-11 late", "2001 2026-03-15 early")
    scene = LeaveScene(AT, *rows, leave={"min_rest_hours": 0})
    answer = scene.swap("2000", "2026-03-11", "late", "2001", "2026-03-15", "early")
    assert _rule(answer) == "leave_swap_in_row"


@pytest.mark.parametrize(("day", "rule"), [("18", "leave_swap_consecutive"), ("20", "")])
def test_nobody_works_swapped_shifts_on_days_that_follow_each_other(day: str, rule: str) -> None:
    scene = LeaveScene(AT, *ROWS, "2002 2026-03-05 late", leave={"month_swaps": 9, "month_days": 9})
    swapped(scene, "2001", "2026-03-17", "early", "2002", "2026-03-05", "late")
    answer = scene.swap("2000", f"2026-03-{day}", "early", "2002")
    assert _rule(answer) == rule


@pytest.mark.parametrize(("most", "rule"), [(1, "leave_swap_month"), (2, "")])
def test_at_most_so_many_swaps_a_person_in_a_month(most: int, rule: str) -> None:
    scene = LeaveScene(AT, *ROWS, leave={"month_swaps": most, "month_days": 9})
    swapped(scene, "2000", "2026-03-10", "early", "2001", "2026-03-14", "early")
    assert _rule(scene.swap("2000", "2026-03-18", "early", "2001", "2026-03-22", "early")) == rule


def test_a_third_swap_or_day_in_a_month_is_refused_and_one_of_the_next_month_is_not() -> None:
    scene = LeaveScene(AT, *ROWS, "2000 2026-04-07 early", "2001 2026-04-09 early")
    swapped(scene, "2000", "2026-03-10", "early", "2001", "2026-03-14", "early")
    swapped(scene, "2000", "2026-03-18", "early", "2001", "2026-03-22", "early")
    answer = scene.swap("2000", "2026-03-26", "early", "2001", "2026-03-28", "early")
    assert _rule(answer) == "leave_swap_month"
    assert _rule(scene.ask("2000", "2026-03-26")) == "leave_month_days"
    assert _rule(scene.swap("2000", "2026-04-07", "early", "2001", "2026-04-09", "early")) == ""


@pytest.mark.parametrize(
    ("partner", "likeness", "rule"),
    [
        ("2001", ["role", "language", "team"], ""),
        ("3501", ["role"], "leave_swap_role"),
        ("2102", ["role", "language"], "leave_swap_language"),
        ("2102", ["role"], ""),
        ("2101", ["role", "language", "team"], "leave_swap_team"),
        ("2101", ["role", "language"], ""),
    ],
)
def test_the_two_have_one_job_type_and_comparable_skill(partner: str, likeness: list[str], rule: str) -> None:
    rows = ("2000 2026-03-10 early", f"{partner} 2026-03-14 early")
    scene = LeaveScene(AT, *rows, leave={"comparable": likeness})
    assert _rule(scene.swap("2000", "2026-03-10", "early", partner, "2026-03-14", "early")) == rule


@pytest.mark.parametrize(
    ("day", "special", "rule"),
    [("2026-05-01", "", "leave_holiday"), ("2026-05-01", "yes", ""), ("2026-05-09", "", "")],
)
def test_no_swaps_on_public_holidays_but_in_special_cases(day: str, special: str, rule: str) -> None:
    scene = LeaveScene("2026-04-20 09:00", f"2000 {day} early", "2001 2026-04-27 early")
    answer = scene.swap("2000", day, "early", "2001", "2026-04-27", "early", special=special)
    assert _rule(answer) == rule


WRONG = {
    "with oneself": (("2000", "2026-03-10", "early", "2000", "2026-03-12", "early"), "leave_swap_self"),
    "with nobody known": (
        ("2000", "2026-03-10", "early", "9999", "2026-03-12", "early"), "leave_unknown_person",
    ),
    "of a shift one does not have": (
        ("2000", "2026-03-11", "early", "2001", "2026-03-14", "early"), "leave_not_on_shift",
    ),
    "for a shift the partner does not have": (
        ("2000", "2026-03-10", "early", "2001", "2026-03-15", "early"), "leave_not_on_shift",
    ),
    "of a shift that there is not": (
        ("2000", "2026-03-10", "nap", "2001", "2026-03-14", "early"), "leave_unknown_shift",
    ),
    "without a day": (("2000", "soon", "early", "2001", "2026-03-14", "early"), "leave_no_time"),
    "into two shifts at a time": (
        ("2000", "2026-03-10", "early", "2002", "2026-03-14", "late"), "leave_swap_overlap",
    ),
    "of a shift that has begun": (
        ("2000", "2026-03-02", "early", "2001", "2026-03-14", "early"), "leave_past",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mode", ["notify", "enforce"])
@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_what_the_plan_cannot_hold_is_refused_in_every_mode(
    case: tuple[tuple[str, ...], str], mode: str
) -> None:
    asked, rule = case
    more = ("2002 2026-03-10 early", "2002 2026-03-14 late", "2000 2026-03-02 early")
    scene = LeaveScene("2026-03-02 09:00", *ROWS, *more, mode=mode)
    assert _rule(scene.swap(*asked)) == rule
    assert not scene.of(e.ShiftFact)


def test_a_shift_on_leave_or_in_another_swap_is_not_swapped() -> None:
    scene = LeaveScene(AT, *ROWS, mode="notify")
    scene.asked("2000", "2026-03-10")
    assert _rule(scene.swap("2000", "2026-03-10", "early", "2001", "2026-03-14", "early")) == "leave_overlap"
    scene.swap("2000", "2026-03-12", "early", "2001", "2026-03-14", "early")
    assert _rule(scene.swap("2001", "2026-03-14", "early", "2002")) == "leave_overlap"
    assert _rule(scene.ask("2000", "2026-03-12")) == "leave_overlap"


def test_the_partner_accepts_or_declines_and_nobody_else() -> None:
    scene = LeaveScene(AT, *ROWS)
    name = scene.swap("2000", "2026-03-10", "early", "2001", "2026-03-14", "early").result["request"]
    assert scene.pages("leave_swap_waits")[0].people == ("2001",)
    assert _rule(scene.do("accept", name, "2000")) == "leave_not_partner"
    assert _rule(scene.do("accept", name, "3001")) == "leave_not_partner"
    assert scene.do("refuse", name, "2001", reason="有事").accepted
    assert scene.latest(facts.SwapRefused).rule == "leave_swap_declined"


@pytest.mark.parametrize("actor", ["2000", "2001"])
def test_neither_of_the_two_approves(actor: str) -> None:
    scene = LeaveScene(AT, *ROWS, mode="notify")
    name = scene.swap("2000", "2026-03-10", "early", "2001", "2026-03-14", "early").result["request"]
    scene.do("accept", name, "2001")
    assert _rule(scene.do("approve", name, actor)) == "leave_own"


def test_a_swap_nobody_approved_leaves_the_plan_as_it_is() -> None:
    scene = LeaveScene(AT, *ROWS)
    name = scene.swap("2000", "2026-03-10", "early", "2001", "2026-03-14", "early").result["request"]
    scene.do("accept", name, "2001")
    scene.run(to=local("2026-03-10 08:01"))
    assert scene.latest(facts.SwapRefused).rule == "leave_undecided"
    assert scene.worked("2000", "2026-03-10") == [("early", "A1")]
    assert not scene.of_effects(ChangePlan)


def test_an_approved_swap_is_not_withdrawn_by_one_of_them() -> None:
    scene = LeaveScene(AT, *ROWS)
    name = swapped(scene, "2000", "2026-03-10", "early", "2001", "2026-03-14", "early")
    assert _rule(scene.do("withdraw", name, "2000")) == "leave_swap_approved"


def test_a_cover_is_owed_until_its_return_is_approved_and_the_return_obeys_the_rules() -> None:
    scene = LeaveScene(AT, *ROWS, "2000 2026-03-27 late")
    cover = swapped(scene, "2000", "2026-03-10", "early", "2001")
    scene.run(to=local("2026-03-10 16:01"))
    assert scene.latest(facts.SwapReturnDue).request == cover
    assert [row["state"] for row in board(scene.world, scene.at)["swaps"]] == ["return_owed"]
    back = scene.do("swap_return", cover, "2000", day="2026-03-28", shift="early")
    assert back.accepted, back
    assert _rule(scene.do("swap_return", cover, "2001", day="2026-03-22", shift="early")) == (
        "leave_returns_already"
    )
    scene.approved(back.result["request"])
    assert scene.worked("2000", "2026-03-28") == [("early", "A2")]
    assert board(scene.world, scene.at)["swaps"] == []


def test_a_return_in_a_row_is_refused() -> None:
    scene = LeaveScene(AT, *ROWS, "2000 2026-03-28 late")
    cover = swapped(scene, "2000", "2026-03-10", "early", "2001")
    answer = scene.do("swap_return", cover, "2000", day="2026-03-28", shift="early")
    assert _rule(answer) == "leave_swap_in_row"


def test_the_rules_hold_again_when_it_is_approved_and_a_shift_that_is_gone_refuses_it_in_every_mode() -> None:
    scene = LeaveScene(AT, *ROWS, mode="notify")
    name = scene.swap("2000", "2026-03-10", "early", "2001", "2026-03-14", "early").result["request"]
    scene.do("accept", name, "2001")
    on = local("2026-03-14 00:00").astimezone().date()
    day = e.PlanDay(on.replace(day=14), '{"2001":[]}')
    scene.take(e.PlanChanged(at=scene.at, version="x", by="test", days=(day,)))
    assert _rule(scene.do("approve", name, "3001")) == "leave_not_on_shift"
    assert scene.latest(facts.SwapRefused).rule == "leave_not_on_shift"
    assert scene.worked("2000", "2026-03-10") == [("early", "A1")]


class Refusing(LeaveScene):
    """A store that takes no change of the plan, as long as ``broken``; ``deaf``: one that never answers."""

    broken = deaf = False

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, ChangePlan) and self.deaf:
            return
        if isinstance(effect, ChangePlan) and self.broken:
            self.take(e.EffectFailed(at=self.at, key=effect.key, error="disk full"))
        else:
            super()._perform(effect)


def test_where_the_plan_cannot_be_changed_the_lead_is_told_and_it_is_tried_again() -> None:
    scene = Refusing(AT, *ROWS)
    scene.broken = True
    name = swapped(scene, "2000", "2026-03-10", "early", "2001", "2026-03-14", "early")
    assert scene.latest(facts.SwapNotPlanned).error == "disk full"
    assert scene.pages("leave_not_planned")[0].people == ("3001", "3002")
    scene.run(7300)
    assert len(scene.of(facts.SwapNotPlanned)) == 3
    assert len(scene.pages("leave_not_planned")) == 1
    scene.broken = False
    scene.run(3700)
    assert scene.request(name).phase == "planned"


def test_after_a_restart_a_swap_that_the_plan_does_not_have_is_asked_for_again() -> None:
    scene = Refusing(AT, *ROWS)
    scene.deaf = True
    name = swapped(scene, "2000", "2026-03-10", "early", "2001", "2026-03-14", "early")
    scene.deaf = False
    scene.restart()
    assert scene.request(name).phase == "planned"
    assert scene.worked("2001", "2026-03-10") == [("early", "A1")]
    scene.restart()
    assert len(scene.of_effects(ChangePlan)) == 2


def test_after_a_restart_a_swap_that_the_plan_has_is_not_made_twice() -> None:
    """The change was committed, and the daemon killed before it heard so."""
    scene = Refusing(AT, *ROWS)
    scene.deaf = True
    name = swapped(scene, "2000", "2026-03-10", "early", "2001", "2026-03-14", "early")
    (asked,) = scene.of_effects(ChangePlan)
    scene.change_plan(*asked.days)
    scene.restart()
    assert scene.request(name).phase == "planned"
    assert scene.of_effects(ChangePlan) == [asked]
    worked = Counter(scene.worked("2000", "2026-03-14") + scene.worked("2001", "2026-03-10"))
    assert worked == Counter([("early", "A2"), ("early", "A1")])
