"""Several analysts score one call, each alone, and are compared with an expert."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ccd.events.calibration import CalibrationClosed, CalibrationOpened, CalibrationScored, DriftFound
from tests.handlers.calibration_scene import (
    AGENT,
    ANALYSTS,
    CALL,
    LEAD,
    MANAGER,
    OWN_TEAM,
    CalibrationScene,
    answers,
)
from tests.quality.forms import SMALL

EVERYBODY = (*ANALYSTS, MANAGER)


def closed(scene: CalibrationScene) -> CalibrationClosed:
    return scene.of(CalibrationClosed)[-1]


# --- opening ----------------------------------------------------------------------------------------------


def test_the_manager_names_call_form_analysts_expert_and_due() -> None:
    scene = CalibrationScene()
    opened = scene.open(form="small", expert="5103", analysts="5101, 5102", due="2026-03-04")
    assert (opened.unit, opened.call, opened.recording, opened.person) == ("u1", "call-1", "rec-1", AGENT)
    assert (opened.talk_s, opened.offset_s) == (95.0, 12.0)
    assert (opened.analysts, opened.expert, opened.actor) == (("5101", "5102"), "5103", MANAGER)
    assert (opened.form, opened.version) == ("small", scene.world.forms["small"].version)
    assert opened.due == datetime(2026, 3, 4, 16, tzinfo=UTC)  # the end of the day in Shanghai
    assert scene.pages("calibration_asked") == [("5101", "5102", "5103")]


def test_by_default_the_form_is_that_of_the_call_the_expert_the_manager_and_there_are_three_days() -> None:
    opened = CalibrationScene().open()
    assert (opened.form, opened.expert) == ("small", MANAGER)
    assert opened.due == datetime(2026, 3, 5, 16, tzinfo=UTC)


def test_a_call_without_an_evaluation_is_named_by_its_unit_and_day() -> None:
    opened = CalibrationScene().open(evaluation="", unit="u1", day="2026-03-01")
    assert opened.unit == "u1"


REFUSED: list[tuple[str, dict[str, str], str]] = [
    ("5101", {}, "calibration_not_yours"),
    (LEAD, {}, "calibration_not_yours"),
    (AGENT, {}, "calibration_not_yours"),
    (MANAGER, {"analysts": "5101"}, "calibration_few"),
    (MANAGER, {"analysts": "5101,5101"}, "calibration_few"),
    (MANAGER, {"analysts": "5101,5102", "expert": "5101"}, "calibration_few"),
    (MANAGER, {"analysts": ",".join(f"51{n}" for n in range(31))}, "calibration_few"),
    (MANAGER, {"analysts": "5101,2001"}, "calibration_no_analyst"),
    (MANAGER, {"analysts": "5101,nobody"}, "calibration_no_analyst"),
    (MANAGER, {"expert": LEAD}, "calibration_no_analyst"),
    (MANAGER, {"analysts": f"5101,{OWN_TEAM}"}, "calibration_own_team"),
    (MANAGER, {"expert": OWN_TEAM}, "calibration_own_team"),
    (MANAGER, {"form": "nope"}, "calibration_unknown_form"),
    (MANAGER, {"evaluation": ""}, "calibration_no_call"),
    (MANAGER, {"unit": "u1"}, "calibration_no_call"),
    (MANAGER, {"evaluation": "../../etc"}, "calibration_unknown_call"),
    (MANAGER, {"evaluation": "silent"}, "calibration_no_recording"),
    (MANAGER, {"due": "2026-03-01"}, "calibration_no_day"),
    (MANAGER, {"due": "2026-05-02"}, "calibration_no_day"),
    (MANAGER, {"due": "soon"}, "calibration_no_day"),
    (MANAGER, {"evaluation": "", "unit": "u1", "day": "0001-01-01"}, "calibration_no_day"),
]


@pytest.mark.parametrize("mode", ["observe", "notify", "enforce"])
@pytest.mark.parametrize(("actor", "values", "rule"), REFUSED)
def test_what_cannot_be_opened_changes_nothing(
    actor: str, values: dict[str, str], rule: str, mode: str
) -> None:
    scene = CalibrationScene(mode)
    scene.calls["silent"] = {**CALL, "recording": ""}
    asked = {"evaluation": "ev1", "analysts": "5101,5102", **values}
    answer = scene.act("open", actor, **{name: value for name, value in asked.items() if value})
    assert (answer.accepted, answer.rule) == (False, rule)
    assert scene.of(CalibrationOpened) == []


@pytest.mark.parametrize("due", ["2026-03-02", "2026-05-01"])
def test_due_is_today_at_the_earliest_and_60_days_ahead_at_the_latest(due: str) -> None:
    assert CalibrationScene().open(due=due)


def test_asked_for_twice_under_the_same_id_it_is_one_session() -> None:
    scene = CalibrationScene()
    values = {"evaluation": "ev1", "analysts": "5101,5102"}
    first = scene.act("open", MANAGER, request="same", **values)
    scene.begin()
    again = scene.act("open", MANAGER, request="same", **values)
    assert first.accepted
    assert again.result == first.result
    assert len(scene.of(CalibrationOpened)) == 1


def test_a_store_that_does_not_answer_opens_nothing() -> None:
    scene = CalibrationScene()
    scene.store_fails = True
    answer = scene.act("open", MANAGER, evaluation="ev1", analysts="5101,5102")
    assert (answer.accepted, answer.rule) == (False, "calibration_not_read")


def test_switched_off_nothing_is_opened() -> None:
    answer = CalibrationScene("off").act("open", MANAGER, evaluation="ev1", analysts="5101,5102")
    assert (answer.accepted, answer.rule) == (False, "calibration_off")


# --- scoring, each blind to the others --------------------------------------------------------------------


def test_nobody_sees_what_another_scored_until_it_closes() -> None:
    scene = CalibrationScene()
    session = scene.open().session
    scene.score(session, "5101", tone=0)
    (row,) = scene.board()["open"]
    assert row["missing"] == ["5102", "5103", MANAGER]
    assert not {"scores", "deviations", "alpha", "disputed"} & set(row)
    assert scene.pages("calibration_result") == []
    for person in ("5102", "5103", MANAGER):
        scene.score(session, person)
    (row,) = scene.board()["closed"]
    assert row["scores"] == {"5101": 55.0, "5102": 100.0, "5103": 100.0, MANAGER: 100.0}


@pytest.mark.parametrize(
    ("actor", "given", "rule"),
    [
        (OWN_TEAM, answers(), "calibration_not_asked"),
        (AGENT, answers(), "calibration_not_asked"),
        ("5101", "{}", "form_unanswered"),
        ("5101", answers(tone=4), "form_points_out_of_range"),
        ("5101", answers(smile="yes"), "form_unknown_question"),
        ("5101", "no json", "form_answers_unreadable"),
    ],
)
def test_a_score_that_cannot_be_taken_changes_nothing(actor: str, given: str, rule: str) -> None:
    scene = CalibrationScene()
    answer = scene.act("score", actor, session=scene.open().session, answers=given)
    assert (answer.accepted, answer.rule) == (False, rule)
    assert scene.of(CalibrationScored) == []


def test_a_second_score_of_the_same_analyst_is_refused_and_the_same_sent_again_stands() -> None:
    scene = CalibrationScene()
    session = scene.open().session
    assert scene.score(session, "5101", tone=1).accepted
    assert scene.score(session, "5101", tone=1).accepted
    assert scene.score(session, "5101", tone=2).rule == "calibration_scored_already"
    assert [one.score for one in scene.of(CalibrationScored)] == [70.0]


def test_a_session_that_nobody_opened_is_refused() -> None:
    assert CalibrationScene().score("nosuchsession", "5101").rule == "calibration_unknown"


def test_a_session_keeps_the_form_it_began_with() -> None:
    scene = CalibrationScene()
    opened = scene.open()
    scene.replace_forms(SMALL.replace("points = 3", "points = 5"))
    assert scene.score(opened.session, "5101", tone=3).accepted
    assert scene.of(CalibrationScored)[-1].score == 100.0
    assert scene.score(opened.session, "5102", tone=5).rule == "form_points_out_of_range"


# --- closing ----------------------------------------------------------------------------------------------


def test_it_closes_when_all_have_scored_and_tells_each_their_own_deviation() -> None:
    scene = CalibrationScene()
    session = scene.open().session
    for person, tone in zip(EVERYBODY, (3, 2, 0, 1), strict=True):
        assert closed_count(scene) == 0
        scene.score(session, person, tone=tone)
    fact = closed(scene)
    assert (fact.why, fact.missing) == ("all", ())
    assert fact.deviations == {"5101": 30.0, "5102": 15.0, "5103": -15.0}
    assert fact.disputed == ("tone",)
    assert scene.pages("calibration_result") == [("5101",), ("5102",), ("5103",)]


def closed_count(scene: CalibrationScene) -> int:
    return len(scene.of(CalibrationClosed))


@pytest.mark.parametrize(("minutes", "closes"), [(-1, False), (0, True)])
def test_it_closes_when_it_is_due_and_names_who_is_missing(minutes: int, closes: bool) -> None:
    scene = CalibrationScene()
    opened = scene.open()
    for person in ("5101", "5102", MANAGER):
        scene.score(opened.session, person)
    scene.run(seconds=(opened.due - scene.at + timedelta(minutes=minutes)).total_seconds())
    assert closed_count(scene) == int(closes)
    if closes:
        assert (closed(scene).why, closed(scene).missing) == ("due", ("5103",))
        assert scene.pages("calibration_missing") == [(MANAGER,)]


def test_a_score_after_the_close_is_refused() -> None:
    scene = CalibrationScene()
    opened = scene.open()
    scene.run(days=4)
    assert scene.score(opened.session, "5101").rule == "calibration_closed_already"
    assert closed(scene).deviations == {}
    assert closed(scene).alpha is None


def test_without_the_expert_there_are_no_deviations() -> None:
    scene = CalibrationScene()
    opened = scene.open()
    for person in ANALYSTS:
        scene.score(opened.session, person)
    scene.run(days=4)
    assert closed(scene).deviations == {}


@pytest.mark.parametrize(
    ("mode", "rule"),
    [
        ("observe", "calibration_closed"),
        ("notify", "calibration_closed"),
        ("enforce", "calibration_waits"),
    ],
)
def test_the_manager_may_close_early_but_where_it_is_enforced(mode: str, rule: str) -> None:
    scene = CalibrationScene(mode)
    session = scene.open().session
    scene.score(session, "5101")
    answer = scene.act("close", MANAGER, session=session, reason="call withdrawn")
    assert answer.rule == rule
    assert closed_count(scene) == int(answer.accepted)


def test_only_the_manager_closes_and_only_once() -> None:
    scene = CalibrationScene()
    session = scene.open().session
    assert scene.act("close", "5101", session=session).rule == "calibration_not_yours"
    assert scene.act("close", MANAGER, session=session).accepted
    assert (closed(scene).why, closed(scene).actor) == ("asked", MANAGER)
    assert scene.act("close", MANAGER, session=session).rule == "calibration_closed_already"


@pytest.mark.parametrize(("tones", "told"), [((3, 3, 0, 0), True), ((3, 3, 3, 3), False)])
def test_weak_agreement_is_told_to_the_manager(tones: tuple[int, ...], told: bool) -> None:
    scene = CalibrationScene()
    session = scene.open().session
    for person, tone in zip(EVERYBODY, tones, strict=True):
        scene.score(session, person, tone=tone, greeted="no")
    assert scene.pages("calibration_low") == ([(MANAGER,)] if told else [])


def test_in_observe_nobody_is_told() -> None:
    scene = CalibrationScene("observe")
    session = scene.open().session
    for person, tone in zip(EVERYBODY, (3, 3, 0, 0), strict=True):
        scene.score(session, person, tone=tone)
    for rule in ("asked", "result", "low", "missing"):
        assert scene.pages(f"calibration_{rule}") == []
    assert closed(scene).deviations == {"5101": 45.0, "5102": 45.0, "5103": 0.0}


# --- drift ------------------------------------------------------------------------------------------------


def sessions(scene: CalibrationScene, tones: list[int], expert: int = 2) -> None:
    """One session each: 5101 gives these, everybody else what the expert does. A point is 15 of 100."""
    for tone in tones:
        session = scene.open().session
        for person in EVERYBODY:
            scene.score(session, person, tone=tone if person == "5101" else expert)


@pytest.mark.parametrize(
    ("tones", "mean"),
    [
        ([3, 3, 3], 15.0),  # lenient
        ([1, 1, 1], -15.0),  # harsh
        ([3, 3], None),  # too few sessions
        ([3, 1, 2], None),  # off, but to both sides
        ([3, 2, 2], None),  # 5 points: the limit itself
        ([3, 3, 2], 10.0),
        ([0, 3, 3, 3], 15.0),  # only the latest three count
    ],
)
def test_drift_is_the_mean_over_the_latest_sessions(tones: list[int], mean: float | None) -> None:
    scene = CalibrationScene(drift_sessions=3, drift_limit=5.0)
    sessions(scene, tones)
    found = [(one.person, one.mean) for one in scene.of(DriftFound)]
    assert found == ([] if mean is None else [("5101", mean)])
    assert scene.pages("calibration_drift") == ([] if mean is None else [(MANAGER, "5101")])
    drifts = {one["analyst"]: one["drifts"] for one in scene.board()["analysts"]}
    assert drifts == {"5101": mean is not None, "5102": False, "5103": False}


# --- after a start ----------------------------------------------------------------------------------------


def test_a_restart_forgets_nothing() -> None:
    scene = CalibrationScene(drift_sessions=3)
    sessions(scene, [3, 3])
    session = scene.open().session
    scene.score(session, "5101", tone=3)
    before = scene.board()
    scene.begin()
    assert scene.board() == before
    for person in EVERYBODY[1:]:
        scene.score(session, person, tone=2)
    assert [one.mean for one in scene.of(DriftFound)] == [15.0]


def test_what_was_complete_but_not_closed_when_the_daemon_died_is_closed_by_the_next() -> None:
    scene = CalibrationScene()
    session = scene.open().session
    for person in EVERYBODY:
        scene.score(session, person)
    last = closed(scene)
    scene.facts = [one for one in scene.facts if not isinstance(one, CalibrationClosed)]
    scene.begin()
    scene.run(minutes=2)
    assert (closed(scene).deviations, closed(scene).why) == (last.deviations, "all")


def test_what_was_closed_long_ago_is_forgotten_but_for_deviations() -> None:
    scene = CalibrationScene(drift_sessions=3)
    sessions(scene, [3])
    scene.run(days=63)
    board: dict[str, Any] = scene.board()
    assert board["closed"] == []
    assert board["analysts"][0]["mean"] == 15.0
