"""The month's assessment: made on its day, caught up, made again; and the retraining that follows from it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccd.effects import Page
from ccd.events.assessment import AssessmentMade, CaseClosed, RetrainingProposed
from ccd.quality.people import is_manager
from tests.handlers.assessment_scene import MORE, AssessmentScene, local


def at_close(points: float | None = 70, month: str = "2026-02", **more: Any) -> AssessmentScene:
    """The morning of the 3rd, just before the month is due."""
    scene = AssessmentScene("2026-03-03 07:58", **more)
    scene.score(month, points)
    return scene


# --- when -------------------------------------------------------------------------------------------------


def test_a_month_is_made_on_the_third_at_eight_and_not_before() -> None:
    scene = at_close()
    scene.run(to=local("2026-03-03 07:59:59"))
    assert scene.made() == []
    scene.run(60)
    assert scene.made() == [("2026-02", "pass", 70.0, 1)]


@pytest.mark.parametrize("now", ["2026-03-03 09:00", "2026-03-09 23:00", "2026-03-30 12:00"])
def test_what_was_due_while_the_daemon_was_away_is_made_at_its_return(now: str) -> None:
    scene = AssessmentScene(now)
    scene.score("2026-02", 70)
    scene.run(120)
    assert scene.made() == [("2026-02", "pass", 70.0, 1)]


def test_of_a_daemon_that_was_away_longer_the_month_before_last_is_made_too() -> None:
    scene = AssessmentScene("2026-04-05 09:00")
    scene.score("2026-02", 70)
    scene.score("2026-03", 71)
    scene.run(120)
    assert [month for month, *_ in scene.made()] == ["2026-02", "2026-03"]


def test_a_month_of_which_nothing_is_known_is_not_made() -> None:
    scene = AssessmentScene("2026-03-05 09:00")
    scene.run(7200)
    assert scene.reads > 0
    assert scene.of(AssessmentMade) == []


def test_who_has_too_few_calls_is_insufficient_and_not_a_number() -> None:
    scene = at_close(None)
    scene.score("2026-02", 90, "2002")
    scene.run(180)
    assert scene.made() == [("2026-02", "insufficient", None, 1)]
    fact = scene.latest(AssessmentMade, person="2001")
    assert (fact.n, fact.low, fact.high, fact.missing) == (3, None, None, ("qa",))


def test_everybody_scored_is_assessed_and_nobody_else() -> None:
    scene = at_close()
    scene.run(180)
    people = {fact.person for fact in scene.of(AssessmentMade)}
    assert people == {one.code for one in MORE if one.role in ("agent", "senior_agent")}


def test_who_was_hired_after_the_month_is_not_assessed() -> None:
    scene = at_close()
    rows = '[{"line":2,"person":"2001","hired":"2026-03-01"},{"line":3,"person":"2002","hired":"2026-02-28"}]'
    assert scene.import_("staff", rows).accepted
    scene.score("2026-02", 70, "2002")
    scene.run(180)
    people = {fact.person for fact in scene.of(AssessmentMade)}
    assert "2001" not in people
    assert "2002" in people


@pytest.mark.parametrize(
    ("month", "day", "zone"),
    [
        ("2028-02", "2028-03-03", "Asia/Shanghai"),
        ("2026-12", "2027-01-03", "Asia/Shanghai"),
        ("2026-02", "2026-03-03", "America/New_York"),
        ("2026-10", "2026-11-03", "America/New_York"),
    ],
)
def test_months_end_leap_february_and_clocks_put_back_change_nothing(month: str, day: str, zone: str) -> None:
    scene = AssessmentScene(f"{day} 07:50", zone=zone)
    scene.score(month, 70)
    scene.run(to=local(f"{day} 07:59:59", zone))
    assert scene.made() == []
    scene.run(1)
    assert scene.made() == [(month, "pass", 70.0, 1)]


def test_a_read_that_is_not_answered_is_asked_for_again() -> None:
    scene = at_close()
    scene.answering = False
    scene.run(180)
    assert (scene.reads, scene.made()) == (2, [])  # the month before last, too
    scene.answering = True
    scene.run(660)
    assert scene.made() == [("2026-02", "pass", 70.0, 1)]


# --- made again -------------------------------------------------------------------------------------------


def test_it_is_made_again_as_the_next_edition_where_what_it_rests_on_has_changed() -> None:
    scene = at_close(70)
    scene.run(3700)
    scene.run(3600)
    assert len(scene.made()) == 1  # nothing has changed
    scene.score("2026-02", 72)
    scene.run(3600)
    assert scene.made() == [("2026-02", "pass", 70.0, 1), ("2026-02", "pass", 72.0, 2)]


@pytest.mark.parametrize(("when", "editions"), [("2026-03-10 22:00", 2), ("2026-03-11 00:00", 1)])
def test_until_the_end_of_the_final_day_and_never_after(when: str, editions: int) -> None:
    scene = at_close(70)
    scene.run(to=local(when))
    scene.score("2026-02", 50)
    scene.run(5400)
    assert len(scene.made()) == editions


@pytest.mark.parametrize("restarts", [1, 3])
def test_a_restart_makes_nothing_twice(restarts: int) -> None:
    scene = at_close(50)
    scene.run(180)
    for _ in range(restarts):
        scene.restart(30)
        scene.run(180)
    assert len(scene.made()) == 1
    assert scene.cases() == [("R-2001-202602", "proposed")]
    assert len({fact.key for fact in scene.facts if hasattr(fact, "key")}) == len(
        [fact for fact in scene.facts if hasattr(fact, "key")]
    )


# --- modes and telling ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "made", "told"),
    [("off", 0, False), ("observe", 1, False), ("notify", 1, True), ("enforce", 1, True)],
)
def test_how_far_it_goes(mode: str, made: int, told: bool) -> None:
    scene = at_close(50, mode=mode)
    scene.run(180)
    assert len(scene.made()) == made
    assert len(scene.of(RetrainingProposed)) == made
    assert any(effect.rule.startswith("assessment_") for effect in scene.of_effects(Page)) is told


def test_a_person_is_told_the_verdict_and_no_points() -> None:
    scene = at_close(50)
    scene.run(180)
    (page,) = scene.pages("assessment_you_fail")
    assert page.people == ("2001",)
    assert page.values == {"month": "2026-02", "final": "10"}


def test_managers_and_leads_are_told_of_a_proposal_with_the_points() -> None:
    scene = at_close(50)
    scene.run(180)
    (page,) = scene.pages("assessment_under_60")
    assert page.people == ("4001", "4002", "3001")
    assert page.values["points"] == "2026-02 50"


def test_managers_are_told_of_the_month_once_with_what_is_not_released() -> None:
    scene = at_close(50)
    scene.month("2026-02", p2002={"open": 4})
    scene.run(2 * 3600)
    (page,) = scene.pages("assessment_month_made")
    assert page.people == ("4001", "4002", "6001")
    assert (page.values["failed"], page.values["insufficient"], page.values["open"]) == ("1", "10", "4")


# --- retraining -------------------------------------------------------------------------------------------


def months(*points: float | None) -> AssessmentScene:
    """From December on, each made on its day."""
    scene = AssessmentScene("2025-12-20 12:00")
    for n, each in enumerate(points):
        year, month = divmod(11 + n, 12)
        scene.score(f"{2025 + year}-{month + 1:02d}", each)
        scene.score(f"{2025 + year}-{month + 1:02d}", 95, "2002")
        year, month = divmod(12 + n, 12)
        scene.run(to=local(f"{2025 + year}-{month + 1:02d}-03 08:01"))
    return scene


@pytest.mark.parametrize(
    ("points", "case", "rule"),
    [
        ((59.9,), "R-2001-202512", "under_60"),
        ((60.0, 79.9), "R-2001-202601", "two_under_80"),
        ((79.9, None, 60.0), "R-2001-202602", "two_under_80"),
        ((79.9, 59.9), "R-2001-202601", "under_60"),
    ],
)
def test_retraining_is_proposed(points: tuple[float | None, ...], case: str, rule: str) -> None:
    scene = months(*points)
    (fact,) = scene.of(RetrainingProposed)
    assert (fact.case, fact.rule, fact.person) == (case, rule, "2001")
    assert scene.cases() == [(case, "proposed")]


@pytest.mark.parametrize("points", [(60.0, 80.0), (79.9, 80.0, 79.9), (None, 60.0), (80.0,) * 3])
def test_nothing_is_proposed_without_grounds(points: tuple[float | None, ...]) -> None:
    assert months(*points).of(RetrainingProposed) == []


def test_one_case_is_open_at_a_time() -> None:
    scene = months(50, 50, 50)
    assert scene.cases() == [("R-2001-202512", "proposed")]


def test_a_month_counts_once_and_the_months_after_a_decision_count_again() -> None:
    scene = months(70, 70)
    scene.decide("R-2001-202601", "dismissed")
    scene.score("2026-02", 70)
    scene.run(to=local("2026-03-03 08:01"))
    assert len(scene.of(RetrainingProposed)) == 1
    scene.score("2026-03", 70)
    scene.run(to=local("2026-04-03 08:01"))
    assert scene.cases() == [("R-2001-202601", "closed"), ("R-2001-202603", "proposed")]


def test_a_proposal_is_withdrawn_where_the_month_is_made_again_and_is_good() -> None:
    scene = at_close(59)
    scene.run(180)
    scene.score("2026-02", 61)
    scene.run(3700)
    assert [(fact.case, fact.why) for fact in scene.of(CaseClosed)] == [("R-2001-202602", "withdrawn")]
    scene.score("2026-02", 58)
    scene.run(3700)
    assert scene.cases() == [("R-2001-202602", "closed"), ("R-2001-202602-2", "proposed")]


def test_what_a_manager_has_decided_is_not_withdrawn() -> None:
    scene = at_close(59)
    scene.run(180)
    scene.decide("R-2001-202602", "retrain")
    scene.score("2026-02", 95)
    scene.run(3700)
    assert scene.cases() == [("R-2001-202602", "retraining")]


def test_the_case_of_who_has_left_the_roster_is_closed_at_the_next_month() -> None:
    scene = months(50)
    scene.people = tuple(one for one in scene.people if one.code != "2001")
    scene.restart()
    scene.score("2026-01", 90, "2002")
    scene.run(to=local("2026-02-03 08:02"))
    assert [(fact.case, fact.why) for fact in scene.of(CaseClosed)] == [("R-2001-202512", "left")]


# --- who decides ------------------------------------------------------------------------------------------


def test_only_a_manager_decides_and_nobody_about_themselves() -> None:
    scene = at_close(50)
    scene.run(180)
    for actor in ("3001", "3002", "3501", "5001", "6001", "2002"):
        assert scene.decide("R-2001-202602", "retrain", actor).rule == "assessment_not_allowed"
    assert scene.decide("R-2001-202602", "retrain", "2001").rule == "assessment_not_about_oneself"
    assert not scene.world.assessment.retraining("2001")
    assert scene.decide("R-2001-202602", "retrain").accepted
    assert scene.world.assessment.retraining("2001")
    assert all(is_manager(scene.world, fact.actor) for fact in scene.facts if hasattr(fact, "outcome"))


@pytest.mark.parametrize(
    ("outcome", "taken"),
    [("retrain", True), ("dismissed", True), ("kept", False), ("returned", False), ("", False)],
)
def test_of_a_proposal_it_is_decided_to_retrain_or_not(outcome: str, taken: bool) -> None:
    scene = at_close(50)
    scene.run(180)
    assert scene.decide("R-2001-202602", outcome).accepted is taken


def test_there_is_nothing_to_decide_of_a_case_that_is_closed_or_never_was() -> None:
    scene = at_close(50)
    scene.run(180)
    assert scene.decide("R-2001-209901", "retrain").rule == "assessment_no_case"
    scene.decide("R-2001-202602", "dismissed")
    assert scene.decide("R-2001-202602", "retrain").rule == "assessment_no_case"


# --- any order, any restart -------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from([None, 50.0, 59.9, 60.0, 79.9, 80.0, 95.0]), min_size=1, max_size=5),
    st.lists(st.booleans(), min_size=5, max_size=5),
    st.randoms(use_true_random=False),
)
def test_restarts_and_the_order_of_facts_give_the_same_cases(
    points: list[float | None], restarts: list[bool], shuffle: Any
) -> None:
    straight, cut = months(*points), AssessmentScene("2025-12-20 12:00")
    for n, each in enumerate(points):
        year, month = divmod(11 + n, 12)
        cut.score(f"{2025 + year}-{month + 1:02d}", each)
        cut.score(f"{2025 + year}-{month + 1:02d}", 95, "2002")
        year, month = divmod(12 + n, 12)
        cut.run(to=local(f"{2025 + year}-{month + 1:02d}-03 08:00:30"))
        if restarts[n]:
            shuffle.shuffle(cut.facts)
            cut.restart(20)
        cut.run(to=local(f"{2025 + year}-{month + 1:02d}-03 08:01"))
    assert cut.cases() == straight.cases()
    assert sorted(cut.made()) == sorted(straight.made())
